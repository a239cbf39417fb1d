"""The fetcher against a real server that misbehaves."""

from __future__ import annotations

import datetime as dt
import gzip
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers.errors import FetchError, RefusedError, TooLargeError
from scrapers.http import CachedBody, HttpFetcher, Limits
from tests.scrapers.web_server import Handler, Server, running

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
QUICK = Limits(interval=0.001, connect_timeout=2, read_timeout=2, total_timeout=5, retries=2, backoff=0.01)

Make = Callable[..., HttpFetcher]


class Shelf:
    """A cache of one body for each address."""

    def __init__(self, **bodies: CachedBody) -> None:
        self.bodies: dict[str, CachedBody] = {}

    def lookup(self, url: str) -> CachedBody | None:
        return self.bodies.get(url)


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def make(slept: list[float]) -> Iterator[Make]:
    opened: list[HttpFetcher] = []

    def build(limits: Limits = QUICK, **options: Any) -> HttpFetcher:
        settings: dict[str, Any] = {
            "user_agent": "workbench-test/1 (+mailto:test@example.org)",
            "allowed_hosts": ["127.0.0.1"],
            "allow_loopback": True,
            "clock": lambda: NOW,
            "sleep": slept.append,
        }
        fetcher = HttpFetcher(limits=limits, **(settings | options))
        opened.append(fetcher)
        return fetcher

    yield build
    for fetcher in opened:
        fetcher.__exit__(None, None, None)


def test_get_gives_the_body_and_lower_case_headers(server: Server, make: Make) -> None:
    url = server.page("/a", b"one\ntwo\n", Content_Type="Text/Plain; charset=utf-8", ETag='"v1"')
    response = make().get(url)
    assert response.content == b"one\ntwo\n"
    assert list(response.lines()) == [b"one\n", b"two\n"]
    assert (response.status, response.content_type, response.headers["etag"]) == (200, "text/plain", '"v1"')
    assert (response.url, response.requested_url, response.fetched_at) == (url, url, NOW)
    assert not response.from_cache


def test_the_user_agent_names_product_and_contact(server: Server, make: Make) -> None:
    make().get(server.page("/a"))
    assert server.asked("/a")[0].headers["User-Agent"] == "workbench-test/1 (+mailto:test@example.org)"


def test_head_reads_no_body(server: Server, make: Make) -> None:
    response = make().head(server.page("/a", b"body", Last_Modified="Mon, 02 Mar 2026 07:00:00 GMT"))
    assert response.content == b""
    assert list(response.lines()) == []
    assert response.headers["last-modified"] == "Mon, 02 Mar 2026 07:00:00 GMT"


def test_a_line_that_never_ends_is_refused(server: Server, make: Make) -> None:
    response = make().get(server.page("/a", b"short\n" + b"x" * 1000))
    with pytest.raises(TooLargeError, match="line 2 is longer than 100 bytes"):
        list(response.lines(limit=100))


@pytest.mark.parametrize("status", [404, 410, 500, 204])
def test_any_other_status_is_an_error_and_not_tried_again(server: Server, make: Make, status: int) -> None:
    url = server.page("/a", b"", status=status)
    with pytest.raises(FetchError, match=f"expected status 200, found {status}"):
        make().get(url)
    assert len(server.asked("/a")) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_says_so_and_is_not_tried_again(server: Server, make: Make, status: int) -> None:
    url = server.page("/a", b"go away", status=status)
    with pytest.raises(RefusedError, match=f"refuses access \\(status {status}\\)"):
        make().get(url)
    assert len(server.asked("/a")) == 1


@pytest.mark.parametrize("status", [200, 403, 503])
def test_an_anti_bot_page_is_refused_whatever_its_status(server: Server, make: Make, status: int) -> None:
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking</body></html>"
    url = server.page("/a", page, status=status, Content_Type="text/html")
    with pytest.raises(RefusedError, match=r"anti-bot page \(Cloudflare"):
        make().get(url)
    assert len(server.asked("/a")) == 1


def test_a_packed_anti_bot_page_is_recognised(server: Server, make: Make) -> None:
    page = gzip.compress(b"<html><title>Access Denied</title>You don't have permission to access this</html>")
    with pytest.raises(RefusedError, match="Akamai"):
        make().get(server.page("/a", page, status=503, Content_Encoding="gzip"))


