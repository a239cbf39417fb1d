"""All that a source sees: fetch, snapshot, warn, emit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scrapers.addresses import check_host
from scrapers.credentials import Credentials, read_credentials
from scrapers.errors import DriftError, ScraperError, SourceError
from scrapers.fetching import Asker, Cache, CachedBody, Fetcher, Request, Response
from scrapers.manifest import Manifest
from scrapers.records import Record, Watch
from scrapers.set_aside import MAX_PLACE, MAX_SET_ASIDE, BadRecord, Drift, excerpt_of, one_line

__all__ = ["Cache", "CachedBody", "Context", "Emitted"]

MAX_WARNINGS = 200


@dataclass(frozen=True, slots=True)
class Emitted:
    """A record and the id of the snapshot it was read from."""

    record: Record
    snapshot_id: str


class Context:
    """One run of one source. After the crawl `records` and `warnings` hold what it found.

    `bad_records` are those that could not be read, `drifts` the selectors and fields that no longer match.

    `incomplete` is true where a part could not be read, so that what is absent from `records` may still exist;
    `skipped` counts such parts.
    `store_snapshot` keeps a body and returns its id; it is called for every body fetched, also when the run fails
    later. `options` are what the run was asked for, such as `committees`, `ids`, `watches` or `credentials`.
    `measures` are numbers about the run itself, such as how much of a quota is used. `marks` say until which day the
    run has read what; those of earlier believed runs come as option `marks`.
    """

    def __init__(
        self,
        manifest: Manifest,
        fetcher: Fetcher,
        *,
        store_snapshot: Callable[[Response], str],
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.manifest = manifest
        self.options: Mapping[str, Any] = dict(options or {})
        self.records: list[Emitted] = []
        self.warnings: list[str] = []
        self.bad_records: list[BadRecord] = []
        self.drifts: list[Drift] = []
        self.measures: dict[str, float] = {}
        self.marks: dict[str, dt.date] = {}
        self._hosts = manifest.hosts(self.options)
        self.incomplete = False
        self.skipped = 0
        self._further = 0
        self._unlisted = 0
        self._fetcher = fetcher
        self._store_snapshot = store_snapshot
        self._snapshots: dict[Response, str] = {}

    def fetch(self, url: str, *, head_first: bool = False, max_bytes: int | None = None) -> Response:
        """Get a body and keep it as a snapshot. Raises FetchError, RefusedError or TooLargeError."""
        check_host(url, self._hosts)
        response = self._fetcher.get(url, head_first=head_first, max_bytes=max_bytes)
        check_host(response.url, self._hosts)
        self._snapshots[response] = self._store_snapshot(response)
        return response

    @cached_property
    def credentials(self) -> Credentials:
        """The credentials that the manifest names, from option `credentials`. Raises NotConfiguredError."""
        return read_credentials(self.manifest, self.options.get("credentials") or {})

    @cached_property
    def watches(self) -> tuple[Watch, ...]:
        """What the run is to look for, from option `watches`: records, or mappings of their fields.

        One that was read to its end before starts `overlap_days` before that day, if not later by its own `since`.
        """
        return tuple(self._moved(each) for each in self._wanted)

    @cached_property
    def _wanted(self) -> tuple[Watch, ...]:
        return tuple(Watch.model_validate(each) for each in self.options.get("watches", ()))

    def _moved(self, watch: Watch) -> Watch:
        until = self.marked(watch.mark)
        if until is None:
            return watch
        since = until - dt.timedelta(days=self.manifest.overlap_days)
        return watch.model_copy(update={"since": since if watch.since is None else max(since, watch.since)})

    def finish_watch(self, name: str, until: dt.date) -> None:
        """Note that the watch of this name was searched up to a day; kept only where the run is believed."""
        for watch in self._wanted:
            if watch.name == name:
                self.mark(watch.mark, until)

    def mark(self, name: str, until: dt.date) -> None:
        """Note until which day the run has read what is called `name`; kept only where the run is believed."""
        self.marks[name] = until

    def marked(self, name: str) -> dt.date | None:
        """Until which day earlier believed runs of this source have read what is called `name`; None for never."""
        marks: Mapping[str, dt.date] = self.options.get("marks") or {}
        return marks.get(name)

    @property
    def asker(self) -> Asker:
        """The fetcher as one that talks with an API, and the clocks of the run."""
        if not isinstance(self._fetcher, Asker):
            raise SourceError(f"{self.manifest.name}: this fetcher can't talk with an API; use HttpFetcher or a replay")
        return self._fetcher

    def ask(self, request: Request, *, keep: bool = True) -> Response:
        """Send a request to an API once, and keep a body of status 200 as a snapshot unless it holds a secret.

        Raises as `Asker.ask`.
        """
        check_host(request.url, self._hosts)
        response = self.asker.ask(request)
        check_host(response.url, self._hosts)
        if keep and response.status == 200:
            self._snapshots[response] = self._store_snapshot(response)
        return response

    def keep(self, extract: Response) -> None:
        """Keep a part of a large answer as the snapshot of what was read from it, where the whole was not kept."""
        self._snapshots[extract] = self._store_snapshot(extract)

    def measure(self, name: str, value: float) -> None:
        """Note a number about the run; the last one of a name counts."""
        self.measures[name] = value

    def emit(self, record: Record, *, snapshot: Response) -> None:
        """Hand over a record read from `snapshot`, a response of this context's `fetch`."""
        self.records.append(Emitted(record, self._snapshots[snapshot]))

    def skip(self, message: str, *, cause: ScraperError | None = None, place: str = "") -> None:
        """Warn of something that could not be read: from then on an absence in this run doesn't mean "removed".

        With a DriftError for `cause` and a `place`, the answer that drifted is also set aside as one bad record.
        """
        self.incomplete = True
        self.skipped += 1
        self.warn(message)
        if isinstance(cause, DriftError) and isinstance(cause.response, Response):
            self.drift(cause)
            if place:
                content = excerpt_of(next(cause.response.chunks(), b""))
                self.set_aside(place, str(cause), snapshot=cause.response, excerpt=content, key=place)

    def set_aside(
        self, place: str, reason: str, *, snapshot: Response, excerpt: str | bytes = "", key: str = ""
    ) -> None:
        """Keep a record that could not be read, for a person to look at and to read again; see BadRecord.

        It is warned of apart. After five hundred only their number is told.
        """
        if len(self.bad_records) >= MAX_SET_ASIDE:
            self._unlisted += 1
            return
        self.bad_records.append(
            BadRecord(
                one_line(place, MAX_PLACE),
                one_line(self.hide(reason), MAX_PLACE),
                self.hide(excerpt_of(excerpt)),
                self._snapshots.get(snapshot),
                one_line(key or place, MAX_PLACE),
            )
        )

    def drift(self, error: DriftError) -> None:
        """Note what no longer matches, so that a person sees it beside the last snapshot in which it did."""
        found = self._snapshots.get(error.response) if isinstance(error.response, Response) else None
        self.drifts.append(Drift(one_line(error.selector, MAX_PLACE), self.hide(str(error)), found))

    @property
    def unlisted(self) -> int:
        """How many bad records were not kept one by one."""
        return self._unlisted

    @property
    def snapshot_ids(self) -> tuple[str, ...]:
        """The ids of the snapshots that this run kept, in the order of their answers."""
        return tuple(self._snapshots.values())

    def warn(self, message: str) -> None:
        """Note what is odd but spoils nothing; one line. After two hundred only their number is kept."""
        line = " ".join(self.hide(message).split())
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(line)
        else:
            self._further += 1
            self.warnings[MAX_WARNINGS:] = [f"{self._further} further warnings are not listed"]

    def hide(self, text: str) -> str:
        """The text with a mask in place of every secret that the run knows."""
        known = self.__dict__.get("credentials")  # none are made only to be hidden
        return known.hide(text) if isinstance(known, Credentials) else text
