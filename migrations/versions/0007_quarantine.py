"""Records set aside, drift reports, and column maps"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("field_counts", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "quarantined_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", AutoString(length=64), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("place", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("excerpt", AutoString(), nullable=False),
        sa.Column("parser_version", AutoString(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "retried",
                "dismissed",
                name="quarantinestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("last_seen", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", AutoString(), nullable=True),
        sa.Column("note", AutoString(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_quarantined_record_run_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_quarantined_record_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_record")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_quarantined_record_fingerprint")),
    )
    with op.batch_alter_table("quarantined_record", schema=None) as batch_op:
        for column in ("source", "state", "run_id"):
            batch_op.create_index(batch_op.f(f"ix_quarantined_record_{column}"), [column], unique=False)
    op.create_table(
        "drift_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("selector", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("good_snapshot_id", sa.Integer(), nullable=True),
        sa.Column("bad_snapshot_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_drift_report_run_id")),
        sa.ForeignKeyConstraint(["good_snapshot_id"], ["snapshot.id"], name=op.f("fk_drift_report_good_snapshot_id")),
        sa.ForeignKeyConstraint(["bad_snapshot_id"], ["snapshot.id"], name=op.f("fk_drift_report_bad_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_report")),
    )
    with op.batch_alter_table("drift_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drift_report_run_id"), ["run_id"], unique=False)
    op.create_table(
        "column_map",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(length=100), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.Column("saved_by", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_map")),
        sa.UniqueConstraint("name", name=op.f("uq_column_map_name")),
    )


def downgrade() -> None:
    for table in ("column_map", "drift_report", "quarantined_record"):
        op.drop_table(table)
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_column("field_counts")
