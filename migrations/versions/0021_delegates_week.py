"""More of the delegate's week: changes of ballots, those that people say included; days of mails, leaving by mail"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ENTITIES = ("work_item", "committee", "publication", "declaration", "draft", "release", "page")


def _entity(values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name="entity", native_enum=False, create_constraint=True, length=32)


def _change_kind() -> sa.Enum:
    return sa.Enum("new", "changed", "removed", name="changekind", native_enum=False, create_constraint=True, length=32)


def _let_changes_speak_of(before: tuple[str, ...], after: tuple[str, ...], *, need_run: bool) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_change_entity"), "change", type_="check")
        words = ", ".join(f"'{value}'" for value in after)
        op.create_check_constraint(op.f("ck_change_entity"), "change", f"entity IN ({words})")
        op.alter_column("change", "run_id", existing_type=sa.Integer(), nullable=not need_run)
        return
    # The table is made anew, and with it every constraint of its columns that is named here.
    with op.batch_alter_table("change", schema=None, recreate="always") as batch_op:
        batch_op.alter_column("entity", existing_type=_entity(before), type_=_entity(after), existing_nullable=False)
        batch_op.alter_column("kind", existing_type=_change_kind(), type_=_change_kind(), existing_nullable=False)
        batch_op.alter_column("run_id", existing_type=sa.Integer(), nullable=not need_run)


def upgrade() -> None:
    _let_changes_speak_of(_ENTITIES, (*_ENTITIES, "ballot"), need_run=False)
    op.add_column("recipient", sa.Column("weekday", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("recipient", sa.Column("paused_until", sa.Date(), nullable=True))
    op.add_column("mail", sa.Column("unsubscribe_by_mail", AutoString(), nullable=True))
    op.create_table(
        "unsubscribing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("fingerprint", AutoString(length=64), nullable=False),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipient.id"], name=op.f("fk_unsubscribing_mail_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsubscribing_mail")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_unsubscribing_mail_fingerprint")),
    )


def downgrade() -> None:
    op.drop_table("unsubscribing_mail")
    op.drop_column("mail", "unsubscribe_by_mail")
    op.drop_column("recipient", "paused_until")
    op.drop_column("recipient", "weekday")
    op.execute("DELETE FROM change WHERE entity = 'ballot' OR run_id IS NULL")
    _let_changes_speak_of((*_ENTITIES, "ballot"), _ENTITIES, need_run=True)
