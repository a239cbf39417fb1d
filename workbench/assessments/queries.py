"""Reads of assessments: where each stands on the newest text, its chart, its findings, and what waits for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.assessments.claim_texts import hashes_now
from workbench.assessments.models import Assessment, AssessmentEvent, AssessmentPin, ChartVersion, Finding, Reader
from workbench.assessments.pins import ASSESSMENT
from workbench.assessments.reviews import kappa
from workbench.assessments.statuses import Event, State, Status, happen
from workbench.db import key_of
from workbench.patents.models import Claim, Publication
from workbench.people.permissions import Permission
from workbench.people.viewer import Viewer
from workbench.standards.attachments import attached_in
from workbench.standards.carry_over import CarriedState
from workbench.standards.lineage_queries import line_of_versions
from workbench.standards.lineage_reasons import Fact
from workbench.standards.models import Draft, WorkItem

_NOT_YET: Final = frozenset({Status.CANDIDATE, Status.CHARTING, Status.IN_REVIEW})


@dataclass(frozen=True)
class Stand:
    """An assessment on the newest version of its text.

    `state` is live: a text or a claim that has changed counts at once, before the watch has noted the event. `clauses`
    are places in `newest`: none where the clause is gone, several where it was split. `events` are what has changed
    since the pin.
    """

    assessment: Assessment
    pin: AssessmentPin
    pinned: Draft
    newest: Draft
    item: WorkItem
    state: State
    clauses: tuple[int, ...]
    carried: CarriedState
    facts: tuple[Fact, ...]
    events: tuple[Event, ...]


class DueKind(StrEnum):
    """What waits: a chart whose texts have changed, or a review that a reader could give."""

    CHART_STALE = "chart_stale"
    REVIEW_WAITS = "review_waits"


@dataclass(frozen=True)
class DueLine:
    """Something that waits for somebody, and since when."""

    kind: DueKind
    stand: Stand
    since: dt.datetime


@dataclass(frozen=True)
class Agreement:
    """How far the first two readers of concluded rounds agreed: rounds, of them alike, Cohen's kappa, disputes."""

    rounds: int
    alike: int
    kappa: float | None


def keys_in(column: Any, keys: Iterable[int]) -> sa.ColumnElement[bool]:
    """Whether a key is one of these, however many they are; databases bound the number of parameters."""
    return col(column).in_(sa.bindparam(None, sorted(keys), expanding=True, literal_execute=True))


def state_of(assessment: Assessment) -> State:
    """The state as it was noted last."""
    return State(assessment.status, assessment.stale, assessment.on_hold_secrecy)


def assessments_of(session: Session, item_id: int) -> list[Assessment]:
    """The assessments on a work item, the first made first."""
    statement = select(Assessment).where(Assessment.work_item_id == item_id).order_by(col(Assessment.id))
    return list(session.exec(statement))


def standing(session: Session, *, item_id: int | None = None, ids: Collection[int] | None = None) -> list[Stand]:
    """Where assessments stand now: all, those on a work item, or those with these keys; the last made first."""
    statement = select(Assessment).order_by(col(Assessment.id).desc())
    if item_id is not None:
        statement = statement.where(Assessment.work_item_id == item_id)
    if ids is not None:
        statement = statement.where(keys_in(Assessment.id, ids))
    rows = list(session.exec(statement))
    pins = last_pins(session, [key_of(row) for row in rows])
    drafts = _drafts(session, {pin.draft_id for pin in pins.values()})
    lines: dict[tuple[int, str], list[Draft]] = {}
    for draft in drafts.values():
        if (draft.work_item_id, draft.language) not in lines:
            lines[draft.work_item_id, draft.language] = line_of_versions(session, draft)
    items = {key_of(each): each for each in session.exec(select(WorkItem).where(col(WorkItem.id).in_(_items(drafts))))}
    carried = {
        each.id: each.carried for line in lines.values() for each in attached_in(session, line[-1], {ASSESSMENT})
    }
    claims = _claim_hashes(session, [key_of(row) for row in rows])
    found = []
    for row in rows:
        pin = pins[key_of(row)]
        pinned = drafts[pin.draft_id]
        newest = lines[pinned.work_item_id, pinned.language][-1]
        here = carried[key_of(pin)]
        events = _events(here.state, here.clauses, pin, claims.get(key_of(row), frozenset()))
        state = state_of(row)
        for event in events:
            state = happen(state, event)
        item = items[pinned.work_item_id]
        found.append(Stand(row, pin, pinned, newest, item, state, here.clauses, here.state, here.facts, events))
    return found


