"""Runs of epo_ops against a server that plays OPS."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from scrapers.errors import DriftError, FetchError, NotConfiguredError, QuotaError, RefusedError, SourceError
from scrapers.records import LegalEvent, PatentFamily, Publication, Watch
from tests.scrapers.patent_offices import ops
from tests.scrapers.patent_offices.failing import failure_at_any_request
from tests.scrapers.patent_offices.ops import Ops, Patent
from tests.scrapers.patent_offices.runs import Run, run
from tests.scrapers.patent_offices.server import (
    FakeClock,
    Fault,
    _Server,
    cut,
    dripping,
    dropped,
    halved,
    serving,
    status,
)

DAY = dt.date(2026, 2, 2)
CREDENTIALS = {"consumer_key": ops.KEY, "consumer_secret": ops.SECRET}
WATCH = Watch(name="gauges", applicants=("Sample Corp",), cpc=("G06N 3/08",), since=DAY, until=dt.date(2026, 2, 20))
PATENTS = [
    Patent("EP", "9990001", "A1", DAY),
    Patent("EP", "9990001", "B1", DAY + dt.timedelta(days=3)),
    Patent("US", "2026990002", "A1", DAY + dt.timedelta(days=5), claims=0),
    Patent("WO", "2026990003", "A1", DAY + dt.timedelta(days=7), family="90000002"),
    Patent("EP", "9990004", "A1", DAY, hidden=True),
    Patent("EP", "9990005", "A1", DAY, applicant="Other Ltd", family="90000005"),
    Patent("EP", "9990006", "A1", DAY - dt.timedelta(days=400), family="90000006"),
]


class Play:
    """An office with its server and clock."""

    def __init__(self, clock: FakeClock, office: Ops, server: _Server) -> None:
        self.clock, self.office, self.server = clock, office, server

    def run(self, *watches: Watch, **options: Any) -> Run:
        given = {"credentials": CREDENTIALS, "watches": watches or (WATCH,)}
        return run("epo_ops", self.office, self.clock, **(given | options))

    @property
    def paths(self) -> list[str]:
        return [asked.path.removeprefix("/3.2/rest-services/") for asked in self.office.log]


@pytest.fixture
def play() -> Iterator[Play]:
    clock = FakeClock()
    office = Ops(clock, list(PATENTS))
    with serving(office, clock) as server:
        yield Play(clock, office, server)


def numbers(done: Run) -> list[str]:
    return sorted({record.number for record in done.records if isinstance(record, Publication)})


class TestARun:
    def test_finds_publications_claims_families_and_events(self, play: Play) -> None:
        done = play.run()
        assert done.error is None
        assert not done.context.incomplete
        assert numbers(done) == ["EP.9990001.A1", "EP.9990001.B1", "US.20260990002.A1", "WO.2026990003.A1"]
        claims = {
            record.number: len(record.claims)
            for record in done.records
            if isinstance(record, Publication) and record.claims
        }
        assert claims == {"EP.9990001.A1": 2, "EP.9990001.B1": 2, "WO.2026990003.A1": 2}
        families = [record for record in done.records if isinstance(record, PatentFamily)]
        assert [len(family.members) for family in families] == [4, 1]
        events = [record for record in done.records if isinstance(record, LegalEvent)]
        assert {(event.code, event.effect, event.text) for event in events} == {("PGFP", "+", "Year of fee payment: 5")}
        assert max(Counter(events).values()) == 1

    def test_a_record_leads_to_the_answer_it_was_read_from(self, play: Play) -> None:
        done = play.run()
        for emitted in done.context.records:
            if isinstance(emitted.record, Publication):
                assert emitted.record.doc_number[-6:] in done.snapshots[emitted.snapshot_id].decode()

    def test_a_record_that_is_not_available_is_a_warning(self, play: Play) -> None:
        done = play.run()
        assert any("EP.9990004.A1" in warning for warning in done.context.warnings)

    def test_a_publication_of_two_watches_comes_once(self, play: Play) -> None:
        twice = play.run(WATCH, WATCH.model_copy(update={"name": "again"}))
        once = play.run()
        assert twice.keys() == once.keys()

    def test_numbers_are_followed_whatever_their_date(self, play: Play) -> None:
        done = play.run(Watch(name="one", numbers=("EP 9990006 A1", "EP.9999999.A1", "nonsense")))
        assert numbers(done) == ["EP.9990006.A1"]
        assert any("EP.9999999.A1: OPS has no such publication" in warning for warning in done.context.warnings)
        assert any("nonsense" in warning for warning in done.context.warnings)

    def test_claims_that_the_store_has_are_not_asked_for(self, play: Play) -> None:
        play.run(with_claims=frozenset({"EP.9990001.A1"}))
        assert "published-data/publication/docdb/EP.9990001.A1/claims" not in play.paths
        assert "published-data/publication/docdb/EP.9990001.B1/claims" in play.paths

    def test_nothing_found_is_no_failure(self, play: Play) -> None:
        done = play.run(WATCH.model_copy(update={"applicants": ("Nobody",)}))
        assert (done.error, done.records, done.context.incomplete) == (None, [], False)

    def test_a_watch_that_can_not_be_asked_spares_the_others(self, play: Play) -> None:
        done = play.run(WATCH.model_copy(update={"name": "bad", "cpc": ("neural nets",)}), WATCH)
        assert done.context.incomplete
        assert any("watch 'bad'" in warning and "no CPC symbol" in warning for warning in done.context.warnings)
        assert len(numbers(done)) == 4

    def test_no_watch_is_told(self, play: Play) -> None:
        done = play.run(Watch(name="empty"))
        assert isinstance(done.error, SourceError)
        assert "no watch names" in str(done.error)
        assert play.office.log == []


class TestPaging:
    def fill(self, play: Play, count: int, days: int) -> Watch:
        play.office.patents = [
            Patent("JP", f"2026{number:06}", "A", DAY + dt.timedelta(days=number % days), family=str(number))
            for number in range(1, count + 1)
        ]
        return WATCH.model_copy(update={"until": DAY + dt.timedelta(days=days - 1)})

    def only_search(self, play: Play) -> dict[str, Any]:
        return {"allowances": {"run_requests": 60}}

    def test_a_hundred_at_a_time(self, play: Play) -> None:
        done = play.run(self.fill(play, 230, 5), **self.only_search(play))
        ranges = [asked.query["Range"] for asked in play.office.log if "search" in asked.path]
        assert ranges == ["1-100", "101-200", "201-300"]
        assert len(numbers(done)) == 230

    def test_more_than_two_thousand_are_met_by_splitting_the_days(self, play: Play) -> None:
        done = play.run(self.fill(play, 2300, 10), allowances={"run_requests": 40})
        assert len(numbers(done)) == 2300
        assert all(
            int(asked.query["Range"].split("-")[1]) <= 2000 for asked in play.office.log if "search" in asked.path
        )

    def test_a_day_with_more_than_ops_gives_is_told(self, play: Play) -> None:
        watch = self.fill(play, 40, 1)
        done = play.run(watch, allowances={"search_results": 30, "search_page": 10})
        assert len(numbers(done)) == 30
        assert done.context.incomplete
        assert any("40 results on 2026-02-02 alone" in warning for warning in done.context.warnings)

    def test_smaller_pages_where_ops_asks_for_them(self, play: Play) -> None:
        watch = self.fill(play, 90, 2)
        play.office.most_at_once = 30
        done = play.run(watch, allowances={"run_requests": 20})
        assert len(numbers(done)) == 90

    def test_fewer_results_than_announced_leave_the_run_incomplete(self, play: Play) -> None:
        watch = self.fill(play, 15, 2)
        plain = Ops._search

        def lossy(asked: Any) -> Any:
            reply = plain(play.office, asked)
            body = reply.body.replace(b'total-result-count="15"', b'total-result-count="18"')
            return type(reply)(reply.status, body, reply.headers)

        play.office._search = lossy  # type: ignore[method-assign]
        done = play.run(watch)
        assert done.context.incomplete
        assert any("announced 18 results and gave 15" in warning for warning in done.context.warnings)


class TestRates:
    def test_a_run_never_passes_what_was_announced(self, play: Play) -> None:
        play.office.patents = [Patent("EP", f"99{number:05}", "A1", DAY, family=str(number)) for number in range(1, 80)]
        states = [ops.IDLE, ops.BUSY, ops.OVERLOADED, ops.IDLE]
        play.office.state = lambda at: states[int(at / 50) % len(states)]
        done = play.run()
        assert done.error is None
        assert len([record for record in done.records if isinstance(record, PatentFamily)]) == 79
        assert play.office.over == []

    def test_the_worst_of_many_instances_counts(self, play: Play) -> None:
        play.office.patents = [Patent("JP", f"2026{n:06}", "A", DAY, family=str(n)) for n in range(1, 30)]
        play.office.state = lambda at: ops.OVERLOADED if len(play.office.log) % 5 == 0 else ops.IDLE
        play.run()
        sent = [asked.at for asked in play.office.log if "family" in asked.path]
        settled = sent[6:]
        busiest = max(sum(1 for other in settled if at <= other < at + 60) for at in settled)
        assert busiest <= ops.OVERLOADED["inpadoc"]
        assert play.office.over == []

    def test_requests_are_spread(self, play: Play) -> None:
        play.office.patents = [Patent("JP", f"2026{n:06}", "A", DAY, family=str(n)) for n in range(1, 30)]
        play.run()
        sent = [asked.at for asked in play.office.log if "family" in asked.path]
        gaps = [later - earlier for earlier, later in pairwise(sent)]
        # The first may be held back by the interval between any two requests, which then shortens the gap after it.
        assert min(gaps[1:]) >= 60 / ops.IDLE["inpadoc"]

    def test_black_is_waited_for(self, play: Play) -> None:
        play.server.faults[2] = status(
            403,
            ops.error(403, "This request has been rejected"),
            X_Throttling_Control="overloaded (retrieval=black:0, search=green:5)",
            Retry_After="45000",
        )
        done = play.run()
        assert done.error is None
        third, fourth = play.office.log[2:4]
        assert fourth.at - third.at > 44.99
        assert len(numbers(done)) == 4

    def test_a_robot_answer_is_waited_for(self, play: Play) -> None:
        play.server.faults[1] = status(
            403, ops.fault("CLIENT.RobotDetected", "Recent behaviour implies you are a robot.")
        )
        done = play.run()
        assert done.error is None
        assert play.office.log[2].at - play.office.log[1].at > 59.99

    def test_a_suspension_longer_than_a_run_ends_it(self, play: Play) -> None:
        play.server.faults[1] = status(429, b"", Retry_After="7200000")
        done = play.run()
        assert isinstance(done.error, QuotaError)
        assert "suspended the service search for 7200 s" in str(done.error)
        assert len(play.office.log) == 2


class TestQuotas:
    def test_the_weekly_use_is_reported(self, play: Play) -> None:
        play.office.weekly = 400_000_000
        done = play.run()
        assert done.context.measures["weekly_quota_bytes"] >= 400_000_000
        assert 10 <= done.context.measures["weekly_quota_percent"] < 10.1
        assert done.context.measures["requests"] == len(play.office.log)

    def test_a_run_stops_before_the_allowance_is_passed(self, play: Play) -> None:
        play.office.weekly = 500
        done = play.run(allowances={"weekly_bytes": 1500})
        assert done.error is None
        assert done.context.incomplete
        assert any("4 publications are left for the next run" in warning for warning in done.context.warnings)
        assert len(numbers(done)) == 4
        assert [path for path in play.paths if "claims" in path or "family" in path] == []

    def test_a_refusal_for_quota_says_when_it_is_freed(self, play: Play) -> None:
        play.office.weekly = play.office.weekly_limit
        done = play.run(allowances={"weekly_bytes": 10**12})
        assert isinstance(done.error, QuotaError)
        assert "RegisteredQuotaPerWeek" in str(done.error)
        assert "freed on Monday at 00:00 UTC" in str(done.error)

    def test_runs_that_end_early_get_through_all_the_same(self, play: Play) -> None:
        whole = play.run().keys()
        marks: dict[str, dt.date] = {}
        claims: set[str] = set()
        got: Counter[str] = Counter()
        for _ in range(8):
            done = play.run(allowances={"run_requests": 4}, marks=dict(marks), with_claims=frozenset(claims))
            got |= done.keys()
            for record in done.records:
                if isinstance(record, Publication) and record.claims:
                    claims.add(record.number)
            marks |= done.context.marks
            assert not any(name.startswith("watch ") for name in marks) or not done.context.incomplete
        assert {key for key in whole if not key.startswith("PatentFamily")} <= set(got)


class TestTokens:
    def test_one_token_serves_until_it_is_old(self, play: Play) -> None:
        play.run()
        assert sum(path.endswith("accesstoken") for path in play.paths) == 1
        assert all(asked.headers["authorization"].startswith("Bearer ") for asked in play.office.log[1:])

    def test_an_old_token_is_renewed_before_it_is_refused(self, play: Play) -> None:
        play.office.patents = [Patent("JP", f"2026{n:06}", "A", DAY, family=str(n)) for n in range(1, 60)]
        play.office.state = lambda at: {**ops.OVERLOADED, "inpadoc": 2}
        done = play.run()
        assert done.error is None
        assert sum(path.endswith("accesstoken") for path in play.paths) >= 2
        assert play.office.over == []

    def test_a_token_that_is_refused_is_replaced_once(self, play: Play) -> None:
        play.server.faults[2] = status(400, ops.error(400, "invalid_access_token", "Access token has expired"))
        done = play.run()
        assert done.error is None
        assert sum(path.endswith("accesstoken") for path in play.paths) == 2

    def test_a_token_that_never_works_is_no_endless_loop(self, play: Play) -> None:
        play.server.broken_from = 1
        play.server.broken = status(400, ops.error(400, "invalid_access_token", "Access token is invalid"))
        done = play.run()
        assert isinstance(done.error, RefusedError)
        assert "https://developers.epo.org" in str(done.error)
        assert len(play.office.log) < 8

    def test_wrong_credentials_are_told_without_showing_them(self, play: Play) -> None:
        done = play.run(credentials={"consumer_key": "mistyped-key", "consumer_secret": "mistyped-secret"})
        assert isinstance(done.error, RefusedError)
        assert "does not take the consumer key and secret" in str(done.error)
        assert "mistyped" not in done.said()
        assert "Basic •••" in str(done.error)

    @pytest.mark.parametrize("given", [None, {}, {"consumer_key": "x"}, {"consumer_key": " ", "consumer_secret": "y"}])
    def test_absent_credentials_mean_not_configured(self, play: Play, given: dict[str, str] | None) -> None:
        done = play.run(credentials=given)
        assert isinstance(done.error, NotConfiguredError)
        assert done.error.register_url == "https://developers.epo.org"
        assert play.office.log == []

    def test_a_key_that_no_header_may_hold_is_not_shown(self, play: Play) -> None:
        done = play.run(credentials={"consumer_key": "bro\nken", "consumer_secret": "fine"})
        assert isinstance(done.error, NotConfiguredError)
        assert "consumer_key holds" in str(done.error)
        assert "bro" not in str(done.error)

    def test_secrets_are_nowhere(self, play: Play) -> None:
        play.server.faults[3] = status(400, ops.error(400, "CLIENT.Odd", f"{ops.SECRET} ops-access-token-0"))
        done = play.run()
        for secret in (ops.KEY, ops.SECRET, "ops-access-token-0"):
            assert secret not in done.said()
            assert not any(secret in key or secret.encode() in body for key, body in done.snapshots.items())


ONCE: dict[str, Fault] = {
    "dropped": dropped,
    "cut": cut,
    "halved": halved,
    "status 500": status(500, b"oops"),
    "status 503": status(503),
    "status 429": status(429),
    "token": status(400, ops.error(400, "invalid_access_token")),
}


REQUESTS = 12  # a token, three pages, one number, four claims, three families


def whole_run(play: Play) -> Run:
    """A run with several pages and a number, from a log that is empty."""
    play.office.log.clear()
    numbers = Watch(name="numbers", numbers=("EP.9990006.A1",))
    return play.run(WATCH, numbers, allowances={"search_page": 2})


TestFailureAtAnyRequest = failure_at_any_request(whole_run, REQUESTS, ONCE, first={"token": dropped})


class TestOtherFailures:
    def test_an_answer_that_never_ends_is_given_up(self, play: Play) -> None:
        play.server.faults[1] = dripping
        done = play.run(total_timeout=0.5)
        assert isinstance(done.error, FetchError)
        assert "no whole answer within" in str(done.error)

    def test_another_kind_of_page_is_refused(self, play: Play) -> None:
        play.server.broken_from = 1
        play.server.broken = status(200, b"<html><body>Maintenance</body></html>", Content_Type="text/html")
        done = play.run()
        assert isinstance(done.error, DriftError)
        assert "found <html>" in str(done.error)


@pytest.mark.shared
class TestRecordedAnswers:
    def test_a_recorded_family_with_legal_events(self, shared: Path) -> None:
        from scrapers.sources.epo_ops.family import read_family
        from scrapers.xml import parse_xml

        root = parse_xml(shared / "recorded/patents/ops/get_family_with_legal.xml")
        read = read_family(root, "EP.2400812.A1")
        assert [member.number for member in read.family.members] == [
            "EP.2400812.A1",
            "EP.2400812.B1",
            "CA.2744162.A1",
            "US.20120057518.A1",
            "US.9648662.B2",
        ]
        assert {member.simple_family_id for member in read.family.members} == {"43088294"}
        assert len(read.events) == 75
        assert read.notes == ()
        first = read.events[0]
        assert (first.code, first.date, first.effect) == ("AK", dt.date(2011, 12, 28), "+")
        assert first.application == "EP.10167109.A"
