"""Writes a calendar (RFC 5545, RFC 7986). The same events and choices always give the same bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Final

from icalendar import Calendar, Event, vDuration, vUri

from workbench.calendars.events import MEETING
from workbench.calendars.models import FeedEvent, PublishedEvent
from workbench.calendars.plan_events import GivenEvent, PlanDay, PlanEvent
from workbench.i18n import mark
from workbench.planning.event_words import event_word
from workbench.standards.deadlines import Level

REFRESH: Final = dt.timedelta(hours=6)
_DAY: Final = dt.timedelta(days=1)
_LEVELS: Final = {
    Level.ISO: mark("ISO deadline"),
    Level.NATIONAL: mark("national deadline"),
    Level.COMPANY: mark("company deadline"),
}
_ESTIMATED: Final = mark("Estimated: computed by the workbench, not announced.")
_PLAN_DAYS: Final = {
    PlanDay.PLANNED: mark("Planned step"),
    PlanDay.LAST: mark("Last day that a rule allows"),
    PlanDay.FIRST: mark("First day that a rule allows"),
}
LEVEL_NAMES: Final = _LEVELS

Translate = Callable[[str], str]


def write_calendar(
    events: Iterable[PublishedEvent],
    plans: Iterable[GivenEvent] = (),
    *,
    levels: Iterable[Level],
    meetings: bool,
    discreet: bool,
    base_url: str,
    translate: Translate,
) -> bytes:
    """The calendar of a person's choices.

    In a discreet one titles name no work item and no plan: calendars are copied to services of others. `translate`
    gives the texts of the catalogue in the owner's language.
    """
    calendar = Calendar()
    name = translate(mark("Standards deadlines"))
    calendar.add("PRODID", "-//Standards workbench//Calendar//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(REFRESH))
    chosen = frozenset(levels)
    for row in events:
        if (meetings and row.kind == MEETING) or (row.level and Level(row.level) in chosen):
            calendar.add_component(_event(row, discreet=discreet, base_url=base_url, translate=translate))
    for given in plans:
        calendar.add_component(_plan_event(given, discreet=discreet, base_url=base_url, translate=translate))
    return bytes(calendar.to_ical())


def _event(row: PublishedEvent, *, discreet: bool, base_url: str, translate: Translate) -> Event:
    event = _begun(row)
    event.add("SUMMARY", _summary(row, discreet, translate))
    if row.starts_at is not None:
        event.add("DTSTART", row.starts_at)
        event.add("DTEND", row.ends_at or row.starts_at)
    else:
        event.add("DTSTART", row.starts_on)
        event.add("DTEND", row.ends_on + _DAY)
    event.add("STATUS", _status(row))
    event.add("TRANSP", "OPAQUE" if row.kind == MEETING else "TRANSPARENT")
    event.add("CATEGORIES", [translate(mark("Meeting")) if row.kind == MEETING else translate(mark("Deadline"))])
    if row.estimated:
        event.add("DESCRIPTION", translate(_ESTIMATED))
    if row.place and not discreet:
        event.add("LOCATION", row.place)
    path = "/calendars/" if row.iso_id is None else "/" if discreet else f"/standards/items/{row.iso_id}"
    event.add("URL", vUri(base_url + path))
    return event


def _begun(row: PublishedEvent | FeedEvent) -> Event:
    event = Event()
    event.add("UID", row.uid)
    # Of the moment it last changed, not of the request: else every fetch would give other bytes.
    event.add("DTSTAMP", row.modified_at)
    event.add("CREATED", row.created_at)
    event.add("LAST-MODIFIED", row.modified_at)
    event.add("SEQUENCE", row.sequence)
    return event


def _status(row: PublishedEvent | FeedEvent) -> str:
    return "CANCELLED" if row.cancelled else "TENTATIVE" if row.estimated else "CONFIRMED"


def _plan_event(given: GivenEvent, *, discreet: bool, base_url: str, translate: Translate) -> Event:
    row, told = given.row, given.told
    event = _begun(row)
    event.add("SUMMARY", _plan_summary(row, None if discreet else told, told.kind if told else None, translate))
    event.add("DTSTART", row.starts_on)
    event.add("DTEND", row.ends_on + _DAY)
    event.add("STATUS", _status(row))
    event.add("TRANSP", "TRANSPARENT")
    event.add("CATEGORIES", [translate(mark("Plan"))])
    if row.estimated:
        event.add("DESCRIPTION", translate(_ESTIMATED))
    path = "/plans/" if discreet or told is None else f"/plans/{told.plan_id}"
    event.add("URL", vUri(base_url + path))
    return event


def _plan_summary(row: FeedEvent, told: PlanEvent | None, kind: PlanDay | None, translate: Translate) -> str:
    """What a day of a plan is called; `told` is None where no more than that may be said."""
    parts = [translate(_PLAN_DAYS[kind]) if kind else translate(mark("Plan"))]
    if told is not None:
        events = told.label or translate(mark(" or ")).join(event_word(each, translate) for each in told.events)
        parts = [f"{told.plan}: {events}" if told.kind is PlanDay.PLANNED else f"{told.plan}: {parts[0]}: {events}"]
    if row.estimated:
        parts.append(translate(mark("(estimated)")))
    return " ".join(parts)


def _summary(row: PublishedEvent, discreet: bool, translate: Translate) -> str:
    if row.kind == MEETING:
        return translate(mark("Committee meeting")) if discreet else row.title
    parts = [translate(mark("Ballot due"))] if discreet else [row.reference, row.kind]
    parts.append(translate(_LEVELS[Level(row.level)]))
    if row.estimated:
        parts.append(translate(mark("(estimated)")))
    return " ".join(parts)
