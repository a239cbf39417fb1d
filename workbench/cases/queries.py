"""Reads of declaration cases: the list, what one of them holds, gates, what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from workbench.ballots.queries import BallotView, ballot_views
from workbench.ballots.rulebook import Rulebook
from workbench.cases.contents import newest_form, patents_of
from workbench.cases.gates import Closing, Gate, GateRules, GateState, gate_of, load_gate_rules
from workbench.cases.models import CaseForm, CaseStep, DeclarationCase
from workbench.cases.rechecks import Recheck, open_rechecks
from workbench.cases.replacement import Declared, conflicts
from workbench.cases.statuses import STANDS, UNDER_WAY, CaseStatus
from workbench.cases.templates import FormTemplate, load_templates
from workbench.db import key_of, settings_of
from workbench.history.queries import FilterError
from workbench.standards.models import WorkItem

CASE_FILTERS: Final = ("q", "status", "option", "holder", "work_item", "matter")
CASE_SORTS: Final = ("changed", "holder", "item", "status", "option", "patents", "gate")


@dataclass(frozen=True)
class CaseView:
    """A case with its document, the newest version of its form, how many patents it has, and by when it is to be sent.

    `gate` is None where no rule speaks of the document, or the declaration was sent.
    """

    case: DeclarationCase
    item: WorkItem
    form: CaseForm
    patents: int
    gate: Gate | None

    @property
    def holder(self) -> str:
        """The holder as the newest form names it, which a correction may write otherwise than the case it corrects."""
        return self.form.entries.get("holder_name") or self.case.holder


class DueKind(StrEnum):
    """OVERDUE, SEND: under way and past or before its last day. APPROVE: proposed. RECHECK: look at it again."""

    OVERDUE = "overdue"
    SEND = "send"
    APPROVE = "approve"
    RECEIPT = "receipt"
    RECHECK = "recheck"


@dataclass(frozen=True)
class DueLine:
    """Something that is owed of a declaration. `recheck` says what it is that asks to look again."""

    kind: DueKind
    view: CaseView
    day: dt.date | None
    estimated: bool
    recheck: Recheck | None = None


class Gates:
    """By when to declare, for any work item, on one day; ballots are read once."""

    def __init__(self, session: Session, rules: Rulebook, today: dt.date, gates: GateRules | None = None) -> None:
        self._today = today
        self._gates = gates or load_gate_rules(settings_of(session).gate_rules)
        self._closings: dict[int, list[Closing]] = {}
        for view in ballot_views(session, rules, today):
            if (closing := _closing(view)) is not None:
                self._closings.setdefault(key_of(view.item), []).append(closing)

    def of(self, item: WorkItem, policy: str) -> Gate | None:
        """The gate of a work item; None where no rule speaks of it."""
        closings = self._closings.get(key_of(item), [])
        return gate_of(self._gates, policy, item.deliverable_type, item.stage, closings, self._today)


def templates(session: Session) -> Mapping[str, FormTemplate]:
    """The forms that there are, by name. Raises TemplateError."""
    return load_templates(settings_of(session).form_templates)


def case_views(session: Session, gates: Gates, filters: Mapping[str, str] | None = None) -> list[CaseView]:
    """The cases that the filters (`CASE_FILTERS`) leave, the last changed first. Raises FilterError.

    `status` is one status, `open` or `stands`; `work_item` an ISO id, `matter` the key of a matter.
    """
    wanted = {name: value for name, value in (filters or {}).items() if value}
    statement = select(DeclarationCase, WorkItem).join(WorkItem, col(WorkItem.id) == DeclarationCase.work_item_id)
    if status := wanted.get("status"):
        statement = statement.where(col(DeclarationCase.status).in_(_statuses(status)))
    if holder := wanted.get("holder"):
        statement = statement.where(col(DeclarationCase.holder).icontains(holder, autoescape=True))
    if iso_id := wanted.get("work_item"):
        if not (iso_id.isascii() and iso_id.isdigit() and len(iso_id) < 10):
            raise FilterError(f"work_item: {iso_id!r} is no ISO id; give its digits")
        statement = statement.where(WorkItem.iso_id == int(iso_id))
    if matter := wanted.get("matter"):
        if not (matter.isascii() and matter.isdigit() and len(matter) < 10):
            raise FilterError(f"matter: {matter!r} is no key of a matter; give its digits")
        statement = statement.where(DeclarationCase.matter_id == int(matter))
    words = wanted.get("q", "").casefold().split()[:12]
    found = []
    for case, item in session.exec(statement.order_by(col(DeclarationCase.changed_at).desc(), col(DeclarationCase.id))):
        view = _view(session, case, item, gates)
        text = f"{view.holder} {item.reference} {item.title_en or ''} {case.id}".casefold()
        if all(word in text for word in words) and wanted.get("option", view.form.option) == view.form.option:
            found.append(view)
    return found


def case_view(session: Session, case_id: int, gates: Gates) -> CaseView | None:
    """One case; None where there is none that the session's viewer may know of."""
    case = session.get(DeclarationCase, case_id)
    return None if case is None else _view(session, case, session.get_one(WorkItem, case.work_item_id), gates)


