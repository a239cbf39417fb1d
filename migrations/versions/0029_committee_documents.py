"""Committee documents, and changes that speak of them"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ENTITIES = ("work_item", "committee", "publication", "declaration", "draft", "release", "page", "ballot")
_KINDS = ("document", "experts", "patent_call", "resolution", "citation")


def _words(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _let_changes_speak_of(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_change_entity"), "change", type_="check")
        words = ", ".join(f"'{value}'" for value in after)
        op.create_check_constraint(op.f("ck_change_entity"), "change", f"entity IN ({words})")
        return
    kinds = _words(("new", "changed", "removed"), "changekind")
    # The table is made anew, and with it every constraint of its columns that is named here.
    with op.batch_alter_table("change", schema=None, recreate="always") as batch_op:
        batch_op.alter_column(
            "entity", existing_type=_words(before, "entity"), type_=_words(after, "entity"), existing_nullable=False
        )
        batch_op.alter_column("kind", existing_type=kinds, type_=kinds, existing_nullable=False)


def upgrade() -> None:
    _let_changes_speak_of(_ENTITIES, (*_ENTITIES, "document"))
    op.create_table(
        "committee_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body", AutoString(), nullable=False),
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("kind", _words(_KINDS, "documentkind"), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("supersedes", AutoString(), nullable=True),
        sa.Column("reference", AutoString(), nullable=True),
        sa.Column("address", AutoString(), nullable=True),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("last_seen", UTCDateTime(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_committee_document_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_document")),
        sa.UniqueConstraint("body", "number", name=op.f("uq_committee_document_body_number")),
    )
    for column in ("issued_on", "due_on"):
        op.create_index(op.f(f"ix_committee_document_{column}"), "committee_document", [column])


def downgrade() -> None:
    op.drop_table("committee_document")
    op.execute("DELETE FROM change WHERE entity = 'document'")
    _let_changes_speak_of((*_ENTITIES, "document"), _ENTITIES)
