"""Days that flow into a plan from its work item: stages reached, closes of ballots, announced or estimated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from scrapers.records import Precision
from workbench.ballots.limits import LimitState
from workbench.ballots.queries import ballot_views
from workbench.ballots.rulebook import Rulebook
from workbench.ballots.week import limits_of
from workbench.planning.vocabulary import event_names
from workbench.standards.deadlines import Basis
from workbench.standards.models import WorkItem
from workbench.standards.queries import stage_events


class Origin(StrEnum):
    """How the day of an event is known."""

    TYPED = "typed"
    CHOSEN = "chosen"
    """By the solver: estimated."""
    SCENARIO = "scenario"
    DONE = "done"
    """A person says that it happened."""
    EVIDENCE = "evidence"
    """Something that the workbench read shows that it happened."""
    STAGE = "stage"
    """The work item reached the stage; a day on its page."""
    OBSERVED = "observed"
    """Polling first saw the stage on that day; it may have been reached earlier."""
    ANNOUNCED = "announced"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"
    NEVER = "never"

    @property
    def estimated(self) -> bool:
        """Whether the workbench computed the day."""
        return self in (Origin.CHOSEN, Origin.ESTIMATED)

    @property
    def happened(self) -> bool:
        return self in (Origin.DONE, Origin.EVIDENCE, Origin.STAGE, Origin.OBSERVED)


@dataclass(frozen=True, slots=True)
class Inflow:
    """A day that flows in. Of an estimate, `slack` days were taken off `expected`, which is the day itself else."""

    day: dt.date
    origin: Origin
    expected: dt.date
    slack: int
    source: str


def inflow(session: Session, rules: Rulebook, item: WorkItem, today: dt.date, slack: int = 0) -> dict[str, Inflow]:
    """Events of a work item by name. Of a ballot held again the last iteration counts.

    An estimate lies `slack` days before the day expected, but not in the past: what must be done before it is then
    done in time even if it comes early.
    """
    names = event_names()
    found: dict[str, Inflow] = {}
    limit_of = {limit.stage: limit for limit in limits_of(session, rules, item, today).limits}
    for name, stage in names.stages.items():
        limit = limit_of.get(stage)
        if limit is not None and limit.state is LimitState.AHEAD:
            found[name] = _estimate(limit.day, slack, today, "limit date of its track")
    for view in ballot_views(session, rules, today):
        closing = next((name for name, kind in names.closes.items() if kind is view.kind), None)
        if view.item.id != item.id or closing is None or view.closes_on is None:
            continue
        if view.basis is Basis.ANNOUNCED:
            source = view.row.source if view.row else ""
            found[closing] = Inflow(view.closes_on, Origin.ANNOUNCED, view.closes_on, 0, source)
        elif view.is_open:
            source = view.estimate.source if view.estimate else ""
            found[closing] = _estimate(view.closes_on, slack, today, source)
    return found | _reached(session, item, names.stages)


def _reached(session: Session, item: WorkItem, stages: Mapping[str, str]) -> dict[str, Inflow]:
    """Stages count from the first day in their hundred; a later one does not say when an earlier one was reached."""
    found: dict[str, Inflow] = {}
    for event in sorted(stage_events(session, item), key=lambda each: each.date):
        for name, stage in stages.items():
            reached = event.stage[:2] == stage[:2] and event.stage >= stage
            if reached and name not in found:
                origin = Origin.STAGE if event.precision is Precision.DAY else Origin.OBSERVED
                found[name] = Inflow(event.date, origin, event.date, 0, f"stage {event.stage}")
    return found


def _estimate(day: dt.date, slack: int, today: dt.date, source: str) -> Inflow:
    early = max(day - dt.timedelta(days=slack), min(day, today))
    return Inflow(early, Origin.ESTIMATED, day, (day - early).days, source)
