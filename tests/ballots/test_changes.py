"""Ballots in the change log: announced, moved, closed and with a result, each once, whoever said it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from sqlmodel import Session, col, select

from tests.web.seed import NOW, seed
from workbench.ballots import verbs
from workbench.ballots.imports import import_ballots, resolve_waiting
from workbench.ballots.models import Ballot, BallotResult, BallotState, PositionLevel, WaitingBallot, WaitingState
from workbench.calendars.feeds import make_feed
from workbench.calendars.models import FeedKind
from workbench.db import Store
from workbench.history.models import Change, Entity
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.ballots import BallotKind
from workbench.standards.models import WorkItem
from workbench.standards.tallies import Answer
from workbench.web import create_app

HEAD = "Reference,Ballot type,Opening date,Closing date,Status,Result\n"
DAY = dt.timedelta(days=1)
ON_SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])
Told = list[tuple[str, str, str | None, Any, Any]]


def told(store: Store, since: int = 0) -> Told:
    """Key, kind, field, old and new of the changes of ballots after the one with the key `since`."""
    with store.read() as session:
        rows = session.exec(
            select(Change).where(Change.entity == Entity.BALLOT, col(Change.id) > since).order_by(col(Change.id))
        )
        return [(row.key, row.kind.value, row.field, row.old, row.new) for row in rows]


def an_item(session: Session) -> WorkItem:
    return session.exec(select(WorkItem).where(WorkItem.stage == "40.20").order_by(col(WorkItem.iso_id))).all()[0]


def test_a_file_announces_moves_and_closes_a_ballot(store: Store, settings: Settings, tmp_path: Path) -> None:
    seed(store)
    with store.read() as session:
        item = an_item(session)
    key, export = f"{item.iso_id}/DIS/1", tmp_path / "ballots.csv"

    def read(days_later: int, *cells: str) -> Told:
        before = len(told(store))
        export.write_text(HEAD + ",".join([item.reference, "DIS", *cells]) + "\n")
        import_ballots(store, settings, export, now=lambda: NOW + days_later * DAY)
        return told(store)[before:]

    first = ("2026-11-02", "2027-01-25", "Open", "")
    assert read(0, *first) == [(key, "new", None, None, f"{item.reference} DIS")]
    assert read(1, *first) == []
    assert read(2, "2026-11-02", "2027-02-01", "Open", "") == [
        (key, "changed", "closes_on", "2027-01-25", "2027-02-01")
    ]
    assert read(3, "2026-11-02", "2027-02-01", "Finished", "Approved") == [
        (key, "changed", "state", "open", "closed"),
        (key, "changed", "result", None, "approved"),
    ]


@ON_SQLITE
def test_what_a_person_says_is_told_too(store: Store) -> None:
    viewer = Viewer.system()
    seed(store)
    with store.write() as session:
        item = an_item(session)
        key = f"{item.iso_id}/DIS/1"
        row = verbs.keep_ballot(session, viewer, item, BallotKind.DIS, 1, NOW)
        verbs.take_position(session, viewer, row, PositionLevel.COMPANY, Answer.YES, "", NOW, seen=None)
    assert told(store) == [], "a position on an estimated ballot announces nothing"
    days = {"opens_on": None, "closes_on": dt.date(2027, 1, 25), "national_close": None}

    def say(**word: Any) -> None:
        with store.write() as session:
            row = session.exec(select(Ballot)).one()
            full = {**days, "company_close": None, "state": BallotState.OPEN, "result": None, **word}
            verbs.announce(session, viewer, row, NOW, **full)

    say()
    say()
    say(company_close=dt.date(2027, 1, 12))
    say(company_close=dt.date(2027, 1, 12), state=BallotState.CLOSED, result=BallotResult.NOT_APPROVED)
    assert [(kind, field, new) for _, kind, field, _, new in told(store)] == [
        ("new", None, f"{item.reference} DIS"),
        ("changed", "company_close", "2027-01-12"),
        ("changed", "state", "closed"),
        ("changed", "result", "not_approved"),
    ]
    with store.read() as session:
        assert {row.run_id for row in session.exec(select(Change).where(Change.entity == Entity.BALLOT))} == {None}
    client = create_app(store.settings, store, open_local=True, clock=lambda: NOW).test_client()
    page = client.get(f"/changes/?work_item={item.iso_id}&entity=ballot").text
    for words in (f"/ballots/{key}", "2027-01-12", "not approved", "Company deadline"):
        assert words in page
    assert f"/ballots/{key}" in client.get(f"/standards/items/{item.iso_id}").text
    with store.write() as session:
        _, secret = make_feed(session, viewer, FeedKind.CHANGES, NOW, language="en", iso_id=item.iso_id)
    atom = etree.fromstring(client.get(f"/feeds/changes/{secret}.atom").data)
    links = [str(each.get("href")) for each in atom.iter("{http://www.w3.org/2005/Atom}link")]
    assert sum(link.endswith(f"/ballots/{key}") for link in links) == 4


@ON_SQLITE
def test_a_ballot_that_waited_is_told_when_its_item_is_known(store: Store, tmp_path: Path) -> None:
    seed(store)
    export = tmp_path / "ballots.csv"
    export.write_text(HEAD + "ISO/IEC 77777,DIS,2026-11-02,2027-01-25,Open,\n")
    import_ballots(store, store.settings, export, now=lambda: NOW)
    assert told(store) == []
    with store.write() as session:
        waiting = session.exec(select(WaitingBallot)).one()
        resolve_waiting(session, Viewer.system(), waiting.id or 0, an_item(session), NOW + 9 * DAY)
    with store.read() as session:
        change = session.exec(select(Change).where(Change.entity == Entity.BALLOT)).one()
    assert (change.at, change.source, change.run_id) == (NOW + 9 * DAY, "file:ballots.csv", None)


@ON_SQLITE
def test_a_damaged_ballot_that_waits_is_refused_and_goes_on_waiting(store: Store, tmp_path: Path) -> None:
    seed(store)
    export = tmp_path / "ballots.csv"
    export.write_text(HEAD + "ISO/IEC 77777,DIS,2026-11-02,2027-01-25,Open,\n")
    import_ballots(store, store.settings, export, now=lambda: NOW)
    with store.write() as session:
        waiting = session.exec(select(WaitingBallot)).one()
        waiting.record = {"opens_on": "no day"}
        key, iso_id = waiting.id, an_item(session).iso_id
    app = create_app(store.settings, store, open_local=True, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post(f"/ballots/waiting/{key}", data={"work_item": str(iso_id)})
    assert answer.status_code == 409
    assert "can no longer be read" in answer.text
    with store.read() as session:
        assert session.exec(select(WaitingBallot.state)).one() is WaitingState.WAITING
