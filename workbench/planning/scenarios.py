"""Scenarios: other dates for a plan, typed or chosen by the solver; what they change, and taking one over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlmodel import Session, select

from workbench.db import key_of
from workbench.i18n import mark
from workbench.people.viewer import Viewer
from workbench.planning.changes import as_kept, keep
from workbench.planning.models import Scenario, StoredPlan
from workbench.planning.plans import Event, Gap
from workbench.planning.queries import scenarios_of
from workbench.planning.rules import Finding, Verdict
from workbench.planning.scheduling import Change, Schedule, beyond_dates, without_rules
from workbench.planning.solving import Aim, DemandKind, Problem
from workbench.planning.stored import Prepared, is_computed, scenario_event
from workbench.planning.verbs import PlanEditError, edit_plan, gaps_kept, move_events, set_gaps

MOST_SCENARIOS: Final = 20
MOST_WIDE: Final = 366


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What a rule says at an office in each of the plans that are compared; None where it is not looked at there."""

    rule: str
    office: str | None
    findings: tuple[Finding | None, ...]

    @property
    def differs(self) -> bool:
        return len({each.verdict if each else None for each in self.findings}) > 1


def dates_of(prepared: Prepared, days: Mapping[str, Event] | None = None) -> dict[str, dict[str, Any]]:
    """The dates of a plan's open events as a scenario keeps them; computed `days` take the place of those they have."""
    given = days or {}
    found = {}
    for name, placed in prepared.events.items():
        if placed.row is None or placed.origin.happened or placed.event.moment is not None:
            continue
        event = given.get(name, placed.event)
        if name in given or event.day is not None or placed.row.never:
            moved = (event.day, event.until) != (placed.event.day, placed.event.until)
            found[name] = kept_event(event, estimated=moved or placed.origin.estimated)
    return found


def kept_event(event: Event, *, estimated: bool = False) -> dict[str, Any]:
    """A day or window as a scenario keeps it; `estimated` where the workbench computed it."""
    return {
        "estimated": estimated and event.day is not None,
        "day": event.day.isoformat() if event.day else None,
        "until": event.until.isoformat() if event.until else None,
        "never": event.day is None,
    }


def make_scenario(
    session: Session,
    viewer: Viewer,
    prepared: Prepared,
    name: str,
    now: dt.datetime,
    *,
    days: Mapping[str, Event] | None = None,
    aim: Aim | None = None,
    offices: Iterable[str] | None = None,
    gaps: Sequence[Gap] | None = None,
) -> Scenario:
    """Keep dates under a name: those of the plan or scenario that was prepared, with changes. Raises PlanEditError."""
    plan = prepared.row
    name = " ".join(name.split())[:80]
    if not name:
        raise PlanEditError(mark("a scenario needs a name"))
    if len(scenarios_of(session, plan)) >= MOST_SCENARIOS:
        raise PlanEditError(mark("a plan holds 20 scenarios; remove one first"))
    if session.exec(select(Scenario).where(Scenario.plan_id == plan.id, Scenario.name == name)).first() is not None:
        raise PlanEditError(mark("the plan has a scenario of this name; give it another one"))
    row = Scenario(
        plan_id=key_of(plan),
        name=name,
        dates=dates_of(prepared, days),
        offices=sorted(prepared.plan.offices if offices is None else offices),
        gaps=gaps_kept(prepared.plan.gaps if gaps is None else gaps),
        aim=aim.value if aim else None,
        by=viewer.name,
        at=now,
    )
    session.add(row)
    session.flush()
    keep(session, viewer, plan, "scenario", name, None, as_kept(row), now)
    return row


def move_in_scenario(
    session: Session, viewer: Viewer, plan: StoredPlan, row: Scenario, days: Mapping[str, Event], now: dt.datetime
) -> None:
    """Give events other days in a scenario; the plan stays as it is."""
    old = as_kept(row)
    row.dates = row.dates | {name: kept_event(event) for name, event in days.items()}
    session.add(row)
    keep(session, viewer, plan, "scenario", row.name, old, as_kept(row), now)


def remove_scenario(session: Session, viewer: Viewer, plan: StoredPlan, row: Scenario, now: dt.datetime) -> None:
    """Take a scenario away; the history keeps what it was."""
    keep(session, viewer, plan, "scenario", row.name, as_kept(row), None, now)
    session.delete(row)


def take_over(session: Session, viewer: Viewer, prepared: Prepared, row: Scenario, now: dt.datetime) -> None:
    """Make a scenario's dates, offices and distances those of the plan. Raises PlanEditError."""
    plan = prepared.row
    days = {
        name: scenario_event(dates)
        for name, dates in row.dates.items()
        if name in prepared.events
        and prepared.events[name].row is not None
        and not prepared.events[name].origin.happened
    }
    changed = {
        name: event for name, event in days.items() if event != replace(prepared.events[name].event, confidential=False)
    }
    for computed in (False, True):
        days = {name: event for name, event in changed.items() if is_computed(row, name) is computed}
        move_events(session, viewer, plan, days, now, estimated=computed)
    set_wanted(session, viewer, prepared, frozenset(row.offices), [Gap(**gap) for gap in row.gaps], now)


