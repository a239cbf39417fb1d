"""What people do to declaration cases before they are sent. Each verb is one step, with its trace in the trail.

The database refuses by itself what these verbs refuse: approvals of one's own work, forbidden steps, less favourable
replacements, changes of what was written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sqlmodel import Session, select

from workbench.cases.contents import (
    Content,
    content_of,
    document_entries,
    filled_of,
    keep,
    names_another_holder,
    newest_form,
    patents_of,
    plain,
    unreleased_numbers,
)
from workbench.cases.models import CaseApproval, CaseForm, CaseStep, DeclarationCase
from workbench.cases.replacement import Terms, correct, supersede, terms_of
from workbench.cases.statuses import CaseAct, CaseStatus, Given, StepError, after, approved
from workbench.cases.templates import FormTemplate
from workbench.cases.validation import Fault, check, errors
from workbench.db import key_of
from workbench.i18n import mark
from workbench.people.permissions import Permission
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.standards.models import WorkItem

MAX_NOTE: Final = 1000
ENTITY: Final = "declaration_case"


class CaseError(Exception):
    """What was asked of a case cannot be done; `str(error)` says why and is in the catalogues.

    `faults` are those of the form, where it is the form.
    """

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


FAULTY: Final = mark("the form cannot be proposed yet: mend the fields that are named")
NEEDS_ROLE: Final = mark("this needs a role of the IP team that you do not hold; ask counsel")
TWO_PEOPLE: Final = mark("a declaration takes people with accounts of their own; in local mode there is only one")
OWN_WORK: Final = mark("who wrote or proposed a declaration cannot approve it; two other people are needed")
TWICE: Final = mark("you have said what you think of this version already")
MEANWHILE: Final = mark("somebody changed the case meanwhile; look at it and decide again")
REVISE_FIRST: Final = mark("this version was judged already; revise the form before it is proposed again")
NO_HOLDER: Final = mark("a case needs the name of the patent holder, of at most 200 characters")
NOT_STANDING: Final = mark("only a declaration that is in force can be corrected or superseded")
OTHER_DOCUMENT: Final = mark("a declaration takes the place only of one of the same holder and document")
NEEDS_REASON: Final = mark("give a reason, so that others understand it later")
ANOTHER_HOLDER: Final = mark(
    "a correction that names another holder mends a slip of the pen only: counsel looks at it first; "
    "another holder declares on its own"
)
UNDER_REPLACEMENT: Final = mark("there is a case under way already that is to take this one's place")
RELEASE_NEEDS_COUNSEL: Final = mark("only counsel releases the number of an application that is not published")
NOT_LEGAL: Final = mark("this replacement needs no look by counsel, or had it already")


def open_case(
    session: Session,
    viewer: Viewer,
    item: WorkItem,
    holder: str,
    template: FormTemplate,
    at: dt.datetime,
    *,
    matter_id: int | None = None,
    entries: dict[str, str] | None = None,
) -> DeclarationCase:
    """A new case with the first version of its form, in which what is known of the document stands already."""
    need(viewer, Permission.EDIT_CASES)
    holder = " ".join(plain(holder).split())
    if not 0 < len(holder) <= 200:
        raise CaseError(NO_HOLDER)
    known = {"holder_name": holder, "sig_holder": holder, **document_entries(item), **(entries or {})}
    known = {name: text for name, text in known.items() if template.has(name)}
    case = _new_case(session, item, holder, template.name, matter_id, at)
    keep(session, viewer, case, template, Content(known), 1, at)
    step(session, viewer, case, CaseAct.OPEN, at, {"iso_id": item.iso_id, "form": template.name})
    return case


def replace_case(
    session: Session,
    viewer: Viewer,
    old: DeclarationCase,
    template: FormTemplate,
    at: dt.datetime,
    *,
    corrects: bool,
    reason: str,
) -> DeclarationCase:
    """A new case that corrects an obvious error of one in force, or supersedes it with more favourable terms.

    It begins with the content of the old one. The old one stands until the receipt of the new one is stored.
    """
    need(viewer, Permission.EDIT_CASES)
    if old.status is not CaseStatus.IN_FORCE:
        raise CaseError(NOT_STANDING)
    told = " ".join(plain(reason).split())[:MAX_NOTE]
    if len(told) < 10:
        raise CaseError(NEEDS_REASON)
    column = DeclarationCase.corrects_id if corrects else DeclarationCase.supersedes_id
    for other in session.exec(select(DeclarationCase).where(column == old.id)):
        if other.status is not CaseStatus.DROPPED:
            raise CaseError(UNDER_REPLACEMENT)
    item, content = session.get_one(WorkItem, old.work_item_id), content_of(session, newest_form(session, old))
    case = _new_case(
        session,
        item,
        content.entries.get("holder_name") or old.holder,
        template.name,
        old.matter_id,
        at,
        corrects_id=old.id if corrects else None,
        supersedes_id=None if corrects else old.id,
        reason=told,
    )
    keep(session, viewer, case, template, content, 1, at)
    step(session, viewer, case, CaseAct.OPEN, at, {"corrects" if corrects else "supersedes": old.id})
    return case


def revise(
    session: Session,
    viewer: Viewer,
    case: DeclarationCase,
    template: FormTemplate,
    content: Content,
    at: dt.datetime,
    *,
    seen: int,
) -> CaseForm:
    """Write the next version of the form. `seen` is the version that the person looked at."""
    need(viewer, Permission.EDIT_CASES)
    if seen != case.revision:
        raise CaseError(MEANWHILE)
    advance(case, CaseAct.REVISE, at)
    released = {(row.country, row.number) for row in patents_of(session, newest_form(session, case)) if row.released}
    asked = {(each.country, each.number) for each in content.patents if each.released}
    if asked - released and not viewer.may(Permission.EXPORT_CONFIDENTIAL):
        raise CaseError(RELEASE_NEEDS_COUNSEL)
    form = keep(session, viewer, case, template, content, case.revision + 1, at)
    case.revision += 1
    session.add(case)
    session.flush()
    step(session, viewer, case, CaseAct.REVISE, at, {"patents": len(content.patents)})
    return form


def faults_of(session: Session, case: DeclarationCase, template: FormTemplate) -> list[Fault]:
    """Every fault of the newest version of the form, warnings too; that of a replacement stands on the option."""
    form = newest_form(session, case)
    patents = patents_of(session, form)
    filled = filled_of(form, patents)
    found = check(template, filled, unreleased_numbers(patents))
    if case.supersedes_id is not None:
        old = newest_form(session, session.get_one(DeclarationCase, case.supersedes_id))
        outcome = supersede(Terms(old.option, frozenset(old.ticks)), terms_of(template, filled))
        if not outcome.allowed or outcome.legal:
            found.append(Fault("option", outcome.reason, warning=outcome.allowed))
    if case.corrects_id is not None:
        old_case = session.get_one(DeclarationCase, case.corrects_id)
        old = newest_form(session, old_case)
        found += correct(template, filled_of(old, patents_of(session, old)), filled)
    holder = filled.text("holder_name")
    if case.corrects_id is None:
        if holder and holder != case.holder:
            found.append(Fault("holder_name", OTHER_DOCUMENT))
    elif names_another_holder(session, case):
        found.append(Fault("holder_name", ANOTHER_HOLDER, warning=True))
    return found


def propose(session: Session, viewer: Viewer, case: DeclarationCase, template: FormTemplate, at: dt.datetime) -> None:
    """Propose the newest version for approval. Raises CaseError with the faults of the form, if it has any."""
    need(viewer, Permission.EDIT_CASES)
    proposer = account_of(viewer)
    if approvals_of(session, newest_form(session, case)):
        raise CaseError(REVISE_FIRST)
    wrong = errors(faults := faults_of(session, case, template))
    if wrong:
        raise CaseError(FAULTY, faults)
    advance(case, CaseAct.PROPOSE, at)
    case.proposed_by, case.cleared_by = proposer, None
    case.to_legal = _to_legal(session, case)
    session.add(case)
    session.flush()
    step(session, viewer, case, CaseAct.PROPOSE, at, {"to_legal": case.to_legal})


def clear(session: Session, viewer: Viewer, case: DeclarationCase, at: dt.datetime) -> None:
    """Counsel has looked at a replacement that the policy does not speak of, and lets it go on."""
    need(viewer, Permission.HOLD)
    if not case.to_legal or case.cleared_by is not None:
        raise CaseError(NOT_LEGAL)
    advance(case, CaseAct.CLEAR, at)
    case.cleared_by = account_of(viewer)
    session.add(case)
    session.flush()
    step(session, viewer, case, CaseAct.CLEAR, at)
    _complete(session, viewer, case, at)


def approve(
    session: Session, viewer: Viewer, case: DeclarationCase, at: dt.datetime, *, yes: bool, note: str, seen: int
) -> None:
    """Approve the proposed version, or refuse it, which sends the case back to its authors.

    Never by who wrote or proposed that version, and once a person; two people approve, one of them a signatory.
    """
    need(viewer, Permission.APPROVE_CASES)
    account = account_of(viewer)
    if seen != case.revision:
        raise CaseError(MEANWHILE)
    form = newest_form(session, case)
    if account in authors_of(case, form):
        raise CaseError(OWN_WORK)
    told = plain(note)[:MAX_NOTE]
    if not yes and not told:
        raise CaseError(NEEDS_REASON)
    advance(case, CaseAct.APPROVE_ONE, at)
    if any(each.by_account == account for each in approvals_of(session, form)):
        raise CaseError(TWICE)
    signs = viewer.may(Permission.SIGN_DECLARATIONS)
    row = CaseApproval(
        case_id=key_of(case),
        form_id=key_of(form),
        approved=yes,
        signs=signs,
        note=told,
        by_account=account,
        by=viewer.name,
        at=at,
    )
    session.add(row)
    session.flush()
    step(session, viewer, case, CaseAct.APPROVE_ONE, at, {"approved": yes, "signs": signs})
    if yes:
        _complete(session, viewer, case, at)
    else:
        send_back(session, viewer, case, at, reason=told)


def send_back(session: Session, viewer: Viewer, case: DeclarationCase, at: dt.datetime, *, reason: str) -> None:
    """Make a draft of a case again; approvals were of a version and do not hold for the next one."""
    if not viewer.may(Permission.APPROVE_CASES):
        need(viewer, Permission.EDIT_CASES)
    told = plain(reason)[:MAX_NOTE]
    if not told:
        raise CaseError(NEEDS_REASON)
    advance(case, CaseAct.SEND_BACK, at)
    session.add(case)
    session.flush()
    step(session, viewer, case, CaseAct.SEND_BACK, at, {"reason": told})


def drop(session: Session, viewer: Viewer, case: DeclarationCase, at: dt.datetime, *, reason: str) -> None:
    """Give up a case that was never sent. It is kept."""
    need(viewer, Permission.EDIT_CASES)
    told = " ".join(plain(reason).split())[:MAX_NOTE]
    if len(told) < 10:
        raise CaseError(NEEDS_REASON)
    advance(case, CaseAct.DROP, at)
    session.add(case)
    session.flush()
    step(session, viewer, case, CaseAct.DROP, at, {"reason": told})


def approvals_of(session: Session, form: CaseForm) -> Sequence[CaseApproval]:
    """What people said of a version of the form, the first first."""
    return session.exec(select(CaseApproval).where(CaseApproval.form_id == form.id)).all()


def authors_of(case: DeclarationCase, form: CaseForm) -> frozenset[int]:
    """The accounts that wrote and proposed a version of the form."""
    return frozenset(account for account in (form.by_account, case.proposed_by) if account is not None)


def need(viewer: Viewer, permission: Permission) -> None:
    """Raises CaseError where a viewer lacks a permission."""
    if not viewer.may(permission):
        raise CaseError(NEEDS_ROLE)


def account_of(viewer: Viewer) -> int:
    """The account of a viewer. Raises CaseError in local mode, where there is only one person."""
    if viewer.account_id is None:
        raise CaseError(TWO_PEOPLE)
    return viewer.account_id


def advance(case: DeclarationCase, act: CaseAct, at: dt.datetime) -> None:
    """Put a case into the status after an act. Raises CaseError."""
    try:
        case.status = after(case.status, act)
    except StepError as error:
        raise CaseError(str(error)) from error
    case.changed_at = at


_WORDS: Final = {
    CaseAct.OPEN: TrailAction.CREATED,
    CaseAct.PROPOSE: TrailAction.REQUESTED,
    CaseAct.APPROVE: TrailAction.APPROVED,
    CaseAct.APPROVE_ONE: TrailAction.DECIDED,
    CaseAct.SEND_BACK: TrailAction.REFUSED,
    CaseAct.SEND: TrailAction.SENT,
}


def step(
    session: Session,
    viewer: Viewer,
    case: DeclarationCase,
    act: CaseAct,
    at: dt.datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Write down a step that was taken, in the case and in the trail."""
    row = CaseStep(
        case_id=key_of(case),
        act=act,
        status=case.status,
        revision=case.revision,
        details=details or {},
        by_account=viewer.account_id,
        by=viewer.name,
        at=at,
    )
    session.add(row)
    session.flush()
    facts = {"step": act.value, "status": case.status.value, "revision": case.revision}
    facts |= {name: value for name, value in (details or {}).items() if not isinstance(value, str)}
    action = _WORDS.get(act, TrailAction.CHANGED)
    record(session, viewer, action, ENTITY, key_of(case), facts, matter_id=case.matter_id, at=at)


