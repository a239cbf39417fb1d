"""Fetch over the network: politely, within limits, only where a source may go. The only module that imports httpx."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from scrapers.addresses import at_address, check_host, host_of, public_addresses, redirect_target
from scrapers.bodies import CHUNK, Inflater, TransientError, Watchdog, start_of
from scrapers.errors import CutOffError, FetchError, RefusedError, TooLargeError
from scrapers.fetching import (
    MAX_REDIRECTS,
    REDIRECT_STATUSES,
    Cache,
    CachedBody,
    Fetcher,
    Limits,
    Request,
    Response,
)
from scrapers.politeness import HostGate, backoff, read_retry_after
from scrapers.refusals import SAMPLE_BYTES, bot_wall, check_usable
from scrapers.robots import MAX_ROBOTS_BYTES, RobotsRules

__all__ = ["Cache", "CachedBody", "Fetcher", "HttpFetcher", "Limits", "Response"]

TRANSIENT_STATUSES = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one exchange gave; `body` is a file of the whole body for 200, else `sample` is its start."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: Path | None
    sample: bytes


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a request to an API carries."""

    headers: Mapping[str, str]
    form: Mapping[str, str] | None


_Way = tuple[httpx.Client, str, dict[str, str], dict[str, Any]]


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
        monotonic: Callable[[], float] = time.monotonic,
        allow_loopback: bool = False,
    ) -> None:
        self._limits = limits or Limits()
        self._agent = user_agent
        self._token = user_agent.partition("/")[0]
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)
        self._cache = cache
        self._clock = clock
        self._sleep = sleep
        self._monotonic = monotonic
        self._allow_loopback = allow_loopback
        self._gates: dict[str, HostGate] = {}
        self._robots: dict[str, RobotsRules | RefusedError] = {}
        self._lock = threading.Lock()
        self._robots_lock = threading.RLock()
        self._folder = tempfile.TemporaryDirectory(prefix="workbench-fetch-")
        self._numbers = itertools.count()
        self._trusted = httpx.create_ssl_context()
        self._direct = self._new_client(trust_env=False)
        self._by_proxy = None if allow_loopback else self._new_client(trust_env=True)

    def _new_client(self, *, trust_env: bool) -> httpx.Client:
        # Connections are not kept: the watchdog must hold the socket of each exchange to be able to end it.
        return httpx.Client(
            headers={"User-Agent": self._agent, "Accept-Encoding": "gzip", "Accept": "*/*"},
            timeout=httpx.Timeout(self._limits.read_timeout, connect=self._limits.connect_timeout),
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=trust_env,
            verify=self._trusted,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in (self._direct, self._by_proxy):
            if client is not None:
                client.close()
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

    def ask(self, request: Request) -> Response:
        """Send a request to an API once; see `scrapers.fetching.Asker`. Only a GET follows redirects."""
        try:
            answer = self._talk(request)
        except TransientError as error:
            raise CutOffError(f"{request.url}: {error}") from error
        wall = bot_wall(answer.headers, answer.sample)
        if wall is not None:
            raise RefusedError(
                f"{request.url}: expected an answer of the API, found an anti-bot page ({wall}, status "
                f"{answer.status}); nothing was read. Ask the publisher about automatic access"
            )
        body = answer.body
        if body is None:
            body = self._new_file()
            body.write_bytes(answer.sample)
        shown = answer.url if answer.url == request.url else answer.url.partition("?")[0]
        return Response(request.url, shown, answer.status, answer.headers, body, self._clock())

    def time(self) -> dt.datetime:
        """The time now, aware."""
        return self._clock()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return self._monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._sleep(seconds)

    def _talk(self, request: Request) -> _Answer:
        """One exchange and, for a GET, where it leads; secrets stay with the host asked, signed addresses unsaid."""
        url, sent, signature = request.url, _Sent({**request.headers, **request.secrets}, request.form), ""
        for _ in range(MAX_REDIRECTS + 1):
            try:
                check_host(url, self._allowed_hosts)
                if self._limits.obey_robots:
                    self._rules(url).check(url, self._token)
                answer = self._exchange(request.method, url, request.max_bytes or self._limits.max_bytes, sent)
            except FetchError as error:
                raise type(error)(str(error).replace(signature, "…") if signature else str(error)) from None
            if answer.status not in REDIRECT_STATUSES or request.method != "GET":
                return answer
            target = redirect_target(url, answer.headers.get("location", ""))
            parts = urlsplit(target)
            if parts.scheme != "https" and not self._allow_loopback:
                raise FetchError(f"{request.url}: redirected to {parts.netloc} without https; nothing was read")
            if parts.netloc != urlsplit(request.url).netloc:
                sent = _Sent(request.headers, None)
            url, signature = target, parts.query
        raise FetchError(f"{request.url}: more than {MAX_REDIRECTS} redirects; nothing was read")

    def _new_file(self) -> Path:
        return Path(self._folder.name) / f"{next(self._numbers)}.body"

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
            except TransientError as error:
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
                self._gates[host] = HostGate(
                    self._limits.concurrency, self._limits.interval, self._sleep, self._monotonic
                )
            return self._gates[host]

    def _ways(self, url: str) -> list[_Way]:
        """How `url` can be asked: client, address, headers, extensions; each a checked address of its host.

        A name is resolved once: what was checked is what is connected to. The certificate is still that of the name.
        """
        if self._by_proxy is not None:
            proxies = getproxies()
            if (urlsplit(url).scheme in proxies or "all" in proxies) and not proxy_bypass(host_of(url)):
                return [(self._by_proxy, url, {}, {})]  # the proxy resolves the name and decides what may be reached
        try:
            addresses = public_addresses(url, allow_loopback=self._allow_loopback)
        except OSError as error:
            raise TransientError(f"the host's name was not resolved ({error})") from error
        asked = httpx.URL(url)
        named = {"Host": asked.netloc.decode("ascii")}
        secured = {"sni_hostname": asked.raw_host.decode("ascii")}
        return [(self._direct, at_address(url, each), named, secured) for each in addresses]

    def _exchange(self, method: str, url: str, max_bytes: int, sent: _Sent | None = None) -> _Answer:
        """Send one request and read its answer. Raises TransientError where another attempt may help.

        With `sent` it is one to an API: without validators, and an answer of any status is given back.
        """
        headers = dict(sent.headers) if sent is not None else {}
        form = sent.form if sent is not None else None
        cached = self._cached(url) if method == "GET" and sent is None else None
        if cached is not None and cached.etag:
            headers["If-None-Match"] = cached.etag
        if cached is not None and cached.last_modified:
            headers["If-Modified-Since"] = cached.last_modified
        with self._gate(url).turn():
            watchdog = Watchdog(self._limits.total_timeout)
            try:
                ways = self._ways(url)
                with watchdog, self._opened(ways, method, headers, form, watchdog) as raw:
                    return self._read(method, url, raw, max_bytes, any_status=sent is not None)
            except httpx.HTTPError as error:
                if watchdog.ended:
                    raise TooLargeError(
                        f"{url}: no whole answer within {self._limits.total_timeout:.0f} s; nothing was read. "
                        "Run again later"
                    ) from error
                # What a library says of a request to an API may quote its secret headers.
                detail = type(error).__name__ if sent is not None else f"{type(error).__name__}: {error}"
                raise TransientError(f"connection failed ({detail})") from (None if sent is not None else error)
            except httpx.InvalidURL as error:
                raise FetchError(f"{url!r} is not an address that can be fetched: {error}") from error

    @contextmanager
    def _opened(
        self,
        ways: list[_Way],
        method: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None,
        watchdog: Watchdog,
    ) -> Iterator[httpx.Response]:
        """The answer by the first of the ways that can be connected to."""
        for number, (client, address, named, extensions) in enumerate(ways, start=1):
            request = client.build_request(
                method, address, headers={**headers, **named}, data=form,
                extensions={**extensions, "trace": watchdog.trace},
            )  # fmt: skip
            try:
                raw = client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if number == len(ways) or watchdog.ended:
                    raise
                continue
            with closing(raw):
                yield raw
            return

    def _read(self, method: str, url: str, raw: httpx.Response, max_bytes: int, *, any_status: bool) -> _Answer:
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
            path = self._new_file()
            with path.open("wb") as file:
                Inflater(url, headers, max_bytes, self._limits.max_ratio).copy(raw.iter_raw(CHUNK), file)
            with path.open("rb") as file:
                sample = file.read(SAMPLE_BYTES)
        else:
            path, sample = None, start_of(raw.iter_raw(CHUNK), headers)
        if status in TRANSIENT_STATUSES and not any_status and bot_wall(headers, sample) is None:
            raise TransientError(f"status {status}", read_retry_after(headers.get("retry-after"), self._clock()))
        return _Answer(url, status, headers, path, sample)
