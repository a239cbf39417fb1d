"""Fetch over the network: politely, within limits, only where a source may go. The only module that imports httpx."""

from __future__ import annotations

import datetime as dt
import itertools
import socket
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from scrapers.addresses import check_host, check_public, host_of, redirect_target
from scrapers.errors import FetchError, RefusedError, TooLargeError
from scrapers.fetching import (
    MAX_REDIRECTS,
    REDIRECT_STATUSES,
    Cache,
    CachedBody,
    Fetcher,
    Limits,
    Response,
)
from scrapers.politeness import HostGate, backoff, read_retry_after
from scrapers.refusals import SAMPLE_BYTES, bot_wall, check_usable
from scrapers.robots import MAX_ROBOTS_BYTES, RobotsRules

__all__ = ["Cache", "CachedBody", "Fetcher", "HttpFetcher", "Limits", "Response"]

TRANSIENT_STATUSES = frozenset({429, 502, 503, 504})
_CHUNK = 64 * 1024
_RATIO_FROM = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one exchange gave; `body` is a file of the whole body for 200, else `sample` is its start."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: Path | None
    sample: bytes


class _TransientError(Exception):
    """A failure that may pass: worth another attempt, after `retry_after` seconds where the host said so."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class HttpFetcher:
    """Fetches for one run of one source; a context manager that keeps its bodies until it is closed.

    `user_agent` starts with a product token and names a contact. `allowed_hosts` is all that may be asked, redirects
    included. `allow_loopback` is for tests: it permits http and 127.0.0.1, and ignores proxy settings.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allowed_hosts: Collection[str],
        cache: Cache | None = None,
        limits: Limits | None = None,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        sleep: Callable[[float], None] = time.sleep,
        allow_loopback: bool = False,
    ) -> None:
        self._limits = limits or Limits()
        self._agent = user_agent
        self._token = user_agent.partition("/")[0]
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)
        self._cache = cache
        self._clock = clock
        self._sleep = sleep
        self._allow_loopback = allow_loopback
        self._gates: dict[str, HostGate] = {}
        self._robots: dict[str, RobotsRules | RefusedError] = {}
        self._lock = threading.Lock()
        self._robots_lock = threading.RLock()
        self._folder = tempfile.TemporaryDirectory(prefix="workbench-fetch-")
        self._numbers = itertools.count()
        # Connections are not kept: the watchdog must hold the socket of each exchange to be able to end it.
        self._client = httpx.Client(
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip", "Accept": "*/*"},
            timeout=httpx.Timeout(self._limits.read_timeout, connect=self._limits.connect_timeout),
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=not allow_loopback,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        self._folder.cleanup()

    def get(self, url: str, *, head_first: bool = False, max_bytes: int | None = None) -> Response:
        """Get a body, or the stored snapshot where the publisher says that it is still the latest.

        Raises RefusedError, TooLargeError or FetchError; each says what was asked and what was found.
        """
        if head_first and (unchanged := self._unchanged(url)) is not None:
            return unchanged
        answer = self._attempts("GET", url, max_bytes)
        if answer.status == 304:
            cached = self._cached(answer.url)
            if cached is None:
                raise FetchError(f"{answer.url}: status 304, but the stored body is gone; run again")
            return self._from_cache(url, answer, cached)
        check_usable(answer.url, answer.status, answer.headers, answer.sample)
        return Response(url, answer.url, answer.status, answer.headers, answer.body, self._clock())

    def head(self, url: str) -> Response:
        """Get the headers only. Raises as `get`."""
        answer = self._attempts("HEAD", url, None)
        check_usable(answer.url, answer.status, answer.headers, b"")
        return Response(url, answer.url, answer.status, answer.headers, None, self._clock())

    def _unchanged(self, url: str) -> Response | None:
        """Ask by HEAD whether the stored body is still the latest; None where it isn't or the host doesn't tell."""
        if self._cached(url) is None:
            return None
        answer = self._attempts("HEAD", url, None)
        cached = self._cached(answer.url)
        if answer.status != 200 or cached is None:
            return None
        etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
        if cached.etag and etag:
            same = cached.etag == etag
        else:
            same = modified is not None and cached.last_modified == modified
        return self._from_cache(url, answer, cached) if same else None

    def _cached(self, url: str) -> CachedBody | None:
        cached = self._cache.lookup(url) if self._cache is not None else None
        return cached if cached is not None and cached.body.is_file() else None

    def _from_cache(self, url: str, answer: _Answer, cached: CachedBody) -> Response:
        known = {"content-type": cached.content_type, "etag": cached.etag, "last-modified": cached.last_modified}
        headers = {name: value for name, value in known.items() if value}
        return Response(
            url, answer.url, 200, headers, cached.body, self._clock(), from_cache=True, gzipped=cached.gzipped
        )

    def _attempts(self, method: str, url: str, max_bytes: int | None, *, obey_robots: bool = True) -> _Answer:
        """Exchange and follow redirects; again after a failure that may pass. Raises FetchError after the last."""
        limits = self._limits
        for attempt in range(limits.retries + 1):
            try:
                return self._follow(method, url, max_bytes or limits.max_bytes, obey_robots=obey_robots)
            except _TransientError as error:
                wait = backoff(attempt, limits) if error.retry_after is None else error.retry_after
                if wait > limits.max_retry_after:
                    raise FetchError(
                        f"{url}: {error}; the host asks to wait {wait:.0f} s, a run waits at most "
                        f"{limits.max_retry_after:.0f} s. Run again later"
                    ) from error
                if attempt == limits.retries:
                    raise FetchError(
                        f"{url}: {error}, {attempt + 1} attempts; nothing was read. Run again later"
                    ) from error
                self._sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _follow(self, method: str, url: str, max_bytes: int, *, obey_robots: bool) -> _Answer:
        asked = url
        for _ in range(MAX_REDIRECTS + 1):
            check_host(url, self._allowed_hosts)
            if obey_robots:
                self._rules(url).check(url, self._token)
            answer = self._exchange(method, url, max_bytes)
            if answer.status not in REDIRECT_STATUSES:
                return answer
            target = redirect_target(url, answer.headers.get("location", ""))
            if urlsplit(target).scheme != "https" and not self._allow_loopback:
                raise FetchError(f"{asked}: redirected to {target}; expected an https address, nothing was read")
            url = target
        raise FetchError(f"{asked}: more than {MAX_REDIRECTS} redirects, the last to {url}; nothing was read")

    def _rules(self, url: str) -> RobotsRules:
        """Rules of the host of `url`, fetched once a run. Raises RefusedError where they can't be known."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._robots_lock:
            if origin not in self._robots:
                self._robots[origin] = self._fetch_rules(f"{origin}/robots.txt")
            rules = self._robots[origin]
        if isinstance(rules, RefusedError):
            raise rules
        return rules

    def _fetch_rules(self, url: str) -> RobotsRules | RefusedError:
        try:
            answer = self._attempts("GET", url, MAX_ROBOTS_BYTES, obey_robots=False)
            content = answer.body.read_bytes() if answer.body is not None else b""
            rules = RobotsRules.read(url, answer.status, content)
        except RefusedError as error:
            return error
        except FetchError as error:
            return RefusedError(
                f"nothing was fetched from {host_of(url)}, since its robots.txt could not be read: {error}"
            )
        gate = self._gate(url)
        gate.interval = max(gate.interval, rules.crawl_delay(self._token))
        return rules

    def _gate(self, url: str) -> HostGate:
        host = host_of(url)
        with self._lock:
            if host not in self._gates:
                self._gates[host] = HostGate(self._limits.concurrency, self._limits.interval, self._sleep)
            return self._gates[host]

    def _check_public(self, url: str) -> None:
        proxies = {} if self._allow_loopback else getproxies()
        by_proxy = (urlsplit(url).scheme in proxies or "all" in proxies) and not proxy_bypass(host_of(url))
        if by_proxy:
            return  # the proxy resolves the name and decides what may be reached
        try:
            check_public(url, allow_loopback=self._allow_loopback)
        except OSError as error:
            raise _TransientError(f"the host's name was not resolved ({error})") from error

    def _exchange(self, method: str, url: str, max_bytes: int) -> _Answer:
        """Send one request and read its answer. Raises _TransientError where another attempt may help."""
        headers = {}
        cached = self._cached(url) if method == "GET" else None
        if cached is not None and cached.etag:
            headers["If-None-Match"] = cached.etag
        if cached is not None and cached.last_modified:
            headers["If-Modified-Since"] = cached.last_modified
        with self._gate(url).turn():
            self._check_public(url)
            watchdog = _Watchdog(self._limits.total_timeout)
            try:
                with (
                    watchdog,
                    self._client.stream(method, url, headers=headers, extensions={"trace": watchdog.trace}) as raw,
                ):
                    return self._read(method, url, raw, max_bytes)
            except httpx.HTTPError as error:
                if watchdog.ended:
                    raise TooLargeError(
                        f"{url}: no whole answer within {self._limits.total_timeout:.0f} s; nothing was read. "
                        "Run again later"
                    ) from error
                raise _TransientError(f"connection failed ({type(error).__name__}: {error})") from error
            except httpx.InvalidURL as error:
                raise FetchError(f"{url!r} is not an address that can be fetched: {error}") from error

    def _read(self, method: str, url: str, raw: httpx.Response, max_bytes: int) -> _Answer:
        status = raw.status_code
        headers = {name.lower(): value for name, value in raw.headers.items()}
        if method == "HEAD" or status in REDIRECT_STATUSES or status == 304:
            path, sample = None, b""
        elif status == 200:
            declared = headers.get("content-length", "")
            if declared.isdigit() and int(declared) > max_bytes:
                raise TooLargeError(
                    f"{url}: {declared} bytes announced, at most {max_bytes} are read; nothing was kept"
                )
            path = Path(self._folder.name) / f"{next(self._numbers)}.body"
            with path.open("wb") as file:
                _Inflater(url, headers, max_bytes, self._limits.max_ratio).copy(raw, file)
            with path.open("rb") as file:
                sample = file.read(SAMPLE_BYTES)
        else:
            path, sample = None, _start_of(raw)
        if status in TRANSIENT_STATUSES and bot_wall(headers, sample) is None:
            raise _TransientError(f"status {status}", read_retry_after(headers.get("retry-after"), self._clock()))
        return _Answer(url, status, headers, path, sample)


class _Watchdog:
    """Ends an exchange that takes longer than `seconds` by shutting its socket, however slowly bytes still drip in."""

    def __init__(self, seconds: float) -> None:
        self.ended = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take the socket when it is connected, and again when TLS has wrapped it (httpcore's trace extension)."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.ended:
                self._end()

    def _end(self) -> None:
        self.ended = True
        if self._socket is not None:
            with suppress(OSError):  # already closed by the other side
                self._socket.shutdown(socket.SHUT_RDWR)


class _Inflater:
    """Copies a body to a file, inflating gzip in bounded steps, and stops as soon as a limit is passed."""

    def __init__(self, url: str, headers: Mapping[str, str], max_bytes: int, max_ratio: int) -> None:
        self._url = url
        self._max_bytes = max_bytes
        self._max_ratio = max_ratio
        self._received = 0
        self._written = 0
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "", "gzip", "x-gzip"):
            raise FetchError(f"{url}: content encoding {encoding!r} was not asked for; expected gzip or none")
        self._gzip = encoding.endswith("gzip")

    def copy(self, raw: httpx.Response, file: IO[bytes]) -> None:
        """Raises TooLargeError at a limit, _TransientError where a gzip body ends too early."""
        inflate = zlib.decompressobj(wbits=31)
        for chunk in raw.iter_raw(_CHUNK):
            self._received += len(chunk)
            if not self._gzip:
                self._write(chunk, file)
                continue
            data = chunk
            while data:
                if inflate.eof:
                    inflate = zlib.decompressobj(wbits=31)
                try:
                    self._write(inflate.decompress(data, _CHUNK), file)
                except zlib.error as error:
                    raise FetchError(f"{self._url}: the body is no valid gzip ({error}); nothing was kept") from error
                data = inflate.unconsumed_tail or inflate.unused_data
        if self._gzip and self._received and not inflate.eof:
            raise _TransientError("the gzip body ends too early")

    def _write(self, data: bytes, file: IO[bytes]) -> None:
        self._written += len(data)
        if self._written > self._max_bytes:
            raise TooLargeError(
                f"{self._url}: more than {self._max_bytes} bytes; reading was stopped, nothing was kept"
            )
        if self._written > max(_RATIO_FROM, self._received * self._max_ratio):
            raise TooLargeError(
                f"{self._url}: inflates to more than {self._max_ratio} times its size; reading was stopped, "
                "nothing was kept"
            )
        file.write(data)


def _start_of(raw: httpx.Response) -> bytes:
    """Start of an error page, for telling who wrote it."""
    sample = b""
    for chunk in raw.iter_raw(_CHUNK):
        sample += chunk
        if len(sample) >= SAMPLE_BYTES:
            break
    if raw.headers.get("content-encoding", "").strip().lower() in ("gzip", "x-gzip"):
        with suppress(zlib.error):  # an error page that is no valid gzip names no wall
            return zlib.decompressobj(wbits=31).decompress(sample, SAMPLE_BYTES)
    return sample
