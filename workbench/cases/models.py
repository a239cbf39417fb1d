"""Tables of declaration cases: the case, versions of its form, its patents, approvals, documents, steps and tasks.

Everything but the case itself and its tasks is append-only: triggers of the database refuse a change, whoever asks.
No case is ever deleted.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

import workbench.people.models
import workbench.standards.models  # noqa: F401 - the rows that foreign keys below name
from workbench.cases.statuses import CaseAct, CaseStatus
from workbench.db import checked
from workbench.people.gate import Rule, confidential, private
from workbench.people.permissions import Permission
from workbench.people.rules import in_matter, in_open_matter, matter_held, needs
from workbench.people.viewer import Viewer

_READERS = needs(Permission.READ_CASES)


class DocumentKind(StrEnum):
    """`generated`: the form as the workbench wrote it; `receipt`: what an organisation answered."""

    GENERATED = "generated"
    RECEIPT = "receipt"


class CaseTaskKind(StrEnum):
    """What asks for a person: a new edition, an amendment, a draft that rewords a claimed clause, an assignment, a
    national adoption that alters the document."""

    EDITION = "edition"
    AMENDMENT = "amendment"
    WORDING = "wording"
    TRANSFER = "transfer"
    ADOPTION = "adoption"


class CaseTaskState(StrEnum):
    OPEN = "open"
    DONE = "done"


def of_open_case(column: str = "case_id") -> Rule:
    """A row of a case is seen by who sees the case."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        case = private("declaration_case")
        opened = sa.select(case.c.id).where(in_open_matter(case.c.matter_id, viewer))
        return sa.cast(getattr(model, column).in_(opened), sa.Boolean)

    return rule


def case_held(case_id: Any) -> sa.ColumnElement[bool]:
    """Whether the case that a column names belongs to a matter under legal hold."""
    case = private("declaration_case")
    return case_id.in_(sa.select(case.c.id).where(matter_held(case.c.matter_id)))  # type: ignore[no-any-return]


@confidential(_READERS, in_matter(), held=lambda row: matter_held(row.matter_id))
class DeclarationCase(SQLModel, table=True):
    """A declaration of a holder for a work item under one version of a form; several of a holder may stand at once.

    `form` is the name of the template (policy and version). `revision` is the newest version of its form.
    `corrects_id` and `supersedes_id` name the case whose place this one takes when its receipt is stored.
    `to_legal`: the policy does not speak of this replacement; `cleared_by` is the counsel who looked at it.
    """

    __tablename__ = "declaration_case"
    __table_args__ = (
        sa.CheckConstraint("corrects_id IS NULL OR supersedes_id IS NULL", name="one_replacement"),
        sa.Index("ix_declaration_case_holder", "holder"),
    )

    id: int | None = Field(default=None, primary_key=True)
    work_item_id: int = Field(foreign_key="work_item.id", index=True)
    matter_id: int | None = Field(default=None, foreign_key="matter.id", index=True)
    holder: str
    form: str
    status: CaseStatus = Field(default=CaseStatus.DRAFT, sa_type=checked(CaseStatus), index=True)
    revision: int = 1
    corrects_id: int | None = Field(default=None, foreign_key="declaration_case.id")
    supersedes_id: int | None = Field(default=None, foreign_key="declaration_case.id")
    reason: str = Field(default="", description="Why it corrects, supersedes or was dropped.")
    to_legal: bool = False
    cleared_by: int | None = Field(default=None, foreign_key="account.id")
    proposed_by: int | None = Field(default=None, foreign_key="account.id")
    opened_at: dt.datetime
    changed_at: dt.datetime


