"""A plan as one picture: on the page, as SVG, as PDF; and what the rules would say if an event moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response, abort, render_template

from workbench.ballots.queries import BallotView, ballot_views
from workbench.people.walls_models import TrailAction
from workbench.planning import queries
from workbench.planning.inflow import Inflow, inflow
from workbench.planning.models import Scenario
from workbench.planning.plans import Event
from workbench.planning.precedences import precedences
from workbench.planning.rules import Finding, RulesError, Verdict
from workbench.planning.stored import Placed, Prepared, prepare
from workbench.planning.timeline import Band, Link, Mark, Timeline, timeline
from workbench.planning.vocabulary import EventKind
from workbench.standards.deadlines import Basis
from workbench.standards.models import WorkItem
from workbench.standards.queries import work_item
from workbench.web.ballot_rules import rulebook
from workbench.web.context import now, record, session, today
from workbench.web.display import day as written
from workbench.web.listing import argument
from workbench.web.plans.base import KEY, argument_number, blueprint, the_plan, the_scenario
from workbench.web.plans.gates import gate_marks, shown_gates
from workbench.web.plans.words import plan_word
from workbench.web.text import gettext, language, ngettext

MOST_ITEMS: Final = 12
_WORST: Final = (Verdict.FAIL, Verdict.UNKNOWN)


@dataclass(frozen=True)
class Moved:
    """What the rules would say if one event fell on another day. `before` and `after` are those that changed."""

    name: str
    day: dt.date
    changed: Sequence[tuple[Finding, Finding]]


@blueprint.get(f"/{KEY}/timeline", endpoint="timeline")
def page(plan_id: int) -> str:
    prepared = _prepared(plan_id)
    moved, shown = _moved(prepared)
    record(TrailAction.SAW, "plan", plan_id, {"timeline": True}, matter_id=prepared.row.matter_id)
    return render_template(
        "web/plans/timeline.html",
        prepared=prepared,
        picture=_picture(shown),
        month=_month,
        broken=_broken,
        moved=moved,
        events=[each for each in shown.events.values() if each.event.day or each.event.moment],
        gates=shown_gates(shown),
        movable=[each for each in prepared.events.values() if each.open],
        worst={name: finding.verdict for name, finding in _worst(shown).items()},
        scenarios=queries.scenarios_of(session(), prepared.row),
    )


@blueprint.get(f"/{KEY}/timeline.svg", endpoint="timeline_svg")
def as_svg(plan_id: int) -> Response:
    return _file(_prepared(plan_id), "svg")


@blueprint.get(f"/{KEY}/timeline.pdf", endpoint="timeline_pdf")
def as_pdf(plan_id: int) -> Response:
    return _file(_prepared(plan_id), "pdf")


def _file(prepared: Prepared, form: str) -> Response:
    picture = _picture(prepared)
    if picture is None:
        abort(404)
    row = prepared.row
    record(TrailAction.EXPORTED, "plan", row.id, {"format": form, "timeline": True}, matter_id=row.matter_id)
    headers = {"Content-Disposition": f"attachment; filename=plan-{row.id}-timeline.{form}"}
    below = " ".join(
        (
            gettext("Looked at on %(day)s. Hollow: planned; filled: happened.", day=written(today())),
            gettext("Dashed ]: last day that a rule allows; dashed [: first day; both estimated."),
        )
    )
    if form == "pdf":
        from workbench.planning.timeline_pdf import timeline_pdf

        body = timeline_pdf(picture, row.name, below, _month)
        return Response(body, mimetype="application/pdf", headers=headers)
    text = render_template(
        "web/plans/timeline.svg", picture=picture, title=row.name, below=below, month=_month, broken=_broken
    )
    return Response(text, mimetype="image/svg+xml", headers=headers)


def _prepared(plan_id: int) -> Prepared:
    row = the_plan(plan_id)
    return prepare(session(), row, rulebook(), today(), the_scenario(row, argument_number("scenario")))


def _moved(prepared: Prepared) -> tuple[Moved | None, Prepared]:
    """What would change if the event that was asked for fell on the day asked for, and the plan as it would be then."""
    name, text = argument("event"), argument("day")
    if not name or not text:
        return None, prepared
    placed = prepared.events.get(name)
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        abort(400, gettext("“%(day)s” is no day; write it as 2026-12-04.", day=text))
    if placed is None or not placed.open:
        abort(400, gettext("The day of “%(event)s” cannot be chosen in this plan.", event=name))
    base = prepared.scenario
    dates = dict(base.dates) if base else {}
    length = placed.event.until - placed.event.day if placed.event.day and placed.event.until else None
    try:
        until = day + length if length else None
    except OverflowError:
        abort(400, gettext("“%(day)s” is no day; write it as 2026-12-04.", day=text))
    dates[name] = {"day": day.isoformat(), "until": until.isoformat() if until else None}
    source = base or prepared.row
    trial = Scenario(
        plan_id=prepared.row.id or 0, name="", dates=dates, offices=source.offices, gaps=source.gaps, by="", at=now()
    )
    after = prepare(session(), prepared.row, rulebook(), today(), trial)
    before = {(each.rule.id, each.office): each for each in _findings(prepared)}
    changed = [
        (before[key], each)
        for each in _findings(after)
        if (key := (each.rule.id, each.office)) in before and before[key].verdict is not each.verdict
    ]
    return Moved(name, day, changed), after


def _findings(prepared: Prepared) -> Sequence[Finding]:
    """What the rules say; a rule that people edited into nonsense leaves the picture without findings."""
    try:
        return prepared.findings
    except RulesError:
        return []


def _worst(prepared: Prepared) -> dict[str, Finding]:
    """The worst finding that stands, by event."""
    found: dict[str, Finding] = {}
    standing = [each for each in _findings(prepared) if each.verdict in _WORST and not prepared.set_aside(each)]
    for finding in sorted(standing, key=lambda each: _WORST.index(each.verdict)):
        for name in prepared.on_event(finding):
            found.setdefault(name, finding)
    return found


def _picture(prepared: Prepared) -> Timeline | None:
    worst = _worst(prepared)
    marks = [*_standards(prepared, worst), *_company(prepared, worst), *gate_marks(shown_gates(prepared))]
    return timeline(marks, _links(prepared), today())


def _standards(prepared: Prepared, worst: dict[str, Finding]) -> Iterator[Mark]:
    """Stages and ballots of the plan's work item and of those that its assets name."""
    row = prepared.row.work_item
    others = [number for asset in prepared.assets for number in asset.work_items]
    views = ballot_views(session(), rulebook(), today())
    for number in list(dict.fromkeys([*([row] if row is not None else []), *others]))[:MOST_ITEMS]:
        item = prepared.item if number == row else work_item(session(), number)
        if item is None:
            continue
        own = number == row
        flowing = (
            {name: each.inflow for name, each in prepared.events.items() if each.inflow}
            if own
            else inflow(session(), rulebook(), item, today(), prepared.row.slack_days)
        )
        for name, flow in flowing.items():
            yield _stage(item, name, flow, worst.get(name) if own else None, own=own)
        yield from (_ballot(view, view.closes_on) for view in views if view.item.id == item.id and view.closes_on)


