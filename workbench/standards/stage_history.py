"""Puts together what pages say of a project's stages, by the day, and what polling observed. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from scrapers.records import Precision


class StageDate(NamedTuple):
    """A project reached `stage` on `date`; ordered as it happened, within a day by stage."""

    date: dt.date
    stage: str
    precision: Precision


def combine(known: Iterable[StageDate], read: Iterable[StageDate], *, read_is_complete: bool) -> list[StageDate]:
    """The history after a source was read.

    `read_is_complete` is true for a project page: its list of days replaces the days known before. A stage that was
    only observed gives way to the day read for it, when no other stage was reached between the two.
    """
    read = list(read)
    days = {event for event in read if event.precision is Precision.DAY}
    observed = {event for event in read if event.precision is Precision.OBSERVED}
    for event in known:
        if event.precision is Precision.OBSERVED:
            observed.add(event)
        elif not (read_is_complete and days):
            days.add(event)
    kept = [event for event in observed if not _explained(event, days)]
    return sorted(days | set(kept))


def _explained(event: StageDate, days: set[StageDate]) -> bool:
    before = [day for day in days if day.date <= event.date]
    latest = max((day.date for day in before), default=None)
    # The observation repeats the newest day known at that time; it tells nothing of its own.
    return any(day.stage == event.stage for day in before if day.date == latest)
