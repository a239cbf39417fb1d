"""Releases of repositories and packages."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.context import Context
from scrapers.errors import DriftError, FetchError, MissingError, RefusedError, SourceError
from scrapers.fetching import Response
from scrapers.records import Release
from scrapers.registry import sources
from scrapers.sources.releases.hosts import read_repository
from scrapers.sources.releases.readers import read_feed, read_licence, read_releases

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
GITHUB = [
    {"tag_name": "v1.1", "published_at": "2026-02-01T23:30:00Z", "name": "One", "html_url": "https://x/1.1"},
    {"tag_name": "v1.2rc1", "published_at": "2026-02-20T10:00:00Z", "prerelease": True},
    {"tag_name": "v2", "published_at": None, "draft": True},
    {"no": "tag"},
]
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><updated>2026-02-01T23:30:00+09:00</updated><title>One</title>'
    '<link rel="alternate" href="https://github.com/sample/gauge/releases/tag/v1.1"/></entry><entry/></feed>'
)
RSS = (
    "<rss version='2.0'><channel><item><title>1.0</title><link>https://pypi.org/project/gauge/1.0/</link>"
    "<pubDate>Sun, 01 Feb 2026 23:30:00 GMT</pubDate></item></channel></rss>"
)


class Hosts:
    """Answers addresses with what a test says; an exception is raised."""

    def __init__(self, folder: Path, answers: dict[str, Any]) -> None:
        self.folder, self.answers, self.asked = folder, answers, []  # type: ignore[var-annotated]

    def get(self, url: str, *, head_first: bool = False, max_bytes: int | None = None) -> Response:
        self.asked.append(url)
        answer = self.answers.get(url.partition("?")[0], MissingError(f"{url}: not there"))
        if isinstance(answer, Exception):
            raise answer
        body = self.folder / str(len(self.asked))
        body.write_text(answer if isinstance(answer, str) else json.dumps(answer), "utf-8")
        return Response(url, url, 200, {}, body, NOW)

    def head(self, url: str) -> Response:
        raise NotImplementedError


def run(hosts: Hosts, *addresses: str) -> Context:
    source = sources()["releases"]
    context = Context(
        source.manifest, hosts, store_snapshot=lambda response: response.url, options={"repositories": addresses}
    )
    source.crawl(context)
    return context


class TestAddresses:
    @pytest.mark.parametrize(
        ("written", "address"),
        [
            ("https://github.com/Sample/gauge", "https://github.com/Sample/gauge"),
            ("github.com/Sample/gauge.git", "https://github.com/Sample/gauge"),
            ("git@github.com:Sample/gauge.git", "https://github.com/Sample/gauge"),
            ("https://www.github.com/Sample/gauge/releases/tag/v1", "https://github.com/Sample/gauge"),
            ("https://gitlab.com/group/sub/gauge/-/tags", "https://gitlab.com/group/sub/gauge"),
            ("https://codeberg.org/sample/gauge/", "https://codeberg.org/sample/gauge"),
            ("https://pypi.org/project/Sample_Gauge/1.0/", "https://pypi.org/project/sample-gauge"),
        ],
    )
    def test_one_address_for_each(self, written: str, address: str) -> None:
        assert read_repository(written).address == address
        assert read_repository(address).address == address

    @given(st.text(max_size=60) | st.text(max_size=20).map(lambda part: f"https://github.com/a/{part}"))
    def test_any_text_is_an_address_or_refused(self, written: str) -> None:
        try:
            repository = read_repository(written)
        except ValueError:
            return
        for what in ("", "about", "feed"):
            url = repository.url(sources()["releases"].manifest.urls, what)
            assert url is None or url.isascii()


class TestReaders:
    def test_a_list_of_releases_without_drafts(self) -> None:
        found = read_releases("github", "https://github.com/sample/gauge", json.dumps(GITHUB).encode())
        assert [(each.tag, each.date, each.prerelease) for each in found] == [
            ("v1.1", dt.date(2026, 2, 1), False),
            ("v1.2rc1", dt.date(2026, 2, 20), True),
        ]

    def test_versions_of_a_package_without_those_taken_back(self) -> None:
        files = [{"upload_time_iso_8601": "2026-02-03T00:00:00Z"}, {"upload_time_iso_8601": "2026-02-01T00:00:00Z"}]
        answer = {
            "info": {"license_expression": "Apache-2.0"},
            "releases": {"1.0": files, "1.1": [{**files[0], "yanked": True}], "1.2": []},
        }
        [found] = read_releases("pypi", "https://pypi.org/project/gauge", json.dumps(answer).encode())
        assert (found.tag, found.date, found.licence) == ("1.0", dt.date(2026, 2, 1), "Apache-2.0")

    @pytest.mark.parametrize(
        ("host", "about", "licence"),
        [
            ("github", {"license": {"spdx_id": "MIT"}}, "MIT"),
            ("github", {"license": {"spdx_id": "NOASSERTION"}}, None),
            ("github", {"license": None}, None),
            ("gitlab", {"license": {"key": "apache-2.0"}}, "apache-2.0"),
            ("codeberg", {"licenses": ["MIT", "Apache-2.0"]}, "MIT OR Apache-2.0"),
            ("pypi", {"info": {"license": "x" * 500}}, None),
        ],
    )
    def test_licences(self, host: str, about: dict[str, Any], licence: str | None) -> None:
        assert read_licence(host, json.dumps(about).encode()) == licence

    def test_feeds(self) -> None:
        [atom] = read_feed("https://github.com/sample/gauge", ATOM.encode())
        assert (atom.tag, atom.date) == ("v1.1", dt.date(2026, 2, 1))
        [rss] = read_feed("https://pypi.org/project/gauge", RSS.encode())
        assert (rss.tag, rss.date) == ("1.0", dt.date(2026, 2, 1))

    @given(st.sampled_from(["github", "gitlab", "codeberg", "pypi"]), st.binary(max_size=60))
    def test_any_bytes_are_read_or_refused(self, host: str, content: bytes) -> None:
        read_licence(host, content)
        with contextlib.suppress(DriftError):
            read_releases(host, "r", content)
        with contextlib.suppress(DriftError):
            read_feed("r", content)


class TestARun:
    API = "https://api.github.com/repos/sample/gauge"

    def test_releases_with_their_licence(self, tmp_path: Path) -> None:
        hosts = Hosts(tmp_path, {f"{self.API}/releases": GITHUB, self.API: {"license": {"spdx_id": "Apache-2.0"}}})
        context = run(hosts, "https://github.com/sample/gauge", "github.com/sample/gauge")
        releases = [each.record for each in context.records]
        assert [(each.tag, each.licence) for each in releases if isinstance(each, Release)] == [
            ("v1.1", "Apache-2.0"),
            ("v1.2rc1", "Apache-2.0"),
        ]
        assert len(hosts.asked) == 2

    def test_the_feed_where_the_interface_is_refused(self, tmp_path: Path) -> None:
        feed = "https://github.com/sample/gauge/releases.atom"
        hosts = Hosts(tmp_path, {f"{self.API}/releases": RefusedError("limit"), feed: ATOM})
        context = run(hosts, "github.com/sample/gauge")
        assert len(context.records) == 1
        assert any("read from its feed, without licence" in warning for warning in context.warnings)

    def test_a_repository_that_is_not_there_is_a_warning(self, tmp_path: Path) -> None:
        context = run(Hosts(tmp_path, {}), "github.com/sample/gauge", "https://www.example.org/x")
        assert [warning.partition(":")[0] for warning in context.warnings] == [
            "'https",
            "https",
        ]
        assert not context.incomplete

    def test_one_bad_host_spares_the_others(self, tmp_path: Path) -> None:
        answers = {f"{self.API}/releases": GITHUB, "https://pypi.org/pypi/gauge/json": {"odd": 1}}
        context = run(Hosts(tmp_path, answers), "github.com/sample/gauge", "https://pypi.org/project/gauge")
        assert len(context.records) == 2
        assert context.incomplete

    def test_nothing_read_is_a_failure(self, tmp_path: Path) -> None:
        with pytest.raises(FetchError, match="none of 1 repositories"):
            run(
                Hosts(
                    tmp_path,
                    {
                        f"{self.API}/releases": FetchError("x"),
                        "https://github.com/sample/gauge/releases.atom": FetchError("y"),
                    },
                ),
                "github.com/sample/gauge",
            )

    def test_no_repository_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="no plan names a repository"):
            run(Hosts(tmp_path, {}))