def _complete(session: Session, viewer: Viewer, case: DeclarationCase, at: dt.datetime) -> None:
    """Approve the case once everything that is needed was said."""
    form = newest_form(session, case)
    given = [Given(each.by_account, each.approved, each.signs) for each in approvals_of(session, form)]
    if not approved(given, authors_of(case, form)) or (case.to_legal and case.cleared_by is None):
        return
    advance(case, CaseAct.APPROVE, at)
    session.add(case)
    session.flush()
    step(session, viewer, case, CaseAct.APPROVE, at)


def _to_legal(session: Session, case: DeclarationCase) -> bool:
    """Whether counsel looks first: the policy does not speak of these terms, or a correction names another holder."""
    if case.supersedes_id is None:
        return names_another_holder(session, case)
    old = newest_form(session, session.get_one(DeclarationCase, case.supersedes_id))
    new = newest_form(session, case)
    return supersede(Terms(old.option, frozenset(old.ticks)), Terms(new.option, frozenset(new.ticks))).legal


def _new_case(
    session: Session,
    item: WorkItem,
    holder: str,
    form: str,
    matter_id: int | None,
    at: dt.datetime,
    *,
    corrects_id: int | None = None,
    supersedes_id: int | None = None,
    reason: str = "",
) -> DeclarationCase:
    case = DeclarationCase(
        work_item_id=key_of(item),
        matter_id=matter_id,
        holder=holder,
        form=form,
        corrects_id=corrects_id,
        supersedes_id=supersedes_id,
        reason=reason,
        opened_at=at,
        changed_at=at,
    )
    session.add(case)
    session.flush()
    return case
