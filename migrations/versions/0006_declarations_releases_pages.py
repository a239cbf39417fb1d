"""Declarations in the registers, releases, watched pages"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ENTITIES = ("work_item", "committee", "publication", "declaration", "draft", "release")
_TABLES = ("reading_mark", "watched_page", "release", "party_alias", "party", "declared_patent", "declaration")


def _provenance(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("last_seen", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f(f"fk_{table}_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _index(table: str, *columns: str) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in columns:
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


def _entity(values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name="entity", native_enum=False, create_constraint=True, length=32)


def _change_kind() -> sa.Enum:
    return sa.Enum("new", "changed", "removed", name="changekind", native_enum=False, create_constraint=True, length=32)


def _let_changes_speak_of(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_change_entity"), "change", type_="check")
        words = ", ".join(f"'{value}'" for value in after)
        op.create_check_constraint(op.f("ck_change_entity"), "change", f"entity IN ({words})")
        return
    # The table is made anew, and with it every constraint of its columns that is named here.
    with op.batch_alter_table("change", schema=None, recreate="always") as batch_op:
        batch_op.alter_column("entity", existing_type=_entity(before), type_=_entity(after), existing_nullable=False)
        batch_op.alter_column("kind", existing_type=_change_kind(), type_=_change_kind(), existing_nullable=False)


def upgrade() -> None:
    _let_changes_speak_of(_ENTITIES, (*_ENTITIES, "page"))
    op.create_table(
        "declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("listed_in", AutoString(), nullable=False),
        sa.Column("statement", AutoString(), nullable=True),
        sa.Column("policy", AutoString(), nullable=False),
        sa.Column("form_version", AutoString(), nullable=True),
        sa.Column("holder", AutoString(), nullable=False),
        sa.Column("deliverable_raw", AutoString(), nullable=False),
        sa.Column("deliverable", AutoString(), nullable=True),
        sa.Column("deliverable_key", AutoString(), nullable=False),
        sa.Column("option", sa.Integer(), nullable=True),
        sa.Column("option_raw", AutoString(), nullable=True),
        sa.Column("reciprocity", sa.Boolean(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("url", AutoString(), nullable=True),
        sa.Column("source_format", AutoString(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        *_provenance("declaration"),
        sa.UniqueConstraint("key", name=op.f("uq_declaration_key")),
    )
    _index("declaration", "listed_in", "holder", "deliverable_key")
    op.create_table(
        "declared_patent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("raw", AutoString(), nullable=False),
        sa.Column("country", AutoString(), nullable=True),
        sa.Column("publication", AutoString(), nullable=True),
        sa.Column("application", AutoString(), nullable=True),
        sa.Column("reason", AutoString(), nullable=True),
        sa.Column("status", AutoString(), nullable=True),
        sa.Column("title", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_declared_patent_declaration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_patent")),
        sa.UniqueConstraint("declaration_id", "position", name=op.f("uq_declared_patent_declaration_id_position")),
    )
    _index("declared_patent", "declaration_id", "publication", "application")
    op.create_table(
        "party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("normal_name", AutoString(), nullable=False),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("name", name=op.f("uq_party_name")),
    )
    _index("party", "normal_name")
    op.create_table(
        "party_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "suggested",
                "accepted",
                "rejected",
                name="aliasstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("said_by", AutoString(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("said_at", UTCDateTime(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_party_alias_party_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["party_alias.id"], name=op.f("fk_party_alias_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_alias")),
    )
    _index("party_alias", "party_id", "name")
    for name, columns, condition in (
        ("uq_party_alias_in_force", ["party_id", "name"], "in_force"),
        ("uq_party_alias_accepted", ["name"], "in_force AND state = 'accepted'"),
    ):
        op.create_index(
            name,
            "party_alias",
            columns,
            unique=True,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("repository", AutoString(), nullable=False),
        sa.Column("tag", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("title", AutoString(), nullable=True),
        sa.Column("licence", AutoString(), nullable=True),
        sa.Column("url", AutoString(), nullable=True),
        sa.Column("prerelease", sa.Boolean(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        *_provenance("release"),
        sa.UniqueConstraint("repository", "tag", name=op.f("uq_release_repository_tag")),
    )
    _index("release", "repository")
    op.create_table(
        "watched_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", AutoString(), nullable=False),
        sa.Column("selector", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("work_item", sa.Integer(), nullable=True),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("sha256", AutoString(length=64), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        *_provenance("watched_page"),
        sa.UniqueConstraint("url", "selector", name=op.f("uq_watched_page_url_selector")),
    )
    _index("watched_page", "work_item")
    op.create_table(
        "reading_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_reading_mark_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_mark")),
        sa.UniqueConstraint("source", "name", name=op.f("uq_reading_mark_source_name")),
    )
    _index("reading_mark", "run_id")


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.execute("DELETE FROM change WHERE entity = 'page'")
    _let_changes_speak_of((*_ENTITIES, "page"), _ENTITIES)
