"""The plans of a company, their rules and scenarios"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "rule", "definition", "licence", name="rulekind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_version")),
        sa.UniqueConstraint("kind", "key", "version", name=op.f("uq_rule_version_kind_key_version")),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("template", AutoString(), nullable=True),
        sa.Column("note", AutoString(), nullable=False),
        sa.Column("offices", sa.JSON(), nullable=False),
        sa.Column("gaps", sa.JSON(), nullable=False),
        sa.Column("work_item", sa.Integer(), nullable=True),
        sa.Column("slack_days", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("created_by", AutoString(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_plan_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_matter_id"), ["matter_id"], unique=False)
    op.create_table(
        "plan_asset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("layer", AutoString(), nullable=True),
        sa.Column(
            "openness",
            sa.Enum(
                "open_patent",
                "open_source",
                "closed",
                name="openness",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "theme",
            sa.Enum(
                "evaluation_method",
                "interoperability",
                "other",
                name="theme",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "track",
            sa.Enum(
                "us_west", "china", "cleared", name="assettrack", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("made_in", sa.JSON(), nullable=False),
        sa.Column("training_ops", sa.Float(), nullable=True),
        sa.Column("families", sa.JSON(), nullable=False),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("repositories", sa.JSON(), nullable=False),
        sa.Column("work_items", sa.JSON(), nullable=False),
        sa.Column("in_release", sa.Boolean(), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_asset_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_asset")),
        sa.UniqueConstraint("plan_id", "name", name=op.f("uq_plan_asset_plan_id_name")),
    )
    with op.batch_alter_table("plan_asset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_asset_plan_id"), ["plan_id"], unique=False)
    op.create_table(
        "plan_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("label", AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("moment", UTCDateTime(), nullable=True),
        sa.Column("never", sa.Boolean(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("evidence", AutoString(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.Column("repository", AutoString(), nullable=True),
        sa.Column("licence", AutoString(), nullable=True),
        sa.Column("application", AutoString(), nullable=True),
        sa.Column("ignored", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["plan_asset.id"], name=op.f("fk_plan_event_asset_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_event_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_event")),
        sa.UniqueConstraint("plan_id", "name", name=op.f("uq_plan_event_plan_id_name")),
    )
    with op.batch_alter_table("plan_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_event_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_event_plan_id"), ["plan_id"], unique=False)
    op.create_table(
        "plan_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("evidence", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_fact_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_fact")),
        sa.UniqueConstraint("plan_id", "name", name=op.f("uq_plan_fact_plan_id_name")),
    )
    with op.batch_alter_table("plan_fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_fact_plan_id"), ["plan_id"], unique=False)
    op.create_table(
        "plan_scenario",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("offices", sa.JSON(), nullable=False),
        sa.Column("gaps", sa.JSON(), nullable=False),
        sa.Column("aim", AutoString(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_scenario_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_scenario")),
        sa.UniqueConstraint("plan_id", "name", name=op.f("uq_plan_scenario_plan_id_name")),
    )
    with op.batch_alter_table("plan_scenario", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_scenario_plan_id"), ["plan_id"], unique=False)
    op.create_table(
        "plan_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("what", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("old", sa.JSON(), nullable=True),
        sa.Column("new", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_change_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_change")),
    )
    with op.batch_alter_table("plan_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_change_plan_id"), ["plan_id"], unique=False)
    op.create_table(
        "plan_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("rule", AutoString(), nullable=False),
        sa.Column("office", AutoString(), nullable=True),
        sa.Column("rule_version", AutoString(), nullable=False),
        sa.Column("inputs", AutoString(length=64), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("requested_account", sa.Integer(), nullable=False),
        sa.Column("requested_by", AutoString(), nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("decided_account", sa.Integer(), nullable=True),
        sa.Column("decided_by", AutoString(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_override_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_override")),
    )
    with op.batch_alter_table("plan_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_override_plan_id"), ["plan_id"], unique=False)


def downgrade() -> None:
    op.drop_table("plan_override")
    op.drop_table("plan_change")
    op.drop_table("plan_scenario")
    op.drop_table("plan_fact")
    op.drop_table("plan_event")
    op.drop_table("plan_asset")
    op.drop_table("plan")
    op.drop_table("rule_version")
