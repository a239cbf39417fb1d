"""Vectors, signals, and the state of mapping runs"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SIGNALS = ("words", "characters", "meaning")
# Each is the start of another index, or was asked for by nobody; writing millions of rows pays for every one.
LESS = ("ix_match_claim_id", "ix_match_draft_id", "ix_match_run_id", "ix_match_clause_id")


def upgrade() -> None:
    with op.batch_alter_table("match", schema=None) as batch_op:
        for name in LESS:
            batch_op.drop_index(batch_op.f(name))
        for name in SIGNALS:
            batch_op.add_column(sa.Column(name, sa.Float(), nullable=True))
        # Evidence is computed when it is shown.
        batch_op.drop_column("terms")
        batch_op.drop_column("elements")
        batch_op.create_index("ix_match_clause_id_score", ["clause_id", "score"], unique=False)
    op.create_table(
        "encoder_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encoder_model")),
        sa.UniqueConstraint("name", name=op.f("uq_encoder_model_name")),
    )
    op.create_table(
        "text_vectors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("encoder_model_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["encoder_model_id"], ["encoder_model.id"], name=op.f("fk_text_vectors_encoder_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_vectors")),
        sa.UniqueConstraint("hash", "encoder_model_id", name=op.f("uq_text_vectors_hash_encoder_model_id")),
    )
    op.create_table(
        "word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word")),
        sa.UniqueConstraint("word", name=op.f("uq_word_word")),
    )
    op.create_table(
        "claim_reading",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("passages", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_reading_claim_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_claim_reading_run_id")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim_reading")),
    )
    op.create_table(
        "draft_pass",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("engine", AutoString(), nullable=False),
        sa.Column("clauses", sa.LargeBinary(), nullable=False),
        sa.Column("covered", sa.LargeBinary(), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("publications", sa.Integer(), nullable=False),
        sa.Column("matches", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_pass_draft_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_draft_pass_run_id")),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_draft_pass")),
    )
    op.create_table(
        "claim_choice",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("claims", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_claim_choice")),
    )


def downgrade() -> None:
    for table in ("claim_choice", "draft_pass", "claim_reading", "word", "text_vectors", "encoder_model"):
        op.drop_table(table)
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index("ix_match_clause_id_score")
        batch_op.add_column(sa.Column("elements", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("terms", sa.JSON(), nullable=False, server_default="[]"))
        for name in reversed(SIGNALS):
            batch_op.drop_column(name)
        for name in reversed(LESS):
            batch_op.create_index(batch_op.f(name), [name.removeprefix("ix_match_")], unique=False)
