"""Releases from what hosts answer, recognised by content."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scrapers.context import Context
from scrapers.errors import DriftError, FetchError, MissingError, NothingToFollowError
from scrapers.fetching import Response
from scrapers.records import Release, Repository
from scrapers.registry import sources
from scrapers.sources.releases.readers import about_address, feed_address, read_licence, read_releases

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
LIST = [
    {"tag_name": "v1.1", "published_at": "2026-02-01T23:30:00Z", "name": "One", "html_url": "https://x/1.1"},
    {"tag_name": "v1.2rc1", "published_at": "2026-02-20T10:00:00Z", "prerelease": True},
    {"tag_name": "v2", "published_at": None, "draft": True},
    {"no": "tag"},
]
TIMES = {"time": {"created": "2026-01-01", "1.0": "2026-01-02T00:00:00.000Z"}}
FILES = {"releases": {"1": [{"upload_time_iso_8601": "2026-02-03T00:00:00Z"}], "2": []}}
ENTITY = "<!DOCTYPE a [<!ENTITY b 'c'>]><feed>&b;</feed>"
ADDRESSES = ["ftp://x.example.org/", "https://u:p@x.example.org/", "x", "", "https://", "javascript:1"]
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><updated>2026-02-01T23:30:00+09:00</updated><title>One</title>'
    '<link rel="alternate" href="https://git.example.org/sample/gauge/releases/tag/v1.1"/></entry><entry/></feed>'
)
RSS = (
    "<rss version='2.0'><channel><item><title>1.0</title><link>https://p.example.org/project/gauge/1.0/</link>"
    "<pubDate>Sun, 01 Feb 2026 23:30:00 GMT</pubDate></item></channel></rss>"
)
PAGE = '<!doctype html><html><head><link rel="alternate" type="application/atom+xml" href="{href}"></head></html>'
CODE = "https://code.example.org/api/sample/gauge/releases"


class Hosts:
    """Answers addresses with what a test says; an exception is raised."""

    def __init__(self, folder: Path, answers: dict[str, Any]) -> None:
        self.folder, self.answers = folder, answers
        self.asked: list[str] = []

    def get(self, url: str, *, head_first: bool = False, max_bytes: int | None = None) -> Response:
        self.asked.append(url)
        answer = self.answers.get(url, MissingError(f"{url}: not there"))
        if isinstance(answer, Exception):
            raise answer
        body = self.folder / str(len(self.asked))
        body.write_text(answer if isinstance(answer, str) else json.dumps(answer), "utf-8")
        return Response(url, url, 200, {}, body, NOW)

    def head(self, url: str) -> Response:
        raise NotImplementedError


def run(hosts: Hosts, *addresses: str) -> Context:
    source = sources()["releases"]
    listed = [Repository(name=f"r{number}", url=address) for number, address in enumerate(addresses)]
    context = Context(
        source.manifest, hosts, store_snapshot=lambda response: response.url, options={"repositories": listed}
    )
    source.crawl(context)
    return context


class TestReaders:
    @pytest.mark.parametrize(
        ("content", "found"),
        [
            (json.dumps(LIST), [("v1.1", "2026-02-01"), ("v1.2rc1", "2026-02-20")]),
            (json.dumps(TIMES), [("1.0", "2026-01-02")]),
            (json.dumps(FILES), [("1", "2026-02-03")]),
            (ATOM, [("v1.1", "2026-02-01")]),
            (RSS, [("1.0", "2026-02-01")]),
        ],
    )
    def test_each_form_is_recognised(self, content: str, found: list[tuple[str, str]]) -> None:
        releases = read_releases("r", content.encode())
        assert [(each.tag, str(each.date)) for each in releases] == found

    @pytest.mark.parametrize(
        "content",
        ["", "x", "{}", "<html/>", "<feed", '{"releases": []}', "<!DOCTYPE a [<!ENTITY b 'c'>]><feed>&b;</feed>"],
    )
    def test_what_is_no_list_of_releases_is_drift(self, content: str) -> None:
        with pytest.raises(DriftError):
            read_releases("r", content.encode())

    @pytest.mark.parametrize(
        ("about", "licence"),
        [
            ({"license": {"spdx_id": "MIT"}}, "MIT"),
            ({"license": {"spdx_id": "NOASSERTION"}}, None),
            ({"license": None}, None),
            ({"license": {"key": "apache-2.0"}}, "apache-2.0"),
            ({"licenses": ["MIT", "Apache-2.0"]}, "MIT OR Apache-2.0"),
            ({"info": {"license": "x" * 500}}, None),
        ],
    )
    def test_licences(self, about: dict[str, Any], licence: str | None) -> None:
        assert read_licence(json.dumps(about).encode()) == licence

    def test_where_the_licence_stands(self) -> None:
        assert about_address(f"{CODE}?per_page=9", b"[]") == f"{CODE.removesuffix('/releases')}?license=true"
        assert about_address("https://x.example.org/feed", b"[]") is None
        assert about_address(CODE, b"{}") is None

    @given(st.binary(max_size=80))
    def test_any_bytes_are_read_or_refused(self, content: bytes) -> None:
        read_licence(content)
        with contextlib.suppress(DriftError):
            read_releases("r", content)
        with contextlib.suppress(DriftError):
            feed_address("https://x.example.org/", b"<html>" + content)


@pytest.mark.parametrize(
    "address", ["ftp://x.example.org/", "https://u:p@x.example.org/", "x", "", "https://", "javascript:1"]
)
def test_an_address_that_cannot_be_asked_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValidationError, match="no address that can be asked"):
        Repository(name="x", url=address)


class TestARun:
    def test_releases_with_their_licence(self, tmp_path: Path) -> None:
        about = f"{CODE.removesuffix('/releases')}?license=true"
        hosts = Hosts(tmp_path, {CODE: LIST, about: {"license": {"spdx_id": "Apache-2.0"}}})
        context = run(hosts, CODE, CODE)
        releases = [each.record for each in context.records]
        assert [(each.tag, each.licence, each.name) for each in releases if isinstance(each, Release)] == [
            ("v1.1", "Apache-2.0", "r1"),
            ("v1.2rc1", "Apache-2.0", "r1"),
        ]
        assert len(hosts.asked) == 2

    def test_a_licence_that_cannot_be_read_spoils_nothing(self, tmp_path: Path) -> None:
        context = run(Hosts(tmp_path, {CODE: LIST}), CODE)
        assert len(context.records) == 2
        assert any("licence not read" in warning for warning in context.warnings)

    def test_the_feed_that_a_page_names(self, tmp_path: Path) -> None:
        page = "https://git.example.org/sample/gauge"
        answers = {
            page: PAGE.format(href="gauge/releases.atom"),
            "https://git.example.org/sample/gauge/releases.atom": ATOM,
        }
        context = run(Hosts(tmp_path, answers), page)
        assert [getattr(each.record, "repository", None) for each in context.records] == [page]

    def test_a_page_leads_to_no_other_host(self, tmp_path: Path) -> None:
        page = "https://git.example.org/sample/gauge"
        hosts = Hosts(tmp_path, {page: PAGE.format(href="http://169.254.169.254/latest/releases.atom")})
        with pytest.raises(DriftError, match="another host"):
            run(hosts, page)
        assert hosts.asked == [page]

    def test_a_repository_that_is_not_there_is_a_warning(self, tmp_path: Path) -> None:
        context = run(Hosts(tmp_path, {}), CODE)
        assert (len(context.warnings), context.incomplete) == (1, False)

    def test_one_bad_host_spares_the_others(self, tmp_path: Path) -> None:
        odd = "https://packages.example.org/gauge/json"
        context = run(Hosts(tmp_path, {CODE: LIST, odd: {"odd": 1}}), CODE, odd)
        assert (len(context.records), context.incomplete) == (2, True)

    def test_nothing_read_is_a_failure(self, tmp_path: Path) -> None:
        with pytest.raises(FetchError, match="none of 1 repositories"):
            run(Hosts(tmp_path, {CODE: FetchError("x")}), CODE)

    def test_no_repository_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(NothingToFollowError, match="no repository is listed"):
            run(Hosts(tmp_path, {}))