def set_wanted(
    session: Session,
    viewer: Viewer,
    prepared: Prepared,
    offices: frozenset[str],
    gaps: Sequence[Gap],
    now: dt.datetime,
) -> None:
    """Give the plan other offices and distances. Raises PlanEditError."""
    plan = prepared.row
    set_gaps(session, viewer, plan, gaps, now)
    edit_plan(
        session,
        viewer,
        plan,
        now,
        name=plan.name,
        note=plan.note,
        offices=offices,
        known_offices=prepared.book.offices,
        work_item=plan.work_item,
        slack_days=plan.slack_days,
    )


def problem_of(prepared: Prepared, *, room: int) -> Problem:
    """The solver's question: days that people may still choose get a window of `room` days to both sides.

    A window that the plan has itself stays; days that have happened or flow in are fixed, and nothing is moved into the
    past. Rules that were set aside for the plan as it is are left out.
    """
    if not 0 <= room <= MOST_WIDE:
        raise PlanEditError(mark("the room to move lies between 0 and 366 days"))
    today, wide = prepared.plan.today, dt.timedelta(days=room)
    events = dict(prepared.plan.events)
    for name, placed in prepared.events.items():
        event = placed.event
        if placed.open and event.day is not None and event.until is None and room:
            first = max(event.day - wide, min(today, event.day))
            events[name] = Event(first, until=event.day + wide, confidential=event.confidential)
    aside = {(each.rule.id, each.office) for each in prepared.findings if prepared.set_aside(each)}
    rules = tuple(rule for rule in prepared.book.rules if (rule.id, None) not in aside)
    book = prepared.book.model_copy(update={"rules": rules})
    plan = replace(prepared.plan, events=events)
    fixed = frozenset(name for name, placed in prepared.events.items() if not placed.open)
    return Problem(plan, book, fixed=fixed)


def question(prepared: Prepared, *, room: int) -> tuple[Problem, list[str]]:
    """What the solver is asked, and the rules that no choice of days can keep, which are left out of it.

    Raises PlanEditError, UnsolvedError, RulesError.
    """
    problem = problem_of(prepared, room=room)
    failing = {each.rule.id for each in prepared.findings if each.verdict is Verdict.FAIL}
    if not failing:
        return problem, []
    suspects = without_rules(problem, {rule.id for rule in problem.book.rules} - failing)
    hopeless = beyond_dates(suspects)
    return without_rules(problem, set(hopeless)), hopeless


def solved_days(prepared: Prepared, found: Schedule) -> dict[str, Event]:
    """The days that the solver chose for events that are open."""
    return {
        name: Event(day, confidential=prepared.events[name].event.confidential)
        for name, day in found.days.items()
        if name in prepared.events and prepared.events[name].open
    }


def relaxed(prepared: Prepared, way: Sequence[Change]) -> tuple[dict[str, Event], frozenset[str], list[Gap]]:
    """Days, offices and distances once a way out is taken; only what people may change is changed."""
    days: dict[str, Event] = {}
    offices, gaps = set(prepared.plan.offices), list(prepared.plan.gaps)
    for change in way:
        match change.demand.kind:
            case DemandKind.DAYS if isinstance(change.to, dt.date):
                days[change.demand.name] = Event(change.to)
            case DemandKind.OFFICE:
                offices.discard(change.demand.name)
            case DemandKind.GAP if isinstance(change.to, int) and change.to < 0:
                # One end has happened, the wrong way round: there is nothing to keep.
                gaps = [gap for gap in gaps if f"{gap.first} → {gap.then}" != change.demand.name]
            case DemandKind.GAP if isinstance(change.to, int):
                gaps = [
                    Gap(gap.first, gap.then, min(gap.at_least, change.to), _wider(gap.at_most, change.to))
                    if f"{gap.first} → {gap.then}" == change.demand.name
                    else gap
                    for gap in gaps
                ]
            case _:
                raise PlanEditError(mark("this way out cannot be taken over"))
    return days, frozenset(offices), gaps


def compared(plans: Sequence[Prepared]) -> list[FindingRow]:
    """What the rules say of several plans side by side: rows where any of them fails or is unknown."""
    open_ones = (Verdict.FAIL, Verdict.UNKNOWN)
    return [
        row for row in every_row(plans) if any(each is not None and each.verdict in open_ones for each in row.findings)
    ]


def every_row(plans: Sequence[Prepared]) -> list[FindingRow]:
    """What each rule says of several plans side by side, in the order of the rules."""
    keyed = [{(each.rule.id, each.office): each for each in plan.findings} for plan in plans]
    keys = list(dict.fromkeys(key for found in keyed for key in found))
    return [FindingRow(rule, office, tuple(found.get((rule, office)) for found in keyed)) for rule, office in keys]


def _wider(at_most: int | None, days: int) -> int | None:
    return None if at_most is None else max(at_most, days)
