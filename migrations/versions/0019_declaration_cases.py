"""Declaration cases: forms, patents, approvals, documents, steps and tasks"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KEPT = "what was written of a declaration case is never changed or deleted"
_NO_DELETE = "declaration cases and their tasks are never deleted"
_SELF = "who wrote or proposed a declaration cannot approve it; two other people are needed"
_STRANGE = "an approval is of the newest form of a case that is proposed, and only a signatory signs"
_FORM = "a form is revised only while the case is a draft, and its option is the one written in it"
_PATH = "a declaration case does not change like this; see the table of transitions"
_TERMS = "a declaration is superseded only by a more favourable one, and corrected only with the same terms"
_APPEND_ONLY = ("case_form", "case_patent", "case_portion", "case_approval", "case_document", "case_step")
_FUNCTIONS = ("kept", "case_deleted", "approval", "form", "new", "path")
# The newest form of the row that is changed, and that of the case it replaces.
_NEWEST = "(SELECT id FROM case_form f WHERE f.case_id = NEW.id AND f.revision = NEW.revision)"
_NEW_CASE = "NEW.status <> 'draft'"
_WROTE = (
    "EXISTS (SELECT 1 FROM case_form f JOIN declaration_case c ON c.id = f.case_id WHERE f.id = NEW.form_id "
    "AND (f.by_account = NEW.by_account OR c.proposed_by = NEW.by_account))"
)
_NOT_NOW = (
    "NOT EXISTS (SELECT 1 FROM case_form f JOIN declaration_case c ON c.id = f.case_id "
    "WHERE f.id = NEW.form_id AND c.id = NEW.case_id AND f.revision = c.revision AND c.status = 'proposed') "
    "OR (NEW.signs AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = NEW.by_account "
    "AND CAST(a.roles AS TEXT) LIKE '%\"signatory\"%'))"
)
_APPROVED = (
    "((SELECT count(*) FROM case_approval a WHERE a.form_id = $form AND a.approved) >= 2 "
    "AND EXISTS (SELECT 1 FROM case_approval a WHERE a.form_id = $form AND a.approved AND a.signs) "
    "AND NOT EXISTS (SELECT 1 FROM case_approval a WHERE a.form_id = $form AND NOT a.approved) "
    "AND (NOT NEW.to_legal OR NEW.cleared_by IS NOT NULL))"
).replace("$form", _NEWEST)


def _document(kind: str) -> str:
    held = "EXISTS (SELECT 1 FROM case_document d WHERE d.form_id = $form AND d.kind = '$kind')"
    return held.replace("$form", _NEWEST).replace("$kind", kind)


def _replaced(column: str) -> str:
    other = "EXISTS (SELECT 1 FROM declaration_case n WHERE n.$column = NEW.id AND n.status = 'in_force')"
    return other.replace("$column", column)


_PATHS = {
    ("draft", "proposed"): (
        "NEW.proposed_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM case_approval a WHERE a.form_id = $form)"
    ).replace("$form", _NEWEST),
    ("proposed", "approved"): _APPROVED,
    ("proposed", "draft"): "1 = 1",
    ("approved", "draft"): "1 = 1",
    ("generated", "draft"): "1 = 1",
    ("approved", "generated"): _document("generated"),
    ("generated", "sent"): "1 = 1",
    ("sent", "in_force"): _document("receipt"),
    ("in_force", "corrected"): _replaced("corrects_id"),
    ("in_force", "superseded"): _replaced("supersedes_id"),
    **{(status, "dropped"): "1 = 1" for status in ("draft", "proposed", "approved", "generated")},
}
_ALLOWED = " OR ".join(
    f"(OLD.status = '{old}' AND NEW.status = '{new}' AND {condition})" for (old, new), condition in _PATHS.items()
)
_FIXED = (
    " OR ".join(f"NEW.{column} <> OLD.{column}" for column in ("work_item_id", "holder", "form", "opened_at"))
    + "".join(
        f" OR COALESCE(NEW.{column}, 0) <> COALESCE(OLD.{column}, 0)" for column in ("corrects_id", "supersedes_id")
    )
    + (
        " OR (NEW.revision <> OLD.revision AND OLD.status <> 'draft')"
        " OR (COALESCE(NEW.proposed_by, 0) <> COALESCE(OLD.proposed_by, 0) AND NEW.status NOT IN ('draft', 'proposed'))"
    )
)
_FORBIDDEN = f"({_FIXED}) OR (NEW.status <> OLD.status AND NOT ({_ALLOWED}))"


def _unfavourable(within: str) -> str:
    """Whether the terms of a case that goes on are not those that may replace the old ones.

    `within`: the texts of one JSON list `n` that are not in another, `o`, exist.
    """
    forms = (
        "FROM declaration_case c JOIN case_form o ON o.case_id = c.id AND o.revision = c.revision "
        "JOIN case_form n ON n.case_id = NEW.id AND n.revision = NEW.revision"
    )
    fewer = f"(n.option = o.option AND NOT {within} AND json_array_length(n.ticks) < json_array_length(o.ticks))"
    better = f"(o.option = '3' AND n.option IN ('1', '2')) OR (o.option = '2' AND n.option = '1') OR {fewer}"
    same = f"(n.option = o.option AND NOT {within} AND json_array_length(n.ticks) = json_array_length(o.ticks))"
    return (
        "NEW.status NOT IN ('draft', 'dropped') AND NEW.status <> OLD.status AND ("
        f"EXISTS (SELECT 1 {forms} WHERE c.id = NEW.supersedes_id AND NOT ({better})) "
        f"OR EXISTS (SELECT 1 {forms} WHERE c.id = NEW.corrects_id AND NOT {same}))"
    )


_SQLITE_WITHIN = (
    "EXISTS (SELECT 1 FROM json_each(n.ticks) x WHERE x.value NOT IN (SELECT y.value FROM json_each(o.ticks) y))"
)
_POSTGRESQL_WITHIN = (
    "EXISTS (SELECT 1 FROM json_array_elements_text(n.ticks) x(value) "
    "WHERE x.value NOT IN (SELECT y.value FROM json_array_elements_text(o.ticks) y(value)))"
)


def _bad_form(option: str) -> str:
    not_draft = "NOT EXISTS (SELECT 1 FROM declaration_case c WHERE c.id = NEW.case_id AND c.status = 'draft')"
    return f"NEW.option <> COALESCE({option}, '') OR {not_draft}"


def upgrade() -> None:

    op.create_table(
        "declaration_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_item_id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=True),
        sa.Column("holder", AutoString(), nullable=False),
        sa.Column("form", AutoString(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "proposed",
                "approved",
                "generated",
                "sent",
                "in_force",
                "corrected",
                "superseded",
                "dropped",
                name="casestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("to_legal", sa.Boolean(), nullable=False),
        sa.Column("cleared_by", sa.Integer(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "corrects_id IS NULL OR supersedes_id IS NULL", name=op.f("ck_declaration_case_one_replacement")
        ),
        sa.ForeignKeyConstraint(["cleared_by"], ["account.id"], name=op.f("fk_declaration_case_cleared_by")),
        sa.ForeignKeyConstraint(["corrects_id"], ["declaration_case.id"], name=op.f("fk_declaration_case_corrects_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_declaration_case_matter_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_declaration_case_proposed_by")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["declaration_case.id"], name=op.f("fk_declaration_case_supersedes_id")
        ),
        sa.ForeignKeyConstraint(["work_item_id"], ["work_item.id"], name=op.f("fk_declaration_case_work_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_case")),
    )
    with op.batch_alter_table("declaration_case", schema=None) as batch_op:
        batch_op.create_index("ix_declaration_case_holder", ["holder"], unique=False)
        batch_op.create_index(batch_op.f("ix_declaration_case_matter_id"), ["matter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_declaration_case_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_declaration_case_work_item_id"), ["work_item_id"], unique=False)

    op.create_table(
        "case_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("option", AutoString(), nullable=False),
        sa.Column("ticks", sa.JSON(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_account"], ["account.id"], name=op.f("fk_case_form_by_account")),
        sa.ForeignKeyConstraint(["case_id"], ["declaration_case.id"], name=op.f("fk_case_form_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_form")),
        sa.UniqueConstraint("case_id", "revision", name=op.f("uq_case_form_case_id_revision")),
    )
    op.create_table(
        "case_patent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("country", AutoString(length=2), nullable=False),
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("publication", AutoString(), nullable=True),
        sa.Column("application", AutoString(), nullable=True),
        sa.Column("family", AutoString(), nullable=True),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("holders", sa.JSON(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_case_patent_assessment_id")),
        sa.ForeignKeyConstraint(["case_id"], ["declaration_case.id"], name=op.f("fk_case_patent_case_id")),
        sa.ForeignKeyConstraint(["form_id"], ["case_form.id"], name=op.f("fk_case_patent_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_patent")),
        sa.UniqueConstraint("form_id", "position", name=op.f("uq_case_patent_form_id_position")),
    )
    with op.batch_alter_table("case_patent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_patent_assessment_id"), ["assessment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_patent_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_patent_family"), ["family"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_patent_publication"), ["publication"], unique=False)

    op.create_table(
        "case_portion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("clause_order", sa.Integer(), nullable=False),
        sa.Column("hash", AutoString(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["declaration_case.id"], name=op.f("fk_case_portion_case_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_case_portion_draft_id")),
        sa.ForeignKeyConstraint(["form_id"], ["case_form.id"], name=op.f("fk_case_portion_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_portion")),
        sa.UniqueConstraint(
            "form_id", "draft_id", "clause_order", name=op.f("uq_case_portion_form_id_draft_id_clause_order")
        ),
    )
    with op.batch_alter_table("case_portion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_portion_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_case_portion_draft_id_clause_order", ["draft_id", "clause_order"], unique=False)

    op.create_table(
        "case_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("signs", sa.Boolean(), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_account"], ["account.id"], name=op.f("fk_case_approval_by_account")),
        sa.ForeignKeyConstraint(["case_id"], ["declaration_case.id"], name=op.f("fk_case_approval_case_id")),
        sa.ForeignKeyConstraint(["form_id"], ["case_form.id"], name=op.f("fk_case_approval_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_approval")),
        sa.UniqueConstraint("form_id", "by_account", name=op.f("uq_case_approval_form_id_by_account")),
    )
    with op.batch_alter_table("case_approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_approval_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("generated", "receipt", name="documentkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("sha256", AutoString(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("organisation", AutoString(), nullable=True),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_account"], ["account.id"], name=op.f("fk_case_document_by_account")),
        sa.ForeignKeyConstraint(["case_id"], ["declaration_case.id"], name=op.f("fk_case_document_case_id")),
        sa.ForeignKeyConstraint(["form_id"], ["case_form.id"], name=op.f("fk_case_document_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_document")),
    )
    with op.batch_alter_table("case_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_document_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "open",
                "revise",
                "propose",
                "clear",
                "approve_one",
                "approve",
                "send_back",
                "generate",
                "send",
                "receive",
                "receive_further",
                "be_corrected",
                "be_superseded",
                "drop",
                name="caseact",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "proposed",
                "approved",
                "generated",
                "sent",
                "in_force",
                "corrected",
                "superseded",
                "dropped",
                name="casestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("by_account", sa.Integer(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_account"], ["account.id"], name=op.f("fk_case_step_by_account")),
        sa.ForeignKeyConstraint(["case_id"], ["declaration_case.id"], name=op.f("fk_case_step_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_step")),
    )
    with op.batch_alter_table("case_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_step_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "edition",
                "amendment",
                "wording",
                "transfer",
                name="casetaskkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "done", name="casetaskstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("settled_by", AutoString(), nullable=True),
        sa.Column("remark", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["declaration_case.id"], name=op.f("fk_case_task_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_task")),
        sa.UniqueConstraint("case_id", "key", name=op.f("uq_case_task_case_id_key")),
    )
    with op.batch_alter_table("case_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_task_state"), ["state"], unique=False)

    if op.get_bind().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def downgrade() -> None:
    for table in (
        "case_task",
        "case_step",
        "case_document",
        "case_approval",
        "case_portion",
        "case_patent",
        "case_form",
        "declaration_case",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        for name in _FUNCTIONS:
            op.execute(f"DROP FUNCTION refuse_case_{name}()")


def _sqlite_triggers() -> None:
    for table in _APPEND_ONLY:
        for action in ("UPDATE", "DELETE"):
            _sqlite_trigger(f"{table}_no_{action.lower()}", f"{action} ON {table}", "1", _KEPT)
    for table in ("declaration_case", "case_task"):
        _sqlite_trigger(f"{table}_no_delete", f"DELETE ON {table}", "1", _NO_DELETE)
    _sqlite_trigger("case_approval_no_self", "INSERT ON case_approval", _WROTE, _SELF)
    _sqlite_trigger("case_approval_now", "INSERT ON case_approval", _NOT_NOW, _STRANGE)
    bad_form = _bad_form("json_extract(NEW.entries, '$.option')")
    _sqlite_trigger("case_form_of_draft", "INSERT ON case_form", bad_form, _FORM)
    _sqlite_trigger("declaration_case_new", "INSERT ON declaration_case", _NEW_CASE, _PATH)
    _sqlite_trigger("declaration_case_path", "UPDATE ON declaration_case", _FORBIDDEN, _PATH)
    _sqlite_trigger("declaration_case_terms", "UPDATE ON declaration_case", _unfavourable(_SQLITE_WITHIN), _TERMS)


def _sqlite_trigger(name: str, when: str, condition: str, refusal: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{refusal}'); END")


def _postgresql_triggers() -> None:
    _postgresql_function("kept", ("TRUE", _KEPT))
    for table in _APPEND_ONLY:
        _postgresql_trigger(table, "UPDATE OR DELETE", "kept")
    _postgresql_function("case_deleted", ("TRUE", _NO_DELETE))
    for table in ("declaration_case", "case_task"):
        _postgresql_trigger(table, "DELETE", "case_deleted")
    _postgresql_function("approval", (_WROTE, _SELF), (_NOT_NOW, _STRANGE))
    _postgresql_trigger("case_approval", "INSERT", "approval")
    _postgresql_function("form", (_bad_form("NEW.entries ->> 'option'"), _FORM))
    _postgresql_trigger("case_form", "INSERT", "form")
    _postgresql_function("new", (_NEW_CASE, _PATH))
    _postgresql_trigger("declaration_case", "INSERT", "new")
    _postgresql_function("path", (_FORBIDDEN, _PATH), (_unfavourable(_POSTGRESQL_WITHIN), _TERMS))
    _postgresql_trigger("declaration_case", "UPDATE", "path")


def _postgresql_function(name: str, *refusals: tuple[str, str]) -> None:
    checks = " ".join(f"IF {condition} THEN RAISE EXCEPTION '{refusal}'; END IF;" for condition, refusal in refusals)
    op.execute(
        f"CREATE FUNCTION refuse_case_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {checks} RETURN NEW; END $$"
    )


def _postgresql_trigger(table: str, when: str, function: str) -> None:
    name = f"{table}_{when.split()[0].lower()}"
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_case_{function}()")
