"""Month arithmetic of deadlines and of waiting periods. Pure."""

from __future__ import annotations

import calendar
import datetime as dt


def deadline(day: dt.date, months: int) -> dt.date:
    """The same day number so many months on, else the last day of that month (PCT Rule 80.1; EPC Rule 131)."""
    return _target(day, months, min(day.day, _length(day, months)))


def wait_end(day: dt.date, months: int) -> dt.date:
    """The last day of a Japanese "not before" period of so many months that begins after `day`.

    Japan counts from the next day on, and a period that starts on the 1st runs to the end of a month (Patent Act,
    Article 3(1)), so that from the last day of a month it ends on the last day of a month.
    """
    last = calendar.monthrange(day.year, day.month)[1]
    return _target(day, months, _length(day, months)) if day.day == last else deadline(day, months)


def _length(day: dt.date, months: int) -> int:
    year, month = _month(day, months)
    return calendar.monthrange(year, month)[1]


def _month(day: dt.date, months: int) -> tuple[int, int]:
    count = day.year * 12 + day.month - 1 + months
    return count // 12, count % 12 + 1


def _target(day: dt.date, months: int, number: int) -> dt.date:
    year, month = _month(day, months)
    return dt.date(year, month, number)
