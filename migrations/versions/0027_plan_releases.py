"""Several releases of a plan, plans in calendars, and histories of plans and rules that nobody changes"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_KEPT = "what was once said of a plan or a rule is kept; a newer word takes its place"
_APPEND_ONLY = ("plan_change", "rule_version")
_ASSET = sa.table(
    "plan_asset", sa.column("id", sa.Integer), sa.column("in_release", sa.Boolean), sa.column("releases", sa.JSON)
)


def upgrade() -> None:
    with op.batch_alter_table("plan_asset", schema=None) as batch_op:
        batch_op.add_column(sa.Column("releases", sa.JSON(), nullable=False, server_default="[]"))
    op.execute(_ASSET.update().where(_ASSET.c.in_release.is_(True)).values(releases=["OSS"]))
    with op.batch_alter_table("plan_asset", schema=None) as batch_op:
        batch_op.alter_column("releases", server_default=None)
        batch_op.drop_column("in_release")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("plans", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.alter_column("plans", server_default=None)
    op.create_table(
        "feed_event",
        sa.Column("uid", AutoString(length=255), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("modified_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_event_feed_id")),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_feed_event")),
    )
    with op.batch_alter_table("feed_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_event_feed_id"), ["feed_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for table in _APPEND_ONLY:
            for action in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END"
                )
    else:
        op.execute(
            "CREATE FUNCTION refuse_change_of_plans() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_KEPT}'; END $$"
        )
        for table in _APPEND_ONLY:
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_plans()"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _APPEND_ONLY:
            for action in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{action}")
    else:
        for table in _APPEND_ONLY:
            op.execute(f"DROP TRIGGER {table}_no_change ON {table}")
        op.execute("DROP FUNCTION refuse_change_of_plans()")
    op.drop_table("feed_event")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.drop_column("plans")
    with op.batch_alter_table("plan_asset", schema=None) as batch_op:
        batch_op.add_column(sa.Column("in_release", sa.Boolean(), nullable=False, server_default=sa.false()))
    connection = op.get_bind()
    for key, releases in connection.execute(sa.select(_ASSET.c.id, _ASSET.c.releases)).all():
        connection.execute(_ASSET.update().where(_ASSET.c.id == key).values(in_release=bool(releases)))
    with op.batch_alter_table("plan_asset", schema=None) as batch_op:
        batch_op.alter_column("in_release", server_default=None)
        batch_op.drop_column("releases")
