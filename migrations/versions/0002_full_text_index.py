"""The full-text index of SQLite: trigrams, so that Japanese is found; triggers keep it in step."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        "CREATE VIRTUAL TABLE search_fts USING fts5"
        "(title, body, content='search_entry', content_rowid='id', tokenize='trigram')"
    )
    op.execute("INSERT INTO search_fts(search_fts) VALUES ('rebuild')")
    removal = "INSERT INTO search_fts(search_fts, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);"
    addition = "INSERT INTO search_fts(rowid, title, body) VALUES (new.id, new.title, new.body);"
    op.execute(f"CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN {addition} END")
    op.execute(f"CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN {removal} END")
    op.execute(f"CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN {removal} {addition} END")
