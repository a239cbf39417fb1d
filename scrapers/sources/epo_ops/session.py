"""A conversation with OPS: token, pace, quotas, faults.

Our own `scrapers.http` rather than the library python-epo-ops-client: the library speaks through `requests`, so it
would pass by the address checks, size and time limits, snapshots and replay that every other source is held to; it
keeps its throttle history in a file by the wall clock, which no test can turn; and it leaves quotas, paging, the
splitting of searches and cut answers to its caller. What it would save is the token and the reading of one header.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from scrapers.context import Context
from scrapers.errors import CutOffError, DriftError, FetchError, QuotaError, RefusedError, UnreadableFileError
from scrapers.fetching import Limits, Request, Response
from scrapers.json_objects import read_object
from scrapers.politeness import backoff
from scrapers.sources.epo_ops.faults import Fault, Meaning, read_fault
from scrapers.sources.epo_ops.throttle import WINDOW, Throttle, read_retry_after
from scrapers.xml import local_name, parse_xml

ATTEMPTS = 4
_RENEW_BEFORE = 60.0  # seconds of a token's life that are not used
_SHORTEST_LIFE = 60.0
_ACCEPT = {"Accept": "application/xml"}
RequestMaker = Callable[[], Request]


class QueryError(FetchError):
    """OPS can't be asked so: the query or number is not one it takes."""


class TooMuchError(FetchError):
    """OPS asks for a smaller question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its document."""

    response: Response
    root: etree._Element


