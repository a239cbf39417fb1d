"""Committee documents can be given another number, and be taken away"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_TABLE = "committee_document"
_UNIQUE = "uq_committee_document_body_number"
_KEPT = "uq_committee_document_kept"
_KINDS = sa.Enum(
    "document",
    "experts",
    "patent_call",
    "resolution",
    "citation",
    name="documentkind",
    native_enum=False,
    create_constraint=True,
    length=32,
)
_COLUMNS = (("taken_away_at", UTCDateTime()), ("taken_away_by", AutoString()), ("taken_away_why", AutoString()))


def _keep_check(batch_op: BatchOperations) -> None:
    """SQLite makes the table anew, and with it every constraint of its columns that is named here."""
    if op.get_bind().dialect.name == "sqlite":
        batch_op.alter_column("kind", existing_type=_KINDS, type_=_KINDS, existing_nullable=False)


def upgrade() -> None:
    with op.batch_alter_table(_TABLE, schema=None) as batch_op:
        _keep_check(batch_op)
        batch_op.drop_constraint(batch_op.f(_UNIQUE), type_="unique")
        for name, kind in _COLUMNS:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    where = sa.text("taken_away_at IS NULL")
    op.create_index(_KEPT, _TABLE, ["body", "number"], unique=True, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "document_former_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("body", AutoString(), nullable=False),
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("last_change", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["committee_document.id"], name=op.f("fk_document_former_key_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_former_key")),
    )
    op.create_index(op.f("ix_document_former_key_document_id"), "document_former_key", ["document_id"])


def downgrade() -> None:
    op.drop_table("document_former_key")
    op.drop_index(_KEPT, table_name=_TABLE)
    op.execute("DELETE FROM committee_document WHERE taken_away_at IS NOT NULL")
    with op.batch_alter_table(_TABLE, schema=None) as batch_op:
        _keep_check(batch_op)
        for name, _ in _COLUMNS:
            batch_op.drop_column(name)
        batch_op.create_unique_constraint(batch_op.f(_UNIQUE), ["body", "number"])
