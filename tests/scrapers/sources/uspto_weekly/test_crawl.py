"""Runs of uspto_weekly against a server that plays the Open Data Portal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import NotConfiguredError, RefusedError, SourceError
from scrapers.records import Publication, Watch
from scrapers.sources.uspto_weekly.classes import Classes
from tests.scrapers.patent_offices import uspto
from tests.scrapers.patent_offices.runs import Run, run
from tests.scrapers.patent_offices.server import FakeClock, Fault, _Server, cut, dropped, halved, serving, status
from tests.scrapers.patent_offices.uspto import Application, Uspto

DAY = dt.date(2026, 2, 10)
APPLICATIONS = [
    Application("18999001", DAY, granted=DAY),
    Application("18999002", DAY, granted=DAY, cpc="H04W  84/20"),
    Application("18999003", DAY, granted=DAY, cpc="G06F  18/24"),
    Application("18999004", DAY, granted=DAY, cpc="G06F  17/10"),
]


class Play:
    """An office with its server and clock."""

    def __init__(self, clock: FakeClock, office: Uspto, server: _Server) -> None:
        self.clock, self.office, self.server = clock, office, server

    def run(self, **options: Any) -> Run:
        return run("uspto_weekly", self.office, self.clock, **({"credentials": {"api_key": uspto.KEY}} | options))

    def files(self) -> list[str]:
        return [asked.path.rpartition("/")[2] for asked in self.office.log if asked.path.endswith(".zip")]


@pytest.fixture
def play() -> Iterator[Play]:
    clock = FakeClock()
    office = Uspto(clock, list(APPLICATIONS))
    office.publish_week("PTGRXML", "ipg260210", APPLICATIONS)
    office.publish_week("APPXML", "ipa260212", APPLICATIONS[:2])
    office.publish_week("PTGRXML", "ipg251202", APPLICATIONS)
    with serving(office, clock) as server:
        yield Play(clock, office, server)


def numbers(done: Run) -> list[str]:
    return [each.number for each in done.records if isinstance(each, Publication)]


class TestARun:
    def test_keeps_the_classes_of_the_field(self, play: Play) -> None:
        done = play.run()
        assert done.error is None
        assert not done.context.incomplete
        assert numbers(done) == ["US.11999001.B2", "US.11999003.B2", "US.20260999001.A1"]
        assert all(isinstance(each, Publication) and len(each.claims) == 2 for each in done.records)
        assert play.files() == ["ipg260210.zip", "ipa260212.zip"]
        assert done.context.measures["documents_2026_02_10"] == 4

    def test_and_those_of_the_watches(self, play: Play) -> None:
        done = play.run(watches=(Watch(name="x", cpc=("H04W 84/20", "nonsense")),))
        assert "US.11999002.B2" in numbers(done)
        assert any("'nonsense' is no CPC symbol" in warning for warning in done.context.warnings)

    def test_the_snapshot_is_what_was_read(self, play: Play) -> None:
        done = play.run()
        kept = [body for key, body in done.snapshots.items() if ".zip" in key]
        assert len(kept) == 2
        assert b"11999001" in kept[0]
        assert b"11999002" not in kept[0]

    def test_files_that_were_read_are_not_fetched_again(self, play: Play) -> None:
        url = f"{play.office.base}/api/v1/datasets/products/files/PTGRXML/2026/ipg260210.zip"
        play.run(urls_read=(url,))
        assert play.files() == ["ipa260212.zip"]

    def test_of_two_files_of_a_week_the_correction_is_read(self, play: Play) -> None:
        play.office.publish_week("PTGRXML", "ipg260210_r1", APPLICATIONS[:1])
        play.office.released = {"ipg260210_r1.zip": "2026-02-10 09:00:00"}
        play.run()
        assert play.files() == ["ipg260210_r1.zip", "ipa260212.zip"]

    def test_the_rest_is_left_for_the_next_run(self, play: Play) -> None:
        done = play.run(allowances={"run_files": 1})
        assert play.files() == ["ipg260210.zip"]
        assert any("1 weekly files are left for the next run" in warning for warning in done.context.warnings)

    def test_an_archive_that_holds_nothing_is_refused(self, play: Play) -> None:
        play.office.weekly["PTGRXML/2026/ipg260210.zip"] = b"PK\x05\x06" + bytes(18)
        done = play.run()
        assert numbers(done) == ["US.20260999001.A1"]
        assert any("holds no XML document" in warning for warning in done.context.warnings)

    def test_absent_credentials_mean_not_configured(self, play: Play) -> None:
        assert isinstance(play.run(credentials={}).error, NotConfiguredError)

    def test_a_wrong_key_is_told_without_showing_it(self, play: Play) -> None:
        done = play.run(credentials={"api_key": "mistyped-key"})
        assert isinstance(done.error, RefusedError)
        assert "mistyped" not in done.said()


ONCE: dict[str, Fault] = {"dropped": dropped, "cut": cut, "halved": halved, "500": status(500), "429": status(429)}
REQUESTS = 4  # two lists, two files


class TestFailureAtAnyRequest:
    @pytest.mark.parametrize("kind", list(ONCE))
    @pytest.mark.parametrize("at", range(REQUESTS))
    def test_one_failure_loses_and_doubles_nothing(self, play: Play, at: int, kind: str) -> None:
        whole = play.run().keys()
        assert len(play.office.log) == REQUESTS
        play.office.log.clear()
        play.server.faults[at] = ONCE[kind]
        done = play.run()
        assert done.error is None
        assert done.keys() == whole

    @pytest.mark.parametrize("at", range(REQUESTS))
    def test_a_breakdown_keeps_whole_files_and_says_so(self, play: Play, at: int) -> None:
        whole = play.run().keys()
        play.office.log.clear()
        play.server.broken_from = at
        broken = play.run()
        assert isinstance(broken.error, SourceError) or broken.context.incomplete
        assert not broken.keys() - whole
        assert len(broken.snapshots) == (at if at <= 2 else 3), "a file that was not read whole leaves no snapshot"


class TestClasses:
    def document(self, symbol: str, tag: str = "classifications-cpc") -> bytes:
        group, _, subgroup = symbol[4:].partition("/")
        return (
            f"<x><{tag}><section>{symbol[0]}</section><class>{symbol[1:3]}</class><subclass>{symbol[3]}</subclass>\n"
            f"<main-group>{group}</main-group><subgroup>{subgroup}</subgroup></{tag}></x>"
        ).encode()

    @pytest.mark.parametrize(
        ("wanted", "symbol", "expected"),
        [
            ("G06N", "G06N3/08", True),
            ("G06F 18", "G06F18/24", True),
            ("G06F 18", "G06F17/10", False),
            ("H04W 84/20", "H04W84/20", True),
            ("H04W 84/20", "H04W84/18", False),
        ],
    )
    def test_a_class_keeps_what_it_names(self, wanted: str, symbol: str, expected: bool) -> None:
        assert Classes([wanted]).want(self.document(symbol)) is expected

    def test_the_ipc_counts_only_where_there_is_no_cpc(self) -> None:
        ipc = self.document("G06N3/08", "classifications-ipcr")
        assert Classes(["G06N"]).want(ipc)
        assert not Classes(["G06N"]).want(ipc + self.document("H04W84/20"))

    @given(st.binary(max_size=200))
    def test_any_bytes_are_looked_at(self, content: bytes) -> None:
        assert Classes(["G06N"]).want(content) is False
