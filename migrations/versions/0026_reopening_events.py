"""National adoptions among what asks to look at a declaration again"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_KINDS = ("edition", "amendment", "wording", "transfer")
_NO_DELETE = "declaration cases and their tasks are never deleted"


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _let_tasks_be_of(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_case_task_casetaskkind"), "case_task", type_="check")
        words = ", ".join(f"'{value}'" for value in after)
        op.create_check_constraint(op.f("ck_case_task_casetaskkind"), "case_task", f"kind IN ({words})")
        return
    state = _one_of("casetaskstate", "open", "done")
    # The table is made anew, and with it every constraint of its columns that is named here; its trigger goes.
    with op.batch_alter_table("case_task", schema=None, recreate="always") as batch_op:
        batch_op.alter_column(
            "kind",
            existing_type=_one_of("casetaskkind", *before),
            type_=_one_of("casetaskkind", *after),
            existing_nullable=False,
        )
        batch_op.alter_column("state", existing_type=state, type_=state, existing_nullable=False)
    op.execute(
        "CREATE TRIGGER case_task_no_delete BEFORE DELETE ON case_task WHEN 1 "
        f"BEGIN SELECT RAISE(ABORT, '{_NO_DELETE}'); END"
    )


def upgrade() -> None:
    _let_tasks_be_of(_KINDS, (*_KINDS, "adoption"))


def downgrade() -> None:
    # What was recorded of adoptions stays, as what it is nearest to.
    op.execute("UPDATE case_task SET kind = 'edition' WHERE kind = 'adoption'")
    _let_tasks_be_of((*_KINDS, "adoption"), _KINDS)
