"""Roles, matters, tracks and the audit trail"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TRACKS = ("us_west", "china")
_KINDS = ("track_clearance", "hold_release")
_WALLED = ("run", "snapshot")
_READ_FROM = ("run", "snapshot", "change")
_OFFICES = ("application_status", "filed_claims", "legal_event", "cited_document", "extended_family_member")
_REFUSAL = "the audit trail is append-only"


def _words(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _index(table: str, *columns: str) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in columns:
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


def upgrade() -> None:
    _trail()
    _matters()
    for table in _WALLED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("permission", AutoString(), nullable=True))
            batch_op.add_column(sa.Column("matter_id", sa.Integer(), nullable=True))
            batch_op.create_foreign_key(batch_op.f(f"fk_{table}_matter_id"), "matter", ["matter_id"], ["id"])
    # What was read or found before there were walls goes behind them.
    op.execute("UPDATE run SET permission = 'read_matches' WHERE kind = 'map'")
    run, snapshot, change = (_table(name, "permission", "entity", "run_id", "snapshot_id") for name in _READ_FROM)
    told = change.c.entity == "publication"
    _wall_in(run, sa.select(change.c.run_id).where(told))
    _wall_in(snapshot, sa.select(change.c.snapshot_id).where(told, change.c.snapshot_id.is_not(None)))
    for name in _OFFICES:
        read = _table(name, "snapshot_id")
        _wall_in(snapshot, sa.select(read.c.snapshot_id).where(read.c.snapshot_id.is_not(None)))
    with op.batch_alter_table("portfolio", schema=None) as batch_op:
        batch_op.add_column(sa.Column("matter_id", sa.Integer(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_portfolio_name"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_portfolio_matter_id_name"), ["matter_id", "name"])
        batch_op.create_foreign_key(batch_op.f("fk_portfolio_matter_id"), "matter", ["matter_id"], ["id"])
    open_to_all = sa.text("matter_id IS NULL")
    op.create_index(
        "uq_portfolio_name_of_no_matter",
        "portfolio",
        ["name"],
        unique=True,
        sqlite_where=open_to_all,
        postgresql_where=open_to_all,
    )


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, sa.column("id"), *(sa.column(column) for column in columns))


def _wall_in(table: sa.TableClause, keys: sa.Select[int]) -> None:
    op.execute(
        sa.update(table).where(table.c.permission.is_(None), table.c.id.in_(keys)).values(permission="read_patents")
    )


def _trail() -> None:
    op.create_table(
        "trail_entry",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("address", AutoString(), nullable=True),
        sa.Column("action", AutoString(), nullable=False),
        sa.Column("entity", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous", AutoString(length=64), nullable=False),
        sa.Column("hash", AutoString(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_entry")),
    )
    _index("trail_entry", "at", "account_id", "action", "entity", "key", "matter_id")
    op.create_table(
        "trail_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("hash", AutoString(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_head")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER trail_entry_no_{event.lower()} BEFORE {event} ON trail_entry "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION trail_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER trail_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION trail_entry_refuse()"
    )


def _matters() -> None:
    op.create_table(
        "matter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("track", _words("track", _TRACKS), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("held_since", UTCDateTime(), nullable=True),
        sa.Column("hold_reason", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
        sa.UniqueConstraint("name", name=op.f("uq_matter_name")),
    )
    op.create_table(
        "matter_member",
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        _to("matter_member", "matter_id", "matter"),
        _to("matter_member", "account_id", "account"),
        sa.PrimaryKeyConstraint("matter_id", "account_id", name=op.f("pk_matter_member")),
    )
    _index("matter_member", "account_id")
    op.create_table(
        "matter_application",
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("application_key", AutoString(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        _to("matter_application", "matter_id", "matter"),
        sa.PrimaryKeyConstraint("matter_id", "application_key", name=op.f("pk_matter_application")),
    )
    _index("matter_application", "application_key")
    op.create_table(
        "track_side",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("track", _words("track", _TRACKS), nullable=False),
        _to("track_side", "account_id", "account"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_track_side")),
    )
    op.create_table(
        "override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _words("overridekind", _KINDS), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("track", _words("track", _TRACKS), nullable=True),
        sa.Column("matter_id", sa.Integer(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        _to("override", "account_id", "account"),
        _to("override", "matter_id", "matter"),
        _to("override", "requested_by", "account"),
        _to("override", "decided_by", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
    )
    _index("override", "account_id", "matter_id")
    op.create_table(
        "review",
        sa.Column("iso_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("draft", AutoString(), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("iso_id", name=op.f("pk_review")),
    )


def downgrade() -> None:
    """Refused where portfolios of different matters share a name: without matters one of them would be lost."""
    op.drop_index("uq_portfolio_name_of_no_matter", table_name="portfolio")
    with op.batch_alter_table("portfolio", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_portfolio_matter_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_portfolio_matter_id_name"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_portfolio_name"), ["name"])
        batch_op.drop_column("matter_id")
    for table in _WALLED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_matter_id"), type_="foreignkey")
            batch_op.drop_column("matter_id")
            batch_op.drop_column("permission")
    for table in ("review", "override", "track_side", "matter_application", "matter_member", "matter", "trail_head"):
        op.drop_table(table)
    op.drop_table("trail_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION trail_entry_refuse()")
