"""When the next request may go out: a gate for each host, back-off, Retry-After."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime

from scrapers.fetching import Limits


class HostGate:
    """Lets requests to one host through: at most `concurrency` at once, `interval` seconds between their starts."""

    def __init__(
        self,
        concurrency: int,
        interval: float,
        sleep: Callable[[float], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = threading.BoundedSemaphore(concurrency)
        self._lock = threading.Lock()
        self._sleep = sleep
        self._monotonic = monotonic
        self._free_at = 0.0
        self.interval = interval

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place and for the interval to pass; hold the place while the block runs."""
        with self._places:
            with self._lock:
                now = self._monotonic()
                start = max(now, self._free_at)
                self._free_at = start + self.interval
            if start > now:
                self._sleep(start - now)
            yield


def read_retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds or an HTTP date. None where absent or unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=dt.UTC)
    return max(0.0, (date - now).total_seconds())


def backoff(attempt: int, limits: Limits) -> float:
    """Seconds to wait after the failed attempt number `attempt` (from 0): doubled each time, with some jitter."""
    longest = min(limits.max_backoff, limits.backoff * 2.0**attempt)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads requests, guards nothing
