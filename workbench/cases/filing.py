"""From an approved form to a declaration in force: its file, what a person sent, and what was answered.

The workbench sends nothing to ISO, IEC or ITU: a person does, and says so here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final

from sqlmodel import Session, col, select

from workbench.assessments.models import Assessment
from workbench.assessments.statuses import DECLARED, Act, TransitionError
from workbench.assessments.verbs import AssessmentError
from workbench.assessments.verbs import act as act_on_assessment
from workbench.cases.contents import filled_of, newest_form, patents_of, plain, unreleased_numbers
from workbench.cases.models import (
    CaseDocument,
    CaseForm,
    CasePatent,
    CaseTask,
    CaseTaskKind,
    CaseTaskState,
    DeclarationCase,
    DocumentKind,
)
from workbench.cases.printing import Printed, printed
from workbench.cases.statuses import STANDS, CaseAct, CaseStatus
from workbench.cases.templates import FormTemplate
from workbench.cases.validation import Filled, errors
from workbench.cases.verbs import FAULTY, NEEDS_REASON, CaseError, advance, faults_of, need, step
from workbench.db import key_of, settings_of
from workbench.history.snapshots import SnapshotFolder
from workbench.i18n import mark
from workbench.people.permissions import Permission
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction

MAX_RECEIPT: Final = 20 * 1024 * 1024


def _write_docx(form: Printed) -> bytes:
    from workbench.cases.form_docx import write_docx

    return write_docx(form)


def _write_pdf(form: Printed) -> bytes:
    from workbench.cases.form_pdf import write_pdf

    return write_pdf(form)


WRITERS: Final[dict[str, Callable[[Printed], bytes]]] = {"docx": _write_docx, "pdf": _write_pdf}
TYPES: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
NOT_ALL: Final = mark("a declaration goes to every organisation of the document; record it once all have it")
NOT_A_RECIPIENT: Final = mark("choose the organisation that answered: one of those that got the declaration")
EMPTY_FILE: Final = mark("choose a file that is not empty")
LARGE_FILE: Final = mark("the file is too large; keep the message without its attachments")
STRANGE_DAY: Final = mark("the day lies before the declaration was sent, or in the future; correct it")
NOT_SENT: Final = mark("this is recorded for a declaration that was sent and stands")
NO_ADOPTION: Final = mark("name the national standard, such as JIS X 99001:2027")
HOW_SENT: Final = mark("say how it was sent, such as by e-mail")


def filled(session: Session, form: CaseForm) -> tuple[Filled, set[str]]:
    """A version of a form as it is printed, and the numbers that may not stand in it."""
    patents = patents_of(session, form)
    return filled_of(form, patents), unreleased_numbers(patents)


def generate(
    session: Session, viewer: Viewer, case: DeclarationCase, template: FormTemplate, at: dt.datetime, language: str
) -> list[CaseDocument]:
    """Write the approved form as Word file and PDF, and keep both. Raises CaseError."""
    need(viewer, Permission.EDIT_CASES)
    wrong = errors(faults := faults_of(session, case, template))
    if wrong:
        raise CaseError(FAULTY, faults)
    form = newest_form(session, case)
    content, unreleased = filled(session, form)
    whole = printed(template, content, language, unreleased=unreleased)
    before = case.status
    advance(case, CaseAct.GENERATE, at)
    after, case.status = case.status, before
    documents = []
    for kind, write in WRITERS.items():
        name = f"declaration-{case.id}-{form.revision}-{language}.{kind}"
        documents.append(_keep(session, viewer, case, form, DocumentKind.GENERATED, name, write(whole), at))
    case.status = after
    session.add(case)
    session.flush()
    step(session, viewer, case, CaseAct.GENERATE, at, {"sha256": [each.sha256 for each in documents]})
    return documents


def send(
    session: Session,
    viewer: Viewer,
    case: DeclarationCase,
    template: FormTemplate,
    at: dt.datetime,
    *,
    to: Collection[str],
    sent_on: dt.date,
    how: str,
) -> None:
    """Record that a person sent the form to every organisation that gets it. Raises CaseError."""
    need(viewer, Permission.EDIT_CASES)
    form = newest_form(session, case)
    if set(to) != set(recipients_of(template, form)):
        raise CaseError(NOT_ALL)
    generated = [each for each in documents_of(session, case) if each.form_id == form.id]
    if not case.opened_at.date() <= sent_on <= at.date() + dt.timedelta(days=1):
        raise CaseError(STRANGE_DAY)
    told = " ".join(plain(how).split())[:200]
    if not told:
        raise CaseError(HOW_SENT)
    advance(case, CaseAct.SEND, at)
    session.add(case)
    session.flush()
    hashes = sorted({each.sha256 for each in generated if each.kind is DocumentKind.GENERATED})
    facts = {"to": sorted(to), "sent_on": sent_on.isoformat(), "how": told, "sha256": hashes}
    step(session, viewer, case, CaseAct.SEND, at, facts)


def receive(
    session: Session,
    viewer: Viewer,
    case: DeclarationCase,
    template: FormTemplate,
    at: dt.datetime,
    *,
    organisation: str,
    dated: dt.date,
    name: str,
    content: bytes,
) -> CaseDocument:
    """Keep a receipt. The first puts the declaration in force, and what it replaces out of it. Raises CaseError.

    Assessments of its patents become declared as far as their state allows; which did not is told in the step.
    """
    need(viewer, Permission.EDIT_CASES)
    form = newest_form(session, case)
    if organisation not in recipients_of(template, form):
        raise CaseError(NOT_A_RECIPIENT)
    if not content:
        raise CaseError(EMPTY_FILE)
    if len(content) > MAX_RECEIPT:
        raise CaseError(LARGE_FILE)
    if not case.opened_at.date() <= dated <= at.date() + dt.timedelta(days=1):
        raise CaseError(STRANGE_DAY)
    first = case.status is CaseStatus.SENT
    before = case.status
    advance(case, CaseAct.RECEIVE if first else CaseAct.RECEIVE_FURTHER, at)
    after, case.status = case.status, before
    kept = _keep(session, viewer, case, form, DocumentKind.RECEIPT, name, content, at, organisation, dated)
    case.status = after
    session.add(case)
    session.flush()
    told = _declare(session, viewer, case, form, at) if first else {}
    facts = {"organisation": organisation, "dated": dated.isoformat(), "sha256": kept.sha256, **told}
    step(session, viewer, case, CaseAct.RECEIVE if first else CaseAct.RECEIVE_FURTHER, at, facts)
    if first:
        _replace(session, viewer, case, at)
    return kept


def record_assignment(
    session: Session, viewer: Viewer, case: DeclarationCase, at: dt.datetime, *, patent: str, to: str
) -> CaseTask:
    """Record that a patent was assigned, whether the form lists it or not: the transfer duty becomes a task."""
    need(viewer, Permission.EDIT_CASES)
    number, assignee = (" ".join(plain(text).split())[:200] for text in (patent, to))
    if not number or not assignee:
        raise CaseError(NEEDS_REASON)
    facts = {"patent": number, "to": [assignee]}
    return _recorded(session, viewer, case, CaseTaskKind.TRANSFER, f"transfer:{number}:{assignee}", facts, at)


def record_adoption(
    session: Session, viewer: Viewer, case: DeclarationCase, at: dt.datetime, *, reference: str, identical: bool
) -> CaseTask:
    """Record that a nation adopted the document. One that is identical may rely on this declaration and asks nothing;
    one that is altered is not covered, so that it asks a person (ISO/IEC Directives, Part 1, forewords of adoptions).
    """
    need(viewer, Permission.EDIT_CASES)
    name = " ".join(plain(reference).split())[:200]
    if not name:
        raise CaseError(NO_ADOPTION)
    if case.status not in STANDS:
        raise CaseError(NOT_SENT)
    facts = {"reference": name, "identical": identical}
    key = f"adoption:{name}:{'identical' if identical else 'altered'}"
    task = _recorded(session, viewer, case, CaseTaskKind.ADOPTION, key, facts, at)
    if identical and task.state is CaseTaskState.OPEN:
        task.state, task.settled_at, task.settled_by = CaseTaskState.DONE, at, viewer.name
        session.add(task)
        session.flush()
    return task


def _recorded(
    session: Session,
    viewer: Viewer,
    case: DeclarationCase,
    kind: CaseTaskKind,
    key: str,
    facts: dict[str, Any],
    at: dt.datetime,
) -> CaseTask:
    """What a person records of a declaration, once."""
    found = session.exec(select(CaseTask).where(CaseTask.case_id == case.id, CaseTask.key == key[:300])).one_or_none()
    if found is None:
        found = CaseTask(case_id=key_of(case), kind=kind, key=key[:300], facts=facts, since=at)
        session.add(found)
        session.flush()
        record(session, viewer, TrailAction.CREATED, "case_task", key_of(found), matter_id=case.matter_id, at=at)
    return found


def recipients_of(template: FormTemplate, form: CaseForm) -> tuple[str, ...]:
    """The organisations that get a version of a form."""
    return template.recipients_of(form.entries.get("doc_type", ""))


def documents_of(session: Session, case: DeclarationCase) -> Sequence[CaseDocument]:
    """The files of a case, the newest first."""
    statement = select(CaseDocument).where(CaseDocument.case_id == case.id)
    return session.exec(statement.order_by(col(CaseDocument.id).desc())).all()


def body_of(session: Session, document: CaseDocument) -> bytes:
    """The content of a file of a case. Raises FileNotFoundError where the folder lost it."""
    return SnapshotFolder(settings_of(session).home).read(document.sha256)


def _keep(
    session: Session,
    viewer: Viewer,
    case: DeclarationCase,
    form: CaseForm,
    kind: DocumentKind,
    name: str,
    content: bytes,
    at: dt.datetime,
    organisation: str | None = None,
    dated: dt.date | None = None,
) -> CaseDocument:
    sha256, size = SnapshotFolder(settings_of(session).home).add([content])
    row = CaseDocument(
        case_id=key_of(case),
        form_id=key_of(form),
        kind=kind,
        name=plain(name)[-100:] or "file",
        sha256=sha256,
        size=size,
        organisation=organisation,
        dated=dated,
        by_account=viewer.account_id,
        by=viewer.name,
        at=at,
    )
    session.add(row)
    session.flush()
    return row


def _declare(
    session: Session, viewer: Viewer, case: DeclarationCase, form: CaseForm, at: dt.datetime
) -> dict[str, list[int]]:
    """Make the assessments of the patents declared; returns those that are, and those that could not become so."""
    declared, left = [], []
    for row in _assessments(session, patents_of(session, form)):
        if row.status in DECLARED:
            continue
        try:
            act_on_assessment(session, viewer, row, Act.DECLARE, at, details={"case": case.id})
            declared.append(key_of(row))
        except (AssessmentError, TransitionError):
            left.append(key_of(row))
    return {"declared": sorted(set(declared)), "not_declared": sorted(set(left))}


def _replace(session: Session, viewer: Viewer, case: DeclarationCase, at: dt.datetime) -> None:
    for old_id, done in ((case.corrects_id, CaseAct.BE_CORRECTED), (case.supersedes_id, CaseAct.BE_SUPERSEDED)):
        if old_id is None:
            continue
        old = session.get_one(DeclarationCase, old_id)
        advance(old, done, at)
        session.add(old)
        session.flush()
        step(session, viewer, old, done, at, {"by": case.id, **_let_go(session, viewer, old, case, at)})


def _let_go(
    session: Session, viewer: Viewer, old: DeclarationCase, case: DeclarationCase, at: dt.datetime
) -> dict[str, list[int]]:
    """Make superseded what the old form named and no declaration that stands names any more; returns which.

    A form that names no patent promises for all of them, so that it lets go of none.
    """
    if not patents_of(session, newest_form(session, case)):
        return {}
    standing = session.exec(select(DeclarationCase).where(col(DeclarationCase.status).in_(STANDS)))
    named = [row for each in standing for row in patents_of(session, newest_form(session, each))]
    kept, numbers = {row.assessment_id for row in named}, {row.publication for row in named}
    gone, left = [], []
    for row in _assessments(session, patents_of(session, newest_form(session, old))):
        if row.id in kept or row.publication in numbers:
            continue
        try:
            act_on_assessment(session, viewer, row, Act.SUPERSEDE, at, details={"case": case.id})
            gone.append(key_of(row))
        except (AssessmentError, TransitionError):
            left.append(key_of(row))
    return {"superseded": sorted(gone), "not_superseded": sorted(left)}


def _assessments(session: Session, patents: Iterable[CasePatent]) -> list[Assessment]:
    """The assessments that patents of a form rest on, each once, of those that the viewer may know of."""
    keys = {row.assessment_id for row in patents if row.assessment_id is not None}
    return list(session.exec(select(Assessment).where(col(Assessment.id).in_(keys)).order_by(col(Assessment.id))))
