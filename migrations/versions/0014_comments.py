"""Comments on clauses"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _state() -> sa.Enum:
    return _one_of("commentstate", "draft", "agreed", "submitted", "resolved", "withdrawn")


def _type() -> sa.Enum:
    return _one_of("commenttype", "ge", "te", "ed")


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("clause_order", sa.Integer(), nullable=True),
        sa.Column("clause", AutoString(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("quote", AutoString(), nullable=True),
        sa.Column("wording", AutoString(), nullable=True),
        sa.Column("type", _type(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("proposal", AutoString(), nullable=False),
        sa.Column("paragraph", AutoString(), nullable=False),
        sa.Column("line", AutoString(), nullable=False),
        sa.Column("member", AutoString(), nullable=False),
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("origin", _one_of("commentorigin", "own", "imported"), nullable=False),
        sa.Column("owner_account", sa.Integer(), nullable=True),
        sa.Column("owner", AutoString(), nullable=False),
        sa.Column("state", _state(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=True),
        sa.Column("observation", AutoString(), nullable=False),
        sa.Column(
            "outcome",
            _one_of("outcome", "accepted", "accepted_with_modifications", "noted", "rejected"),
            nullable=True,
        ),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("restates", sa.Integer(), nullable=True),
        sa.Column("closed_on", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_comment_draft_id")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_comment_ballot_id")),
        sa.ForeignKeyConstraint(["merged_into"], ["comment.id"], name=op.f("fk_comment_merged_into")),
        sa.ForeignKeyConstraint(["restates"], ["comment.id"], name=op.f("fk_comment_restates")),
        sa.ForeignKeyConstraint(["closed_on"], ["draft.id"], name=op.f("fk_comment_closed_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("ix_comment_draft_id_clause_order", ["draft_id", "clause_order"], unique=False)
        for column in ("member", "ballot_id", "merged_into", "restates", "closed_on"):
            batch_op.create_index(batch_op.f(f"ix_comment_{column}"), [column], unique=False)
    op.create_table(
        "comment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("state", _state(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_event_comment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_event")),
    )
    with op.batch_alter_table("comment_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_event_comment_id"), ["comment_id"], unique=False)
    op.create_table(
        "returned_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("member", AutoString(), nullable=False),
        sa.Column("line", AutoString(), nullable=False),
        sa.Column("clause", AutoString(), nullable=False),
        sa.Column("paragraph", AutoString(), nullable=False),
        sa.Column("type", _type(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("proposal", AutoString(), nullable=False),
        sa.Column("observation", AutoString(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_returned_row_draft_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_returned_row_run_id")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_returned_row_comment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_row")),
    )
    with op.batch_alter_table("returned_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_returned_row_draft_id"), ["draft_id"], unique=False)


def downgrade() -> None:
    op.drop_table("returned_row")
    op.drop_table("comment_event")
    op.drop_table("comment")
