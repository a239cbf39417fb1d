"""What asks to look at a declaration again: it follows from the facts, so that nothing has to be run to notice it.

A draft that rewords a clause which was declared, a new edition or an amendment of the document (whether the declaration
covers it, the policy does not say), an assignment of a patent (its encumbrance has to go into the transfer documents).
A person settles each with a remark; a row of `CaseTask` keeps that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, select

from workbench.cases.contents import add_portions, holders_now, newest_form, patents_of, plain, portions_of
from workbench.cases.models import (
    CaseForm,
    CasePortion,
    CaseTask,
    CaseTaskKind,
    CaseTaskState,
    DeclarationCase,
)
from workbench.cases.statuses import STANDS
from workbench.cases.verbs import MAX_NOTE, NEEDS_REASON, CaseError, need
from workbench.db import key_of
from workbench.i18n import mark
from workbench.people.permissions import Permission
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.standards.attachments import Attached, attached_in, register
from workbench.standards.carry_chain import Made
from workbench.standards.carry_over import CarriedState
from workbench.standards.lineage_queries import clause_nodes_of, line_of_versions
from workbench.standards.models import Draft, RelationKind, WorkItem
from workbench.standards.queries import amendments, relations

KIND: Final = "declared_clause"
NOTHING_TO_SETTLE: Final = mark("nothing asks for this any more; load the page again")


@dataclass(frozen=True)
class Recheck:
    """Something that asks to look at a declaration again. `task` is the row, where there is one."""

    case: DeclarationCase
    kind: CaseTaskKind
    key: str
    since: dt.datetime
    facts: dict[str, Any]
    task: CaseTask | None = None


class DeclaredClauses:
    """Clauses that declarations which stand are about, carried from version to version."""

    name = KIND

    def made_on(self, session: Session, draft_id: int, clauses: Collection[int] | None) -> Iterable[Made]:
        """The clauses of a draft that the newest forms of such declarations name, or that were confirmed on it."""
        statement = (
            select(CasePortion)
            .join(CaseForm, col(CaseForm.id) == CasePortion.form_id)
            .join(DeclarationCase, col(DeclarationCase.id) == CasePortion.case_id)
            .where(
                CasePortion.draft_id == draft_id,
                CaseForm.revision == DeclarationCase.revision,
                col(DeclarationCase.status).in_(STANDS),
            )
        )
        if clauses is not None:
            statement = statement.where(col(CasePortion.clause_order).in_(clauses))
        return [Made(key_of(row), row.clause_order) for row in session.exec(statement.order_by(col(CasePortion.id)))]

    def settled_on(self, session: Session, draft_id: int) -> Collection[int]:
        """The clauses of earlier versions about which a person said on this draft what became of them."""
        settled = select(CaseTask.case_id).where(
            CaseTask.key == wording_key(draft_id), CaseTask.state == CaseTaskState.DONE
        )
        statement = select(CasePortion.id).where(
            col(CasePortion.case_id).in_(settled), CasePortion.draft_id != draft_id
        )
        return {key for key in session.exec(statement) if key is not None}


register(DeclaredClauses())


def wording_key(draft_id: int) -> str:
    """The key of the question whether a declaration still fits the wording of a draft."""
    return f"wording:{draft_id}"


def rechecks_of(session: Session, case: DeclarationCase) -> list[Recheck]:
    """What asks to look at one declaration again and was not settled; nothing for one that does not stand."""
    if case.status not in STANDS:
        return []
    rows = session.exec(select(CaseTask).where(CaseTask.case_id == case.id)).all()
    done = {row.key for row in rows if row.state is CaseTaskState.DONE}
    found = [*_wording(session, case), *_documents(session, case), *_transfers(session, case)]
    found += [
        Recheck(case, row.kind, row.key, row.since, row.facts, row) for row in rows if row.state is CaseTaskState.OPEN
    ]
    return sorted((each for each in found if each.key not in done), key=lambda each: (each.since, each.key))


def open_rechecks(session: Session) -> list[Recheck]:
    """What asks to look at any declaration again, of those that the session's viewer may know of."""
    standing = select(DeclarationCase).where(col(DeclarationCase.status).in_(STANDS))
    return [
        each for case in session.exec(standing.order_by(col(DeclarationCase.id))) for each in rechecks_of(session, case)
    ]


def settled_of(session: Session, case: DeclarationCase) -> Sequence[CaseTask]:
    """What was settled about a declaration, the last first."""
    statement = select(CaseTask).where(CaseTask.case_id == case.id, CaseTask.state == CaseTaskState.DONE)
    return session.exec(statement.order_by(col(CaseTask.settled_at).desc())).all()


