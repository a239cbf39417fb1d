"""Read the full text, claims included, of European publications from the EPO's publication server.

Options: the `numbers` of `watches`, and `without_claims`, publications that the store has without claims; of both those
of the EPO. What is in `with_claims` is not asked for again, for a publication never changes. The longest unread of
`last_read` come first, and what one run leaves the next one reads.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from scrapers.context import Context
from scrapers.errors import (
    DriftError,
    InvalidIdentifierError,
    MissingError,
    SourceError,
    UnreadableFileError,
)
from scrapers.fetching import Response
from scrapers.identifiers import PatentNumber
from scrapers.patents import Refusal, read_patents
from scrapers.records import Publication

PARSER_VERSION = "1"
MAX_FAILURES = 3  # in a row: then the server is not well, or wants no more requests
_LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_ROOT = "ep-patent-document"
_REMAINING = "x-quotaperweek-remaining"


def crawl(context: Context) -> None:
    """Emit the publications. Raises the last error where three in a row could not be read and none before."""
    numbers = _numbers(context)
    last_read: Mapping[str, dt.datetime] = context.options.get("last_read", {})
    queue = sorted(numbers, key=lambda number: last_read.get(str(number), _LONG_AGO))
    most = context.manifest.allowances["run_requests"]
    if len(queue) > most:
        context.skip(f"{len(queue) - most} publications are left for the next run; a run reads {most}")
    failures: list[SourceError] = []
    for position, number in enumerate(queue[:most]):
        try:
            response = _read(context, number)
        except SourceError as error:
            failures.append(error)
            context.skip(f"{number}: {error}", cause=error, place=str(number))
            if len(failures) == MAX_FAILURES:
                if not context.records:
                    raise type(error)(
                        f"{MAX_FAILURES} publications in a row could not be read. Last: {error}"
                    ) from error
                context.skip(f"{len(queue) - position - 1} publications are left for the next run")
                return
            continue
        failures.clear()
        if response is not None and response.headers.get(_REMAINING, "").strip() == "0":
            context.skip(f"the weekly quota is used up; {len(queue) - position - 1} publications are left for later")
            return
    if failures and not context.records:
        raise type(failures[0])(f"no publication could be read. First: {failures[0]}") from failures[0]


def _numbers(context: Context) -> tuple[PatentNumber, ...]:
    """The European publications that are wanted, each once. A number without kind can't be asked for."""
    watches = context.watches
    wanted: Iterable[str] = [
        *(number for watch in watches for number in watch.numbers),
        *context.options.get("without_claims", ()),
    ]
    with_claims = frozenset(context.options.get("with_claims", ()))
    found: dict[str, PatentNumber] = {}
    for printed in wanted:
        try:
            number = PatentNumber.parse(printed)
        except InvalidIdentifierError as error:
            context.warn(f"{error}; correct the watch")
            continue
        if number.country != "EP" or str(number) in with_claims:
            continue
        if number.kind is None:
            context.warn(f"{number}: name the kind, such as {number}.A1; the publication server can't be asked without")
        else:
            found[str(number)] = number
    return tuple(found.values())


def _read(context: Context, number: PatentNumber) -> Response | None:
    """Emit one publication; None where the server answers that it has none."""
    url = context.manifest.urls["document"].format(number=number.doc_number, kind=number.kind)
    try:
        response = context.fetch(url)
    except MissingError:
        context.warn(f"{number}: the publication server has no such document")
        return None
    _emit(context, number, response)
    return response


def reread(context: Context, response: Response, place: str) -> None:
    """Emit the publication that was set aside as `place`, its number, from its snapshot."""
    _emit(context, PatentNumber.parse(place), response)


def _emit(context: Context, number: PatentNumber, response: Response) -> None:
    for each in _publications(response):
        if isinstance(each, Refusal):
            raise DriftError(
                f"{response.url}: {each.reason}; the document was refused", selector=_ROOT, response=response
            )
        if each.number != str(number):
            raise DriftError(
                f"{response.url}: expected {number}, found {each.number}; the document was refused",
                selector=f"{_ROOT}[doc-number]",
                response=response,
            )
        if not each.claims:
            context.warn(
                f"{number}: published without claims here; those of an international application are with WIPO"
            )
        context.emit(each, snapshot=response)


def _publications(response: Response) -> Iterable[Publication | Refusal]:
    if response.body is None:
        raise DriftError(f"{response.url}: an answer without a body")
    with tempfile.TemporaryDirectory(prefix="workbench-ep-") as folder:
        file = response.body
        if response.gzipped:  # a stored snapshot that has not changed
            file = Path(folder) / "document.xml"
            with file.open("wb") as plain:
                plain.writelines(response.chunks())
        try:
            yield from read_patents(file, "ep-xml")
        except UnreadableFileError as error:
            raise DriftError(f"{response.url}: {error}", selector=_ROOT, response=response) from error
