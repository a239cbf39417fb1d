"""Assessments: what waits, the list, and one of them with its chart, reviews, statuses and steps."""

from __future__ import annotations

from typing import Final

from flask import abort, render_template, request, url_for

from workbench.assessments import charting, verbs
from workbench.assessments.charts import check, compare, rows_of
from workbench.assessments.listed import ASSESSMENT_FILTERS, ASSESSMENT_SORTS, chosen, ordered
from workbench.assessments.models import ChartVersion
from workbench.assessments.queries import (
    Stand,
    agreement,
    current_chart,
    due,
    findings_of,
    is_reviewed,
    may_review,
    reviewed,
    standing,
    steps_of,
    versions_of,
)
from workbench.assessments.reviews import conclude
from workbench.assessments.statuses import DECLARED, OUTCOMES, REVIEWED, WHO, Act, Event, Status, counts_in_coverage
from workbench.db import key_of
from workbench.history.queries import FilterError
from workbench.people.permissions import Permission
from workbench.people.walls_models import Matter, TrailAction
from workbench.standards.draft_queries import Heading, clause_at, headings
from workbench.standards.models import Clause, Draft
from workbench.standards.word_diff import word_diff
from workbench.web.assessments.parts import PLACE, Reply, blueprint, done, found, number_of, seen
from workbench.web.cases.parts import open_matters
from workbench.web.context import now, record, session, viewer
from workbench.web.lineage import reason
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.text import told

WAITING: Final = 50
"""Lines of what waits that the page shows; the filters of the list show the others."""
# What happened to rights; what happened to texts is computed.
_NOTED: Final = frozenset(Event) - {Event.TEXT_CHANGED, Event.TEXT_GONE, Event.AMENDMENT}
_TO_DECLARE: Final = frozenset({Status.LIKELY_ESSENTIAL, Status.OPTION_ESSENTIAL})
_BY_HAND: Final = (Act.SEND_BACK, Act.REOPEN, Act.CONFIRM_EXTERNAL, Act.RESTORE, Act.HOLD, Act.RELEASE)


@blueprint.get("/")
def index() -> str:
    """What waits for the viewer, and the assessments that the filters leave."""
    filters = {name: argument(name) for name in ASSESSMENT_FILTERS}
    sort = sort_key(argument("sort"), ASSESSMENT_SORTS, "-made")
    every = standing(session())
    refusal, rows = None, []
    try:
        rows = ordered(chosen(every, filters), sort)
    except FilterError as error:
        refusal = told(error)
    page = page_number(argument("page"))
    shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    read = reviewed(session(), shown)
    waiting = due(session(), viewer(), every)
    listing = Listing("assessments.index", filters, sort, "-made", page, len(rows), export_kind="assessments")
    return render_template(
        "web/assessments/index.html",
        listing=listing,
        filters=filters,
        refusal=refusal,
        rows=[(each, clause_of(each), each.assessment.id in read) for each in shown],
        waiting=waiting[:WAITING],
        more=max(0, len(waiting) - WAITING),
        waits=len(waiting),
        clause_of=clause_of,
        items=sorted({(str(each.item.iso_id), each.item.reference) for each in every}, key=lambda pair: pair[1]),
        statuses=list(Status),
        matters=open_matters(),
        counts=[(status, sum(each.state.status is status for each in every)) for status in Status],
        coverage=sum(counts_in_coverage(each.state) for each in every),
        agreement=agreement(session()),
        may_decide=viewer().may(Permission.DECIDE),
    )


@blueprint.get(PLACE)
def assessment(assessment_id: int) -> str:
    return page_of(assessment_id)


@blueprint.get(f"{PLACE}/versions/<int(max=100000):version>")
def version(assessment_id: int, version: int) -> str:
    """A version of the chart, and what differs from another (`with`, by default the one before)."""
    stand = found(assessment_id)
    versions = {each.number: each for each in versions_of(session(), stand.assessment)}
    if version not in versions:
        abort(404)
    other = versions.get(page_number(argument("with")) if argument("with") else version - 1)
    rows = rows_of(versions[version].rows)
    return render_template(
        "web/assessments/version.html",
        stand=stand,
        version=versions[version],
        other=other,
        versions=list(versions.values()),
        rows=rows,
        changes=[] if other is None else compare(rows_of(other.rows), rows),
        diff=word_diff,
        clause=clause_of(stand),
    )


@blueprint.post(f"{PLACE}/submit")
def submit(assessment_id: int) -> Reply:
    """Hand the chart to readers, with the author's own finding where he gives one."""
    outcome = _outcome()
    return done(
        assessment_id,
        lambda written, row: charting.submit(
            written,
            viewer(),
            row,
            seen=seen(),
            at=now(),
            outcome=outcome,
            commercial=_commercial(),
            reasons=request.form.get("reasons", ""),
        ),
        lambda refusal: page_of(assessment_id, refusal),
    )


@blueprint.post(f"{PLACE}/finding")
def find(assessment_id: int) -> Reply:
    """Give the finding of a reader."""
    outcome = _outcome()
    if outcome is None:
        abort(400)
    return done(
        assessment_id,
        lambda written, row: charting.find(
            written,
            viewer(),
            row,
            outcome,
            request.form.get("reasons", ""),
            seen=seen(),
            at=now(),
            commercial=_commercial(),
        ),
        lambda refusal: page_of(assessment_id, refusal),
    )


