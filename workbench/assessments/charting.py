"""What people do with claim charts and reviews: write, submit, find, conclude, and confirm on a new text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.assessments.charts import (
    ChartError,
    ChartRow,
    Check,
    Quoted,
    check,
    cleaned,
    onto,
    recut,
    rows_of,
    stored,
)
from workbench.assessments.claim_texts import chart_elements
from workbench.assessments.models import Assessment, AssessmentPin, ChartVersion, Finding, Reader
from workbench.assessments.pins import last_pin
from workbench.assessments.queries import authors_of, current_chart, state_of
from workbench.assessments.reviews import Conclusion, conclude
from workbench.assessments.statuses import CONCLUSIONS, DECLARED, OUTCOMES, Act, Status, perform
from workbench.assessments.verbs import AssessmentError, live_state, move, require, require_stand, step
from workbench.assessments.watch import note_changes
from workbench.db import key_of
from workbench.i18n import mark
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.standards.models import Clause, Provision

CHART: Final = "chart"
MOST_REASONS: Final = 4000


def start_chart(
    session: Session, viewer: Viewer, assessment: Assessment, at: dt.datetime, order: int | None = None
) -> ChartVersion:
    """Begin the chart: the claim cut into elements, on the newest text; `order` as in `verbs.move`.

    Raises AssessmentError, TransitionError.
    """
    require(viewer, Act.START_CHART)
    state = perform(state_of(assessment), Act.START_CHART)
    stand = require_stand(session, assessment)
    pin = stand.pin
    if stand.events or stand.pinned.id != stand.newest.id or order is not None:
        pin = move(session, viewer, assessment, at, order)
    parts = chart_elements(pin.claim_text, assessment.language)
    rows = [ChartRow(element=each.text, start=each.start, end=each.end) for each in parts]
    step(session, viewer, assessment, Act.START_CHART, state, {"draft": pin.draft_id}, at)
    return _keep(session, viewer, assessment, pin, rows, at)


def save_chart(
    session: Session, viewer: Viewer, assessment: Assessment, rows: Sequence[ChartRow], *, seen: int, at: dt.datetime
) -> ChartVersion:
    """Keep a new version; one like the last is not kept again. `seen` is the number of the version that was changed.

    Where texts had changed and every row is confirmed on them now, the chart is no longer stale.
    Raises AssessmentError, ChartError.
    """
    require(viewer, Act.SUBMIT)
    last = writable(session, assessment, seen)
    pin = last_pin(session, assessment)
    checked = [_checked(session, pin, number, row) for number, row in enumerate(rows, start=1)]
    if not checked:
        raise ChartError(mark("a chart needs at least one element"))
    if stored(checked) == last.rows:
        return last
    version = _keep(session, viewer, assessment, pin, checked, at)
    state = state_of(assessment)
    if state.stale and not check(checked).unconfirmed and not require_stand(session, assessment).events:
        step(session, viewer, assessment, Act.RECONFIRM, perform(state, Act.RECONFIRM), {"draft": pin.draft_id}, at)
    return version


def recut_chart(
    session: Session, viewer: Viewer, assessment: Assessment, parts: Sequence[str], *, seen: int, at: dt.datetime
) -> ChartVersion:
    """Cut the claim into other elements; what was written stays. Raises AssessmentError, ChartError."""
    last = writable(session, assessment, seen)
    pin = last_pin(session, assessment)
    return save_chart(session, viewer, assessment, recut(rows_of(last.rows), pin.claim_text, parts), seen=seen, at=at)


def bring_over(
    session: Session, viewer: Viewer, assessment: Assessment, *, seen: int, at: dt.datetime, order: int | None = None
) -> ChartVersion:
    """Bring a stale chart to the newest text: a row whose provisions all stand there word for word is confirmed by
    that, every other waits for a person. Raises AssessmentError, ChartError.

    A change of the claim leaves no row confirmed but those whose element the claim still has.
    """
    require(viewer, Act.RECONFIRM)
    note_changes(session, require_stand(session, assessment), at)
    last = writable(session, assessment, seen)
    state = state_of(assessment)
    if not state.stale:
        raise AssessmentError(mark("nothing has changed since the chart was confirmed"))
    before = last_pin(session, assessment)
    pin = move(session, viewer, assessment, at, order)
    rows = [_brought(session, pin, row) for row in _on_claim(rows_of(last.rows), before, pin, assessment)]
    version = _keep(session, viewer, assessment, pin, rows, at)
    if not check(rows).unconfirmed:
        step(session, viewer, assessment, Act.RECONFIRM, perform(state, Act.RECONFIRM), {"draft": pin.draft_id}, at)
    return version


def submit(
    session: Session,
    viewer: Viewer,
    assessment: Assessment,
    *,
    seen: int,
    at: dt.datetime,
    outcome: Status | None = None,
    commercial: bool | None = None,
    reasons: str = "",
) -> None:
    """Hand the chart to readers, with the author's own finding if he gives one, which no reader sees before his own.

    Raises AssessmentError, ChartError, TransitionError.
    """
    require(viewer, Act.SUBMIT)
    state = perform(live_state(session, assessment), Act.SUBMIT)
    version = _seen(session, assessment, seen)
    found = check(rows_of(version.rows))
    if not found.is_ready:
        raise _what_is_left(found)
    if version.by_account is None:
        raise AssessmentError(
            mark(
                "this version was written without an account, so that nobody could be told apart from its author; "
                "sign in and save the chart first"
            )
        )
    assessment.round += 1
    assessment.commercial = None
    if outcome is not None:
        if viewer.account_id not in authors_of(session, assessment) or viewer.account_id is None:
            text = mark("only who wrote the chart can give the author's finding; leave it to the readers")
            raise AssessmentError(text)
        _add_finding(session, viewer, assessment, version, Reader.AUTHOR, outcome, commercial, reasons, at)
    step(session, viewer, assessment, Act.SUBMIT, state, {"version": version.number}, at)


def find(
    session: Session,
    viewer: Viewer,
    assessment: Assessment,
    outcome: Status,
    reasons: str,
    *,
    seen: int,
    at: dt.datetime,
    commercial: bool | None = None,
) -> Conclusion:
    """Give the finding of a reader who wrote none of the chart; the round is concluded where findings suffice.

    Raises AssessmentError, ChartError, TransitionError.
    """
    require(viewer, Act.CONCLUDE_UNDETERMINED)
    if viewer.account_id is None:
        text = mark("a review needs a reader with an account of his own; in local mode there is only one")
        raise AssessmentError(text)
    if assessment.status is not Status.IN_REVIEW:
        raise AssessmentError(mark("the chart is not in review"))
    if viewer.account_id in authors_of(session, assessment):
        raise AssessmentError(mark("who wrote a version of the chart cannot review it; another reader is needed"))
    version = _seen(session, assessment, seen)
    given = _findings(session, assessment)
    if any(row.by_account == viewer.account_id for row in given):
        raise AssessmentError(mark("you have given your finding in this round already"))
    state = live_state(session, assessment)
    if state.stale:
        text = mark("what the chart rests on has changed since it was submitted; it goes back to its author")
        raise AssessmentError(text)
    _add_finding(session, viewer, assessment, version, Reader.REVIEWER, outcome, commercial, reasons, at)
    # Now that he has given his own, he sees the others'.
    given = _findings(session, assessment)
    author = next((row.outcome for row in given if row.reader is Reader.AUTHOR), None)
    reviewers = [row.outcome for row in given if row.reader is Reader.REVIEWER]
    result = conclude(author, reviewers, [row.commercial for row in given])
    if result.outcome is not None:
        what = CONCLUSIONS[result.outcome]
        assessment.commercial, assessment.concluded_at = result.commercial, at
        told = {"version": version.number, "readers": len(given), "disputed": result.disputed}
        step(session, viewer, assessment, what, perform(state, what), told, at)
    return result


def quote(session: Session, draft_id: int, order: int, index: int) -> Quoted | None:
    """A provision of a draft as a chart quotes it; None where there is none at this place."""
    statement = (
        select(Clause, Provision)
        .join(Provision, col(Provision.clause_id) == Clause.id)
        .where(Clause.draft_id == draft_id, Clause.order == order, Provision.index == index)
    )
    found = session.exec(statement).one_or_none()
    return None if found is None else quoted(*found)


def quoted(clause: Clause, provision: Provision) -> Quoted:
    """A provision as a chart quotes it."""
    name = clause.number or clause.title or clause.kind.value
    return Quoted(
        order=clause.order,
        index=provision.index,
        clause=" ".join(name.split())[:200],
        kind=provision.kind,
        binds=provision.binds,
        text=provision.text,
    )


def _keep(
    session: Session,
    viewer: Viewer,
    assessment: Assessment,
    pin: AssessmentPin,
    rows: Sequence[ChartRow],
    at: dt.datetime,
) -> ChartVersion:
    last = current_chart(session, assessment)
    version = ChartVersion(
        assessment_id=key_of(assessment),
        pin_id=key_of(pin),
        number=1 if last is None else last.number + 1,
        rows=stored(rows),
        by_account=viewer.account_id,
        by=viewer.name,
        at=at,
    )
    session.add(version)
    session.flush()
    told = {"version": version.number, "rows": len(rows)}
    record(
        session,
        viewer,
        TrailAction.CHANGED,
        CHART,
        key_of(assessment),
        told,
        matter_id=assessment.matter_id,
        at=at,
    )
    return version


def _seen(session: Session, assessment: Assessment, seen: int) -> ChartVersion:
    last = current_chart(session, assessment)
    if last is None:
        raise AssessmentError(mark("there is no chart yet; start it first"))
    if last.number != seen:
        text = mark("%(name)s saved version %(number)s meanwhile; look at it and do it again")
        raise AssessmentError(text, name=last.by, number=last.number)
    return last


def writable(session: Session, assessment: Assessment, seen: int) -> ChartVersion:
    """The last version of a chart that can be changed now. Raises AssessmentError."""
    last = _seen(session, assessment, seen)
    confirming = assessment.status in DECLARED and live_state(session, assessment).stale
    if assessment.status is not Status.CHARTING and not confirming:
        text = mark("the chart can be changed while it is written only; send it back or reopen it first")
        raise AssessmentError(text)
    return last


def _checked(session: Session, pin: AssessmentPin, number: int, row: ChartRow) -> ChartRow:
    """A row with its texts as they are kept and its quotes as they stand. Raises ChartError."""
    if pin.claim_text[row.start : row.end] != row.element:
        text = mark("row %(row)s: the element is not what the claim says at this place; cut the claim anew")
        raise ChartError(text, row=number)
    texts = {name: cleaned(getattr(row, name), number) for name in ("note", "evidence", "gap", "equivalents")}
    for each in row.provisions:
        if row.confirmed and each.order is not None and each.index is not None:
            stands = quote(session, pin.draft_id, each.order, each.index)
            if stands is None or stands.text != each.text:
                text = mark("row %(row)s: clause %(clause)s no longer says this; choose the provision anew")
                raise ChartError(text, row=number, clause=each.clause)
    return row.model_copy(update=texts)


def _on_claim(
    rows: Sequence[ChartRow], before: AssessmentPin, pin: AssessmentPin, assessment: Assessment
) -> list[ChartRow]:
    if pin.claim_text == before.claim_text:
        return list(rows)
    parts = chart_elements(pin.claim_text, assessment.language)
    return onto(rows, pin.claim_text, [(part.start, part.end) for part in parts])


def _brought(session: Session, pin: AssessmentPin, row: ChartRow) -> ChartRow:
    """A row on the new text: its quotes at their new places, confirmed where all stand word for word and bind alike."""
    found = []
    kept = row.confirmed
    for each in row.provisions:
        stands = _same_words(session, pin, each)
        kept = kept and stands is not None and (stands.kind, stands.binds) == (each.kind, each.binds)
        found.append(stands or each)
    return row.model_copy(update={"provisions": tuple(found), "confirmed": kept})


def _same_words(session: Session, pin: AssessmentPin, each: Quoted) -> Quoted | None:
    statement = (
        select(Clause, Provision)
        .join(Provision, col(Provision.clause_id) == Clause.id)
        .where(Clause.draft_id == pin.draft_id, Provision.text == each.text)
        # In the clause that the chart is on, before others that say the same.
        .order_by(sa.desc(col(Clause.order) == pin.clause_order), col(Clause.order), col(Provision.index))
    )
    found = session.exec(statement.limit(1)).first()
    return None if found is None else quoted(*found)


def _findings(session: Session, assessment: Assessment) -> list[Finding]:
    """The findings of this round that the viewer may see, in order."""
    statement = select(Finding).where(Finding.assessment_id == assessment.id, Finding.round == assessment.round)
    return list(session.exec(statement.order_by(col(Finding.id))))


def _add_finding(
    session: Session,
    viewer: Viewer,
    assessment: Assessment,
    version: ChartVersion,
    reader: Reader,
    outcome: Status,
    commercial: bool | None,
    reasons: str,
    at: dt.datetime,
) -> None:
    if outcome not in OUTCOMES:
        raise AssessmentError(mark("this is nothing that a review can find"))
    if outcome not in check(rows_of(version.rows)).outcomes:
        raise AssessmentError(
            mark(
                "the chart does not allow this finding: an element is not met, or only an option asks for it; "
                "send the chart back where you read it otherwise"
            )
        )
    given = cleaned(reasons, None)
    if len(given) < 10:
        text = mark("say why, in 10 characters or more: name the elements and provisions that decide")
        raise AssessmentError(text)
    session.add(
        Finding(
            assessment_id=key_of(assessment),
            version_id=key_of(version),
            round=assessment.round,
            reader=reader,
            outcome=outcome,
            commercial=commercial,
            reasons=given,
            by_account=viewer.account_id or 0,
            by=viewer.name,
            at=at,
        )
    )
    session.add(assessment)
    session.flush()
    told = {"round": assessment.round, "reader": reader.value}
    record(
        session,
        viewer,
        TrailAction.DECIDED,
        CHART,
        key_of(assessment),
        told,
        matter_id=assessment.matter_id,
        at=at,
    )


def _what_is_left(found: Check) -> ChartError:
    for numbers, what in (
        (found.open, mark("row %(row)s: say whether the element is met, and how strongly the text asks for it")),
        (found.unfounded, mark("row %(row)s: the element is said to be met, but no provision is named")),
        (found.unconfirmed, mark("row %(row)s: the row was not confirmed on the new text")),
    ):
        if numbers:
            first = ChartError(what, row=numbers[0])
            several = mark("%(first)s (%(count)s rows in all)")
            return ChartError(several, first=first, count=len(numbers)) if len(numbers) > 1 else first
    return ChartError(mark("the chart says nothing yet"))
