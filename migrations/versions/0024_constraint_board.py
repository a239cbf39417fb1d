"""The board of constraints and the matrix of two tracks"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "board_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("regime", AutoString(), nullable=False),
        sa.Column("standing", _words("open", "answered", "barred", "not_concerned", name="standing"), nullable=False),
        sa.Column("evidence", AutoString(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_board_entry_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_entry")),
    )
    op.create_table(
        "track_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column(
            "aspect",
            _words("regime", "hardware", "model_and_data", "ip_defence", "partners", name="aspect"),
            nullable=False,
        ),
        sa.Column("track", _words("us_west", "china", name="track"), nullable=False),
        sa.Column("words", AutoString(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_track_cell_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_cell")),
    )
    with op.batch_alter_table("board_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_board_entry_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_board_entry_asset_id"), ["asset_id"], unique=False)
    with op.batch_alter_table("track_cell", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_cell_plan_id"), ["plan_id"], unique=False)


def downgrade() -> None:
    op.drop_table("track_cell")
    op.drop_table("board_entry")
