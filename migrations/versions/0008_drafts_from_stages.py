"""What a draft's cover says, and the tasks that a stage brings."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _values(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confidentiality", AutoString(), nullable=True))

    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _values("taskkind", "draft_expected", "file_not_recognised"), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("work_item_id", sa.Integer(), nullable=True),
        sa.Column("stage", AutoString(length=5), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("file", AutoString(), nullable=True),
        sa.Column("reason", AutoString(), nullable=True),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("state", _values("taskstate", "open", "done", "dismissed"), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("remark", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_task_draft_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_task_snapshot_id")),
        sa.ForeignKeyConstraint(["work_item_id"], ["work_item.id"], name=op.f("fk_task_work_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("key", name=op.f("uq_task_key")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_work_item_id"), ["work_item_id"], unique=False)


def downgrade() -> None:
    op.drop_table("task")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_column("confidentiality")