class TestRetries:
    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_a_failure_that_may_pass_is_tried_again(
        self, server: Server, make: Make, slept: list[float], status: int
    ) -> None:
        url = server.script("/a", lambda h: h.send(status), lambda h: h.send(200, b"fine"))
        assert make().get(url).content == b"fine"
        assert len(server.asked("/a")) == 2
        assert any(0 < wait <= 0.01 for wait in slept)

    def test_the_last_failure_is_told(self, server: Server, make: Make) -> None:
        url = server.page("/a", status=503)
        with pytest.raises(FetchError, match="status 503, 3 attempts"):
            make().get(url)
        assert len(server.asked("/a")) == 3

    def test_waits_grow(self, server: Server, make: Make, slept: list[float]) -> None:
        with pytest.raises(FetchError):
            make(replace(QUICK, backoff=100, max_backoff=1000, max_retry_after=2000)).get(server.page("/a", status=503))
        first, second = (wait for wait in slept if wait > 1)
        assert 50 <= first <= 100 <= second <= 200

    @pytest.mark.parametrize("value", ["7", format_datetime(NOW + dt.timedelta(seconds=7), usegmt=True)])
    def test_retry_after_is_honoured(self, server: Server, make: Make, slept: list[float], value: str) -> None:
        url = server.script("/a", lambda h: h.send(429, Retry_After=value), lambda h: h.send(200))
        make().get(url)
        assert 7 in slept

    def test_a_long_retry_after_ends_the_fetch(self, server: Server, make: Make, slept: list[float]) -> None:
        with pytest.raises(FetchError, match="asks to wait 3600 s"):
            make().get(server.page("/a", status=503, Retry_After="3600"))
        assert max(slept, default=0) < 1

    def test_a_dropped_connection_is_tried_again(self, server: Server, make: Make) -> None:
        def drop(handler: Handler) -> None:
            handler.send(200, b"half", Content_Length="1000")
            handler.connection.shutdown(socket.SHUT_RDWR)

        url = server.script("/a", drop, lambda h: h.send(200, b"whole"))
        assert make().get(url).content == b"whole"

    def test_a_host_that_is_not_there(self, make: Make) -> None:
        with pytest.raises(FetchError, match=r"could not be read: .*connection failed"):
            make().get("http://127.0.0.1:1/a")


class TestLimits:
    def test_an_announced_size_is_refused_before_reading(self, server: Server, make: Make) -> None:
        with pytest.raises(TooLargeError, match="5000 bytes announced, at most 100"):
            make().get(server.page("/a", b"x" * 5000), max_bytes=100)

    def test_a_size_that_is_not_announced_is_noticed_while_reading(self, server: Server, make: Make) -> None:
        def chunked(handler: Handler) -> None:
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            for _ in range(1000):
                handler.wfile.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")

        server.answers["/a"] = chunked
        with pytest.raises(TooLargeError, match="more than 100000 bytes"):
            make().get(server.base + "/a", max_bytes=100_000)

    def test_gzip_is_unpacked_member_by_member(self, server: Server, make: Make) -> None:
        body = gzip.compress(b"first, " * 100) + gzip.compress(b"second")
        response = make().get(server.page("/a", body, Content_Encoding="gzip"))
        assert response.content == b"first, " * 100 + b"second"

    def test_a_gzip_bomb_stops_at_the_ratio(self, server: Server, make: Make, tmp_path: Path) -> None:
        bomb = gzip.compress(bytes(200 * 1024 * 1024), 9)
        with pytest.raises(TooLargeError, match="inflates to more than 100 times"):
            make(replace(QUICK, max_bytes=10**9)).get(server.page("/a", bomb, Content_Encoding="gzip"))

    def test_a_gzip_bomb_stops_at_the_size(self, server: Server, make: Make) -> None:
        bomb = gzip.compress(bytes(20 * 1024 * 1024), 9)
        with pytest.raises(TooLargeError, match="more than 100000 bytes"):
            make().get(server.page("/a", bomb, Content_Encoding="gzip"), max_bytes=100_000)

    def test_broken_gzip_is_an_error(self, server: Server, make: Make) -> None:
        with pytest.raises(FetchError, match="no valid gzip"):
            make().get(server.page("/a", b"not gzip at all", Content_Encoding="gzip"))

    def test_cut_gzip_is_an_error(self, server: Server, make: Make) -> None:
        with pytest.raises(FetchError, match="ends too early"):
            make().get(server.page("/a", gzip.compress(b"x" * 1000)[:-10], Content_Encoding="gzip"))

    def test_an_encoding_nobody_asked_for_is_refused(self, server: Server, make: Make) -> None:
        with pytest.raises(FetchError, match="encoding 'br' was not asked for"):
            make().get(server.page("/a", b"x", Content_Encoding="br"))

    @pytest.mark.parametrize("part", ["headers", "body"])
    def test_a_dripping_answer_ends_at_the_total_time(self, server: Server, make: Make, part: str) -> None:
        def drip(handler: Handler) -> None:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            if part == "body":
                handler.wfile.write(b"Content-Length: 1000\r\n\r\n")
            for _ in range(100):
                handler.wfile.write(b"x")
                time.sleep(0.05)

        server.answers["/a"] = drip
        server.page("/robots.txt", status=404)
        started = time.monotonic()
        with pytest.raises(TooLargeError, match="no whole answer within"):
            make(replace(QUICK, total_timeout=0.4)).get(server.base + "/a")
        assert time.monotonic() - started < 3