def ordered(views: Collection[CaseView], sort: str) -> list[CaseView]:
    """In an order of `CASE_SORTS`, with `-` before it descending."""
    key = sort.removeprefix("-")
    keys = {
        "changed": lambda view: view.case.changed_at,
        "holder": lambda view: view.holder.casefold(),
        "item": lambda view: view.item.reference,
        "status": lambda view: list(CaseStatus).index(view.case.status),
        "option": lambda view: view.form.option,
        "patents": lambda view: view.patents,
        "gate": lambda view: (view.gate and view.gate.day) or dt.date.max,
    }
    return sorted(views, key=keys[key], reverse=sort.startswith("-"))


def steps_of(session: Session, case: DeclarationCase) -> Sequence[CaseStep]:
    """What was done to a case, the last first."""
    statement = select(CaseStep).where(CaseStep.case_id == case.id)
    return session.exec(statement.order_by(col(CaseStep.id).desc())).all()


def forms_of(session: Session, case: DeclarationCase) -> Sequence[CaseForm]:
    """Every version of a case's form, the newest first."""
    statement = select(CaseForm).where(CaseForm.case_id == case.id)
    return session.exec(statement.order_by(col(CaseForm.revision).desc())).all()


def cases_of(session: Session, item: WorkItem) -> list[tuple[DeclarationCase, CaseForm]]:
    """The cases of a work item that are under way or stand, with the newest version of their form."""
    statement = select(DeclarationCase).where(
        DeclarationCase.work_item_id == item.id, col(DeclarationCase.status).in_(UNDER_WAY | STANDS)
    )
    rows = session.exec(statement.order_by(col(DeclarationCase.id))).all()
    return [(case, newest_form(session, case)) for case in rows]


def conflicts_of(session: Session, case: DeclarationCase) -> list[tuple[Declared, Declared]]:
    """Patents of this case that stand under another option in another case, and their claims are not split."""
    item = session.get_one(WorkItem, case.work_item_id)
    replaced = {case.corrects_id, case.supersedes_id} - {None}
    declared = []
    for other, form in cases_of(session, item):
        if other.id in replaced or case.id in (other.corrects_id, other.supersedes_id):
            continue
        for row in patents_of(session, form):
            patent = row.application or row.publication or f"{row.country} {row.number}"
            declared.append(Declared(key_of(other), patent, form.option, frozenset(row.claims)))
    return [pair for pair in conflicts(declared) if case.id in (pair[0].case, pair[1].case)]


def due(session: Session, rules: Rulebook, today: dt.date) -> list[DueLine]:
    """What is owed of declarations, of those that the session's viewer may know of, the most urgent first."""
    gates = Gates(session, rules, today)
    lines = []
    for view in case_views(session, gates):
        status = view.case.status
        if status in UNDER_WAY and view.gate is not None:
            overdue = view.gate.state is GateState.OVERDUE
            kind = DueKind.OVERDUE if overdue else DueKind.SEND
            estimated = view.gate.basis is not None and view.gate.basis.value == "estimated"
            lines.append(DueLine(kind, view, view.gate.day, estimated))
        if status is CaseStatus.PROPOSED:
            lines.append(DueLine(DueKind.APPROVE, view, None, estimated=False))
        if status is CaseStatus.SENT:
            lines.append(DueLine(DueKind.RECEIPT, view, None, estimated=False))
    for each in open_rechecks(session):
        item = session.get_one(WorkItem, each.case.work_item_id)
        view = _view(session, each.case, item, gates)
        lines.append(DueLine(DueKind.RECHECK, view, each.since.date(), estimated=False, recheck=each))
    order = list(DueKind)
    return sorted(lines, key=lambda line: (order.index(line.kind), line.day or dt.date.max, line.view.case.id or 0))


def _view(session: Session, case: DeclarationCase, item: WorkItem, gates: Gates) -> CaseView:
    form = newest_form(session, case)
    gate = gates.of(item, case.form.split(" ")[0]) if case.status in UNDER_WAY else None
    return CaseView(case, item, form, len(patents_of(session, form)), gate)


def _closing(view: BallotView) -> Closing | None:
    if view.closes_on is None or view.state.value == "cancelled":
        return None
    return Closing(view.kind, view.closes_on, view.basis)


def _statuses(text: str) -> list[CaseStatus]:
    if text == "open":
        return sorted(UNDER_WAY)
    if text == "stands":
        return sorted(STANDS)
    if text not in set(CaseStatus):
        raise FilterError(f"status: {text!r} is none of {', '.join(CaseStatus)}, open, stands")
    return [CaseStatus(text)]
