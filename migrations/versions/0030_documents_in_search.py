"""Committee documents are found by the full-text search"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO search_entry (kind, key, title, body) "
        "SELECT 'document', CAST(id AS TEXT), body || ' ' || number, title FROM committee_document ORDER BY id"
    )


def downgrade() -> None:
    op.execute("DELETE FROM search_entry WHERE kind = 'document'")