class OpsSession:
    """Asks OPS for one run. Every request goes through `get`, so that none passes by throttle and quotas."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._credentials = context.credentials
        self._asker = context.asker
        self._allowances = context.manifest.allowances
        self._throttle = Throttle(self._asker.monotonic, self._asker.sleep)
        self._token = ""
        self._token_until = 0.0
        self._told_of_throttling = False
        self.requests = 0

    def get(self, url: str, service: str) -> Answer | None:
        """The document at an address of a service (`search`, `retrieval`, `inpadoc`); None where OPS has none.

        Raises QuotaError where an allowance is used up, RefusedError where the account is not let in, QueryError or
        TooMuchError where it must be asked otherwise, FetchError or DriftError after the last attempt.
        """
        fault, renewed = Fault(Meaning.TRANSIENT, ""), False
        for attempt in range(ATTEMPTS):
            try:
                response = self._send(
                    service,
                    lambda: Request(url, headers=_ACCEPT, secrets={"Authorization": f"Bearer {self._valid_token()}"}),
                )
            except CutOffError as error:
                fault = Fault(Meaning.TRANSIENT, str(error).removeprefix(f"{url}: "))
                self._back_off(attempt)
                continue
            if response.status == 200:
                try:
                    return Answer(response, _whole(response))
                except UnreadableFileError as error:
                    fault = Fault(Meaning.TRANSIENT, f"the answer is no whole OPS document ({error})")
                    self._back_off(attempt)
                    continue
            fault = self._fault(response)
            match fault.meaning:
                case Meaning.NOT_FOUND:
                    return None
                case Meaning.TOKEN if not renewed:
                    self._token, renewed = "", True
                case Meaning.TOKEN | Meaning.CREDENTIALS:
                    raise RefusedError(f"{url}: the EPO does not let this account in ({fault.text}). {self._look()}")
                case Meaning.QUERY:
                    raise QueryError(f"{url}: OPS does not take this question ({fault.text})")
                case Meaning.TOO_MUCH:
                    raise TooMuchError(f"{url}: OPS asks for less at once ({fault.text})")
                case Meaning.QUOTA:
                    raise QuotaError(f"{url}: {fault.text}. {self._when_free(fault.text)}")
                case Meaning.SUSPENDED:
                    self._throttle.suspend(service, read_retry_after(response.headers.get("retry-after")))
                case Meaning.ROBOT:
                    self._throttle.suspend(service, WINDOW * (attempt + 1))
                case Meaning.TRANSIENT:
                    self._back_off(attempt)
        if fault.meaning in (Meaning.ROBOT, Meaning.SUSPENDED):
            raise QuotaError(f"{url}: {fault.text}, {ATTEMPTS} times. OPS is busy with us; run again later")
        raise (DriftError if "no whole" in fault.text else FetchError)(
            f"{url}: {fault.text}, {ATTEMPTS} attempts; nothing was read. Run again later"
        )

    def _send(self, service: str, make: RequestMaker, *, keep: bool = True) -> Response:
        self._check_allowances()
        request = make()
        self._throttle.wait(service)
        self.requests += 1
        response = self._context.ask(request, keep=keep)
        if not self._throttle.observe(response.headers) and response.status == 200 and keep:
            self._warn_of_throttling(response)
        self._count_quota(response)
        return response

    def _warn_of_throttling(self, response: Response) -> None:
        if not self._told_of_throttling:
            self._told_of_throttling = True
            self._context.warn(f"{response.url}: no X-Throttling-Control that can be read; keeping to low rates")

    def _valid_token(self) -> str:
        if self._token and self._asker.monotonic() < self._token_until:
            return self._token
        url = self._context.manifest.urls["token"]
        pair = f"{self._credentials['consumer_key']}:{self._credentials['consumer_secret']}"
        basic = self._credentials.add(base64.b64encode(pair.encode("ascii")).decode("ascii"))
        request = Request(
            url,
            method="POST",
            headers={"Accept": "application/json"},
            secrets={"Authorization": f"Basic {basic}"},
            form={"grant_type": "client_credentials"},
        )
        for attempt in range(ATTEMPTS):
            try:
                response = self._send("other", lambda: request, keep=False)
            except CutOffError:
                self._back_off(attempt)
                continue
            if response.status == 200 and self._take_token(response):
                return self._token
            fault = self._fault(response)
            if fault.meaning is Meaning.QUOTA:
                raise QuotaError(f"{url}: {fault.text}. {self._when_free(fault.text)}")
            if response.status in (400, 401, 403):
                raise RefusedError(
                    f"{url}: the EPO does not take the consumer key and secret ({fault.text}). {self._look()}"
                )
            self._back_off(attempt)
        raise FetchError(f"{url}: no access token after {ATTEMPTS} attempts; nothing was read. Run again later")

    def _take_token(self, response: Response) -> bool:
        answer = read_object(response.content)
        token, life = str(answer.get("access_token") or ""), str(answer.get("expires_in") or "")
        if not token.isascii() or not token.isprintable() or not token:
            return False
        seconds = float(life) if life.isascii() and life.isdigit() else _SHORTEST_LIFE
        self._token = self._credentials.add(token)
        self._token_until = self._asker.monotonic() + max(_SHORTEST_LIFE / 2, seconds - _RENEW_BEFORE)
        return True

    def _fault(self, response: Response) -> Fault:
        fault = read_fault(response.status, response.headers, response.content)
        return Fault(fault.meaning, self._credentials.hide(fault.text))

    def _back_off(self, attempt: int) -> None:
        if attempt + 1 < ATTEMPTS:
            self._asker.sleep(backoff(attempt, Limits()))

    def _check_allowances(self) -> None:
        """Stop before an allowance is passed: beyond the weekly one OPS costs money, or refuses."""
        used, measures = self._allowances, self._context.measures
        if self.requests >= used["run_requests"]:
            raise QuotaError(
                f"{self.requests} requests were sent, as many as one run may; the rest is for the next run"
            )
        if measures.get("paying_quota_bytes"):
            return
        if measures.get("weekly_quota_bytes", 0) >= used["weekly_bytes"]:
            raise QuotaError(f"the weekly quota of OPS is used up. {self._when_free('Week')}")
        if measures.get("hourly_quota_bytes", 0) >= used["hourly_bytes"]:
            raise QuotaError(f"the hourly quota of OPS is used up. {self._when_free('Hour')}")

    def _count_quota(self, response: Response) -> None:
        for header, name in (
            ("x-individualquotaperhour-used", "hourly_quota_bytes"),
            ("x-registeredquotaperweek-used", "weekly_quota_bytes"),
            ("x-registeredpayingquotaperweek-used", "paying_quota_bytes"),
        ):
            value = response.headers.get(header, "").strip()
            if value.isascii() and value.isdigit():
                self._context.measure(name, float(value))
        weekly = self._context.measures.get("weekly_quota_bytes")
        if weekly is not None:
            self._context.measure("weekly_quota_percent", round(weekly * 100 / self._allowances["weekly_bytes"], 2))
        self._context.measure("requests", float(self.requests))

    def _when_free(self, reason: str) -> str:
        if "hour" in reason.lower():
            return "It is freed within an hour; run again then"
        return "It is freed on Monday at 00:00 UTC; run again then"

    def _look(self) -> str:
        registration = self._context.manifest.credentials
        return f"Check key and secret at {registration.register_url}" if registration else ""


def _whole(response: Response) -> etree._Element:
    """The document of an answer. Raises UnreadableFileError where it is cut, unsafe or not of OPS."""
    root = parse_xml(response.content, what="the document")
    if local_name(root) != "world-patent-data":
        raise UnreadableFileError(f"found <{local_name(root)}>, expected <world-patent-data>")
    return root
