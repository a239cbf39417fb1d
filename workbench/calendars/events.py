"""What calendars are given: events with a name for life, whose sequence number rises on a real change only.

An event that is no longer is kept, cancelled, until its day is long past; one whose day is past stays as it was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session, col, select

from workbench.ballots.rulebook import Rulebook
from workbench.calendars.due import DueBallot, due_ballots
from workbench.calendars.models import Meeting, PublishedEvent
from workbench.db import Store
from workbench.standards.deadlines import Basis, Deadline

MEETING: Final = "meeting"
KEPT_FOR: Final = dt.timedelta(days=180)
DOMAIN: Final = "standards-workbench.invalid"
# What a change of makes an event another one for its readers (RFC 5545, 3.8.7.4); a new title is none.
_COUNTED: Final = ("starts_on", "ends_on", "starts_at", "ends_at", "estimated", "cancelled", "place")


def publish(store: Store, rules: Rulebook, now: dt.datetime, today: dt.date) -> list[PublishedEvent]:
    """The events as of now, in order; what changed since they were last published is noted first.

    `store` is open for the workbench itself. Where nothing changed nothing is written.
    """
    with store.read() as session:
        wanted = _events(session, rules, now, today)
        known = _known(session)
        if not _differences(wanted, known, today):
            return _shown(known.values(), today)
    with store.write() as session:
        wanted, known = _events(session, rules, now, today), _known(session)
        for uid in _differences(wanted, known, today):
            _apply(session, known.get(uid), wanted.get(uid), now)
        session.flush()
        return _shown(_known(session).values(), today)


def _known(session: Session) -> dict[str, PublishedEvent]:
    return {row.uid: row for row in session.exec(select(PublishedEvent).order_by(col(PublishedEvent.uid)))}


def _shown(rows: Iterable[PublishedEvent], today: dt.date) -> list[PublishedEvent]:
    return sorted((row for row in rows if row.ends_on >= today - KEPT_FOR), key=lambda row: (row.starts_on, row.uid))


def _differences(wanted: dict[str, PublishedEvent], known: dict[str, PublishedEvent], today: dt.date) -> list[str]:
    """The names of events that are new, changed, or gone before their day."""
    found = []
    for uid in sorted({*wanted, *known}):
        new, old = wanted.get(uid), known.get(uid)
        if new is None and old is not None and (old.cancelled or old.ends_on < today):
            continue
        if new is None or old is None or _state(new) != _state(old):
            found.append(uid)
    return found


def _state(row: PublishedEvent) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*_COUNTED, "reference", "title", "kind", "level")}


def _apply(session: Session, old: PublishedEvent | None, new: PublishedEvent | None, now: dt.datetime) -> None:
    if old is None:
        session.add(new)
        return
    state = _state(old) | {"cancelled": True} if new is None else _state(new)
    if any(getattr(old, name) != state[name] for name in _COUNTED):
        old.sequence += 1
    for name, value in state.items():
        setattr(old, name, value)
    old.modified_at = now
    session.add(old)


def _events(session: Session, rules: Rulebook, now: dt.datetime, today: dt.date) -> dict[str, PublishedEvent]:
    found = [event for ballot in due_ballots(session, rules, today) for event in _of_ballot(ballot, now)]
    found += [_of_meeting(row, now) for row in session.exec(select(Meeting))]
    return {event.uid: event for event in found}


def _of_ballot(ballot: DueBallot, now: dt.datetime) -> list[PublishedEvent]:
    three: tuple[Deadline | None, ...] = (ballot.deadlines.iso, ballot.deadlines.national, ballot.deadlines.company)
    return [
        PublishedEvent(
            uid=f"{ballot.uid}-{each.level}@{DOMAIN}",
            iso_id=ballot.view.item.iso_id,
            kind=ballot.view.kind.value,
            level=each.level.value,
            reference=ballot.view.item.reference,
            title=ballot.view.item.title_en or ballot.view.item.title_fr or "",
            starts_on=each.day,
            ends_on=each.day,
            estimated=each.basis is Basis.ESTIMATED,
            created_at=now,
            modified_at=now,
        )
        for each in three
        if each is not None
    ]


def _of_meeting(row: Meeting, now: dt.datetime) -> PublishedEvent:
    return PublishedEvent(
        uid=row.uid,
        kind=MEETING,
        level="",
        reference=row.committee,
        title=row.title,
        place=row.place,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        estimated=False,
        cancelled=row.cancelled,
        created_at=now,
        modified_at=now,
    )
