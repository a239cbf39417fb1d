"""What a fetch takes and gives, whichever way it is done: over the network (`http`) or from a folder (`replay`)."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal, Protocol, cast, runtime_checkable

from scrapers.errors import TooLargeError

MAX_LINE_BYTES = 4 * 1024 * 1024
DEFAULT_MAX_BYTES = 32 * 1024 * 1024
DEFAULT_TOTAL_TIMEOUT = 300.0
MAX_REDIRECTS = 5
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """How politely and how far a fetch may go; times in seconds, sizes in bytes after decompression.

    `interval` is the least time between two requests to one host, `concurrency` the most requests open to it at once.
    `max_ratio` bounds decompressed over received bytes; it applies from one mebibyte on.
    A `Retry-After` longer than `max_retry_after` ends the fetch instead of being waited for. `obey_robots` is false
    only for an API whose use its publisher grants by registration: its terms rule, robots.txt speaks of crawlers.
    """

    interval: float = 1.0
    concurrency: int = 1
    max_bytes: int = DEFAULT_MAX_BYTES
    max_ratio: int = 100
    connect_timeout: float = 20.0
    read_timeout: float = 30.0
    total_timeout: float = DEFAULT_TOTAL_TIMEOUT
    retries: int = 3
    backoff: float = 1.0
    max_backoff: float = 60.0
    max_retry_after: float = 120.0
    obey_robots: bool = True


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of an API. `url` never holds a secret, so that it may stand in snapshots and messages.

    `secrets` are headers that go to the host of `url` alone, not to where it redirects; `form` is the body of a POST,
    sent as application/x-www-form-urlencoded. Neither is ever shown.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    max_bytes: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Response:
    """A usable answer: status 200, or for `Asker.ask` any but that of a redirect.

    `headers` have lower-case names; `body` is a file, None for HEAD.
    `url` is the address that answered after redirects, `requested_url` the one asked for. A body that the publisher
    says has not changed comes from the snapshot: then `from_cache` is true and `status` is still 200.
    `gzipped` says how the file is stored, not how it was sent. The file lives as long as its fetcher.
    """

    requested_url: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: Path | None
    fetched_at: dt.datetime
    from_cache: bool = False
    gzipped: bool = False

    @property
    def content_type(self) -> str:
        """Media type in lower case without parameters, or an empty string."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def content(self) -> bytes:
        """The whole body."""
        if self.body is None:
            return b""
        with self._open(self.body) as file:
            return file.read()

    def chunks(self, size: int = 1 << 20) -> Iterator[bytes]:
        """Yield the body in pieces of at most `size` bytes, without loading it."""
        if self.body is None:
            return
        with self._open(self.body) as file:
            while piece := file.read(size):
                yield piece

    def lines(self, limit: int = MAX_LINE_BYTES) -> Iterator[bytes]:
        """Yield the body line by line, ends kept, without loading it.

        Raises TooLargeError at a line of more than `limit` bytes.
        """
        if self.body is None:
            return
        with self._open(self.body) as file:
            number = 0
            while line := file.readline(limit + 1):
                number += 1
                if len(line) > limit:
                    raise TooLargeError(f"{self.url} line {number} is longer than {limit} bytes; expected JSON Lines")
                yield line

    def _open(self, body: Path) -> IO[bytes]:
        return cast(IO[bytes], gzip.open(body)) if self.gzipped else body.open("rb")


@dataclass(frozen=True, slots=True)
class CachedBody:
    """The snapshot of an address in the last believed run, with the validators the publisher sent for it."""

    body: Path
    etag: str | None
    last_modified: str | None
    content_type: str
    gzipped: bool = False


class Cache(Protocol):
    """Finds the snapshot of an address in the last believed run."""

    def lookup(self, url: str) -> CachedBody | None:
        """Give the stored body of `url`, or None."""


class Fetcher(Protocol):
    """Gets addresses. Raises FetchError, RefusedError or TooLargeError; never gives an unusable answer."""

    def get(self, url: str, *, head_first: bool = False, max_bytes: int | None = None) -> Response:
        """Get a body; with `head_first` a HEAD decides whether the stored snapshot is still the latest."""

    def head(self, url: str) -> Response:
        """Get the headers only."""


@runtime_checkable
class Asker(Protocol):
    """Talks with an API: one exchange for each call, so that its caller paces and repeats; and the run's clocks."""

    def ask(self, request: Request) -> Response:
        """Send a request once. An answer of any status is given back, of an error at most 64 KiB of its body.

        Raises CutOffError where the connection failed or the answer was cut, RefusedError for an anti-bot page,
        TooLargeError at a limit, FetchError where the address may not be asked.
        """

    def time(self) -> dt.datetime:
        """The time of the run, aware."""

    def monotonic(self) -> float:
        """Seconds that never go back, for measuring."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
