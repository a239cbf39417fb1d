"""Month arithmetic of deadlines and of waiting periods. Pure."""

from __future__ import annotations

import datetime as dt

from dateutil.relativedelta import relativedelta

_DAY = dt.timedelta(days=1)


def deadline(day: dt.date, months: int) -> dt.date:
    """The same day number so many months on, else the last day of that month (PCT Rule 80.1; EPC Rule 131).

    Raises OverflowError beyond the last year there is, as adding days does.
    """
    return _moved(day, relativedelta(months=months))


def wait_end(day: dt.date, months: int) -> dt.date:
    """The last day of a Japanese "not before" period of so many months that begins after `day`.

    Japan counts from the next day on, and a period that starts on the 1st runs to the end of a month (Patent Act,
    Article 3(1)), so that from the last day of a month it ends on the last day of a month.
    """
    ends_a_month = (day + _DAY).day == 1
    return _moved(day, relativedelta(months=months, day=31)) if ends_a_month else deadline(day, months)


def _moved(day: dt.date, by: relativedelta) -> dt.date:
    try:
        return day + by
    except ValueError as error:
        raise OverflowError(f"no year so far from {day}") from error
