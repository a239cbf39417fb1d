"""Search OPS for each watch, then complete what was found: claims, INPADOC family and legal events.

Options: `watches`; `with_claims`, the numbers whose claims the store has, which are not asked for again, for the claims
of a publication never change. The marks of earlier runs say when a number was last completed, so that the oldest comes
first and a quota that ends a run early never keeps the same ones waiting.

A run that stops early, for quota or failing requests, keeps what it read and is `incomplete`: the next one must search
the same days again. A search that fails altogether fails the run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
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
from scrapers.fetching import Response
from scrapers.identifiers import PatentNumber
from scrapers.patents import Refusal, read_patents
from scrapers.patents.rereading import reread_patents, set_aside_refusal
from scrapers.records import LegalEvent, Publication, Watch
from scrapers.sources.epo_ops.family import read_family
from scrapers.sources.epo_ops.queries import query_of
from scrapers.sources.epo_ops.session import Answer, OpsSession, QueryError, TooMuchError

PARSER_VERSION = "1"
DEFAULT_DAYS = 90  # searched back by a watch that names no first day
NUMBERS_AT_ONCE = 25
SMALLEST_PAGE = 10
MAX_FAILURES = 3  # in a row: then OPS is not well, and completing can wait
# Authorities whose claims OPS has (guide 1.3.20, section 3.1.2).
FULL_TEXT_OFFICES = frozenset(
    "EP WO AT BE BG CA CH CY CZ DK EE ES FR GB GR HR IE IT LT LU MC MD ME NO PL PT RO RS SE SK".split()
)


def crawl(context: Context) -> None:
    """Emit publications, families and legal events for the watches. Raises NotConfiguredError without credentials."""
    session = OpsSession(context)
    watches = context.watches
    if not any(watch.searches or watch.numbers for watch in watches):
        raise NothingToFollowError(
            f"{context.manifest.name}: no watch names applicants, classes, words or numbers; add one"
        )
    found = _Found(context)
    finished: dict[str, dt.date] = {}
    for watch in watches:
        days = days_of(watch, context.asker.time().date(), DEFAULT_DAYS)
        if watch.searches and days is not None:
            skipped = context.skipped
            _search(session, context, found, watch, days)
            if context.skipped == skipped:
                finished[watch.name] = days.last
    skipped = context.skipped
    _by_number(session, context, found, [number for watch in watches for number in watch.numbers])
    _complete(session, context, found)
    # What was found and not completed is only found again by searching the same days.
    if context.skipped == skipped:
        for name, until in finished.items():
            context.finish_watch(name, until)


def reread(context: Context, response: Response, place: str) -> None:
    """Emit the publications of a stored answer; what still can't be read is set aside again."""
    del place
    reread_patents(context, response, "ops-xml")


