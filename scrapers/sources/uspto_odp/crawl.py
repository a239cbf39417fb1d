"""Search the Open Data Portal for each watch; emit applications, their publications, and the full texts of these.

Options as those of epo_ops: `watches`, `with_claims` and `last_read` (here by application). A watch's `numbers` and
`applications` of the US are asked for one by one. A run that stops early is `incomplete` and keeps what it read.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from scrapers.context import Context
from scrapers.day_windows import Days, days_of
from scrapers.errors import (
    DriftError,
    FetchError,
    InvalidIdentifierError,
    NothingToFollowError,
    QuotaError,
    RefusedError,
)
from scrapers.fetching import Request, Response
from scrapers.identifiers import PatentNumber, Series
from scrapers.json_objects import children, read_object, text
from scrapers.paced_api import AgainError, PacedApi
from scrapers.patents import Refusal, read_patents
from scrapers.patents.rereading import reread_patents, set_aside_refusal
from scrapers.records import Watch
from scrapers.sources.uspto_odp.application import FullText, read_application
from scrapers.sources.uspto_odp.queries import query_of, query_of_number

PARSER_VERSION = "1"
DEFAULT_DAYS = 90
MAX_FAILURES = 3
_BAG = "patentFileWrapperDataBag"
_SORT = "applicationMetaData.filingDate asc"
_LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


class _TooManyError(FetchError):
    """The portal has more results than it gives out."""


@dataclass(frozen=True, slots=True)
class _Page:
    response: Response
    answer: dict[str, Any]


def crawl(context: Context) -> None:
    """Emit what the watches find. Raises NotConfiguredError without a key."""
    portal = _Portal(context)
    watches = context.watches
    if not any(watch.searches or watch.numbers or watch.applications for watch in watches):
        raise NothingToFollowError(
            f"{context.manifest.name}: no watch names applicants, classes, words or numbers; add one"
        )
    finished: dict[str, dt.date] = {}
    for watch in watches:
        days = days_of(watch, context.asker.time().date(), DEFAULT_DAYS)
        if watch.searches and days is not None:
            skipped = context.skipped
            portal.search(watch, days)
            if context.skipped == skipped:
                finished[watch.name] = days.last
    skipped = context.skipped
    for watch in watches:
        portal.follow(watch)
    portal.read_full_texts()
    # What was found and not read is only found again by searching the same days.
    if context.skipped == skipped:
        for name, until in finished.items():
            context.finish_watch(name, until)


def reread(context: Context, response: Response, place: str) -> None:
    """Emit the publications of a stored answer or full text; what still can't be read is set aside again."""
    del place
    reread_patents(context, response, "uspto-odp" if response.content_type.endswith("json") else "uspto-xml")


