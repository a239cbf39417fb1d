"""Verbs of meetings: type one, cancel it, import those of an iCalendar file."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component
from sqlmodel import Session, col, select

from workbench.calendars.models import Meeting
from workbench.people import trail
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction

LARGEST_FILE: Final = 2 * 1024 * 1024
MOST_EVENTS: Final = 2000
_LONGEST: Final = 300
_DAY: Final = dt.timedelta(days=1)


class MeetingError(ValueError):
    """A meeting or a file of meetings cannot be taken; `str(error)` says what and why on one line."""


@dataclass(frozen=True, slots=True)
class ImportedMeetings:
    """What an import did; `refused` holds one line for each event that was left out."""

    added: int
    changed: int
    unchanged: int
    refused: tuple[str, ...]


def add_meeting(
    session: Session,
    viewer: Viewer,
    *,
    title: str,
    committee: str,
    place: str,
    starts_on: dt.date,
    ends_on: dt.date,
    now: dt.datetime,
) -> Meeting:
    """A typed meeting of whole days, both included. Raises MeetingError."""
    if not title.strip():
        raise MeetingError("a meeting needs a title")
    if not dt.timedelta(0) <= ends_on - starts_on <= dt.timedelta(days=60):
        raise MeetingError("the last day of a meeting lies up to 60 days after its first one")
    row = Meeting(
        uid=f"{uuid.uuid4()}@standards-workbench.invalid",
        title=title.strip()[:_LONGEST],
        committee=committee.strip()[:_LONGEST],
        place=place.strip()[:_LONGEST],
        starts_on=starts_on,
        ends_on=ends_on,
        source="person",
        created_at=now,
    )
    session.add(row)
    session.flush()
    trail.record(session, viewer, TrailAction.CREATED, "meeting", row.id, at=now)
    return row


def cancel_meeting(session: Session, viewer: Viewer, meeting_id: int, now: dt.datetime) -> bool:
    """Mark a meeting as cancelled; calendars keep it so. Returns whether there was one to cancel."""
    row = session.get(Meeting, meeting_id)
    if row is None or row.cancelled:
        return False
    row.cancelled = True
    session.add(row)
    trail.record(session, viewer, TrailAction.CHANGED, "meeting", meeting_id, {"cancelled": True}, at=now)
    return True


def coming_meetings(session: Session, since: dt.date, until: dt.date = dt.date.max) -> Sequence[Meeting]:
    """Meetings that end on `since` or later and begin by `until`, in order, cancelled ones included."""
    query = select(Meeting).where(col(Meeting.ends_on) >= since, col(Meeting.starts_on) <= until)
    return session.exec(query.order_by(col(Meeting.starts_on), col(Meeting.id))).all()


def import_meetings(
    session: Session, viewer: Viewer, content: bytes, name: str, zone: ZoneInfo, now: dt.datetime
) -> ImportedMeetings:
    """Add the events of an iCalendar file, or bring them up to date by their UID. Raises MeetingError.

    Of a series only its first event is taken, and the report says so. Times without a zone are those of `zone`.
    """
    if len(content) > LARGEST_FILE:
        raise MeetingError(f"{name}: larger than {LARGEST_FILE // 1024} KiB; export fewer events")
    try:
        events = Calendar.from_ical(content).walk("VEVENT")
    except (ValueError, IndexError, KeyError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise MeetingError(f"{name}: no iCalendar file ({reason}); export one with the ending .ics") from error
    if not events:
        raise MeetingError(f"{name}: no event in it; expected at least one VEVENT")
    if len(events) > MOST_EVENTS:
        raise MeetingError(f"{name}: {len(events)} events; export fewer than {MOST_EVENTS}")
    added = changed = unchanged = 0
    refused = []
    for number, event in enumerate(events, 1):
        try:
            read = _read(event, name, zone, now)
        except (MeetingError, ValueError, KeyError, AttributeError, TypeError, OverflowError) as error:
            refused.append(f"{name}: event {number}: {' '.join(str(error).split())[:200]}")
            continue
        if event.get("RRULE") is not None:
            refused.append(f"{name}: event {number}: repeats; only the first was taken, type the others")
        row = session.exec(select(Meeting).where(Meeting.uid == read.uid)).one_or_none()
        if row is None:
            session.add(read)
            session.flush()
            added += 1
            continue
        fresh = read.model_dump(exclude={"id", "created_at"})
        if fresh == row.model_dump(exclude={"id", "created_at"}):
            unchanged += 1
            continue
        for field, value in fresh.items():
            setattr(row, field, value)
        session.add(row)
        session.flush()
        changed += 1
    counts = {"added": added, "changed": changed, "refused": len(refused)}
    trail.record(session, viewer, TrailAction.IMPORTED, "meeting", name, counts, at=now)
    return ImportedMeetings(added, changed, unchanged, tuple(refused))


def _read(event: Component, name: str, zone: ZoneInfo, now: dt.datetime) -> Meeting:
    uid, start = str(event.get("UID", "")).strip(), event.get("DTSTART")
    if not uid or len(uid) > 255:
        raise MeetingError("has no UID of up to 255 characters")
    if start is None:
        raise MeetingError("has no DTSTART")
    begins = start.dt
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    end = event.get("DTEND")
    duration = event.get("DURATION")
    ends = end.dt if end is not None else begins + duration.dt if duration is not None else None
    if isinstance(begins, dt.datetime):
        starts_at = _moment(begins, zone)
        ends_at = _moment(ends, zone) if isinstance(ends, dt.datetime) else starts_at
        first, last = starts_at.astimezone(zone).date(), ends_at.astimezone(zone).date()
    else:
        first = begins
        last = max(first, ends - _DAY) if ends is not None else first
    if last < first:
        raise MeetingError("ends before it begins")
    return Meeting(
        uid=uid,
        title=" ".join(str(event.get("SUMMARY", "")).split())[:_LONGEST] or uid,
        place=" ".join(str(event.get("LOCATION", "")).split())[:_LONGEST],
        starts_on=first,
        ends_on=last,
        starts_at=starts_at,
        ends_at=ends_at,
        cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
        source=name,
        created_at=now,
    )


def _moment(value: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return (value if value.tzinfo is not None else value.replace(tzinfo=zone)).astimezone(dt.UTC)
