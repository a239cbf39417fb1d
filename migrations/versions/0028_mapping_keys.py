"""The matches of a clause with claim and rank, in one index"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_match_clause_id_score", "match")
    op.create_index(
        "ix_match_clause_id_score_claim_id_rank", "match", ["clause_id", "score", "claim_id", "rank"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_match_clause_id_score_claim_id_rank", "match")
    op.create_index("ix_match_clause_id_score", "match", ["clause_id", "score"], unique=False)