@confidential(_READERS, of_open_case(), held=lambda row: case_held(row.case_id))
class CaseForm(SQLModel, table=True):
    """A version of the filled form; append-only. `option` and `ticks` are the terms as they follow from its entries."""

    __tablename__ = "case_form"
    __table_args__ = (sa.UniqueConstraint("case_id", "revision"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="declaration_case.id")
    revision: int
    entries: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    marks: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    option: str
    ticks: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    by_account: int | None = Field(default=None, foreign_key="account.id")
    by: str
    at: dt.datetime


@confidential(_READERS, of_open_case(), held=lambda row: case_held(row.case_id))
class CasePatent(SQLModel, table=True):
    """A patent of a version of the form; append-only. `claims` are those declared, none for all of them.

    `publication` and `application` are docdb numbers; `number` is what the form prints. `released`: a person released
    the number of an application that is not published. `holders` are those that a register named then.
    """

    __tablename__ = "case_patent"
    __table_args__ = (sa.UniqueConstraint("form_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="declaration_case.id", index=True)
    form_id: int = Field(foreign_key="case_form.id")
    position: int
    country: str = Field(max_length=2)
    number: str
    status: str
    title: str = ""
    publication: str | None = Field(default=None, index=True)
    application: str | None = None
    family: str | None = Field(default=None, index=True)
    claims: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    holders: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    assessment_id: int | None = Field(default=None, foreign_key="assessment.id", index=True)
    published: bool
    released: bool = False


@confidential(_READERS, of_open_case(), held=lambda row: case_held(row.case_id))
class CasePortion(SQLModel, table=True):
    """A clause of a pinned draft that a version of the form is about; append-only. `hash` is that of its text then."""

    __tablename__ = "case_portion"
    __table_args__ = (
        sa.UniqueConstraint("form_id", "draft_id", "clause_order"),
        sa.Index("ix_case_portion_draft_id_clause_order", "draft_id", "clause_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="declaration_case.id", index=True)
    form_id: int = Field(foreign_key="case_form.id")
    draft_id: int = Field(foreign_key="draft.id")
    clause_order: int
    hash: str = Field(max_length=64)


@confidential(_READERS, of_open_case(), held=lambda row: case_held(row.case_id))
class CaseApproval(SQLModel, table=True):
    """What a person says of a version of the form; append-only, one a person and version.

    Never by who wrote or proposed it: a trigger of the database refuses that, whoever asks. `signs`: the person may
    sign declarations.
    """

    __tablename__ = "case_approval"
    __table_args__ = (sa.UniqueConstraint("form_id", "by_account"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="declaration_case.id", index=True)
    form_id: int = Field(foreign_key="case_form.id")
    approved: bool
    signs: bool
    note: str = ""
    by_account: int = Field(foreign_key="account.id")
    by: str
    at: dt.datetime


@confidential(_READERS, of_open_case(), held=lambda row: case_held(row.case_id))
class CaseDocument(SQLModel, table=True):
    """A file of a case; append-only. `organisation` is who gave a receipt, `dated` its day.

    The bytes lie beside the snapshots under their hash, without a row of `Snapshot`: they are taken out only here.
    """

    __tablename__ = "case_document"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="declaration_case.id", index=True)
    form_id: int = Field(foreign_key="case_form.id")
    kind: DocumentKind = Field(sa_type=checked(DocumentKind))
    name: str
    sha256: str = Field(max_length=64)
    size: int
    organisation: str | None = None
    dated: dt.date | None = None
    by_account: int | None = Field(default=None, foreign_key="account.id")
    by: str
    at: dt.datetime


@confidential(_READERS, of_open_case(), held=lambda row: case_held(row.case_id))
class CaseStep(SQLModel, table=True):
    """One step of a case and the status after it; append-only. `details` are facts, never contents."""

    __tablename__ = "case_step"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="declaration_case.id", index=True)
    act: CaseAct = Field(sa_type=checked(CaseAct))
    status: CaseStatus = Field(sa_type=checked(CaseStatus))
    revision: int
    details: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    by_account: int | None = Field(default=None, foreign_key="account.id")
    by: str
    at: dt.datetime


@confidential(_READERS, of_open_case(), held=lambda row: case_held(row.case_id))
class CaseTask(SQLModel, table=True):
    """What a person said of something that asks to look at a declaration again (`key`; see `rechecks`); never deleted.

    What nobody settled yet follows from the facts and needs no row, but for an assignment that a person records.
    """

    __tablename__ = "case_task"
    __table_args__ = (sa.UniqueConstraint("case_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="declaration_case.id")
    kind: CaseTaskKind = Field(sa_type=checked(CaseTaskKind))
    key: str
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    state: CaseTaskState = Field(default=CaseTaskState.OPEN, sa_type=checked(CaseTaskState), index=True)
    since: dt.datetime
    settled_at: dt.datetime | None = None
    settled_by: str | None = None
    remark: str = ""
