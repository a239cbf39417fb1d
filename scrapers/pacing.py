"""Keep to an announced rate: so many requests in so many seconds, spread evenly over them. Pure but for the clocks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

# A request is counted where it arrives, not where it leaves: two may come closer together than they were sent.
_MARGIN = 0.5


class Pace:
    """Spreads requests: never more than the limit in any `window` seconds, nor two closer than an equal share of them.

    `monotonic` and `sleep` are in seconds.
    """

    def __init__(
        self, limit: int, monotonic: Callable[[], float], sleep: Callable[[float], None], window: float = 60.0
    ) -> None:
        self.limit = limit
        self._window = window + _MARGIN
        self._monotonic = monotonic
        self._sleep = sleep
        # An earlier run may have ended just now: the first request keeps its distance from that run's last.
        self._sent: deque[float] = deque([monotonic()])

    def delay(self) -> float:
        """Seconds until the next request may go out."""
        now = self._monotonic()
        while self._sent and now - self._sent[0] >= self._window:
            self._sent.popleft()
        if not self._sent:
            return 0.0
        spread = self._sent[-1] + self._window / self.limit - now
        full = self._sent[-self.limit] + self._window - now if len(self._sent) >= self.limit else 0.0
        return max(0.0, spread, full)

    def wait(self) -> None:
        """Sleep until a request may go out, and count it as sent."""
        while (delay := self.delay()) > 0:
            self._sleep(delay)
        self.count()

    def count(self) -> None:
        """Count a request as sent now."""
        self._sent.append(self._monotonic())
