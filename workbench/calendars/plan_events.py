"""Days and gates of plans for one calendar: what its owner may see, each with a name for life and a sequence number.

What was given is noted by feed, so that a number rises on a real change only; what is no longer is cancelled until its
day is past. The name of an event tells nothing to whom it is shown.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from workbench.ballots.rulebook import Rulebook
from workbench.calendars.events import DOMAIN
from workbench.calendars.feeds import OwnedFeed
from workbench.calendars.models import Feed, FeedEvent
from workbench.db import Store, key_of
from workbench.planning.queries import prepared_plans
from workbench.planning.rules import RulesError
from workbench.planning.stored import Prepared

_COUNTED: Final = ("starts_on", "ends_on", "estimated", "cancelled")
_log = logging.getLogger(__name__)


class PlanDay(StrEnum):
    """What a day of a plan is: planned by people, or computed from a rule."""

    PLANNED = "planned"
    LAST = "last"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """A day of a plan as it is told: the plan's name, the events by the names of rules, and what people call them."""

    plan_id: int
    plan: str
    kind: PlanDay
    events: tuple[str, ...]
    label: str
    starts_on: dt.date
    ends_on: dt.date
    estimated: bool
    key: str


@dataclass(frozen=True, slots=True)
class GivenEvent:
    """An event as a calendar is given it; `told` is None where nothing is left to tell but that it is cancelled."""

    row: FeedEvent
    told: PlanEvent | None


def give_plans(store: Store, owned: OwnedFeed, rules: Rulebook, now: dt.datetime, today: dt.date) -> list[GivenEvent]:
    """The events for a feed as of now, in order. `store` is open for the workbench itself.

    Where nothing changed nothing is written.
    """
    with store.read(owned.viewer) as session:
        wanted = {_uid(owned.feed, each): each for each in plan_events(session, rules, today)}
    with store.read() as session:
        rows = _given(session, owned.feed)
    if _differing(rows, wanted, today):
        with store.write() as session:
            rows = _given(session, owned.feed)
            for uid in _differing(rows, wanted, today):
                _note(session, owned.feed, uid, rows.get(uid), wanted.get(uid), now)
            session.flush()
            rows = _given(session, owned.feed)
    shown = [GivenEvent(row, wanted.get(uid)) for uid, row in rows.items() if uid in wanted or row.ends_on >= today]
    return sorted(shown, key=lambda each: (each.row.starts_on, each.row.uid))


def plan_events(session: Session, rules: Rulebook, today: dt.date) -> Iterator[PlanEvent]:
    """What is planned and which gates there are, in the open plans that the session's viewer sees."""
    for prepared in prepared_plans(session, rules, today):
        yield from _planned(prepared)
        try:
            yield from _gates(prepared)
        except RulesError as error:
            _log.warning("plan %s has no gates: %s", prepared.row.id, error)


def _planned(prepared: Prepared) -> Iterator[PlanEvent]:
    for placed in prepared.events.values():
        first = placed.event.moment.date() if placed.event.moment else placed.event.day
        if placed.open and first is not None:
            yield PlanEvent(
                plan_id=key_of(prepared.row),
                plan=prepared.row.name,
                kind=PlanDay.PLANNED,
                events=(placed.name,),
                label=placed.row.label if placed.row else "",
                starts_on=first,
                ends_on=placed.event.until or first,
                estimated=placed.origin.estimated,
                key=f"event/{placed.name}",
            )


def _gates(prepared: Prepared) -> Iterator[PlanEvent]:
    for gate in prepared.gates:
        yield PlanEvent(
            plan_id=key_of(prepared.row),
            plan=prepared.row.name,
            kind=PlanDay.LAST if gate.last else PlanDay.FIRST,
            events=gate.events,
            label="",
            starts_on=gate.day,
            ends_on=gate.day,
            estimated=True,
            key=f"gate/{gate.key}",
        )


def _uid(feed: Feed, event: PlanEvent) -> str:
    named = f"{feed.id}/{event.plan_id}/{event.key}"
    return f"{hashlib.sha256(named.encode()).hexdigest()[:32]}@{DOMAIN}"


def _given(session: Session, feed: Feed) -> dict[str, FeedEvent]:
    rows = session.exec(select(FeedEvent).where(FeedEvent.feed_id == feed.id).order_by(col(FeedEvent.uid)))
    return {row.uid: row for row in rows}


def _differing(rows: Mapping[str, FeedEvent], wanted: Mapping[str, PlanEvent], today: dt.date) -> list[str]:
    """The names of events that are new, changed, or gone before their day."""
    found = []
    for uid in sorted({*rows, *wanted}):
        row, new = rows.get(uid), wanted.get(uid)
        gone = new is None and row is not None and not row.cancelled and row.ends_on >= today
        changed = new is not None and (row is None or _state(row) != _wanted_state(new))
        if gone or changed:
            found.append(uid)
    return found


def _state(row: FeedEvent) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _COUNTED)


def _wanted_state(event: PlanEvent) -> tuple[object, ...]:
    return event.starts_on, event.ends_on, event.estimated, False


def _note(
    session: Session, feed: Feed, uid: str, row: FeedEvent | None, new: PlanEvent | None, now: dt.datetime
) -> None:
    if row is not None:
        row.sequence, row.modified_at, row.cancelled = row.sequence + 1, now, new is None
    elif new is not None:
        row = FeedEvent(
            uid=uid,
            feed_id=key_of(feed),
            starts_on=new.starts_on,
            ends_on=new.ends_on,
            estimated=new.estimated,
            created_at=now,
            modified_at=now,
        )
    if row is None:
        return
    if new is not None:
        row.starts_on, row.ends_on, row.estimated = new.starts_on, new.ends_on, new.estimated
    session.add(row)