def _stage(item: WorkItem, name: str, flow: Inflow, finding: Finding | None, *, own: bool) -> Mark:
    return Mark(
        name=name if own else f"{item.iso_id}:{name}",
        band=Band.STANDARDS,
        row=item.reference,
        label=plan_word("event", name),
        first=flow.day,
        last=flow.day,
        tone="stage",
        text=f"{name}: {written(flow.day)}, {plan_word('origin', flow.origin)}",
        beside=_beside(estimated=flow.origin.estimated),
        estimated=flow.origin.estimated,
        done=flow.origin.happened,
        finding=finding.verdict if finding else None,
    )


def _ballot(view: BallotView, closes_on: dt.date) -> Mark:
    first = min(view.opens_on or closes_on, closes_on)
    name = gettext("%(kind)s ballot", kind=view.kind)
    return Mark(
        name=f"ballot:{view.item.iso_id}:{view.kind}:{view.iteration}",
        band=Band.STANDARDS,
        row=view.item.reference,
        label=name if view.iteration == 1 else f"{name} {view.iteration}",
        first=first,
        last=closes_on,
        tone="ballot",
        text=gettext("%(name)s: closes %(day)s", name=name, day=written(closes_on)),
        beside=_beside(estimated=view.basis is not Basis.ANNOUNCED),
        estimated=view.basis is not Basis.ANNOUNCED,
        done=closes_on < today(),
    )


def _company(prepared: Prepared, worst: dict[str, Finding]) -> Iterator[Mark]:
    for placed in sorted(prepared.events.values(), key=lambda each: list(EventKind).index(each.kind)):
        span = _span(placed.event)
        if placed.inflow is None and span is not None:
            yield _event(placed, span, worst.get(placed.name))


def _event(placed: Placed, span: tuple[dt.date, dt.date], finding: Finding | None) -> Mark:
    words = placed.row.label if placed.row and placed.row.label else ""
    told = [f"{placed.name}: {' – '.join(dict.fromkeys(written(day) for day in span))}"]
    told.append(plan_word("origin", placed.origin))
    if finding:
        told.append(f"{finding.rule.id}: {finding.rule.ja if language() == 'ja' else finding.rule.en}")
    return Mark(
        name=placed.name,
        band=Band.COMPANY,
        row=plan_word("kind", placed.kind),
        label=words or plan_word("event", placed.name),
        first=span[0],
        last=span[1],
        tone=placed.kind,
        text=", ".join(told),
        beside=_beside(estimated=placed.origin.estimated),
        estimated=placed.origin.estimated,
        done=placed.origin.happened,
        movable=placed.open,
        finding=finding.verdict if finding else None,
    )


def _beside(*, estimated: bool) -> str:
    return gettext("est.") if estimated else ""


def _span(event: Event) -> tuple[dt.date, dt.date] | None:
    first = event.moment.date() if event.moment else event.day
    return (first, event.until or first) if first else None


def _links(prepared: Prepared) -> list[Link]:
    found = precedences(prepared.plan, prepared.book, _findings(prepared))
    return [
        Link(
            each.first,
            each.then,
            f"{each.first} → {each.then}"
            + (
                f" ({each.finding.rule.id}: {each.finding.rule.ja if language() == 'ja' else each.finding.rule.en})"
                if each.finding
                else ""
            ),
            each.verdict,
        )
        for each in found
    ]


def _broken(years: int) -> str:
    return ngettext(
        "Drawn short: for %(num)d year nothing lies here.", "Drawn short: for %(num)d years nothing lies here.", years
    )


def _month(value: dt.date) -> str:
    return f"{value.year}年{value.month}月" if language() == "ja" else f"{value:%Y-%m}"