class _Portal:
    """One run: the applications found, each once, and the full texts still to be read."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._key = context.credentials["api_key"]
        self._api = PacedApi(context)
        self._full_texts: dict[str, list[FullText]] = {}

    def _page(self, url: str) -> _Page | None:
        """A JSON answer; None where there is no record."""

        def judge(response: Response) -> _Page | None:
            answer = read_object(response.content)
            said = " ".join(filter(None, (text(answer, name) for name in ("error", "errorDetails", "message"))))
            if response.status == 413:
                raise _TooManyError(f"{response.requested_url}: the portal found too many ({said})")
            if not self._api.check_status(response, said):
                return None
            if not answer:
                raise AgainError("the answer is no whole JSON object")
            return _Page(response, answer)

        return self._api.ask(lambda: self._request(url, "application/json"), judge)

    def _request(self, url: str, accept: str) -> Request:
        return Request(url, headers={"Accept": accept}, secrets={"X-API-KEY": self._key})

    def search(self, watch: Watch, days: Days) -> None:
        """Take in what a watch finds in some days, halving them where the portal would cut the results off."""
        most, size = (
            self._context.manifest.allowances["search_results"],
            self._context.manifest.allowances["search_page"],
        )
        try:
            query = query_of(watch, days)
        except ValueError as error:
            self._context.skip(f"watch {watch.name!r}: {error}; correct the watch")
            return
        offset, total, entries = 0, 1, 0
        while offset < min(total, most):
            halves = days.halves()
            try:
                page = self._page(self._search_url(query, offset, min(size, most - offset)))
            except _TooManyError as error:
                if halves is None:
                    self._context.skip(f"watch {watch.name!r}: {error}; narrow the watch")
                    return
                page, total = None, most + 1
            if page is not None:
                total = _count(page)
            if total > most and halves is not None:
                for half in halves:
                    self.search(watch, half)
                return
            if page is None:
                break
            entries += self._take(page)
            offset += size
        if total > most:
            self._context.skip(
                f"watch {watch.name!r}: {total} results on {days.first} alone, {most} are read; narrow it"
            )
        elif offset and entries < total:
            self._context.skip(f"watch {watch.name!r}, {days}: {total} results were announced, {entries} were given")

    def _search_url(self, query: str, offset: int, limit: int) -> str:
        return self._context.manifest.urls["search"].format(
            query=quote(query, safe=""), sort=quote(_SORT, safe=""), offset=offset, limit=limit
        )

    def follow(self, watch: Watch) -> None:
        """Take in what a watch names by number."""
        for printed in watch.applications:
            number = self._us(printed, Series.APPLICATION)
            if number is not None and f"US.{number.doc_number}" not in self._full_texts:
                url = self._context.manifest.urls["application"].format(number=number.doc_number)
                self._follow_one(url, printed)
        for printed in watch.numbers:
            number = self._us(printed, Series.PUBLICATION)
            if number is not None:
                self._follow_one(self._search_url(query_of_number(number), 0, 2), printed)

    def _us(self, printed: str, series: Series) -> PatentNumber | None:
        try:
            number = PatentNumber.parse(printed, series)
        except InvalidIdentifierError as error:
            self._context.warn(f"{error}; correct the watch")
            return None
        return number if number.country == "US" else None

    def _follow_one(self, url: str, printed: str) -> None:
        page = self._page(url)
        if page is None:
            self._context.warn(f"{printed}: the portal has no such record (it begins with filings of 2001)")
        else:
            self._take(page)

    def _take(self, page: _Page) -> int:
        """Emit what is new in an answer; gives how many applications it has, read or not."""
        wrappers = children(page.answer, _BAG)
        if not wrappers:
            raise DriftError(
                f"{page.response.url}: expected applications in {_BAG}, found none; the page was refused",
                selector=_BAG,
                response=page.response,
            )
        fresh = set()
        for position, wrapper in enumerate(wrappers, start=1):
            try:
                application = read_application(wrapper)
            except ValueError as error:
                self._context.warn(f"{page.response.url}: {error}; it is left out")
                raw = json.dumps(wrapper, ensure_ascii=False)
                self._context.set_aside(f"application {position}", str(error), snapshot=page.response, excerpt=raw)
                continue
            key = application.status.application
            if key in self._full_texts:
                continue
            fresh.add(key)
            self._full_texts[key] = list(application.full_texts)
            self._context.emit(application.status, snapshot=page.response)
            for event in application.events:
                self._context.emit(event, snapshot=page.response)
        for each in read_patents(_body(page.response), "uspto-odp"):
            if isinstance(each, Refusal):
                self._context.warn(f"{page.response.url}: {each.reason}")
                set_aside_refusal(self._context, page.response, each)
            elif each.application in fresh:
                self._context.emit(each, snapshot=page.response)
        return len(wrappers)

    def read_full_texts(self) -> None:
        """Emit the publications with their claims, the longest unread first."""
        last_read: Mapping[str, dt.datetime] = self._context.options.get("last_read", {})
        with_claims = {name.rpartition(".")[0] for name in self._context.options.get("with_claims", ())}
        with_claims |= frozenset(self._context.options.get("with_claims", ()))
        order = sorted(self._full_texts, key=lambda application: last_read.get(application, _LONG_AGO))
        queue = [file for each in order for file in self._full_texts[each] if file.number not in with_claims]
        failures = 0
        for position, file in enumerate(queue):
            try:
                self._read_full_text(file)
            except (QuotaError, RefusedError) as error:
                self._context.skip(f"{len(queue) - position} full texts are left for the next run: {error}")
                return
            except (FetchError, DriftError) as error:
                failures += 1
                self._context.skip(f"{file.number}: {error}", cause=error, place=file.number)
                if failures == MAX_FAILURES:
                    self._context.skip(f"{len(queue) - position - 1} full texts are left for the next run")
                    return
            else:
                failures = 0

    def _read_full_text(self, file: FullText) -> None:
        def judge(response: Response) -> Response | None:
            if not self._api.check_status(response, ""):
                return None
            if not response.content.rstrip().endswith(b">"):
                raise AgainError("the file is not whole")
            return response

        response = self._api.ask(lambda: self._request(file.url, "application/xml"), judge)
        if response is None:
            self._context.warn(f"{file.number}: the portal names a full text that it does not have")
            return
        for each in read_patents(_body(response), "uspto-xml"):
            if isinstance(each, Refusal):
                raise DriftError(
                    f"{response.url}: {each.reason}",
                    selector="us-patent-grant | us-patent-application",
                    response=response,
                )
            if f"{each.country}.{each.doc_number}" != file.number:
                raise DriftError(
                    f"{response.url}: expected the full text of {file.number}, found that of {each.number}",
                    selector="publication-reference/document-id",
                    response=response,
                )
            self._context.emit(each, snapshot=response)


def _count(page: _Page) -> int:
    count = page.answer.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise DriftError(
            f"{page.response.url}: expected a count of results, found {count!r}; the page was refused",
            selector="count",
            response=page.response,
        )
    return count


def _body(response: Response) -> Any:
    if response.body is None:
        raise DriftError(f"{response.url}: an answer without a body")
    return response.body
