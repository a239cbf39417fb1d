"""From a plan in the store to a plan that rules and solver read, with what is known of each day; and its findings.

Of an event these count, the first that there is: that a person says it happened; evidence that the workbench read; a
stage that the work item reached; the close of a ballot as announced; the day of the scenario that is looked at; the day
that the plan has; an estimate.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlmodel import Session, col, select

from workbench.ballots.rulebook import Rulebook
from workbench.planning.derived import derived_facts
from workbench.planning.evidence import Evidence, evidence_of
from workbench.planning.inflow import Inflow, Origin, inflow
from workbench.planning.models import (
    FindingOverride,
    PlanAsset,
    PlanFact,
    PlannedEvent,
    Scenario,
    StoredPlan,
)
from workbench.planning.plan_gates import Gate, gates
from workbench.planning.plans import Event, Fact, Gap, Plan
from workbench.planning.rule_store import RuleStore, rule_store
from workbench.planning.rules import Finding, RuleBook, Verdict, check
from workbench.planning.vocabulary import EventKind, event_names
from workbench.standards.models import WorkItem
from workbench.standards.queries import work_item


@dataclass(frozen=True, slots=True)
class Placed:
    """An event of a plan as it counts now. `row` is None where only the work item speaks of it.

    `evidence` is all that was read of it. `surprise`: it happened before the plan wanted it, or against it.
    """

    name: str
    kind: EventKind
    event: Event
    origin: Origin
    row: PlannedEvent | None
    inflow: Inflow | None
    evidence: tuple[Evidence, ...]
    surprise: bool

    @property
    def open(self) -> bool:
        """Whether people may still choose the day."""
        return self.row is not None and self.origin in (Origin.TYPED, Origin.CHOSEN, Origin.SCENARIO)


@dataclass(frozen=True, slots=True)
class PlacedFact:
    """A fact as it counts. `row` is None where it follows from assets and events."""

    name: str
    value: Fact
    row: PlanFact | None


@dataclass(frozen=True)
class Prepared:
    """A plan ready for rules and solver."""

    row: StoredPlan
    scenario: Scenario | None
    item: WorkItem | None
    assets: Sequence[PlanAsset]
    events: Mapping[str, Placed]
    facts: Mapping[str, PlacedFact]
    plan: Plan
    rules: RuleStore
    overrides: Sequence[FindingOverride] = field(default=())

    @cached_property
    def book(self) -> RuleBook:
        """The rules in force for it."""
        return self.rules.book(self.plan)

    @cached_property
    def findings(self) -> Sequence[Finding]:
        """What every enabled rule says. Raises RulesError."""
        return check(self.plan, self.book)

    @cached_property
    def gates(self) -> Sequence[Gate]:
        """Days that the rules compute for events whose day people choose, planned or not. Raises RulesError."""
        names = event_names()
        standards = {name for name in names.every if names.kind(name) is EventKind.STAGE}
        settled = {name for name, each in self.events.items() if not each.open and each.origin is not Origin.UNKNOWN}
        return gates(self.plan, self.book, self.findings, {*self.events, *names.every} - settled - standards)

    def inputs_hash(self, finding: Finding) -> str:
        """The hash of what a finding rests on, so that one knows whether it is the same finding still."""
        given: dict[str, Any] = {}
        for name in finding.used:
            if name in self.plan.events:
                event = self.plan.events[name]
                given[name] = [str(event.day), str(event.until), str(event.moment), event.confidential]
            elif name in self.plan.facts:
                value = self.plan.facts[name]
                given[name] = sorted(value) if isinstance(value, frozenset) else value
        told = [finding.rule.id, finding.office, finding.version, finding.verdict.value, given]
        return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def override_of(self, finding: Finding) -> FindingOverride | None:
        """The newest request to set this finding aside that was made for the inputs as they are."""
        same = self.inputs_hash(finding)
        return next((each for each in reversed(self.overrides) if each.inputs == same), None)

    def set_aside(self, finding: Finding) -> bool:
        """Whether a second person granted that the finding be set aside."""
        found = self.override_of(finding)
        return found is not None and bool(found.granted)

    def standing(self) -> list[Finding]:
        """Failures that nobody set aside, and unknowns; in the order of the rules."""
        return [
            each
            for each in self.findings
            if each.verdict is Verdict.UNKNOWN or (each.verdict is Verdict.FAIL and not self.set_aside(each))
        ]

    def on_event(self, finding: Finding) -> list[str]:
        """The events of the plan that a finding is shown on: those it was decided by."""
        return [name for name in finding.used if name in self.events]


def prepare(
    session: Session,
    row: StoredPlan,
    rulebook: Rulebook,
    today: dt.date,
    scenario: Scenario | None = None,
    rules: RuleStore | None = None,
) -> Prepared:
    """Read a plan as it counts on a day. `rules` are other rules than those in the store, for a look ahead."""
    rules = rules or rule_store(session)
    assets = session.exec(select(PlanAsset).where(PlanAsset.plan_id == row.id).order_by(col(PlanAsset.id))).all()
    rows = session.exec(select(PlannedEvent).where(PlannedEvent.plan_id == row.id).order_by(col(PlannedEvent.id))).all()
    typed = session.exec(select(PlanFact).where(PlanFact.plan_id == row.id).order_by(col(PlanFact.name))).all()
    asked = session.exec(
        select(FindingOverride).where(FindingOverride.plan_id == row.id).order_by(col(FindingOverride.id))
    ).all()
    item = work_item(session, row.work_item) if row.work_item is not None else None
    flowing = inflow(session, rulebook, item, today, row.slack_days) if item is not None else {}
    read = evidence_of(session, row, rows, assets)
    by_name: dict[str, PlannedEvent | None] = {**{each.name: each for each in rows}}
    for name in flowing:
        by_name.setdefault(name, None)
    events = {
        name: _placed(name, event, flowing.get(name), read.get(name, []), scenario) for name, event in by_name.items()
    }
    said = {each.name: fact_value(each.value) for each in typed}
    facts = derived_facts(assets, rows, rules.licences(), said)
    source = scenario or row
    plan = Plan(
        today,
        {name: each.event for name, each in events.items() if each.origin is not Origin.UNKNOWN},
        facts | said,
        frozenset(source.offices),
        tuple(Gap(**gap) for gap in source.gaps if gap["first"] in events and gap["then"] in events),
    )
    by_fact = {each.name: each for each in typed}
    placed = {name: PlacedFact(name, value, by_fact.get(name)) for name, value in sorted(plan.facts.items())}
    return Prepared(row, scenario, item, assets, events, placed, plan, rules, asked)


def fact_value(value: Any) -> Fact:
    """A fact as it is kept, as the rules read it."""
    return frozenset(value) if isinstance(value, list) else value


def scenario_event(dates: Mapping[str, Any]) -> Event:
    """A day or a window of a scenario."""
    if dates.get("never") or not dates.get("day"):
        return Event()
    until = dates.get("until")
    return Event(dt.date.fromisoformat(dates["day"]), until=dt.date.fromisoformat(until) if until else None)


def _placed(
    name: str, row: PlannedEvent | None, flow: Inflow | None, read: Sequence[Evidence], scenario: Scenario | None
) -> Placed:
    event, origin = _counting(row, flow, read, scenario)
    wanted = None if row is None else row.moment.date() if row.moment else row.day
    happened = origin is Origin.EVIDENCE and event.day is not None
    surprise = happened and (wanted is None or (event.day is not None and event.day < wanted))
    return Placed(name, event_names().kind(name), event, origin, row, flow, tuple(read), surprise)


def _counting(
    row: PlannedEvent | None, flow: Inflow | None, read: Sequence[Evidence], scenario: Scenario | None
) -> tuple[Event, Origin]:
    confidential = row is not None and row.confidential
    if row is not None and row.done:
        return _typed(row), Origin.DONE
    if read:
        return Event(read[0].day, confidential=confidential), Origin.EVIDENCE
    if flow is not None and flow.origin is not Origin.ESTIMATED:
        return Event(flow.day, confidential=confidential), flow.origin
    if scenario is not None and row is not None and name_in(scenario, row.name):
        origin = Origin.CHOSEN if is_computed(scenario, row.name) else Origin.SCENARIO
        return scenario_event(scenario.dates[row.name]), origin
    if row is not None and (row.day or row.moment):
        return _typed(row), Origin.CHOSEN if row.estimated else Origin.TYPED
    if row is not None and row.never:
        return Event(), Origin.NEVER
    if flow is not None:
        return Event(flow.day, confidential=confidential), Origin.ESTIMATED
    return Event(), Origin.UNKNOWN


def is_computed(scenario: Scenario, name: str) -> bool:
    """Whether the workbench found the day that a scenario gives an event; an old one tells it of all or none."""
    dates = scenario.dates[name]
    return bool(dates["day"] and dates.get("estimated", scenario.aim is not None))


def name_in(scenario: Scenario, name: str) -> bool:
    """Whether a scenario says anything of an event."""
    return name in scenario.dates


def _typed(row: PlannedEvent) -> Event:
    if row.moment is not None:
        return Event(moment=row.moment, confidential=row.confidential)
    return Event(row.day, until=row.until, confidential=row.confidential)