def stand_of(session: Session, assessment_id: int) -> Stand | None:
    """One assessment as it stands; None where there is none that the viewer may know of."""
    return next(iter(standing(session, ids=[assessment_id])), None)


def last_pins(session: Session, assessments: Collection[int]) -> dict[int, AssessmentPin]:
    """The last pin of each assessment."""
    statement = select(AssessmentPin).where(keys_in(AssessmentPin.assessment_id, assessments))
    return {pin.assessment_id: pin for pin in session.exec(statement.order_by(col(AssessmentPin.id)))}


def _claim_hashes(session: Session, keys: Collection[int]) -> dict[int, frozenset[str]]:
    """What pins may hold of the claims that assessments are of (`hashes_now`); nothing where a claim is gone."""
    statement = (
        select(Assessment.id, Claim)
        .join(Publication, col(Publication.number) == Assessment.publication)
        .join(
            Claim,
            (col(Claim.publication_id) == Publication.id)
            & (col(Claim.number) == Assessment.claim)
            & (col(Claim.language) == Assessment.language),
        )
        .where(keys_in(Assessment.id, keys))
    )
    claims = {key: claim for key, claim in session.exec(statement) if key is not None}
    hashes = hashes_now(session, claims.values())
    return {key: hashes[key_of(claim)] for key, claim in claims.items()}


def versions_of(session: Session, assessment: Assessment) -> list[ChartVersion]:
    """The versions of the chart, the first first."""
    statement = select(ChartVersion).where(ChartVersion.assessment_id == assessment.id)
    return list(session.exec(statement.order_by(col(ChartVersion.number))))


def current_chart(session: Session, assessment: Assessment) -> ChartVersion | None:
    """The last version of the chart; None before the first."""
    statement = select(ChartVersion).where(ChartVersion.assessment_id == assessment.id)
    return session.exec(statement.order_by(col(ChartVersion.number).desc()).limit(1)).first()


def steps_of(session: Session, assessment: Assessment) -> list[AssessmentEvent]:
    """Every step, the newest first."""
    statement = select(AssessmentEvent).where(AssessmentEvent.assessment_id == assessment.id)
    return list(session.exec(statement.order_by(col(AssessmentEvent.id).desc())))


def findings_of(session: Session, assessment: Assessment) -> list[Finding]:
    """The findings that the viewer may see, in the order in which they were given."""
    statement = select(Finding).where(Finding.assessment_id == assessment.id)
    return list(session.exec(statement.order_by(col(Finding.round), col(Finding.id))))


def authors_of(session: Session, assessment: Assessment) -> frozenset[int | None]:
    """The accounts that wrote versions of the chart; None stands for somebody without one."""
    statement = select(ChartVersion.by_account).where(ChartVersion.assessment_id == assessment.id)
    return frozenset(session.exec(statement.distinct()))


def is_reviewed(session: Session, stand: Stand) -> bool:
    """Whether a reader who wrote none of it looked at the chart on the texts that it is pinned to now, as they are."""
    return bool(reviewed(session, [stand]))


def reviewed(session: Session, stands: Iterable[Stand]) -> frozenset[int]:
    """Which of these assessments are reviewed, as `is_reviewed` tells of one."""
    pins = {
        key_of(each.pin): key_of(each.assessment)
        for each in stands
        if not each.state.stale and each.state.status not in _NOT_YET
    }
    statement = (
        select(ChartVersion.pin_id)
        .distinct()
        .join(Finding, col(Finding.version_id) == ChartVersion.id)
        .where(Finding.reader == Reader.REVIEWER, keys_in(ChartVersion.pin_id, pins))
    )
    return frozenset(pins[key] for key in session.exec(statement)) if pins else frozenset()


