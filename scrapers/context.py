"""All that a source sees: fetch, snapshot, warn, emit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scrapers.addresses import check_host
from scrapers.fetching import Cache, CachedBody, Fetcher, Response
from scrapers.manifest import Manifest
from scrapers.records import Record

__all__ = ["Cache", "CachedBody", "Context", "Emitted"]

MAX_WARNINGS = 200


@dataclass(frozen=True, slots=True)
class Emitted:
    """A record and the id of the snapshot it was read from."""

    record: Record
    snapshot_id: str


class Context:
    """One run of one source. After the crawl `records` and `warnings` hold what it found.

    `incomplete` is true where a part could not be read, so that what is absent from `records` may still exist.
    `store_snapshot` keeps a body and returns its id; it is called for every body fetched, also when the run fails
    later. `options` are what the run was asked for, such as `committees` or `ids`.
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
        self.incomplete = False
        self._further = 0
        self._fetcher = fetcher
        self._store_snapshot = store_snapshot
        self._snapshots: dict[Response, str] = {}

    def fetch(self, url: str, *, head_first: bool = False, max_bytes: int | None = None) -> Response:
        """Get a body and keep it as a snapshot. Raises FetchError, RefusedError or TooLargeError."""
        check_host(url, self.manifest.allowed_hosts)
        response = self._fetcher.get(url, head_first=head_first, max_bytes=max_bytes)
        check_host(response.url, self.manifest.allowed_hosts)
        self._snapshots[response] = self._store_snapshot(response)
        return response

    def emit(self, record: Record, *, snapshot: Response) -> None:
        """Hand over a record read from `snapshot`, a response of this context's `fetch`."""
        self.records.append(Emitted(record, self._snapshots[snapshot]))

    def skip(self, message: str) -> None:
        """Warn of something that could not be read: from then on an absence in this run doesn't mean "removed"."""
        self.incomplete = True
        self.warn(message)

    def warn(self, message: str) -> None:
        """Note what is odd but spoils nothing; one line. After two hundred only their number is kept."""
        line = " ".join(message.split())
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(line)
        else:
            self._further += 1
            self.warnings[MAX_WARNINGS:] = [f"{self._further} further warnings are not listed"]
