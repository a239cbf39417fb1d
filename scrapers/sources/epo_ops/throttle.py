"""The rate that OPS permits, as it announces it with each answer (OPS guide 1.3.20, section 2.3.3).

Each answer comes from one of many instances and tells what that one permits within sixty seconds, for each service. The
guide asks to keep to "the most negative response data received" over sixty seconds, and so does this.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scrapers.errors import QuotaError
from scrapers.pacing import Pace

WINDOW = 60.0
LONGEST_WAIT = 900.0
# Until OPS has said what it permits: what the guide shows for an overloaded system, the least of its examples.
_AT_FIRST = {"retrieval": 50, "search": 5, "inpadoc": 30, "images": 50, "other": 1000}
# Green: under half of the limit is used; yellow: half to three quarters; red: more. Others may use the same account.
_SHARE = {"green": 1.0, "yellow": 0.5, "red": 0.25}
_HEADER = re.compile(r"\s*(\w+)\s*\((.*)\)\s*")
_SERVICE = re.compile(r"\s*(\w+)\s*=\s*(green|yellow|red|black)\s*:\s*(\d{1,6})\s*")


@dataclass(frozen=True, slots=True)
class Light:
    """What an answer says of one service: the colour and the requests permitted in sixty seconds."""

    colour: str
    limit: int

    @property
    def usable(self) -> int:
        """Requests in sixty seconds that keep well within the limit; at least one."""
        return max(1, int(self.limit * _SHARE.get(self.colour, 0.25)))


def read_throttling(header: str) -> dict[str, Light]:
    """The lights by service of `X-Throttling-Control: idle (retrieval=green:200, search=yellow:20)`.

    Empty where the header is of another form.
    """
    outer = _HEADER.fullmatch(header)
    if outer is None:
        return {}
    lights = {}
    for part in outer[2].split(","):
        match = _SERVICE.fullmatch(part)
        if match is None:
            return {}
        lights[match[1]] = Light(match[2], int(match[3]))
    return lights


def read_retry_after(value: str | None) -> float:
    """Seconds of OPS's Retry-After; sixty where there is none.

    The guide shows 60000 for a window of sixty seconds: OPS counts in milliseconds, HTTP in seconds (RFC 9110, 10.2.3).
    A number below a thousand is taken for seconds: to wait too long does no harm.
    """
    text = (value or "").strip()
    if not (text.isascii() and text.isdigit()):
        return WINDOW
    number = float(text[:12])
    return number / 1000 if number >= 1000 else max(1.0, number)


class Throttle:
    """Lets requests of each service out at the worst rate that was announced in the last sixty seconds."""

    def __init__(self, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._seen: deque[tuple[float, Mapping[str, Light]]] = deque()
        self._paces = {name: Pace(limit, monotonic, sleep, WINDOW) for name, limit in _AT_FIRST.items()}
        self._suspended: dict[str, float] = {}

    def wait(self, service: str) -> None:
        """Sleep until a request of `service` may go out, and count it.

        Raises QuotaError where OPS suspended the service for longer than a run waits.
        """
        left = self._suspended.get(service, 0.0) - self._monotonic()
        if left > LONGEST_WAIT:
            raise QuotaError(
                f"OPS suspended the service {service} for {left:.0f} s, a run waits at most {LONGEST_WAIT:.0f} s. "
                "Run again later"
            )
        if left > 0:
            self._sleep(left)
        self._paces[service].wait()

    def observe(self, headers: Mapping[str, str]) -> bool:
        """Take in the headers of an answer. False where they announce nothing that can be read."""
        lights = read_throttling(headers.get("x-throttling-control", ""))
        now = self._monotonic()
        if lights:
            self._seen.append((now, lights))
        while len(self._seen) > 1 and now - self._seen[0][0] > WINDOW:
            self._seen.popleft()
        for service, pace in self._paces.items():
            announced = [seen[service].usable for _, seen in self._seen if service in seen]
            if announced:
                pace.limit = min(announced)
        for service, light in lights.items():
            if light.colour == "black":
                self.suspend(service, read_retry_after(headers.get("retry-after")))
        return bool(lights)

    def suspend(self, service: str, seconds: float) -> None:
        """Let nothing of `service` out for so long."""
        self._suspended[service] = max(self._suspended.get(service, 0.0), self._monotonic() + seconds)
