"""Writes a calendar (RFC 5545, RFC 7986). The same events and choices always give the same bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Final

from icalendar import Calendar, Event, vDuration, vUri

from workbench.calendars.events import MEETING
from workbench.calendars.models import PublishedEvent
from workbench.i18n import mark
from workbench.standards.deadlines import Level

REFRESH: Final = dt.timedelta(hours=6)
_DAY: Final = dt.timedelta(days=1)
_LEVELS: Final = {
    Level.ISO: mark("ISO deadline"),
    Level.NATIONAL: mark("national deadline"),
    Level.COMPANY: mark("company deadline"),
}
LEVEL_NAMES: Final = _LEVELS

Translate = Callable[[str], str]


def write_calendar(
    events: Iterable[PublishedEvent],
    *,
    levels: Iterable[Level],
    meetings: bool,
    discreet: bool,
    base_url: str,
    translate: Translate,
) -> bytes:
    """The calendar of a person's choices.

    In a discreet one titles name no work item: calendars are copied to services of others. `translate` gives the
    texts of the catalogue in the owner's language.
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
    return bytes(calendar.to_ical())


def _event(row: PublishedEvent, *, discreet: bool, base_url: str, translate: Translate) -> Event:
    event = Event()
    event.add("UID", row.uid)
    # Of the moment it last changed, not of the request: else every fetch would give other bytes.
    event.add("DTSTAMP", row.modified_at)
    event.add("CREATED", row.created_at)
    event.add("LAST-MODIFIED", row.modified_at)
    event.add("SEQUENCE", row.sequence)
    event.add("SUMMARY", _summary(row, discreet, translate))
    if row.starts_at is not None:
        event.add("DTSTART", row.starts_at)
        event.add("DTEND", row.ends_at or row.starts_at)
    else:
        event.add("DTSTART", row.starts_on)
        event.add("DTEND", row.ends_on + _DAY)
    event.add("STATUS", "CANCELLED" if row.cancelled else "TENTATIVE" if row.estimated else "CONFIRMED")
    event.add("TRANSP", "OPAQUE" if row.kind == MEETING else "TRANSPARENT")
    event.add("CATEGORIES", [translate(mark("Meeting")) if row.kind == MEETING else translate(mark("Deadline"))])
    if row.estimated:
        event.add("DESCRIPTION", translate(mark("Estimated: computed by the workbench, not announced.")))
    if row.place and not discreet:
        event.add("LOCATION", row.place)
    path = "/calendars/" if row.iso_id is None else "/" if discreet else f"/standards/items/{row.iso_id}"
    event.add("URL", vUri(base_url + path))
    return event


def _summary(row: PublishedEvent, discreet: bool, translate: Translate) -> str:
    if row.kind == MEETING:
        return translate(mark("Committee meeting")) if discreet else row.title
    parts = [translate(mark("Ballot due"))] if discreet else [row.reference, row.kind]
    parts.append(translate(_LEVELS[Level(row.level)]))
    if row.estimated:
        parts.append(translate(mark("(estimated)")))
    return " ".join(parts)
