"""The window of a digest as a range of changes, so that none is told twice or lost, whatever the clocks say."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changes_after", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("changes_to", sa.Integer(), nullable=False, server_default="0"))
