"""The watch: what has changed in texts, claims and rights since an assessment was pinned, noted as events.

An area above, which knows of other things that ask for another look, calls `register` with what tells of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from sqlmodel import Session, select

from workbench.assessments.pins import holders_of
from workbench.assessments.queries import Stand, standing
from workbench.assessments.statuses import Event, Status
from workbench.assessments.verbs import happened
from workbench.db import Store, key_of
from workbench.patents.models import Publication
from workbench.patents.office_queries import office_view
from workbench.patents.status import LegalStatus, is_contest
from workbench.people.viewer import Viewer

_ENDED: Final = frozenset({LegalStatus.LAPSED, LegalStatus.EXPIRED, LegalStatus.WITHDRAWN, LegalStatus.REVOKED})

Noted = tuple[Event, dict[str, Any]]
"""An event with its details; `key` says for good what it was."""

_FROM_ABOVE: list[Callable[[Session, Stand], Iterable[Noted]]] = []


def register(provider: Callable[[Session, Stand], Iterable[Noted]]) -> None:
    """Have the watch ask for events that an area above knows of."""
    _FROM_ABOVE.append(provider)


def watch(store: Store, at: dt.datetime) -> int:
    """Note whatever has changed for any assessment, in one transaction; returns how many events were new.

    It may run as often as one likes: an event is noted once for each pin.
    """
    with store.write(Viewer.system()) as session:
        return sum(note_changes(session, stand, at) for stand in standing(session))


def note_changes(session: Session, stand: Stand, at: dt.datetime) -> int:
    """Note what has changed for one assessment since it was pinned; returns how many events were new."""
    # A candidate is looked at on the newest text anyway, when its chart begins.
    if stand.assessment.status is Status.CANDIDATE:
        return 0
    found = [*_of_texts(stand), *_of_rights(session, stand, at.date())]
    found += [noted for provider in _FROM_ABOVE for noted in provider(session, stand)]
    return sum(happened(session, Viewer.system(), stand.assessment, event, at, details) for event, details in found)


def _of_texts(stand: Stand) -> Iterator[Noted]:
    for event in stand.events:
        newest = key_of(stand.newest)
        key = f"{stand.pin.id}:{newest}" if event is not Event.AMENDMENT else f"{stand.pin.id}"
        yield event, {"key": key, "draft": newest, "label": stand.newest.label}


def _of_rights(session: Session, stand: Stand, today: dt.date) -> Iterator[Noted]:
    publication = session.exec(select(Publication).where(Publication.number == stand.assessment.publication)).first()
    if publication is None:
        return
    view = office_view(session, publication, today)
    before, now = stand.pin.legal_status, view.standing.status
    details = {"key": f"{stand.pin.id}:{now.value}", "before": before.value, "after": now.value}
    if now is LegalStatus.GRANTED and before is not LegalStatus.GRANTED:
        yield Event.GRANT, details
    elif now in _ENDED and before not in _ENDED:
        yield Event.LAPSE, details
    for event in view.events:
        # What was known when the texts were pinned is no news, whenever it took place.
        if event.first_seen > stand.pin.at and is_contest(event.office, event.code, event.description):
            told = event.date.isoformat() if event.date else None
            yield Event.OPPOSITION, {"key": event.fingerprint, "code": f"{event.office} {event.code}", "date": told}
    holders = holders_of(view)
    if holders and stand.pin.holders and holders != stand.pin.holders:
        yield Event.ASSIGNMENT, {"key": f"{stand.pin.id}:{'; '.join(holders)}", "holders": len(holders)}