class _Found:
    """The publications of a run, each emitted once however many watches and pages have it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.numbers: dict[str, PatentNumber] = {}

    def take(self, answer: Answer) -> int:
        """Emit the new publications of an answer; gives how many entries it has, read or not."""
        response = answer.response
        for each in _publications(response):
            if isinstance(each, Refusal):
                self._context.warn(f"{response.url}: {each.reason}")
                set_aside_refusal(self._context, response, each)
            elif each.number not in self.numbers:
                self.numbers[each.number] = PatentNumber.parse(each.number)
                self._context.emit(each, snapshot=response)
        return sum(1 for _ in answer.root.iter("{*}exchange-document"))


def _publications(response: Response) -> Iterator[Publication | Refusal]:
    if response.body is not None:
        yield from read_patents(response.body, "ops-xml")


def _search(session: OpsSession, context: Context, found: _Found, watch: Watch, days: Days) -> None:
    """Emit what a watch finds in some days, in as many parts as OPS needs to give all of it."""
    try:
        query = query_of(watch, days)
    except ValueError as error:
        context.skip(f"watch {watch.name!r}: {error}; correct the watch")
        return
    try:
        _pages(session, context, found, watch, days, query)
    except QueryError as error:
        context.skip(f"watch {watch.name!r}: {error}; correct the watch")
    except _TooManyError as error:
        halves = days.halves()
        if halves is None:
            context.skip(f"watch {watch.name!r}: {error} on {days.first} alone; narrow the watch")
            return
        for half in halves:
            _search(session, context, found, watch, half)


class _TooManyError(Exception):
    """More results than OPS gives out."""


def _pages(session: OpsSession, context: Context, found: _Found, watch: Watch, days: Days, query: str) -> None:
    most, size = context.manifest.allowances["search_results"], context.manifest.allowances["search_page"]
    first, total, entries = 1, 1, 0
    while first <= min(total, most):
        url = context.manifest.urls["search"].format(
            query=quote(query, safe=""), first=first, last=min(first + size - 1, most)
        )
        try:
            answer = session.get(url, "search")
        except TooMuchError as error:
            size //= 2
            if size >= SMALLEST_PAGE:
                continue
            raise _TooManyError(str(error)) from error
        if answer is None:
            break
        total = _total(answer)
        if total > most and days.halves() is not None:
            raise _TooManyError(f"{total} results")
        taken = found.take(answer)
        if not taken and total:
            raise DriftError(
                f"{url}: OPS announced {total} results, found no exchange-document; the page was refused",
                selector="exchange-document",
                response=answer.response,
            )
        entries += taken
        first += size
    if total > most:
        context.skip(f"watch {watch.name!r}: {total} results on {days.first} alone, OPS gives {most}; narrow the watch")
    elif entries < total and first > 1:
        context.skip(f"watch {watch.name!r}, {days}: OPS announced {total} results and gave {entries}")


def _total(answer: Answer) -> int:
    search = answer.root.find("{*}biblio-search")
    announced = search.get("total-result-count", "") if search is not None else ""
    if not (announced.isascii() and announced.isdigit()):
        raise DriftError(
            f"{answer.response.url}: expected a biblio-search with total-result-count, found none",
            selector="biblio-search[total-result-count]",
            response=answer.response,
        )
    return int(announced)


def _by_number(session: OpsSession, context: Context, found: _Found, texts: Iterable[str]) -> None:
    """Emit the publications that are followed by number and were not found by a search."""
    wanted: dict[str, PatentNumber] = {}
    for text in texts:
        try:
            number = PatentNumber.parse(text)
        except InvalidIdentifierError as error:
            context.warn(f"{error}; correct the watch")
            continue
        if str(number) not in found.numbers:
            wanted[str(number)] = number
    queue = iter(wanted.values())
    while batch := list(islice(queue, NUMBERS_AT_ONCE)):
        _ask_numbers(session, context, found, batch)


def _ask_numbers(session: OpsSession, context: Context, found: _Found, batch: Sequence[PatentNumber]) -> None:
    url = context.manifest.urls["biblio"].format(numbers=",".join(map(_docdb, batch)))
    reason = "OPS has no such publication"
    try:
        answer = session.get(url, "retrieval")
    except (QueryError, TooMuchError) as error:
        answer, reason = None, str(error)
    if answer is not None:
        found.take(answer)
    elif len(batch) > 1:  # one number that OPS doesn't know may refuse them all
        for number in batch:
            _ask_numbers(session, context, found, [number])
        return
    for number in batch:
        if not any(str(each).startswith(str(number)) for each in found.numbers):
            context.warn(f"{number}: {reason}; check the number and its kind")


def _complete(session: OpsSession, context: Context, found: _Found) -> None:
    """Emit claims, families and legal events, the longest unread first, as far as the quota reaches."""
    with_claims = frozenset(context.options.get("with_claims", ()))
    today = context.asker.time().date()
    queue = sorted(found.numbers, key=lambda number: context.marked(f"completed {number}") or dt.date.min)
    covered: set[str] = set()
    events: set[LegalEvent] = set()
    failures = 0
    for position, name in enumerate(queue):
        number = found.numbers[name]
        try:
            if number.country in FULL_TEXT_OFFICES and name not in with_claims:
                _claims(session, context, number)
            if name not in covered:
                _family(session, context, number, covered, events)
        except (QuotaError, RefusedError) as error:
            context.skip(f"{len(queue) - position} publications are left for the next run: {error}")
            return
        except (FetchError, DriftError) as error:
            failures += 1
            context.skip(f"{name}: {error}", cause=error, place=name)
            if failures == MAX_FAILURES:
                context.skip(f"{len(queue) - position - 1} publications are left for the next run: too many failures")
                return
        else:
            failures = 0
            context.mark(f"completed {name}", today)


def _claims(session: OpsSession, context: Context, number: PatentNumber) -> None:
    answer = session.get(context.manifest.urls["claims"].format(number=_docdb(number)), "retrieval")
    if answer is None:
        return
    for each in _publications(answer.response):
        if isinstance(each, Refusal):
            context.warn(f"{answer.response.url}: {each.reason}")
            set_aside_refusal(context, answer.response, each)
        elif each.number != str(number):
            context.skip(f"{answer.response.url}: expected the claims of {number}, found those of {each.number}")
        else:
            context.emit(each, snapshot=answer.response)


def _family(
    session: OpsSession, context: Context, number: PatentNumber, covered: set[str], events: set[LegalEvent]
) -> None:
    answer = session.get(context.manifest.urls["family"].format(number=_docdb(number)), "inpadoc")
    if answer is None:
        return
    try:
        read = read_family(answer.root, str(number))
    except DriftError as error:
        raise DriftError(
            f"{answer.response.url}: {error}", selector="patent-family", response=answer.response
        ) from error
    for note in read.notes:
        context.warn(note)
    context.emit(read.family, snapshot=answer.response)
    covered.update(member.number for member in read.family.members)
    for event in read.events:
        if event not in events:
            events.add(event)
            context.emit(event, snapshot=answer.response)


def _docdb(number: PatentNumber) -> str:
    """The number as DOCDB writes it: US applications with six digits after the year, not the USPTO's seven."""
    digits = number.doc_number
    if number.country == "US" and len(digits) == 11 and digits[4] == "0":
        digits = digits[:4] + digits[5:]
    return ".".join(part for part in (number.country, digits, number.kind) if part)
