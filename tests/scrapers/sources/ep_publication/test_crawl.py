"""Runs of ep_publication against a server that plays the European publication server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scrapers.errors import DriftError, FetchError, RefusedError
from scrapers.records import Publication, Watch
from tests.scrapers.patent_offices.epo_server import PublicationServer, document
from tests.scrapers.patent_offices.runs import Run, run
from tests.scrapers.patent_offices.server import FakeClock, Reply, _Server, cut, dropped, halved, serving, status

WATCH = Watch(name="ours", numbers=("EP 9990001 A1", "EP.9990002.B1", "US.11999002.B2"))


class Play:
    """An office with its server and clock."""

    def __init__(self, clock: FakeClock, office: PublicationServer, server: _Server) -> None:
        self.clock, self.office, self.server = clock, office, server

    def run(self, **options: Any) -> Run:
        return run("ep_publication", self.office, self.clock, **({"watches": (WATCH,)} | options))


@pytest.fixture
def play() -> Iterator[Play]:
    clock = FakeClock()
    office = PublicationServer()
    office.publish("9990001", "A1")
    office.publish("9990002", "B1")
    with serving(office, clock) as server:
        yield Play(clock, office, server)


def numbers(done: Run) -> list[str]:
    return [each.number for each in done.records if isinstance(each, Publication)]


def test_claims_in_every_language_are_read(play: Play) -> None:
    done = play.run()
    assert done.error is None
    assert numbers(done) == ["EP.9990001.A1", "EP.9990002.B1"]
    grant = done.records[1]
    assert isinstance(grant, Publication)
    assert [(claim.language, claim.number) for claim in grant.claims] == [
        (language, number) for language in ("en", "fr", "de") for number in (1, 2)
    ]


def test_publications_that_lack_claims_are_completed(play: Play) -> None:
    done = play.run(watches=(), without_claims=("EP.9990002.B1", "WO.2026990003.A1"))
    assert numbers(done) == ["EP.9990002.B1"]


def test_what_the_store_has_is_not_asked_for(play: Play) -> None:
    play.run(with_claims=frozenset({"EP.9990001.A1"}))
    assert len(play.office.log) == 1


def test_the_longest_unread_comes_first_and_the_rest_is_left(play: Play) -> None:
    done = play.run(allowances={"run_requests": 1}, last_read={"EP.9990001.A1": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)})
    assert numbers(done) == ["EP.9990002.B1"]
    assert done.context.incomplete


def test_a_missing_document_and_a_missing_kind_are_warnings(play: Play) -> None:
    done = play.run(watches=(Watch(name="x", numbers=("EP.9990009.A1", "EP.9990001", "EP.9990001.A1")),))
    assert done.error is None
    assert not done.context.incomplete
    assert any("EP.9990009.A1: the publication server has no such document" in each for each in done.context.warnings)
    assert any("name the kind" in each for each in done.context.warnings)


def test_a_publication_without_claims_is_told(play: Play) -> None:
    play.office.publish("9990001", "A1", claims=0)
    assert any("published without claims here" in each for each in play.run().context.warnings)


def test_another_document_is_refused(play: Play) -> None:
    play.office.documents["9990001", "A1"] = document("9990008", "A1")
    done = play.run()
    assert numbers(done) == ["EP.9990002.B1"]
    assert any("expected EP.9990001.A1, found EP.9990008.A1" in each for each in done.context.warnings)


def test_robots_are_obeyed(play: Play) -> None:
    play.server.robots = Reply(200, b"User-agent: *\nDisallow: /publication-server/")
    done = play.run()
    assert isinstance(done.error, RefusedError)
    assert play.office.log == []


def test_requests_keep_their_distance(play: Play) -> None:
    play.run()
    assert play.office.log[1].at - play.office.log[0].at >= 2.99


def test_a_quota_that_is_used_up_ends_the_run(play: Play) -> None:
    play.office.left = 0
    done = play.run()
    assert numbers(done) == ["EP.9990001.A1"]
    assert done.context.incomplete


@pytest.mark.parametrize("fault", [dropped, cut, status(503)])
@pytest.mark.parametrize("at", [0, 1])
def test_one_failure_loses_and_doubles_nothing(play: Play, at: int, fault: Any) -> None:
    whole = play.run().keys()
    play.office.log.clear()
    play.server.faults[at] = fault
    done = play.run()
    assert done.error is None
    assert done.keys() == whole


@pytest.mark.parametrize("fault", [halved, status(500), status(403), status(200, b"<html>Maintenance</html>")])
@pytest.mark.parametrize("at", [0, 1])
def test_a_breakdown_keeps_what_was_read_and_says_so(play: Play, at: int, fault: Any) -> None:
    whole = play.run().keys()
    play.office.log.clear()
    play.server.broken_from, play.server.broken = at, fault
    broken = play.run()
    assert isinstance(broken.error, FetchError | DriftError) or broken.context.incomplete
    assert not broken.keys() - whole
    play.server.broken_from = None
    assert play.run().keys() == whole


@pytest.mark.shared
def test_a_recorded_patent_has_claims_in_three_languages(play: Play, shared: Path) -> None:
    content = (shared / "recorded/patents/eps/grant_v1-5-B1.xml").read_bytes()
    number = content.partition(b'doc-number="')[2][:7].decode()
    play.office.documents[number, "B1"] = content
    done = play.run(watches=(Watch(name="x", numbers=(f"EP.{number}.B1",)),))
    [read] = done.records
    assert isinstance(read, Publication)
    assert {claim.language for claim in read.claims} == {"en", "fr", "de"}
