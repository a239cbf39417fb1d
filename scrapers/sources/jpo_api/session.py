"""A conversation with the JPO's API: token, pace, daily caps, and answers that say inside HTTP 200 that they are none.

Status codes of the API (handbook 1.4 and the examples of its specification): 100 found; 107, 108 and 111 there is none;
203 the day's accesses are used up; 204 and 208 the number can't be asked for; 210 the token is invalid (HTTP 401); 303
too many at once (429); 302 timeout (504); 999 unexpected.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from scrapers.context import Context
from scrapers.errors import FetchError, QuotaError, RefusedError
from scrapers.fetching import Request, Response
from scrapers.json_objects import child, read_object, text
from scrapers.paced_api import AgainError, PacedApi

FOUND = "100"
_NONE = frozenset({"107", "108", "111"})
_UNASKABLE = frozenset({"204", "208"})
_DAY_IS_OVER = "203"
_INVALID_TOKEN = "210"  # noqa: S105 - a status code
_LATER = frozenset({"302", "999"})
_CROWDED = "303"
_RENEW_BEFORE = 60.0
_SHORTEST_LIFE = 120.0
_MAX_RENEWALS = 3

T = TypeVar("T")


class DailyCapError(QuotaError):
    """The day's accesses to one of the APIs are used up; the others go on."""


class JpoSession:
    """Asks the JPO for one run, one API (`app_progress`, …) at a time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._credentials = context.credentials
        self._asker = context.asker
        self._api = PacedApi(context)
        self._token = ""
        self._token_until = 0.0
        self._renewals = 0
        self._asked: dict[str, int] = {}
        self._left: dict[str, int] = {}

    def data(self, api: str, number: str) -> tuple[Response, dict[str, Any]] | None:
        """The `data` of an answer; None where the JPO has none for the application.

        Raises DailyCapError where the day's accesses to this API are used up, RefusedError where the account is not let
        in, FetchError after the last attempt.
        """
        return self._ask(api, number, lambda response: self._object(api, response))

    def file(self, api: str, number: str) -> Response | None:
        """An answer that is a ZIP archive; None where the JPO has no document. Raises as `data`."""

        def judge(response: Response) -> Response | None:
            if response.status == 200 and response.content.startswith(b"PK"):
                if (
                    b"PK\x05\x06" not in response.content[-66_000:]
                ):  # the end of an archive, at most a comment before it
                    raise AgainError("the archive is not whole")
                return response
            found = self._object(api, response)
            if found is not None:
                raise FetchError(f"{response.requested_url}: expected a ZIP archive, found JSON; nothing was read")
            return None

        return self._ask(api, number, judge)

    def _ask(self, api: str, number: str, judge: Callable[[Response], T]) -> T:
        self._check_day(api)
        url = self._context.manifest.urls[api].format(number=number)

        def counted(response: Response) -> T:
            self._asked[api] = self._asked.get(api, 0) + 1
            return judge(response)

        return self._api.ask(lambda: Request(url, secrets={"Authorization": f"Bearer {self._valid_token()}"}), counted)

    def _check_day(self, api: str) -> None:
        left = self._left.get(api)
        used_up = left <= 0 if left is not None else self._asked.get(api, 0) >= self._context.manifest.allowances[api]
        if used_up:
            raise DailyCapError(f"the day's accesses to {api} are used up; they begin anew at midnight in Japan")

    def _object(self, api: str, response: Response) -> tuple[Response, dict[str, Any]] | None:
        """What an answer in JSON means. Raises AgainError where asking again may help."""
        result = child(read_object(response.content), "result")
        code = text(result, "statusCode") or ""
        said = self._credentials.hide(text(result, "errorMessage") or "")
        self._note_left(api, text(result, "remainAccessCount"))
        what = f"statusCode {code} {said}".strip() if code else f"status {response.status} without a statusCode"
        if code == _INVALID_TOKEN or response.status == 401:
            self._renew(response, what)
        if code == _CROWDED or response.status == 429:
            raise AgainError(what, self._api.pause_of(response))
        if code == _DAY_IS_OVER:
            self._left[api] = 0
            raise DailyCapError(f"{response.requested_url}: {what}; accesses begin anew at midnight in Japan")
        if code in _LATER or response.status >= 500:
            raise AgainError(what)
        if response.status == 403:
            raise RefusedError(f"{response.requested_url}: the JPO does not let this account in ({what})")
        if code in _UNASKABLE or response.status not in (200, 404):
            raise FetchError(
                f"{response.requested_url}: the JPO can't be asked so ({what}); check the application number"
            )
        if code in _NONE or response.status == 404:
            return None
        if code != FOUND:
            raise AgainError(what)
        return response, child(result, "data")

    def _note_left(self, api: str, left: str | None) -> None:
        if left is not None and left.isascii() and left.isdigit():
            self._left[api] = int(left)
            self._context.measure(f"{api}_left_today", float(left))

    def _renew(self, response: Response, what: str) -> None:
        self._token = ""
        self._renewals += 1
        if self._renewals > _MAX_RENEWALS:
            raise RefusedError(f"{response.requested_url}: the JPO takes no token of this account ({what})")
        raise AgainError(what, 0.0)

    def _valid_token(self) -> str:
        if not self._token or self._asker.monotonic() >= self._token_until:
            self._api.ask(self._token_request, self._take_token, keep=False)
        return self._token

    def _token_request(self) -> Request:
        given = self._credentials
        path = given["token_path"].removeprefix("https://ip-data.jpo.go.jp").lstrip("/")
        return Request(
            self._context.manifest.urls["token"].format(token_path=path),
            method="POST",
            form={"grant_type": "password", "username": given["username"], "password": given["password"]},
        )

    def _take_token(self, response: Response) -> None:
        answer = read_object(response.content)
        token, life = str(answer.get("access_token") or ""), text(answer, "expires_in") or ""
        if response.status == 200 and token.isascii() and token.isprintable() and token:
            seconds = float(life) if life.isascii() and life.isdigit() else _SHORTEST_LIFE
            self._token = self._credentials.add(token)
            self._token_until = self._asker.monotonic() + max(_RENEW_BEFORE / 2, seconds - _RENEW_BEFORE)
            return
        if response.status == 429:
            raise AgainError("status 429", self._api.pause_of(response))
        if response.status >= 500 or response.status == 200:
            raise AgainError(f"no access token (status {response.status})")
        registration = self._context.manifest.credentials
        where = registration.register_url if registration else ""
        raise RefusedError(
            f"{self._context.manifest.name}: the JPO does not take user name and password (status {response.status}). "
            f"Check them and the token path against what the JPO sent you ({where})"
        )
