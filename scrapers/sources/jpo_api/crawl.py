"""Ask the JPO for each application that a watch names: status, papers, registration, citations, amended claims.

Options: `watches` with `applications` (`JP.2020123456`, 特願2020-123456). The marks of earlier runs say when all of an
application was last read, so that daily caps never keep the same ones waiting, and when its amendments were: they are
fetched again only where there is a newer one. A run that stops early is `incomplete` and keeps what it read.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from scrapers.context import Context
from scrapers.errors import (
    DriftError,
    FetchError,
    InvalidIdentifierError,
    NothingToFollowError,
    QuotaError,
    RefusedError,
    UnreadableFileError,
)
from scrapers.fetching import Response
from scrapers.identifiers import PatentNumber, Series
from scrapers.patents import Refusal
from scrapers.sources.jpo_api.application import (
    is_granted,
    last_amendment,
    missing_keys,
    names_application,
    read_amendments,
    read_citations,
    read_events,
    read_progress,
    read_registration,
)
from scrapers.sources.jpo_api.session import DailyCapError, JpoSession

PARSER_VERSION = "1"
MAX_FAILURES = 3


def crawl(context: Context) -> None:
    """Emit what the JPO says of the applications. Raises NotConfiguredError without credentials."""
    session = JpoSession(context)
    numbers = _numbers(context)
    if not numbers:
        raise NothingToFollowError(
            f"{context.manifest.name}: no watch names a Japanese application such as JP.2020123456; add its number"
        )
    today = context.asker.time().date()
    queue = sorted(numbers, key=lambda number: context.marked(f"application {number}") or dt.date.min)
    failures = 0
    for position, number in enumerate(queue):
        skipped = context.skipped
        try:
            _read(session, context, number, today)
        except RefusedError:
            raise
        except QuotaError as error:
            context.skip(f"{len(queue) - position} applications are left for the next run: {error}")
            return
        except (FetchError, DriftError, UnreadableFileError) as error:
            failures += 1
            if failures == MAX_FAILURES and not context.records:
                raise
            context.skip(f"JP.{number}: {error}", cause=error, place=f"JP.{number}")
            if failures == MAX_FAILURES:
                context.skip(f"{len(queue) - position - 1} applications are left for the next run: too many failures")
                return
        else:
            failures = 0
            if context.skipped == skipped:
                context.mark(f"application {number}", today)
    if failures == len(queue):
        raise FetchError(f"none of {len(queue)} applications could be read. First: {context.warnings[0]}")


def _numbers(context: Context) -> tuple[str, ...]:
    """The numbers of the Japanese applications that are followed, ten digits each."""
    watches = context.watches
    found: dict[str, None] = {}
    for printed in (each for watch in watches for each in watch.applications):
        try:
            number = PatentNumber.parse(printed, Series.APPLICATION)
        except InvalidIdentifierError as error:
            context.warn(f"{error}; correct the watch")
            continue
        if number.country != "JP" or number.kind == "W":
            continue
        if len(number.doc_number) == 10 and number.doc_number.isdigit():
            found[number.doc_number] = None
        else:
            context.warn(f"{printed}: the JPO's interface has applications of 2000 and later only")
    return tuple(found)


def _read(session: JpoSession, context: Context, number: str, today: dt.date) -> None:
    """Emit all that there is of one application; an API whose day is over is passed over."""
    application = f"JP.{number}"
    progress = session.data("app_progress", number)
    if progress is None:
        context.warn(f"{application}: the JPO has no such application (it gives those filed from July 2003)")
        return
    response, data = progress
    if not names_application(data, number):
        raise DriftError(
            f"{response.url}: expected application {number}, found another; the answer was refused",
            selector="applicationNumber",
            response=response,
        )
    _check_keys(context, "app_progress", response, data)
    context.emit(read_progress(application, data), snapshot=response)
    for event in read_events(application, data):
        context.emit(event, snapshot=response)
    if is_granted(data):
        _registration(session, context, application, number)
    _citations(session, context, application, number)
    amended = last_amendment(data)
    fetched = context.marked(f"amendments {number}")
    if amended is not None and (fetched is None or fetched <= amended):
        _amendments(session, context, application, number, today)


def _check_keys(context: Context, api: str, response: Response, data: dict[str, Any]) -> None:
    """Say which keys an answer no longer has."""
    for key in missing_keys(api, data):
        message = f"{response.url}: expected the key {key!r}, which every answer had; what it tells is left as it was"
        context.warn(message)
        context.drift(DriftError(message, selector=key, response=response))


def _registration(session: JpoSession, context: Context, application: str, number: str) -> None:
    try:
        found = session.data("registration_info", number)
    except DailyCapError as error:
        context.skip(f"{application}: registration not read, {error}")
        return
    if found is not None and names_application(found[1], number):
        _check_keys(context, "registration_info", *found)
        context.emit(read_registration(application, found[1]), snapshot=found[0])


def _citations(session: JpoSession, context: Context, application: str, number: str) -> None:
    try:
        found = session.data("cite_doc_info", number)
    except DailyCapError as error:
        context.skip(f"{application}: citations not read, {error}")
        return
    if found is None:
        return
    for cited in read_citations(application, found[1]):
        context.emit(cited, snapshot=found[0])


def _amendments(session: JpoSession, context: Context, application: str, number: str, today: dt.date) -> None:
    try:
        response = session.file("app_doc_cont_opinion_amendment", number)
    except DailyCapError as error:
        context.skip(f"{application}: amendments not read, {error}")
        return
    if response is None:
        return
    for each in read_amendments(response, application):
        if isinstance(each, Refusal):
            context.warn(f"{response.url}: {each.place}: {each.reason}")
            context.set_aside(each.place, each.reason, snapshot=response, excerpt=each.excerpt)
        else:
            context.emit(each, snapshot=response)
    context.mark(f"amendments {number}", today)
