"""Search a span of days whose results a publisher cuts off: halve it until each part is whole. Pure."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from scrapers.records import Watch


class Days(NamedTuple):
    """From `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    def halves(self) -> tuple[Days, Days] | None:
        """Two spans without gap or overlap; None for a single day."""
        if self.first >= self.last:
            return None
        middle = self.first + (self.last - self.first) // 2
        return Days(self.first, middle), Days(middle + dt.timedelta(days=1), self.last)

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def days_of(watch: Watch, today: dt.date, default_days: int) -> Days | None:
    """The days that a watch asks for: to today at most, from `default_days` before the end where it names no start.

    None where it starts after it ends, as on a day when nothing new can have been published.
    """
    last = min(watch.until, today) if watch.until is not None else today
    first = watch.since if watch.since is not None else last - dt.timedelta(days=default_days)
    return Days(first, last) if first <= last else None
