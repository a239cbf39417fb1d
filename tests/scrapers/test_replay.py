"""Answering from a folder of recordings."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from scrapers.errors import FetchError, RefusedError, TooLargeError
from scrapers.replay import ReplayFetcher

URL = "https://www.example.org/page"


def folder(path: Path, index: dict[str, dict[str, Any]], **bodies: str) -> Path:
    for name, body in bodies.items():
        (path / name).write_text(body, encoding="utf-8")
    (path / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return path


def entry(recorded_at: str, url: str = URL, **more: Any) -> dict[str, Any]:
    return {"url": url, "http_status": 200, "content_type": "text/html", "recorded_at": recorded_at} | more


@pytest.fixture
def three_days(tmp_path: Path) -> Path:
    index = {
        "b": entry("2024-03-02T18:00:00+00:00"),
        "a": entry("2024-03-01T09:00:00+00:00"),
        "c": entry("2024-03-05T09:00:00+00:00"),
    }
    return folder(tmp_path, index, a="first", b="second", c="third")


@pytest.mark.parametrize(
    ("as_of", "body"),
    [
        (None, b"third"),
        (dt.date(2024, 3, 1), b"first"),
        (dt.date(2024, 3, 2), b"second"),  # the whole day counts
        (dt.date(2024, 3, 4), b"second"),
        (dt.date(2030, 1, 1), b"third"),
    ],
)
def test_the_newest_recording_of_the_day_answers(three_days: Path, as_of: dt.date | None, body: bytes) -> None:
    assert ReplayFetcher(three_days, as_of).get(URL).content == body


def test_the_clock_is_the_day_asked_for_or_the_newest_recording(three_days: Path) -> None:
    assert ReplayFetcher(three_days, dt.date(2024, 3, 2)).now == dt.datetime(2024, 3, 2, tzinfo=dt.UTC)
    assert ReplayFetcher(three_days).now == dt.datetime(2024, 3, 5, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("as_of", "url"), [(dt.date(2024, 2, 29), URL), (None, URL + "/other"), (None, "https://other.example/")]
)
def test_what_was_not_recorded_fails_as_a_connection_would(three_days: Path, as_of: dt.date | None, url: str) -> None:
    for ask in (ReplayFetcher(three_days, as_of).get, ReplayFetcher(three_days, as_of).head):
        with pytest.raises(FetchError, match="not recorded in"):
            ask(url)


def test_head_tells_when_the_body_was_recorded(three_days: Path) -> None:
    fetcher = ReplayFetcher(three_days)
    assert fetcher.head(URL).headers["last-modified"] == "Tue, 05 Mar 2024 09:00:00 GMT"
    assert "last-modified" not in fetcher.get(URL).headers


def test_recorded_headers_come_first(tmp_path: Path) -> None:
    headers = {"Last-Modified": "yesterday", "ETag": '"x"'}
    fetcher = ReplayFetcher(folder(tmp_path, {"a": entry("2024-03-01", headers=headers)}, a="body"))
    assert fetcher.head(URL).headers == {"last-modified": "yesterday", "etag": '"x"', "content-type": "text/html"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05 (en), 2024-08 (fr)", dt.date(2024, 5, 1)),
        ("2025-05/07 (fixture, HEAD 2025-07-01)", dt.date(2025, 5, 1)),
        ("2025-06-02", dt.date(2025, 6, 2)),
        ("2024-03-01T23:30:00-05:00", dt.date(2024, 3, 2)),
    ],
)
def test_odd_times_of_recording_are_understood(tmp_path: Path, text: str, day: dt.date) -> None:
    fetched_at = ReplayFetcher(folder(tmp_path, {"a": entry(text)}, a="body")).get(URL).fetched_at
    assert fetched_at.tzinfo == dt.UTC
    assert fetched_at.date() == day


def test_redirects_without_a_file_are_followed(tmp_path: Path) -> None:
    index = {
        "(no file) redirect 1": entry(
            "2024-03-01", url="https://www.example.org/old", http_status=301, location="/page"
        ),
        "a": entry("2024-03-01"),
    }
    response = ReplayFetcher(folder(tmp_path, index, a="body")).get("https://www.example.org/old")
    assert (response.url, response.content) == (URL, b"body")


def test_a_redirect_in_a_circle_ends(tmp_path: Path) -> None:
    index = {"-": entry("2024-03-01", http_status=302, location="/page")}
    with pytest.raises(FetchError, match="more than 5 redirects"):
        ReplayFetcher(folder(tmp_path, index)).get(URL)


def test_recorded_faults_answer_as_faults(tmp_path: Path) -> None:
    index = {
        "a": entry("2024-03-01", http_status=403),
        "b": entry("2024-03-01", url=URL + "/gone", http_status=404),
        "c": entry("2024-03-01", url=URL + "/wall"),
    }
    fetcher = ReplayFetcher(folder(tmp_path, index, a="no", b="no", c="<html><title>Just a moment...</title></html>"))
    for url, error in ((URL, RefusedError), (URL + "/gone", FetchError), (URL + "/wall", RefusedError)):
        with pytest.raises(error):
            fetcher.get(url)


def test_size_limits_hold(three_days: Path) -> None:
    with pytest.raises(TooLargeError, match="has 5 bytes, at most 4"):
        ReplayFetcher(three_days).get(URL, max_bytes=4)


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        ("not json", "is no index of recordings"),
        ("[]", "is no index of recordings"),
        ("{}", "lists no recordings"),
        ('{"a": {"url": "u"}}', "is no index of recordings"),
        ('{"../outside": {"url": "u", "recorded_at": "2024-01-01"}}', "leaves the folder"),
        ('{"/etc/hostname": {"url": "u", "recorded_at": "2024-01-01"}}', "leaves the folder"),
        ('{"gone": {"url": "u", "recorded_at": "2024-01-01"}}', "neither a file nor an http_status"),
        ('{"gone": {"url": "u", "recorded_at": "2024-01-01", "http_status": 200}}', "file is missing"),
        ('{"a": {"url": "u", "recorded_at": "last week", "http_status": 404}}', "names no date"),
        ('{"a": {"url": "u", "recorded_at": "2024-13", "http_status": 404}}', "names no date"),
    ],
)
def test_a_bad_index_is_told_in_one_line(tmp_path: Path, index: str, reason: str) -> None:
    (tmp_path / "index.json").write_text(index, encoding="utf-8")
    with pytest.raises(FetchError, match=reason) as caught:
        ReplayFetcher(tmp_path)
    assert "\n" not in str(caught.value)
    assert "index.json" in str(caught.value)


def test_a_folder_without_an_index(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"expects a folder with index\.json"):
        ReplayFetcher(tmp_path / "nowhere")


@pytest.mark.shared
def test_the_shared_folders_are_replay_folders(shared: Path) -> None:
    iso = ReplayFetcher(shared / "recorded" / "iso")
    response = iso.get("https://www.iso.org/contents/data/standard/07/41/74197.html")
    assert response.url == "https://www.iso.org/standard/74197.html"
    assert ReplayFetcher(shared / "replay" / "sc42").now == dt.datetime(2025, 6, 2, 6, tzinfo=dt.UTC)
