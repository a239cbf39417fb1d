"""Read the weekly full-text files of the USPTO and keep the publications of some classes.

A file is fetched whole, unpacked and read document by document, so that memory stays small however large it is. What
is kept as its snapshot are the documents that were read, not the file. Options: the `cpc` of `watches`, added to the
classes that are always kept; `urls_read`, addresses of files that were read to the end, which are not fetched again.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scrapers.context import Context
from scrapers.errors import DriftError, FetchError, RefusedError, UnreadableFileError
from scrapers.fetching import Request, Response
from scrapers.json_objects import child, children, read_object, text
from scrapers.paced_api import AgainError, PacedApi
from scrapers.patents import Refusal, read_patents
from scrapers.patents.archives import members_of, unpacked
from scrapers.patents.rereading import reread_patents, set_aside_refusal
from scrapers.sources.uspto_weekly.classes import Classes
from scrapers.xml import iter_documents

PARSER_VERSION = "1"
ALWAYS_KEPT = ("G06N", "G06F 18", "G06V")  # computing by models; pattern recognition; recognition of images
MAX_DOCUMENT = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _WeeklyFile:
    day: dt.date
    released: str
    url: str


def crawl(context: Context) -> None:
    """Emit the publications of the files not read yet, the oldest first. Raises NotConfiguredError without a key."""
    portal = _Portal(context)
    allowances = context.manifest.allowances
    classes = _classes(context)
    last = context.asker.time().date()
    first = last - dt.timedelta(days=allowances["days_back"])
    read = frozenset(context.options.get("urls_read", ()))
    waiting = [
        file
        for product in ("grants", "applications")
        for file in portal.files(context.manifest.urls[product].format(first=first, last=last))
        if file.url not in read and first <= file.day <= last
    ]
    waiting.sort(key=lambda file: (file.day, file.url))
    for file in waiting[: allowances["run_files"]]:
        try:
            portal.read(file, classes)
        except RefusedError:
            raise
        except (FetchError, DriftError, UnreadableFileError) as error:
            context.skip(f"weekly file of {file.day}: {error}", cause=error)
    if len(waiting) > allowances["run_files"]:
        context.skip(f"{len(waiting) - allowances['run_files']} weekly files are left for the next run")


def _classes(context: Context) -> Classes:
    symbols = [*ALWAYS_KEPT]
    for symbol in (symbol for watch in context.watches for symbol in watch.cpc):
        try:
            Classes([symbol])
        except ValueError as error:
            context.warn(f"{error}; correct the watch")
        else:
            symbols.append(symbol)
    return Classes(symbols)


def reread(context: Context, response: Response, place: str) -> None:
    """Emit the publications of a stored extract; what still can't be read is set aside again."""
    del place
    reread_patents(context, response, "uspto-xml")


class _Portal:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._key = context.credentials["api_key"]
        self._api = PacedApi(context)

    def files(self, url: str) -> list[_WeeklyFile]:
        """The files on a product's list, of each week the one released last: a corrected file replaces the first."""

        def judge(response: Response) -> list[_WeeklyFile]:
            answer = read_object(response.content)
            if not self._api.check_status(response, text(answer, "errorDetails") or text(answer, "message") or ""):
                return []
            if not answer:
                raise AgainError("the answer is no whole JSON object")
            products = children(answer, "bulkDataProductBag")
            if not products:
                raise DriftError(
                    f"{url}: expected a product in bulkDataProductBag, found none; the list was refused",
                    selector="bulkDataProductBag",
                    response=response,
                )
            return _latest(products[0])

        return self._api.ask(lambda: self._request(url), judge)

    def _request(self, url: str) -> Request:
        return Request(url, secrets={"X-API-KEY": self._key})

    def read(self, file: _WeeklyFile, classes: Classes) -> None:
        """Emit the wanted publications of a file. Raises where it can't be read to its end."""

        def judge(response: Response) -> Response:
            if not self._api.check_status(response, ""):
                raise FetchError(f"{file.url}: the portal lists a file that it does not have")
            if response.body is None or not zipfile.is_zipfile(response.body):
                raise AgainError("the file is no whole ZIP archive")
            return response

        response = self._api.ask(lambda: self._request(file.url), judge, keep=False)
        with tempfile.TemporaryDirectory(prefix="workbench-weekly-") as folder:
            extract = Path(folder) / "extract.xml"
            count = _extract(response, classes, extract)
            self._context.measure(f"documents_{file.day:%Y_%m_%d}", float(count))
            kept = replace(response, body=extract, headers={"content-type": "application/xml"})
            self._context.keep(kept)
            for each in read_patents(extract, "uspto-xml") if extract.stat().st_size else ():
                if isinstance(each, Refusal):
                    self._context.warn(f"{file.url}: {each.place}: {each.reason}")
                    set_aside_refusal(self._context, kept, each)
                else:
                    self._context.emit(each, snapshot=kept)


def _latest(product: dict[str, object]) -> list[_WeeklyFile]:
    newest: dict[dt.date, _WeeklyFile] = {}
    for entry in children(child(product, "productFileBag"), "fileDataBag"):
        url, name = text(entry, "fileDownloadURI"), text(entry, "fileName") or ""
        try:
            day = dt.date.fromisoformat(text(entry, "fileDataToDate") or "")
        except ValueError:
            continue
        if url is None or not name.endswith(".zip") or text(entry, "fileTypeText") != "Data":
            continue
        file = _WeeklyFile(day, text(entry, "fileReleaseDate") or "", url)
        if day not in newest or newest[day].released < file.released:
            newest[day] = file
    return list(newest.values())


def _extract(response: Response, classes: Classes, target: Path) -> int:
    """Copy the wanted documents of an archive into one file; gives how many documents the archive has."""
    count = classed = 0
    with target.open("wb") as sink:
        for document in _documents(response):
            count += 1
            classed += classes.names_any(document)
            if classes.want(document):
                sink.write(document.rstrip() + b"\n")
    if not count:
        raise DriftError(
            f"{response.requested_url}: the archive holds no XML document; the file was refused", selector="*.xml"
        )
    if not classed:
        raise DriftError(
            f"{response.requested_url}: none of {count} documents names a class that can be read; the file was refused",
            selector="classification-cpc",
        )
    return count


def _documents(response: Response) -> Iterator[bytes]:
    if response.body is None:
        return
    for member in members_of(response.body):
        if member.filename.lower().endswith(".xml"):
            with unpacked(response.body, member) as file:
                for document in iter_documents(file, max_bytes=MAX_DOCUMENT):
                    yield document.data