def settle(
    session: Session, viewer: Viewer, case: DeclarationCase, key: str, at: dt.datetime, *, remark: str
) -> CaseTask:
    """Say what was found on looking again. Clauses of a reworded draft are pinned to it. Raises CaseError."""
    need(viewer, Permission.EDIT_CASES)
    told = " ".join(plain(remark).split())[:MAX_NOTE]
    if len(told) < 10:
        raise CaseError(NEEDS_REASON)
    asked = next((each for each in rechecks_of(session, case) if each.key == key), None)
    if asked is None:
        raise CaseError(NOTHING_TO_SETTLE)
    row = asked.task or CaseTask(case_id=key_of(case), kind=asked.kind, key=key, facts=asked.facts, since=asked.since)
    if asked.kind is CaseTaskKind.WORDING:
        _pin(session, case, asked)
    row.state, row.settled_at, row.settled_by, row.remark = CaseTaskState.DONE, at, viewer.name, told
    session.add(row)
    session.flush()
    facts = {"kind": asked.kind.value, "case": case.id}
    record(session, viewer, TrailAction.DECIDED, "case_task", key_of(row), facts, matter_id=case.matter_id, at=at)
    return row


def _wording(session: Session, case: DeclarationCase) -> Iterator[Recheck]:
    for draft, attached in _carried(session, case):
        changed = [each for each in attached if each.carried.state is not CarriedState.KEPT]
        if changed:
            names = {node.key: node.name for node in clause_nodes_of(session, key_of(draft))}
            places = sorted({place for each in changed for place in each.carried.clauses})
            facts = {
                "draft_id": key_of(draft),
                "draft": draft.label,
                "clauses": [names[place] for place in places],
                "places": places,
                "gone": sum(not each.carried.clauses for each in changed),
            }
            yield Recheck(case, CaseTaskKind.WORDING, wording_key(key_of(draft)), draft.imported_at, facts)


def _carried(session: Session, case: DeclarationCase) -> Iterator[tuple[Draft, list[Attached]]]:
    """The newest version of each text that the declaration names clauses of, with where these stand in it."""
    portions = portions_of(session, newest_form(session, case))
    own = {key_of(row) for row in portions}
    seen = set()
    for draft_id in sorted({row.draft_id for row in portions}):
        newest = line_of_versions(session, session.get_one(Draft, draft_id))[-1]
        if newest.id not in seen and newest.id != draft_id:
            seen.add(newest.id)
            yield newest, [each for each in attached_in(session, newest, {KIND}) if each.id in own]


def _pin(session: Session, case: DeclarationCase, asked: Recheck) -> None:
    """Name the clauses of the newer draft in place of those of the earlier ones."""
    form, draft_id = newest_form(session, case), int(asked.facts["draft_id"])
    draft = session.get_one(Draft, draft_id)
    held = {row.clause_order for row in portions_of(session, form) if row.draft_id == draft_id}
    places = {
        place
        for newest, attached in _carried(session, case)
        if newest.id == draft.id
        for each in attached
        for place in each.carried.clauses
    }
    add_portions(session, form, draft_id, places - held)
    session.flush()


def _documents(session: Session, case: DeclarationCase) -> Iterator[Recheck]:
    """New editions, and amendments that became known after the case was opened."""
    item = session.get_one(WorkItem, case.work_item_id)
    for each in relations(session, item):
        if each.kind == RelationKind.REPLACED_BY.value:
            facts = {"iso_id": each.iso_id, "reference": each.item.reference if each.item else None}
            since = each.item.first_seen if each.item else case.changed_at
            yield Recheck(case, CaseTaskKind.EDITION, f"edition:{each.iso_id}", since, facts)
    for other in amendments(session, item):
        if other.first_seen > case.opened_at:
            facts = {"iso_id": other.iso_id, "reference": other.reference}
            yield Recheck(case, CaseTaskKind.AMENDMENT, f"amendment:{other.iso_id}", other.first_seen, facts)


def _transfers(session: Session, case: DeclarationCase) -> Iterator[Recheck]:
    """Patents of which a register now names other holders than when the form was written."""
    for row in patents_of(session, newest_form(session, case)):
        now = holders_now(session, row.application)
        if now and row.holders and now != sorted(row.holders):
            told = hashlib.sha256("\x1f".join(now).encode()).hexdigest()[:16]
            facts = {"patent": f"{row.country} {row.number}", "from": row.holders, "to": now}
            key = f"transfer:{row.application}:{told}"
            yield Recheck(case, CaseTaskKind.TRANSFER, key, case.changed_at, facts)
