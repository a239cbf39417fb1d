"""Indexes for a large portfolio"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_COUNTS = ("claims", "publications", "matches")


def upgrade() -> None:
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index("ix_match_draft_id_rank")
        batch_op.create_index("ix_match_draft_id_rank_score_claim_id", ["draft_id", "rank", "score", "claim_id"])
    op.create_table(
        "mapped_publication",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("matches", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_mapped_publication_draft_id")),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_mapped_publication_publication_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("draft_id", "publication_id", name=op.f("pk_mapped_publication")),
    )
    op.execute(
        "INSERT INTO mapped_publication (draft_id, publication_id, claims, matches) "
        "SELECT match.draft_id, claim.publication_id, count(DISTINCT match.claim_id), count(*) "
        "FROM match JOIN claim ON claim.id = match.claim_id GROUP BY match.draft_id, claim.publication_id"
    )
    with op.batch_alter_table("mapped_publication", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mapped_publication_counts", ["draft_id", "publication_id", "claims", "matches"], unique=False
        )
    with op.batch_alter_table("draft_pass", schema=None) as batch_op:
        for column in _COUNTS:
            batch_op.drop_column(column)


def downgrade() -> None:
    with op.batch_alter_table("draft_pass", schema=None) as batch_op:
        for column in _COUNTS:
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE draft_pass SET "
        "claims = (SELECT coalesce(sum(claims), 0) FROM mapped_publication m WHERE m.draft_id = draft_pass.draft_id), "
        "publications = (SELECT count(*) FROM mapped_publication m WHERE m.draft_id = draft_pass.draft_id), "
        "matches = (SELECT coalesce(sum(matches), 0) FROM mapped_publication m WHERE m.draft_id = draft_pass.draft_id)"
    )
    op.drop_table("mapped_publication")
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index("ix_match_draft_id_rank_score_claim_id")
        batch_op.create_index("ix_match_draft_id_rank", ["draft_id", "rank"])
