"""On which day of a week somebody gets the digest."""

from __future__ import annotations

import datetime as dt
from typing import Final

from workbench.digest.models import Recipient
from workbench.settings import Settings
from workbench.standards.deadlines import is_working_day

_DAY: Final = dt.timedelta(days=1)
_WEEK: Final = 7


def mailing_day(weekday: int, day: dt.date, settings: Settings) -> dt.date:
    """The day in the ISO week of `day` on which the digest of a weekday (Monday is 0) is sent.

    Where nobody works on it: the next working day of the week, else the last one before it. In a week without any it is
    the day itself.
    """
    monday = day - day.weekday() * _DAY
    wanted = monday + weekday * _DAY
    later = [wanted + number * _DAY for number in range(_WEEK - weekday)]
    earlier = [wanted - number * _DAY for number in range(1, weekday + 1)]
    closed = frozenset(settings.closed_days)
    return next((each for each in (*later, *earlier) if is_working_day(each, settings.holidays_of, closed)), wanted)


def receives(recipient: Recipient, day: dt.date) -> bool:
    """Whether digests go to a recipient on a day: wanted, not paused, and the address is not given up."""
    paused = recipient.paused_until is not None and day < recipient.paused_until
    return recipient.digest_on and not paused and recipient.suspended_at is None
