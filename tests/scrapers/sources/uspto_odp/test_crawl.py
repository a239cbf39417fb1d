"""Runs of uspto_odp against a server that plays the Open Data Portal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scrapers.errors import FetchError, NotConfiguredError, QuotaError, RefusedError
from scrapers.json_objects import children, read_object
from scrapers.records import ApplicationStatus, LegalEvent, Publication, Watch
from scrapers.sources.uspto_odp.application import read_application
from tests.scrapers.patent_offices import uspto
from tests.scrapers.patent_offices.failing import failure_at_any_request
from tests.scrapers.patent_offices.runs import Run, run
from tests.scrapers.patent_offices.server import FakeClock, Fault, _Server, cut, dropped, halved, serving, status
from tests.scrapers.patent_offices.uspto import Application, Uspto

DAY = dt.date(2026, 2, 5)
WATCH = Watch(name="gauges", applicants=("Sample Corp",), cpc=("G06N 3/08",), since=DAY, until=dt.date(2026, 2, 20))
APPLICATIONS = [
    Application("18999001", DAY),
    Application("18999002", dt.date(2025, 3, 6), granted=DAY + dt.timedelta(days=5)),
    Application("18999003", DAY + dt.timedelta(days=1), cpc="H04W  84/20"),
    Application("18999004", DAY, applicant="Other Ltd"),
    Application("18999005", dt.date(2025, 1, 2)),
]


class Play:
    """An office with its server and clock."""

    def __init__(self, clock: FakeClock, office: Uspto, server: _Server) -> None:
        self.clock, self.office, self.server = clock, office, server

    def run(self, *watches: Watch, **options: Any) -> Run:
        given = {"credentials": {"api_key": uspto.KEY}, "watches": watches or (WATCH,)}
        return run("uspto_odp", self.office, self.clock, **(given | options))


@pytest.fixture
def play() -> Iterator[Play]:
    clock = FakeClock()
    office = Uspto(clock, list(APPLICATIONS))
    with serving(office, clock) as server:
        yield Play(clock, office, server)


def with_claims(done: Run) -> list[str]:
    return sorted(record.number for record in done.records if isinstance(record, Publication) and record.claims)


class TestARun:
    def test_finds_applications_and_reads_their_full_texts(self, play: Play) -> None:
        done = play.run()
        assert done.error is None
        assert not done.context.incomplete
        states = {record.application: record for record in done.records if isinstance(record, ApplicationStatus)}
        assert {name: state.status for name, state in states.items()} == {
            "US.18999001": "Docketed New Case",
            "US.18999002": "Patented Case",
        }
        assert states["US.18999002"].grant_date == dt.date(2026, 2, 10)
        assert states["US.18999002"].publications == ("US.20250999002.A1", "US.11999002")
        assert with_claims(done) == ["US.11999002.B2", "US.20250999002.A1", "US.20260999001.A1"]
        events = [record for record in done.records if isinstance(record, LegalEvent)]
        assert [(event.application, event.code) for event in events] == [
            ("US.18999002", "PG-ISSUE"),
            ("US.18999001", "PG-ISSUE"),
        ]

    def test_numbers_and_applications_of_the_us_are_followed(self, play: Play) -> None:
        watch = Watch(name="one", numbers=("US 11,999,002 B2", "EP.9990001.A1"), applications=("US 18/999,005",))
        done = play.run(watch)
        names = [record.application for record in done.records if isinstance(record, ApplicationStatus)]
        assert names == ["US.18999005", "US.18999002"]

    def test_what_the_portal_does_not_have_is_told(self, play: Play) -> None:
        done = play.run(Watch(name="one", applications=("US 18/111,111",)))
        assert any("no such record" in warning for warning in done.context.warnings)

    def test_full_texts_that_the_store_has_are_not_asked_for(self, play: Play) -> None:
        done = play.run(with_claims=frozenset({"US.11999002.B2", "US.20260999001.A1"}))
        assert with_claims(done) == ["US.20250999002.A1"]

    def test_the_whole_class_below_a_subclass(self, play: Play) -> None:
        done = play.run(WATCH.model_copy(update={"cpc": ("H04W",)}))
        assert with_claims(done) == ["US.20260999003.A1"]

    def test_pages_and_splits(self, play: Play) -> None:
        play.office.applications = [
            Application(f"18{number:06}", DAY + dt.timedelta(days=number % 7)) for number in range(1, 61)
        ]
        done = play.run(allowances={"search_page": 10, "search_results": 25, "run_requests": 30})
        assert len([record for record in done.records if isinstance(record, ApplicationStatus)]) == 60
        assert any("left for the next run" in warning for warning in done.context.warnings)

    def test_too_many_to_list_are_split_by_days(self, play: Play) -> None:
        too_many = b'{"error": "Payload Too Large", "errorDetails": "Too many records found"}'
        play.server.faults[0] = status(413, too_many)
        done = play.run()
        assert done.error is None
        assert not done.context.incomplete
        assert len(with_claims(done)) == 3

    def test_a_day_with_too_many_to_list_is_told(self, play: Play) -> None:
        play.server.broken_from, play.server.broken = 0, status(413, b'{"error": "Payload Too Large"}')
        done = play.run(WATCH.model_copy(update={"until": DAY}))
        assert done.context.incomplete
        assert any("the portal found too many" in warning for warning in done.context.warnings)


class TestRates:
    def test_never_more_than_sixty_a_minute(self, play: Play) -> None:
        play.office.applications = [Application(f"18{number:06}", DAY) for number in range(1, 181)]
        done = play.run()
        assert done.error is None
        assert len(with_claims(done)) == 180
        assert play.office.over == []
        assert max(sum(at.at <= other.at < at.at + 60 for other in play.office.log) for at in play.office.log) <= 60

    def test_too_many_requests_are_waited_for(self, play: Play) -> None:
        play.server.faults[1] = status(429, Retry_After="30")
        done = play.run()
        assert done.error is None
        assert play.office.log[2].at - play.office.log[1].at > 29.99

    def test_a_wait_that_is_too_long_ends_the_run(self, play: Play) -> None:
        play.server.faults[0] = status(429, Retry_After="86400")
        assert isinstance(play.run().error, QuotaError)


class TestCredentials:
    def test_absent_means_not_configured(self, play: Play) -> None:
        done = play.run(credentials={})
        assert isinstance(done.error, NotConfiguredError)
        assert play.office.log == []

    def test_a_wrong_key_is_told_without_showing_it(self, play: Play) -> None:
        done = play.run(credentials={"api_key": "mistyped-key"})
        assert isinstance(done.error, RefusedError)
        assert "data.uspto.gov" in str(done.error)
        assert "mistyped-key" not in done.said()

    def test_the_key_stays_with_the_host_asked(self, play: Play) -> None:
        other = Uspto(play.clock, list(APPLICATIONS))
        with serving(other, play.clock):
            play.office.redirect_to = other.base
            done = play.run()
        assert done.error is None
        assert len(with_claims(done)) == 3
        assert [asked for asked in other.log if "x-api-key" in asked.headers] == []
        assert "very-secret" not in done.said()

    def test_a_file_elsewhere_is_not_fetched(self, play: Play) -> None:
        play.office.redirect_to = "http://localhost.example.org"
        done = play.run()
        assert done.context.incomplete
        assert with_claims(done) == []
        assert "very-secret" not in done.said()

    def test_the_key_is_nowhere(self, play: Play) -> None:
        play.server.faults[2] = status(418, b'{"message": "' + uspto.KEY.encode() + b'"}')
        done = play.run()
        assert uspto.KEY not in done.said()
        assert not any(uspto.KEY in key or uspto.KEY.encode() in body for key, body in done.snapshots.items())


ONCE: dict[str, Fault] = {
    "dropped": dropped,
    "cut": cut,
    "halved": halved,
    "status 500": status(500, b"oops"),
    "status 429": status(429),
}
REQUESTS = 7  # two pages, two numbers that were found already, three files


def whole_run(play: Play) -> Run:
    play.office.log.clear()
    numbers = Watch(name="numbers", numbers=("US.11999002.B2",), applications=("US.18999005",))
    return play.run(WATCH, numbers, allowances={"search_page": 1}, with_claims=frozenset({"US.20250999005.A1"}))


TestFailureAtAnyRequest = failure_at_any_request(whole_run, REQUESTS, ONCE, error=FetchError)


@pytest.mark.shared
def test_a_recorded_application(shared: Path) -> None:
    answer = read_object((shared / "recorded/patents/uspto/odp/get_patent.json").read_bytes())
    [application] = [read_application(each) for each in children(answer, "patentFileWrapperDataBag")]
    assert application.status.application == "US.17248024"
    assert application.status.publications == ("US.20210210819.A1", "US.11646472")
    assert application.status.grant_date == dt.date(2023, 5, 9)
    assert len(application.events) == 61
    assert [file.number for file in application.full_texts] == ["US.20210210819", "US.11646472"]
