"""What people do with assessments and what happens to them. Every step is kept, and nothing written is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlmodel import Session, col, select

from workbench.assessments.models import Assessment, AssessmentEvent, AssessmentPin
from workbench.assessments.pins import ASSESSMENT, claim_of, clause_at, last_pin, put_pin
from workbench.assessments.queries import Stand, stand_of, state_of
from workbench.assessments.statuses import (
    START,
    WHO,
    Act,
    Event,
    State,
    happen,
    perform,
)
from workbench.db import key_of
from workbench.i18n import ToldError, mark
from workbench.mapping import decisions
from workbench.mapping.decisions_models import Decision, Verdict
from workbench.patents.models import Claim, Publication
from workbench.patents.portfolios import matters_of_publication
from workbench.patents.queries import family_names
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.standards.attachments import attached_to
from workbench.standards.models import Clause, Draft

MADE: Final = "made"
"""The first step of an assessment, which is no act of the machine."""
_MOST_REASON: Final = 1000
_NEEDS_REASON: Final = frozenset({Act.REOPEN, Act.SEND_BACK, Act.CONFIRM_EXTERNAL, Act.HOLD, Act.RELEASE, Act.RESTORE})


class AssessmentError(ToldError):
    """An assessment cannot be changed so; it says why and what to do."""


def triage(
    session: Session,
    viewer: Viewer,
    claim: Claim,
    clause: Clause,
    verdict: Verdict,
    note: str = "",
    *,
    seen: Collection[int] = (),
    at: dt.datetime,
) -> Decision:
    """Keep what a person decides of a candidate; what is plausible or needs an expert becomes an assessment.

    Raises DecisionError.
    """
    decision = decisions.decide(session, viewer, claim, clause, verdict, note, seen=seen, at=at)
    if verdict in (Verdict.PLAUSIBLE, Verdict.NEEDS_EXPERT):
        ensure(session, viewer, claim, clause, at)
    return decision


def ensure(session: Session, viewer: Viewer, claim: Claim, clause: Clause, at: dt.datetime) -> Assessment:
    """The assessment of a claim on a clause, made where there is none on it, through all versions of the text."""
    publication = session.get_one(Publication, claim.publication_id)
    draft = session.get_one(Draft, clause.draft_id)
    held = _find(session, publication, claim, draft, clause.order)
    if held is not None:
        return held
    row = Assessment(
        publication=publication.number,
        claim=claim.number,
        language=claim.language,
        family=family_names(session, [publication]).get(publication.family_ref or 0),
        work_item_id=draft.work_item_id,
        matter_id=next(iter(matters_of_publication(session, publication)), None),
        status=START.status,
        made_at=at,
    )
    session.add(row)
    session.flush()
    put_pin(session, viewer, row, claim, clause, at)
    _note(session, viewer, row, MADE, START, {"draft": clause.draft_id, "clause": clause.order}, at)
    record(session, viewer, TrailAction.CREATED, ASSESSMENT, key_of(row), matter_id=row.matter_id, at=at)
    return row


def act(
    session: Session,
    viewer: Viewer,
    assessment: Assessment,
    what: Act,
    at: dt.datetime,
    *,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> State:
    """Do what needs no chart: reopen, send back, hold, release, declare, confirm, supersede, restore.

    Raises AssessmentError where the viewer may not or gives no reason, TransitionError where the state forbids it.
    """
    require(viewer, what)
    given = " ".join(reason.split())[:_MOST_REASON]
    if what in _NEEDS_REASON and len(given) < 10:
        raise AssessmentError(mark("say why, in 10 characters or more: others must understand it later"))
    told = {**(details or {}), **({"reason": given} if given else {})}
    state = perform(live_state(session, assessment), what)
    return step(session, viewer, assessment, what, state, told, at)


def happened(
    session: Session, viewer: Viewer, assessment: Assessment, event: Event, at: dt.datetime, details: Mapping[str, Any]
) -> bool:
    """Note an event, once for each `details["key"]` that says what it was; whether it was new."""
    key = str(details["key"])
    known = select(AssessmentEvent).where(
        AssessmentEvent.assessment_id == assessment.id, AssessmentEvent.what == event.value
    )
    if any(row.details.get("key") == key for row in session.exec(known)):
        return False
    step(session, viewer, assessment, event, happen(state_of(assessment), event), dict(details), at)
    return True


def live_state(session: Session, assessment: Assessment) -> State:
    """The state with what has changed in the texts counted, noted or not."""
    return require_stand(session, assessment).state


def require_stand(session: Session, assessment: Assessment) -> Stand:
    """An assessment as it stands now. Raises AssessmentError."""
    stand = stand_of(session, key_of(assessment))
    if stand is None:
        raise AssessmentError(mark("there is no such assessment"))
    return stand


def move(
    session: Session, viewer: Viewer, assessment: Assessment, at: dt.datetime, order: int | None = None
) -> AssessmentPin:
    """Pin an assessment to the newest text, and to the claim and the facts of today; the pin before stays.

    `order` is the place of the clause, needed where the text was split or is gone. Raises AssessmentError.
    """
    stand = require_stand(session, assessment)
    places = stand.clauses if order is None else (order,)
    if len(places) != 1:
        split = mark("the clause was split in %(draft)s; choose the clause that is assessed now")
        gone = mark("the clause is gone in %(draft)s; choose the clause that is assessed now")
        raise AssessmentError(split if places else gone, draft=stand.newest.label)
    claim, clause = claim_of(session, assessment), clause_at(session, stand.newest, places[0])
    if claim is None:
        text = mark("the publication has this claim no longer, so it cannot be read against the new text")
        raise AssessmentError(text)
    if clause is None:
        raise AssessmentError(mark("%(draft)s has no clause at this place"), draft=stand.newest.label)
    return put_pin(session, viewer, assessment, claim, clause, at, replaces=last_pin(session, assessment))


def pin_before(session: Session, pin: AssessmentPin) -> AssessmentPin | None:
    """The pin that a pin replaced; None for the first."""
    return None if pin.replaces is None else session.get(AssessmentPin, pin.replaces)


def require(viewer: Viewer, what: Act) -> None:
    """That a viewer may do this. Raises AssessmentError."""
    if not viewer.may(WHO[what]):
        raise AssessmentError(mark("your roles do not allow this; leave it to somebody whose roles do"))


def step(
    session: Session,
    viewer: Viewer,
    assessment: Assessment,
    what: Act | Event,
    state: State,
    details: Mapping[str, Any],
    at: dt.datetime,
) -> State:
    """Write a step and the state after it."""
    assessment.status, assessment.stale, assessment.on_hold_secrecy = state.status, state.stale, state.on_hold_secrecy
    session.add(assessment)
    session.flush()
    _note(session, viewer, assessment, what.value, state, details, at)
    told = {"what": what.value, "status": state.status.value}
    record(
        session,
        viewer,
        TrailAction.CHANGED,
        ASSESSMENT,
        key_of(assessment),
        told,
        matter_id=assessment.matter_id,
        at=at,
    )
    return state


def _note(
    session: Session,
    viewer: Viewer,
    assessment: Assessment,
    what: str,
    state: State,
    details: Mapping[str, Any],
    at: dt.datetime,
) -> None:
    session.add(
        AssessmentEvent(
            assessment_id=key_of(assessment),
            what=what,
            status=state.status,
            stale=state.stale,
            on_hold_secrecy=state.on_hold_secrecy,
            details=dict(details),
            by_account=viewer.account_id,
            by=viewer.name,
            at=at,
        )
    )
    session.flush()


def _find(session: Session, publication: Publication, claim: Claim, draft: Draft, order: int) -> Assessment | None:
    pins = [each.id for each in attached_to(session, draft, order, {ASSESSMENT})]
    statement = (
        select(Assessment)
        .join(AssessmentPin, col(AssessmentPin.assessment_id) == Assessment.id)
        .where(
            col(AssessmentPin.id).in_(pins),
            Assessment.publication == publication.number,
            Assessment.claim == claim.number,
            Assessment.language == claim.language,
        )
    )
    return session.exec(statement).first()