class TestRedirects:
    def test_they_are_followed(self, server: Server, make: Make) -> None:
        server.page("/c", b"here")
        server.page("/b", status=302, Location="/c")
        response = make().get(server.page("/a", status=301, Location=f"{server.base}/b"))
        assert (response.content, response.url, response.requested_url) == (
            b"here",
            server.base + "/c",
            server.base + "/a",
        )

    def test_at_most_five(self, server: Server, make: Make) -> None:
        url = server.page("/a", status=301, Location="/a")
        with pytest.raises(FetchError, match="more than 5 redirects"):
            make().get(url)
        assert len(server.asked("/a")) == 6

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            ("https://evil.example/x", "not one the source may ask"),
            ("http://169.254.169.254/latest", "not one the source may ask"),
            ("http://10.0.0.1/x", "not a public address"),
            ("http://user:secret@127.0.0.1/x", "with a user name"),
            ("file:///etc/passwd", "not an address|scheme"),
            ("http://[::1/x", "Invalid URL"),
            ("http://127.0.0.1:99999/", "not an address"),
        ],
    )
    def test_only_to_public_hosts_of_the_manifest(self, server: Server, make: Make, target: str, reason: str) -> None:
        url = server.page("/a", status=302, Location=target)
        with pytest.raises(FetchError, match=reason):
            make(allowed_hosts=["127.0.0.1", "10.0.0.1"]).get(url)

    def test_loopback_is_not_asked_without_the_test_setting(self, server: Server, make: Make) -> None:
        with pytest.raises(FetchError, match=r"127\.0\.0\.1, which is not a public address"):
            make(allow_loopback=False).get(server.page("/a"))
        assert server.requests == []


