"""Talking with an API: one exchange, secrets that stay where they belong, credentials, replay."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.context import Context
from scrapers.credentials import Credentials, read_credentials
from scrapers.errors import CutOffError, FetchError, NotConfiguredError, RefusedError, SourceError, TooLargeError
from scrapers.fetching import Asker, Limits, Request, Response
from scrapers.http import HttpFetcher
from scrapers.manifest import Manifest
from scrapers.replay import ReplayFetcher
from tests.scrapers.test_context import OnePage, manifest
from tests.scrapers.web_server import Handler, Server, running

SECRET = "a-secret-value"
QUICK = Limits(interval=0.001, connect_timeout=2, read_timeout=1, total_timeout=3, backoff=0.01)


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture
def fetcher() -> Iterator[HttpFetcher]:
    with HttpFetcher(
        user_agent="workbench-test/1", allowed_hosts=["127.0.0.1"], limits=QUICK, allow_loopback=True
    ) as made:
        yield made


def asking(url: str, **more: Any) -> Request:
    return Request(url, secrets={"Authorization": f"Bearer {SECRET}"}, **more)


class TestAsk:
    def test_headers_and_secrets_are_sent(self, server: Server, fetcher: HttpFetcher) -> None:
        url = server.page("/a", b"yes")
        assert fetcher.ask(asking(url, headers={"Accept": "application/xml"})).content == b"yes"
        sent = server.asked("/a")[0].headers
        assert (sent["Accept"], sent["Authorization"]) == ("application/xml", f"Bearer {SECRET}")
        assert sent["User-Agent"] == "workbench-test/1"

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
    def test_any_status_is_an_answer_and_asked_for_once(
        self, server: Server, fetcher: HttpFetcher, status: int
    ) -> None:
        url = server.page("/a", b"<error/>", status=status, X_Reason="why")
        response = fetcher.ask(asking(url))
        assert (response.status, response.content, response.headers["x-reason"]) == (status, b"<error/>", "why")
        assert len(server.asked("/a")) == 1

    def test_only_the_start_of_an_error_is_read(self, server: Server, fetcher: HttpFetcher) -> None:
        assert len(fetcher.ask(asking(server.page("/a", b"x" * 10_000_000, status=500))).content) < 200_000

    def test_a_cut_answer_says_so(self, server: Server, fetcher: HttpFetcher) -> None:
        def answer(handler: Handler) -> None:
            handler.send(200, b"half", Content_Length="8")
            handler.close_connection = True

        url = server.script("/a", answer)
        with pytest.raises(CutOffError):
            fetcher.ask(asking(url))

    def test_a_library_that_quotes_the_header_is_not_repeated(self, server: Server, fetcher: HttpFetcher) -> None:
        with pytest.raises(CutOffError) as caught:
            fetcher.ask(Request(server.page("/a"), secrets={"Authorization": f"Bearer {SECRET}\nX: y"}))
        assert SECRET not in str(caught.value)
        assert caught.value.__cause__ is None or SECRET not in str(caught.value.__cause__)

    def test_too_large_is_refused(self, server: Server, fetcher: HttpFetcher) -> None:
        with pytest.raises(TooLargeError):
            fetcher.ask(asking(server.page("/a", b"x" * 100), max_bytes=50))

    def test_an_anti_bot_page_is_refused(self, server: Server, fetcher: HttpFetcher) -> None:
        page = b"<html><head><title>Just a moment...</title></head></html>"
        with pytest.raises(RefusedError, match="anti-bot page"):
            fetcher.ask(asking(server.page("/a", page, status=503)))

    def test_a_host_that_is_not_allowed_is_not_asked(self, fetcher: HttpFetcher) -> None:
        with pytest.raises(FetchError, match="not one the source may ask"):
            fetcher.ask(asking("http://www.example.org/"))

    def test_robots_are_obeyed_unless_the_terms_of_the_api_rule(self, server: Server) -> None:
        server.page("/robots.txt", b"User-agent: *\nDisallow: /")
        url = server.page("/a", b"yes")
        for obey, expected in ((True, RefusedError), (False, None)):
            limits = Limits(interval=0.001, obey_robots=obey)
            with HttpFetcher(
                user_agent="t/1", allowed_hosts=["127.0.0.1"], limits=limits, allow_loopback=True
            ) as fetcher:
                if expected is None:
                    assert fetcher.ask(asking(url)).content == b"yes"
                else:
                    with pytest.raises(expected):
                        fetcher.ask(asking(url))

    def test_a_form_is_posted_and_not_sent_on(self, server: Server, fetcher: HttpFetcher) -> None:
        def answer(handler: Handler) -> None:
            length = int(handler.headers["Content-Length"])
            handler.send(200, handler.rfile.read(length))

        url = server.script("/token", answer)
        Handler.do_POST = Handler.do_GET  # type: ignore[attr-defined]
        try:
            response = fetcher.ask(Request(url, method="POST", form={"password": "ä b&c"}))
            assert response.content == b"password=%C3%A4+b%26c"
            moved = server.page("/moved", b"", status=307, Location=url)
            assert fetcher.ask(Request(moved, method="POST", form={"password": "x"})).status == 307
        finally:
            del Handler.do_POST  # type: ignore[attr-defined]

    def test_secrets_are_never_shown(self) -> None:
        request = Request("https://www.example.org/", secrets={"K": SECRET}, form={"password": SECRET})
        assert SECRET not in repr(request)

    def test_secrets_stay_with_the_host_asked(self, fetcher: HttpFetcher, server: Server) -> None:
        with running() as other:
            target = other.page("/b?Signature=hidden", b"moved")
            url = server.page("/a", b"", status=302, Location=target)
            response = fetcher.ask(asking(url))
            assert response.content == b"moved"
            assert "Authorization" not in other.requests[-1].headers
            assert "hidden" not in response.url


NEEDED = {"names": ["key", "secret"], "register_url": "https://www.example.org/register"}


class TestCredentials:
    def needing(self) -> Manifest:
        return manifest(credentials=NEEDED)

    @pytest.mark.parametrize(
        "given_", [{}, {"key": "abcd"}, {"key": "abcd", "secret": ""}, {"key": "", "secret": None}]
    )
    def test_what_is_missing_is_named_with_the_link(self, given_: dict[str, Any]) -> None:
        with pytest.raises(NotConfiguredError, match="secret") as caught:
            read_credentials(self.needing(), given_)
        assert caught.value.register_url == "https://www.example.org/register"
        assert "abcd" not in str(caught.value)

    @given(st.text(min_size=4, max_size=40))
    def test_a_value_is_taken_trimmed_or_refused_unseen(self, value: str) -> None:
        given_, fit = {"key": "fine-key", "secret": value}, value.strip()
        if fit and fit.isascii() and fit.isprintable() and " " not in fit:
            assert read_credentials(self.needing(), given_)["secret"] == fit
            return
        with pytest.raises(NotConfiguredError, match=r"secret (missing|holds)") as caught:
            read_credentials(self.needing(), given_)
        assert re.sub(r"not configured: secret .*", "", str(caught.value)) in ("sample is ", "")

    def test_every_secret_is_hidden_the_longest_first(self) -> None:
        credentials = Credentials({"key": "abcd", "secret": "abcd-efgh"})
        credentials.add("token-1234")
        assert credentials.hide("x abcd-efgh abcd token-1234 y") == "x ••• ••• ••• y"
        assert "abcd" not in repr(credentials)

    def test_a_source_without_them_has_none(self) -> None:
        assert read_credentials(manifest(), {"key": "x"}).hide("text") == "text"

    def test_warnings_hide_them(self, tmp_path: Path) -> None:
        context = Context(
            self.needing(),
            OnePage(tmp_path / "page"),
            store_snapshot=lambda response: "1",
            options={"credentials": {"key": "key-value", "secret": SECRET}},
        )
        assert context.credentials["secret"] == SECRET
        context.warn(f"the server said {SECRET}")
        assert context.warnings == ["the server said •••"]

    def test_only_a_registered_source_may_pass_by_robots(self) -> None:
        with pytest.raises(ValueError, match="obey_robots"):
            manifest(requests={"obey_robots": False})
        assert manifest(requests={"obey_robots": False}, credentials=NEEDED).requests.limits().obey_robots is False


class TestContextAndReplay:
    def record(self, folder: Path) -> ReplayFetcher:
        (folder / "a.xml").write_bytes(b"<a/>")
        entries = {
            "a.xml": {"url": "https://www.example.org/a", "recorded_at": "2026-03-01", "content_type": "text/xml"},
            "gone": {"url": "https://www.example.org/gone", "recorded_at": "2026-03-01", "http_status": 404},
        }
        (folder / "index.json").write_text(json.dumps(entries), "utf-8")
        return ReplayFetcher(folder, dt.date(2026, 3, 2))

    def context(self, fetcher: Any, kept: list[Response]) -> Context:
        def keep(response: Response) -> str:
            kept.append(response)
            return str(len(kept))

        return Context(manifest(), fetcher, store_snapshot=keep)

    def test_a_replay_answers_without_waiting(self, tmp_path: Path) -> None:
        replay = self.record(tmp_path)
        assert isinstance(replay, Asker)
        assert replay.ask(Request("https://www.example.org/a")).content == b"<a/>"
        assert replay.ask(Request("https://www.example.org/gone")).status == 404
        replay.sleep(3600)
        assert replay.monotonic() == 3600
        assert replay.time() == dt.datetime(2026, 3, 2, tzinfo=dt.UTC)

    def test_good_answers_are_kept_unless_they_hold_a_secret(self, tmp_path: Path) -> None:
        kept: list[Response] = []
        context = self.context(self.record(tmp_path), kept)
        context.ask(Request("https://www.example.org/gone"))
        context.ask(Request("https://www.example.org/a"), keep=False)
        assert kept == []
        response = context.ask(Request("https://www.example.org/a"))
        assert kept == [response]

    def test_measures_keep_the_last_number(self, tmp_path: Path) -> None:
        context = self.context(self.record(tmp_path), [])
        context.measure("used", 1)
        context.measure("used", 2)
        assert context.measures == {"used": 2}

    def test_a_fetcher_that_can_not_talk_is_told(self, tmp_path: Path) -> None:
        context = self.context(OnePage(tmp_path / "page"), [])
        with pytest.raises(SourceError, match="can't talk with an API"):
            context.ask(Request("https://www.example.org/a"))
