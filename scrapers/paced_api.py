"""Talk with an API that says how often it may be asked: paced, asked again where a failure may pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from scrapers.context import Context
from scrapers.errors import CutOffError, FetchError, QuotaError, RefusedError
from scrapers.fetching import Limits, Request, Response
from scrapers.pacing import Pace
from scrapers.politeness import backoff, read_retry_after

ATTEMPTS = 4
LONGEST_WAIT = 900.0
_DEFAULT_PAUSE = 60.0

T = TypeVar("T")


class AgainError(Exception):
    """An answer after which asking again may help: `wait` seconds later, or after the usual pause where None."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class PacedApi:
    """Sends the requests of one run, never more than the manifest's allowances permit.

    Allowances: `requests_per_minute`, and `run_requests` after which a run leaves the rest to the next one.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._asker = context.asker
        allowances = context.manifest.allowances
        self._pace = Pace(allowances["requests_per_minute"], self._asker.monotonic, self._asker.sleep)
        self._most = allowances["run_requests"]
        self.requests = 0

    def ask(self, make: Callable[[], Request], judge: Callable[[Response], T], *, keep: bool = True) -> T:
        """What `judge` makes of the answer; it raises AgainError to have the request made and sent again.

        Raises QuotaError where the run has sent its share or must wait too long, FetchError after the last attempt.
        """
        reason, url = "", ""
        for attempt in range(ATTEMPTS):
            if self.requests >= self._most:
                raise QuotaError(
                    f"{self.requests} requests were sent, as many as one run may; the rest is for the next"
                )
            request = make()
            url = request.url
            self._pace.wait()
            self.requests += 1
            self._context.measure("requests", float(self.requests))
            try:
                return judge(self._context.ask(request, keep=keep))
            except CutOffError as error:
                reason, wait = str(error).removeprefix(f"{url}: "), None
            except AgainError as error:
                reason, wait = str(error), error.wait
            if wait is not None and wait > LONGEST_WAIT:
                raise QuotaError(
                    f"{url}: {reason}; asked to wait {wait:.0f} s, a run waits at most {LONGEST_WAIT:.0f} s"
                )
            if attempt + 1 < ATTEMPTS:
                self._asker.sleep(backoff(attempt, Limits()) if wait is None else wait)
        hide = self._context.credentials.hide
        raise FetchError(hide(f"{url}: {reason}, {ATTEMPTS} attempts; nothing was read. Run again later"))

    def pause_of(self, response: Response) -> float:
        """Seconds that a 429 asks to wait: its Retry-After, else a minute."""
        told = read_retry_after(response.headers.get("retry-after"), self._asker.time())
        return _DEFAULT_PAUSE if told is None else max(1.0, told)

    def check_status(self, response: Response, said: str) -> bool:
        """True for 200, False for 404; raises for any other status. `said` is what the body says, for the message."""
        status = response.status
        reason = f"status {status}" + (f", {self._context.credentials.hide(said)}" if said else "")
        if status == 429:
            raise AgainError(reason, self.pause_of(response))
        if status in (401, 403):
            registration = self._context.manifest.credentials
            where = f" Check it at {registration.register_url}" if registration else ""
            raise RefusedError(
                f"{response.requested_url}: the publisher does not take the credentials ({reason}).{where}"
            )
        if status >= 500 or status == 408:
            raise AgainError(reason)
        if status not in (200, 404):
            raise FetchError(f"{response.requested_url}: {reason}; nothing was read")
        return status == 200