class TestConditional:
    @pytest.fixture
    def shelf(self, tmp_path: Path, server: Server) -> Shelf:
        body = tmp_path / "stored"
        body.write_bytes(gzip.compress(b"old body"))
        shelf = Shelf()
        modified = "Mon, 02 Mar 2026 07:00:00 GMT"
        shelf.bodies[server.base + "/a"] = CachedBody(body, '"v1"', modified, "text/plain", gzipped=True)
        return shelf

    def test_not_modified_gives_the_stored_body(self, server: Server, make: Make, shelf: Shelf) -> None:
        response = make(cache=shelf).get(server.page("/a", status=304))
        assert (response.content, response.from_cache, response.status) == (b"old body", True, 200)
        assert list(response.lines()) == [b"old body"]
        assert response.content_type == "text/plain"
        sent = server.asked("/a")[0].headers
        assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('"v1"', "Mon, 02 Mar 2026 07:00:00 GMT")

    def test_modified_gives_the_new_body(self, server: Server, make: Make, shelf: Shelf) -> None:
        response = make(cache=shelf).get(server.page("/a", b"new body"))
        assert (response.content, response.from_cache) == (b"new body", False)

    def test_a_stored_body_that_is_gone_is_asked_for_again(self, server: Server, make: Make, shelf: Shelf) -> None:
        shelf.bodies[server.base + "/a"].body.unlink()
        assert make(cache=shelf).get(server.page("/a", b"new body")).content == b"new body"
        assert server.asked("/a")[0].headers["If-None-Match"] is None

    @pytest.mark.parametrize(
        "headers", [{"ETag": '"v1"', "Last_Modified": "other"}, {"Last_Modified": "Mon, 02 Mar 2026 07:00:00 GMT"}]
    )
    def test_head_first_saves_the_download(
        self, server: Server, make: Make, shelf: Shelf, headers: dict[str, str]
    ) -> None:
        response = make(cache=shelf).get(server.page("/a", b"large", status=200, **headers), head_first=True)
        assert (response.content, response.from_cache) == (b"old body", True)
        assert [request.command for request in server.asked("/a")] == ["HEAD"]

    @pytest.mark.parametrize("headers", [{"ETag": '"v2"', "Last_Modified": "Mon, 02 Mar 2026 07:00:00 GMT"}, {}])
    def test_head_first_downloads_what_changed_or_tells_nothing(
        self, server: Server, make: Make, shelf: Shelf, headers: dict[str, str]
    ) -> None:
        response = make(cache=shelf).get(server.page("/a", b"large", status=200, **headers), head_first=True)
        assert (response.content, response.from_cache) == (b"large", False)

    def test_a_host_that_knows_no_head_is_asked_by_get(self, server: Server, make: Make, shelf: Shelf) -> None:
        server.answers["/a"] = lambda h: h.send(405) if h.command == "HEAD" else h.send(200, b"large")
        assert make(cache=shelf).get(server.base + "/a", head_first=True).content == b"large"

    def test_head_first_without_a_stored_body_only_downloads(self, server: Server, make: Make) -> None:
        make(cache=Shelf()).get(server.page("/a"), head_first=True)
        assert [request.command for request in server.asked("/a")] == ["GET"]


class TestRobots:
    def test_rules_are_obeyed_and_read_once(self, server: Server, make: Make) -> None:
        server.page("/robots.txt", b"User-agent: *\nDisallow: /private\n")
        fetcher = make()
        fetcher.get(server.page("/public"))
        with pytest.raises(RefusedError, match="asks robots such as this one to stay away"):
            fetcher.get(server.page("/private/a"))
        assert len(server.asked("/robots.txt")) == 1
        assert server.asked("/private/a") == []

    def test_rules_for_this_robot_come_before_those_for_all(self, server: Server, make: Make) -> None:
        server.page("/robots.txt", b"User-agent: *\nDisallow:\n\nUser-agent: workbench-test\nDisallow: /\n")
        with pytest.raises(RefusedError):
            make().get(server.page("/a"))

    @pytest.mark.parametrize("status", [401, 403, 404, 410])
    def test_no_rules_allow_everything(self, server: Server, make: Make, status: int) -> None:
        server.page("/robots.txt", status=status)
        assert make().get(server.page("/a")).content == b"hello"

    @pytest.mark.parametrize("status", [500, 503, 429])
    def test_rules_that_are_not_known_forbid_everything(self, server: Server, make: Make, status: int) -> None:
        server.page("/robots.txt", status=status)
        fetcher = make()
        for _ in range(2):
            with pytest.raises(RefusedError, match=r"robots.txt.*nothing was"):
                fetcher.get(server.page("/a"))
        assert server.asked("/a") == []

    def test_they_hold_for_redirects(self, server: Server, make: Make) -> None:
        server.page("/robots.txt", b"User-agent: *\nDisallow: /private\n")
        server.page("/private/a")
        with pytest.raises(RefusedError):
            make().get(server.page("/a", status=301, Location="/private/a"))

    def test_a_crawl_delay_slows_down(self, server: Server, make: Make, slept: list[float]) -> None:
        server.page("/robots.txt", b"User-agent: *\nCrawl-delay: 30\n")
        fetcher = make()
        fetcher.get(server.page("/a"))
        fetcher.get(server.page("/b"))
        assert max(slept) > 25


def test_requests_to_a_host_keep_their_distance(server: Server, make: Make, slept: list[float]) -> None:
    fetcher = make(replace(QUICK, interval=10))
    for _ in range(3):
        fetcher.get(server.page("/a"))
    assert [round(wait, -1) for wait in slept] == [10, 20, 30]  # robots.txt is the first of four requests


def test_bodies_are_gone_when_the_fetcher_is_closed(server: Server, make: Make) -> None:
    fetcher = make()
    with fetcher:
        body = fetcher.get(server.page("/a")).body
        assert body is not None
        assert body.is_file()
    assert not body.exists()
