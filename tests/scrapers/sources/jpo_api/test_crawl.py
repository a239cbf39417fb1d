"""Runs of jpo_api against a server that plays the JPO."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scrapers.errors import NotConfiguredError, QuotaError, RefusedError, SourceError
from scrapers.fetching import Response
from scrapers.json_objects import child, read_object
from scrapers.records import ApplicationStatus, CitedDocument, FiledClaims, LegalEvent, Watch
from scrapers.sources.jpo_api.application import (
    last_amendment,
    read_amendments,
    read_citations,
    read_events,
    read_progress,
    read_registration,
)
from tests.scrapers.patent_offices import jpo
from tests.scrapers.patent_offices.failing import failure_at_any_request
from tests.scrapers.patent_offices.jpo import Filing, Jpo
from tests.scrapers.patent_offices.runs import Run, run
from tests.scrapers.patent_offices.server import FakeClock, Fault, _Server, cut, dropped, halved, serving, status

FILINGS = [
    Filing("2024990001", granted=True, amended=True, cited=("JPA 414999001", "JPA 415999002")),
    Filing("2024990002", cited=("JPA 414999001",)),
]
WATCH = Watch(name="ours", applications=("特願2024-990001", "JP.2024990002.A", "US.18999001"))


class Play:
    """An office with its server and clock."""

    def __init__(self, clock: FakeClock, office: Jpo, server: _Server) -> None:
        self.clock, self.office, self.server = clock, office, server

    def run(self, *watches: Watch, **options: Any) -> Run:
        given = {"credentials": jpo.CREDENTIALS, "watches": watches or (WATCH,)}
        return run("jpo_api", self.office, self.clock, **(given | options))

    def apis(self) -> list[str]:
        return [asked.path.split("/")[-2] for asked in self.office.log if asked.path.startswith("/api/")]


@pytest.fixture
def play() -> Iterator[Play]:
    clock = FakeClock()
    office = Jpo(clock, list(FILINGS))
    with serving(office, clock) as server:
        yield Play(clock, office, server)


class TestARun:
    def test_gives_status_papers_citations_and_amended_claims(self, play: Play) -> None:
        done = play.run()
        assert done.error is None
        assert not done.context.incomplete
        first, registered, second = (each for each in done.records if isinstance(each, ApplicationStatus))
        assert (first.application, first.grant_number, first.applicants) == (
            "JP.2024990001",
            "7999001",
            ("見本株式会社",),
        )
        assert first.publications == ("JP.2025990001.A", "JP.7999001")
        assert first.expiry_date == dt.date(2044, 1, 15)
        assert (registered.holders, registered.claims_count, registered.fees_paid_to_year) == (("見本株式会社",), 2, 3)
        assert "grant_number" not in second.model_fields_set
        cited = [(each.application, each.order) for each in done.records if isinstance(each, CitedDocument)]
        assert cited == [("JP.2024990001", 1), ("JP.2024990001", 2), ("JP.2024990002", 1)]
        codes = [each.code for each in done.records if isinstance(each, LegalEvent)]
        assert codes == ["A63", "A131", "A523", "A63", "A131"]
        [filed] = [each for each in done.records if isinstance(each, FiledClaims)]
        assert (filed.document_code, filed.document_number, filed.part) == ("A523", "52000000002", "1")
        assert [claim.text for claim in filed.claims] == [
            "見本の計器（2024990001）。",
            "針が赤い請求項１に記載の計器。",
        ]
        assert filed.claims[1].depends_on == (1,)

    def test_amendments_are_fetched_again_only_where_there_is_a_newer_one(self, play: Play) -> None:
        first = play.run()
        play.office.log.clear()
        play.run(marks=first.context.marks)
        assert "app_doc_cont_opinion_amendment" not in play.apis()
        play.office.log.clear()
        play.run(marks=first.context.marks | {"amendments 2024990001": dt.date(2024, 1, 1)})
        assert play.apis().count("app_doc_cont_opinion_amendment") == 1

    def test_amendments_that_a_daily_cap_blocked_are_read_by_the_next_run(self, play: Play) -> None:
        play.office.caps["app_doc_cont_opinion_amendment"] = 0
        first = play.run()
        assert first.error is None
        assert any("amendments not read" in warning for warning in first.context.warnings)
        assert "amendments 2024990001" not in first.context.marks
        play.office.caps["app_doc_cont_opinion_amendment"] = 100
        play.office.log.clear()
        second = play.run(marks=first.context.marks)
        assert [each.application for each in second.records if isinstance(each, FiledClaims)] == ["JP.2024990001"]
        assert "amendments 2024990001" in second.context.marks

    def test_what_a_cap_kept_waiting_comes_first_the_next_time(self, play: Play) -> None:
        play.office.caps["cite_doc_info"] = 1
        first = play.run()
        waiting = {"application 2024990001", "application 2024990002"} - first.context.marks.keys()
        assert waiting == {"application 2024990002"}
        second = play.run(marks=first.context.marks)
        read = [each.application for each in second.records if isinstance(each, ApplicationStatus)]
        assert read[0] == "JP.2024990002"

    def test_registration_is_asked_for_where_there_is_one(self, play: Play) -> None:
        play.run()
        assert play.apis().count("registration_info") == 1

    def test_an_unknown_application_is_a_warning(self, play: Play) -> None:
        done = play.run(Watch(name="x", applications=("JP.2024111111", "JP.2024990002")))
        assert done.error is None
        assert any("JP.2024111111: the JPO has no such application" in warning for warning in done.context.warnings)
        assert len(done.records) > 0

    def test_no_application_is_told(self, play: Play) -> None:
        done = play.run(Watch(name="x", applications=("US.18999001",)))
        assert isinstance(done.error, SourceError)
        assert play.office.log == []

    def test_the_wrong_application_is_refused(self, play: Play) -> None:
        play.server.faults[1] = status(200, jpo.result("100", 10, applicationNumber="2024990002"))
        done = play.run()
        assert any("expected application 2024990001, found another" in warning for warning in done.context.warnings)
        assert not any(
            isinstance(each, ApplicationStatus) and each.application == "JP.2024990001" for each in done.records
        )


class TestRates:
    def test_never_more_than_ten_a_minute(self, play: Play) -> None:
        play.office.filings = [Filing(f"2024{n:06}", granted=True, amended=True) for n in range(1, 21)]
        done = play.run(Watch(name="x", applications=tuple(f"JP.{each.number}" for each in play.office.filings)))
        assert done.error is None
        assert not done.context.incomplete
        assert play.office.over == []
        assert len(play.office.log) == 81

    def test_crowding_is_waited_for(self, play: Play) -> None:
        play.server.faults[1] = status(429, jpo.result("303"))
        done = play.run()
        assert done.error is None
        assert play.office.log[2].at - play.office.log[1].at > 59.99

    def test_the_daily_cap_of_one_api_leaves_the_others(self, play: Play) -> None:
        play.office.caps["cite_doc_info"] = 1
        done = play.run()
        assert done.error is None
        assert done.context.incomplete
        assert play.apis().count("cite_doc_info") == 1, "nothing is asked once nothing is left"
        assert any("citations not read" in warning for warning in done.context.warnings)
        assert len([each for each in done.records if isinstance(each, ApplicationStatus)]) == 3

    def test_the_daily_cap_inside_a_good_answer_is_understood(self, play: Play) -> None:
        play.server.faults[3] = status(200, jpo.result("203"))
        done = play.run()
        assert done.error is None
        assert any("accesses begin anew at midnight in Japan" in warning for warning in done.context.warnings)

    def test_what_is_left_of_the_day_is_reported(self, play: Play) -> None:
        measures = play.run().context.measures
        assert measures["app_progress_left_today"] == 398
        assert measures["cite_doc_info_left_today"] == 48

    def test_what_an_account_may_do_goes_before_the_handbook(self, play: Play) -> None:
        play.office.caps["cite_doc_info"] = 1000
        play.run(allowances={"cite_doc_info": 1})
        assert play.apis().count("cite_doc_info") == 2

    def test_progress_that_is_used_up_ends_the_run(self, play: Play) -> None:
        play.office.caps["app_progress"] = 0
        done = play.run()
        assert done.error is None
        assert done.context.incomplete
        assert any("2 applications are left for the next run" in warning for warning in done.context.warnings)


class TestCredentials:
    def test_absent_means_not_configured(self, play: Play) -> None:
        done = play.run(credentials={"username": "x"})
        assert isinstance(done.error, NotConfiguredError)
        assert "password, token_path missing" in str(done.error)
        assert done.error.register_url.startswith("https://www.jpo.go.jp/")

    def test_wrong_ones_are_told_without_showing_them(self, play: Play) -> None:
        done = play.run(credentials={**jpo.CREDENTIALS, "password": "mistyped-password"})
        assert isinstance(done.error, RefusedError)
        assert "does not take user name and password" in str(done.error)
        assert "mistyped" not in done.said()

    def test_an_old_token_is_renewed(self, play: Play) -> None:
        play.office.token_life = 70
        play.office.filings = [Filing(f"2024{n:06}") for n in range(1, 11)]
        done = play.run(Watch(name="x", applications=tuple(f"JP.{each.number}" for each in play.office.filings)))
        assert done.error is None
        assert sum(asked.path == f"/{jpo.TOKEN_PATH}" for asked in play.office.log) > 1
        assert play.office.over == []

    def test_a_token_that_never_works_is_no_endless_loop(self, play: Play) -> None:
        play.server.broken_from = 1
        play.server.broken = status(401, jpo.result("210"))
        play.office.token_life = 10**6
        assert isinstance(play.run().error, SourceError)
        assert len(play.office.log) < 12

    def test_secrets_are_nowhere(self, play: Play) -> None:
        play.server.faults[0] = status(503)
        play.server.faults[3] = status(418, jpo.result("999", message=f"{jpo.PASSWORD} jpo-access-token-0"))
        play.server.broken_from = 5
        done = play.run()
        for secret in (jpo.USER, jpo.PASSWORD, jpo.TOKEN_PATH, "jpo-access-token-0"):
            assert secret not in done.said()
            assert not any(secret in key or secret.encode() in body for key, body in done.snapshots.items())


ONCE: dict[str, Fault] = {
    "dropped": dropped,
    "cut": cut,
    "halved": halved,
    "unexpected": status(200, jpo.result("999")),
    "timeout": status(504, jpo.result("302")),
    "crowded": status(429, jpo.result("303")),
    "no answer of the API": status(502, b"<html>Bad gateway</html>"),
}
REQUESTS = 7  # token; progress, registration, citations, amendments; progress, citations


def whole_run(play: Play) -> Run:
    play.office.log.clear()
    play.office.used.clear()
    return play.run()


TestFailureAtAnyRequest = failure_at_any_request(whole_run, REQUESTS, ONCE)


class TestOtherFailures:
    def test_a_day_without_accesses_is_no_failure_of_ours(self, play: Play) -> None:
        play.server.broken_from = 0
        play.server.broken = status(429, jpo.result("303"), Retry_After="80000")
        done = play.run()
        assert done.context.incomplete
        assert not isinstance(done.error, QuotaError)


@pytest.mark.shared
class TestRecordedAnswers:
    def data(self, shared: Path, name: str) -> dict[str, Any]:
        answer = read_object((shared / "recorded/patents/jpo_api" / name).read_bytes())
        return child(answer, "result", "data")

    def test_progress(self, shared: Path) -> None:
        data = self.data(shared, "get_patent_progress_real.json")
        state = read_progress("JP.2020123456", data)
        assert (state.grant_number, state.grant_date) == ("7533889", dt.date(2024, 8, 5))
        assert state.publications == ("JP.2021090037.A", "JP.7533889")
        assert last_amendment(data) == dt.date(2024, 4, 24)
        assert len(read_events("JP.2020123456", data)) == 15

    def test_registration(self, shared: Path) -> None:
        state = read_registration("JP.2020123456", self.data(shared, "registration_info.json"))
        assert (state.claims_count, state.fees_paid_to_year, state.next_fee_date) == (5, 3, dt.date(2027, 8, 5))

    def test_citations(self, shared: Path) -> None:
        cited = read_citations("JP.2020123456", self.data(shared, "get_cited_documents.json"))
        assert len(cited) == 13
        assert cited[0].document == "JPA 414233033"

    def test_amendments(self, shared: Path) -> None:
        file = shared / "recorded/patents/jpo_api/get_application_documents.zip"
        at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        filed = list(read_amendments(Response("x", "x", 200, {}, file, at), "JP.2020123456"))
        assert [type(each) for each in filed] == [FiledClaims]
        assert isinstance(filed[0], FiledClaims)
        assert [claim.number for claim in filed[0].claims] == [1, 2, 3, 4, 5]
        assert filed[0].document_number == "52400900473"
