"""Second factor, quotas and scans"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("login", schema=None) as batch_op:
        batch_op.add_column(sa.Column("second_step", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE login SET second_step = true WHERE method = 'password_and_code'")
    op.create_table(
        "upload_day",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_upload_day_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_upload_day")),
    )


def downgrade() -> None:
    op.drop_table("upload_day")
    with op.batch_alter_table("login", schema=None) as batch_op:
        batch_op.drop_column("second_step")
