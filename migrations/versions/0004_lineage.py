"""What became of each clause from draft to draft, and what persons say about it."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _linked_by() -> sa.Enum:
    return sa.Enum("machine", "person", name="linkedby", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "lineage_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old_draft_id", sa.Integer(), nullable=False),
        sa.Column("new_draft_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("old_clause_id", sa.Integer(), nullable=True),
        sa.Column("new_clause_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "unchanged",
                "reworded",
                "renumbered",
                "moved",
                "split",
                "merged",
                "new",
                "gone",
                name="linkkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("by", _linked_by(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["new_clause_id"], ["clause.id"], name=op.f("fk_lineage_link_new_clause_id")),
        sa.ForeignKeyConstraint(["new_draft_id"], ["draft.id"], name=op.f("fk_lineage_link_new_draft_id")),
        sa.ForeignKeyConstraint(["old_clause_id"], ["clause.id"], name=op.f("fk_lineage_link_old_clause_id")),
        sa.ForeignKeyConstraint(["old_draft_id"], ["draft.id"], name=op.f("fk_lineage_link_old_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lineage_link")),
    )
    with op.batch_alter_table("lineage_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lineage_link_new_clause_id"), ["new_clause_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lineage_link_new_draft_id"), ["new_draft_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lineage_link_old_clause_id"), ["old_clause_id"], unique=False)
        batch_op.create_index(
            "ix_lineage_link_old_draft_id_new_draft_id_number", ["old_draft_id", "new_draft_id", "number"], unique=False
        )

    op.create_table(
        "lineage_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old_draft_id", sa.Integer(), nullable=False),
        sa.Column("new_draft_id", sa.Integer(), nullable=False),
        sa.Column("new_clause_id", sa.Integer(), nullable=False),
        sa.Column("came_from", sa.JSON(), nullable=True),
        sa.Column("remark", AutoString(), nullable=False),
        sa.Column("by", _linked_by(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["new_clause_id"], ["clause.id"], name=op.f("fk_lineage_correction_new_clause_id")),
        sa.ForeignKeyConstraint(["new_draft_id"], ["draft.id"], name=op.f("fk_lineage_correction_new_draft_id")),
        sa.ForeignKeyConstraint(["old_draft_id"], ["draft.id"], name=op.f("fk_lineage_correction_old_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lineage_correction")),
    )
    with op.batch_alter_table("lineage_correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lineage_correction_new_clause_id"), ["new_clause_id"], unique=False)
        batch_op.create_index(
            "ix_lineage_correction_old_draft_id_new_draft_id", ["old_draft_id", "new_draft_id"], unique=False
        )