@blueprint.post(f"{PLACE}/act")
def act(assessment_id: int) -> Reply:
    """Send back, reopen, confirm from outside, restore, hold or release (`what`), with the reason."""
    what = request.form.get("what", "")
    if what not in {each.value for each in _BY_HAND}:
        abort(400)
    return done(
        assessment_id,
        lambda written, row: verbs.act(written, viewer(), row, Act(what), now(), reason=request.form.get("reason", "")),
        lambda refusal: page_of(assessment_id, refusal),
    )


@blueprint.post(f"{PLACE}/start")
def start(assessment_id: int) -> Reply:
    """Begin the chart; `clause` is the place of the clause where the text was split or is gone."""
    return done(
        assessment_id,
        lambda written, row: charting.start_chart(written, viewer(), row, now(), number_of("clause")),
        lambda refusal: page_of(assessment_id, refusal),
        url_for("assessments.chart", assessment_id=assessment_id),
    )


def page_of(assessment_id: int, refusal: str | None = None) -> str:
    """The page of an assessment, with the reason where something was refused."""
    stand = found(assessment_id)
    row = stand.assessment
    chart = current_chart(session(), row)
    record(TrailAction.SAW, "chart" if chart else "assessment", assessment_id, matter_id=row.matter_id)
    rows = [] if chart is None else rows_of(chart.rows)
    findings = findings_of(session(), row)
    this_round = [each for each in findings if each.round == row.round]
    readers = [each.outcome for each in this_round if each.reader == "reviewer"]
    author = next((each.outcome for each in this_round if each.reader == "author"), None)
    may_decide = viewer().may(Permission.DECIDE)
    old, new = _texts(stand)
    steps = steps_of(session(), row)
    return render_template(
        "web/assessments/assessment.html",
        stand=stand,
        clause=clause_of(stand),
        chart=chart,
        rows=rows,
        check=check(rows) if rows else None,
        matter=None if row.matter_id is None else session().get(Matter, row.matter_id),
        reviewed=is_reviewed(session(), stand),
        versions=versions_of(session(), row),
        findings=findings,
        disputed=conclude(author, readers).disputed,
        steps=steps,
        noted=[each for each in steps if each.what in _NOTED and each.at >= stand.pin.at],
        outcomes=OUTCOMES,
        eligible=_eligible(stand),
        old_clause=old,
        new_clause=new,
        diff=None if old is None or new is None else word_diff(old.text, new.text),
        reason=reason,
        refusal=refusal,
        acts=[each for each in _possible(stand) if viewer().may(WHO[each])],
        may_decide=may_decide,
        may_write=may_decide and _may_write(stand),
        may_review=may_decide and stand.state.status is Status.IN_REVIEW and may_review(session(), viewer(), row),
        may_declare=viewer().may(Permission.EDIT_CASES) and stand.state.status in _TO_DECLARE,
        declared=DECLARED,
        is_author=chart is not None and viewer().account_id in {each.by_account for each in _versions(stand)},
        may_export=viewer().may(Permission.EXPORT_CONFIDENTIAL) and not stand.state.on_hold_secrecy,
    )


def _versions(stand: Stand) -> list[ChartVersion]:
    return versions_of(session(), stand.assessment)


def clause_of(stand: Stand) -> Clause | None:
    """The clause that the assessment is pinned to."""
    return clause_at(session(), key_of(stand.pinned), stand.pin.clause_order)


def _texts(stand: Stand) -> tuple[Clause | None, Clause | None]:
    """The clause as it was when the chart was confirmed, and as it is; both None where nothing has changed."""
    if not stand.state.stale:
        return None, None
    pinned, newest, place = stand.pinned, stand.newest, stand.clauses[0] if stand.clauses else None
    order = stand.pin.clause_order
    if pinned.id == newest.id and stand.assessment.stale:
        # The chart was brought over already: the text before is that of the pin that this one replaces.
        before = verbs.pin_before(session(), stand.pin)
        if before is None:
            return None, None
        pinned, order = session().get_one(Draft, before.draft_id), before.clause_order
    old = clause_at(session(), key_of(pinned), order)
    return old, None if place is None else clause_at(session(), key_of(newest), place)


def _eligible(stand: Stand) -> list[Heading]:
    """The clauses to choose from where lineage leads to none or to several, those it leads to first."""
    if len(stand.clauses) == 1:
        return []
    return sorted(headings(session(), key_of(stand.newest)), key=lambda each: each.order not in stand.clauses)


def _may_write(stand: Stand) -> bool:
    status = stand.state.status
    return status is Status.CHARTING or (status in DECLARED and stand.state.stale)


def _possible(stand: Stand) -> list[Act]:
    status = stand.state.status
    possible = {
        Act.SEND_BACK: status is Status.IN_REVIEW,
        Act.REOPEN: status in REVIEWED,
        Act.CONFIRM_EXTERNAL: status is Status.DECLARED,
        Act.RESTORE: status in (Status.WITHDRAWN_FROM_TEXT, Status.EXPIRED),
        Act.HOLD: not stand.state.on_hold_secrecy,
        Act.RELEASE: stand.state.on_hold_secrecy,
    }
    return [each for each in _BY_HAND if possible[each]]


def _outcome() -> Status | None:
    text = request.form.get("outcome", "")
    return Status(text) if text in {each.value for each in OUTCOMES} else None


def _commercial() -> bool | None:
    return {"yes": True, "no": False}.get(request.form.get("commercial", ""))
