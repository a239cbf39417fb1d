"""What the rules say of the week: where our member body must vote, which limits are missed, our own closed days."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pytest
from sqlmodel import Session, col, select

from scrapers.records import Precision
from tests.digest.conftest import add_item
from workbench.ballots import verbs
from workbench.ballots.limits import LimitState
from workbench.ballots.models import BallotState, PositionLevel
from workbench.ballots.obligations import Standing
from workbench.ballots.queries import BallotView, ballot_views
from workbench.ballots.rulebook import Rulebook, load_rulebook
from workbench.ballots.week import duty_of, missed_limits, must_vote
from workbench.db import Store
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.ballots import BallotKind
from workbench.standards.models import WorkItem
from workbench.standards.tallies import Answer

NOW: Final = dt.datetime(2026, 11, 16, 0, 30, tzinfo=dt.UTC)
TODAY: Final = NOW.date()
COMMITTEE: Final = "ISO/IEC JTC 1/SC 99"
WORD: Final = Viewer.system()


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def rules() -> Rulebook:
    return load_rulebook(Settings())


def announced(session: Session, iso_id: int, kind: BallotKind, closes_on: str, *, voted: bool = False) -> None:
    item = session.exec(select(WorkItem).where(WorkItem.iso_id == iso_id)).one()
    row = verbs.keep_ballot(session, WORD, item, kind, 1, NOW)
    day = dt.date.fromisoformat(closes_on)
    verbs.announce(
        session,
        WORD,
        row,
        NOW,
        opens_on=None,
        closes_on=day,
        national_close=None,
        company_close=None,
        state=BallotState.OPEN,
        result=None,
    )
    if voted:
        verbs.take_position(session, WORD, row, PositionLevel.NATIONAL, Answer.ABSTAIN, "", NOW, seen=None)


def views_of(session: Session, rules: Rulebook) -> list[BallotView]:
    return ballot_views(session, rules, TODAY)


@pytest.fixture
def items(store: Store) -> Store:
    with store.write() as session:
        for iso_id, stage in ((90001, "40.20"), (90002, "40.20"), (90003, "50.20"), (90004, "30.20")):
            add_item(session, iso_id, f"ISO/IEC {iso_id}", stage, [(stage, "2026-10-26", Precision.DAY)])
        for item in session.exec(select(WorkItem)):
            item.committee = COMMITTEE
            session.add(item)
        verbs.set_roster(session, WORD, COMMITTEE, dt.date(2020, 1, 1), ["JISC", "DIN"], NOW)
    return store


def test_who_owes_a_vote_must_vote_until_the_vote_or_the_national_position_is_known(
    items: Store, rules: Rulebook
) -> None:
    with items.write() as session:
        announced(session, 90001, BallotKind.DIS, "2026-12-01")
        announced(session, 90002, BallotKind.DIS, "2026-12-02", voted=True)
        announced(session, 90004, BallotKind.CD, "2026-12-03")
        announced(session, 90004, BallotKind.CIB, "2026-12-04")
        found = must_vote(session, rules, views_of(session, rules), TODAY)
        # A CD is no formal vote; one CIB that is missed breaks nothing; an estimated FDIS is owed too.
        assert {(place[0], place[1]): state.standing for place, state in found.items()} == {
            (90001, BallotKind.DIS): Standing.AT_RISK,
            (90003, BallotKind.FDIS): Standing.AT_RISK,
            (90004, BallotKind.CIB): Standing.DUE,
        }
        for view in views_of(session, rules):
            place = (view.item.iso_id, view.kind, view.iteration)
            assert place not in found or duty_of(session, rules, view, TODAY) == found[place]
        verbs.set_roster(session, WORD, COMMITTEE, dt.date(2026, 1, 1), ["DIN"], NOW)
        session.flush()
        assert must_vote(session, rules, views_of(session, rules), TODAY) == {}


def test_missed_limits_are_listed_while_the_work_goes_on(items: Store, rules: Rulebook) -> None:
    registered = {90001: "2024-11-01", 90002: "2026-06-01", 90003: "2024-11-10", 90004: "2025-01-31"}
    with items.write() as session:
        for item in session.exec(select(WorkItem).order_by(col(WorkItem.iso_id))):
            start = dt.date.fromisoformat(registered[item.iso_id])
            verbs.set_track(session, WORD, item, "SDT 24", start, NOW)
        session.flush()
        found = missed_limits(session, rules, TODAY)
        assert [(each.item.iso_id, each.limit.stage, each.limit.state) for each in found] == [
            (90004, "40.00", LimitState.PAST),
            (90001, "60.60", LimitState.AT_RISK),
            (90003, "60.60", LimitState.AT_RISK),
        ]
        for item in session.exec(select(WorkItem)):
            item.stage = "30.98" if item.iso_id == 90004 else "60.60"
            session.add(item)
        session.flush()
        assert missed_limits(session, rules, TODAY) == []


def test_our_own_closed_days_move_our_deadline_and_not_the_nations(items: Store, rules: Rulebook) -> None:
    with items.write() as session:
        announced(session, 90001, BallotKind.DIS, "2026-12-04")
        plain = next(view for view in views_of(session, rules) if view.item.iso_id == 90001)
        assert plain.deadlines is not None
        assert plain.deadlines.company is not None
        assert plain.deadlines.national is not None
        shut = (plain.deadlines.company.day, plain.deadlines.national.day)
        closed = load_rulebook(Settings(closed_days=shut))
        moved = next(view for view in views_of(session, closed) if view.item.iso_id == 90001)
        assert moved.deadlines is not None
        assert moved.deadlines.company is not None
        assert moved.deadlines.company.day == plain.deadlines.company.day - dt.timedelta(days=1)
        assert moved.deadlines.national == plain.deadlines.national
