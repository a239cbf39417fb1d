"""What people choose for patents that no text needs, annuity days they typed, and what a draft was mapped against"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_KEPT = "what was chosen for a patent or typed of its annuities is never changed or deleted; a later row replaces it"
_APPEND_ONLY = ("patent_choice", "annuity_date")


def upgrade() -> None:
    choice = sa.Enum(
        "keep", "license", "donate", "lapse", "option_1",
        name="choice", native_enum=False, create_constraint=True, length=32,
    )  # fmt: skip
    _table(
        "patent_choice",
        sa.Column("family", AutoString(), nullable=False),
        sa.Column("publication", AutoString(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=True),
        sa.Column("choice", choice, nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
    )
    _table(
        "annuity_date",
        sa.Column("publication", AutoString(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("source", AutoString(), nullable=False),
    )
    op.create_index("ix_patent_choice_family", "patent_choice", ["family"])
    op.create_index("ix_patent_choice_matter_id", "patent_choice", ["matter_id"])
    op.create_index("ix_annuity_date_publication", "annuity_date", ["publication"])
    op.create_index("ix_annuity_date_matter_id", "annuity_date", ["matter_id"])
    _keep()
    op.create_table(
        "searched_publication",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("foremost", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_searched_publication_draft_id")),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_searched_publication_publication_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("draft_id", "publication_id", name=op.f("pk_searched_publication")),
    )


def _table(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f(f"fk_{name}_matter_id")),
        sa.ForeignKeyConstraint(["by_account"], ["account.id"], name=op.f(f"fk_{name}_by_account")),
        sa.ForeignKeyConstraint(["replaces"], [f"{name}.id"], name=op.f(f"fk_{name}_replaces")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("replaces", name=op.f(f"uq_{name}_replaces")),
    )


def _keep() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _APPEND_ONLY:
            for action in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} WHEN 1 "
                    f"BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_choice() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_KEPT}'; END $$"
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_choice()"
        )


def downgrade() -> None:
    op.drop_table("searched_publication")
    for table in reversed(_APPEND_ONLY):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_choice()")