def agreement(session: Session) -> Agreement:
    """How far the first two readers of each concluded round agree, over all that the viewer may see."""
    statement = select(Finding.assessment_id, Finding.round, Finding.outcome).order_by(
        col(Finding.assessment_id), col(Finding.round), col(Finding.reader), col(Finding.id)
    )
    rounds: dict[tuple[int, int], list[Status]] = {}
    for assessment_id, number, outcome in session.exec(statement):
        rounds.setdefault((assessment_id, number), []).append(Status(outcome))
    pairs = [found[:2] for found in rounds.values() if len(found) > 1]
    first, second = [pair[0].value for pair in pairs], [pair[1].value for pair in pairs]
    return Agreement(len(pairs), sum(one == two for one, two in pairs), kappa(first, second))


def due(session: Session, viewer: Viewer, stands: Sequence[Stand] | None = None) -> list[DueLine]:
    """What waits for this viewer: charts of his matters that are stale, and reviews that he could give.

    `stands` are all that he may see, where they are at hand already.

    The session must see what the viewer sees (`people.gate.seen_by` for one of the workbench itself). Whoever may not
    decide has nothing waiting.
    """
    if not viewer.may(Permission.DECIDE):
        return []
    waiting = [
        each
        for each in (standing(session) if stands is None else stands)
        if each.state.stale or each.state.status is Status.IN_REVIEW
    ]
    since = _since(session, [key_of(each.assessment) for each in waiting])
    closed = _closed_to(session, viewer)
    lines = []
    for stand in waiting:
        moment = since.get(key_of(stand.assessment), stand.assessment.made_at)
        if stand.state.stale:
            lines.append(DueLine(DueKind.CHART_STALE, stand, max(moment, stand.newest.imported_at)))
        elif closed is not None and stand.assessment.id not in closed:
            lines.append(DueLine(DueKind.REVIEW_WAITS, stand, moment))
    return lines


def may_review(session: Session, viewer: Viewer, assessment: Assessment) -> bool:
    """Whether a review by this viewer is possible: he wrote none of the chart and has not given his finding yet."""
    if viewer.account_id is None or viewer.account_id in authors_of(session, assessment):
        return False
    own = select(Finding.id).where(
        Finding.assessment_id == assessment.id,
        Finding.round == assessment.round,
        Finding.by_account == viewer.account_id,
    )
    return session.exec(own).first() is None


def _closed_to(session: Session, viewer: Viewer) -> frozenset[int] | None:
    """The assessments that a viewer cannot review, as `may_review` tells of one; None: he can review none."""
    if viewer.account_id is None:
        return None
    wrote = select(ChartVersion.assessment_id).where(ChartVersion.by_account == viewer.account_id)
    found = (
        select(Finding.assessment_id)
        .join(Assessment, col(Assessment.id) == Finding.assessment_id)
        .where(Finding.by_account == viewer.account_id, Finding.round == Assessment.round)
    )
    return frozenset(session.exec(wrote)) | frozenset(session.exec(found))


def _since(session: Session, keys: Iterable[int]) -> dict[int, dt.datetime]:
    statement = select(AssessmentEvent.assessment_id, AssessmentEvent.at).where(
        keys_in(AssessmentEvent.assessment_id, keys)
    )
    return dict(session.exec(statement.order_by(col(AssessmentEvent.id))).all())


def _events(
    state: CarriedState, clauses: Sequence[int], pin: AssessmentPin, claim_hashes: Collection[str]
) -> tuple[Event, ...]:
    events = []
    if state is not CarriedState.KEPT:
        events.append(Event.TEXT_CHANGED if clauses else Event.TEXT_GONE)
    if pin.claim_hash not in claim_hashes:
        events.append(Event.AMENDMENT)
    return tuple(events)


def _drafts(session: Session, keys: Collection[int]) -> dict[int, Draft]:
    return {key_of(row): row for row in session.exec(select(Draft).where(col(Draft.id).in_(keys)))}


def _items(drafts: dict[int, Draft]) -> set[int]:
    return {draft.work_item_id for draft in drafts.values()}
