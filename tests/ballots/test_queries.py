"""Announced ballots beside estimates, imports, and what needs an answer, on both databases."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from scrapers.ballots import AnnouncedBallot
from scrapers.records import Precision
from tests.web.seed import NOW, seed
from workbench.ballots import verbs
from workbench.ballots.imports import announced_iteration, import_ballots
from workbench.ballots.models import Ballot, BallotState, MemberVote, Position, PositionLevel, WaitingBallot
from workbench.ballots.queries import BallotView, ballot_views, estimated_iteration, needs_my_answer
from workbench.ballots.rulebook import load_rulebook
from workbench.ballots.verbs import BallotError
from workbench.db import Store
from workbench.history.models import RunState
from workbench.history.quarantine import count_quarantine
from workbench.people.models import Account
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.ballots import BallotKind, EstimatedBallot, estimate_ballot, load_ballot_rules
from workbench.standards.deadlines import Basis
from workbench.standards.models import WorkItem
from workbench.standards.stage_history import StageDate
from workbench.standards.tallies import Answer

TODAY = NOW.date()
HEAD = "Reference,Ballot type,Opening date,Closing date,Status,Result,Member body,Vote,P-member,Technical reasons\n"


def _views(store: Store, settings: Settings) -> list[BallotView]:
    with store.read() as session:
        return ballot_views(session, load_rulebook(settings), TODAY)


def _enquiry(store: Store) -> WorkItem:
    with store.read() as session:
        return session.exec(select(WorkItem).where(WorkItem.stage == "40.20")).first() or WorkItem.model_validate({})


def test_an_announced_ballot_takes_the_place_of_its_estimate(store: Store, settings: Settings, tmp_path: Path) -> None:
    seed(store)
    item = _enquiry(store)
    before = [view for view in _views(store, settings) if view.item.iso_id == item.iso_id]
    assert [(view.basis, view.row) for view in before] == [(Basis.ESTIMATED, None)]
    export = tmp_path / "ballots.csv"
    closes = TODAY + dt.timedelta(days=60)
    rows = [f"{item.reference},DIS,{TODAY},{closes},Open,,{name},Approval,P,\n" for name in ("AA", "BB")]
    export.write_text(HEAD + "".join(rows) + f"ISO/IEC 77777,DIS,,{closes},,,,,,\n" + f"{item.reference},??,,,,,,,,\n")
    run = import_ballots(store, settings, export, now=lambda: NOW)
    assert (run.state, run.inserted, len(run.warnings)) == (RunState.OK, 2, 2)
    after = [view for view in _views(store, settings) if view.item.iso_id == item.iso_id]
    assert [(view.basis, view.closes_on, view.is_open) for view in after] == [(Basis.ANNOUNCED, closes, True)]
    with store.read() as session:
        assert [vote.member for vote in session.exec(select(MemberVote))] == ["AA", "BB"]
        assert session.exec(select(WaitingBallot)).one().reference == "ISO/IEC 77777"
        assert count_quarantine(session, {"state": "waiting"}) == 1
    again = import_ballots(store, settings, export, now=lambda: NOW + dt.timedelta(days=1))
    assert (again.state, again.inserted, again.updated) == (RunState.UNCHANGED, 0, 0)
    export.write_text(HEAD + f"{item.reference},DIS,{TODAY},{closes + dt.timedelta(days=7)},,,AA,Disapproval,P,none\n")
    moved = import_ballots(store, settings, export, now=lambda: NOW + dt.timedelta(days=2))
    assert (moved.inserted, moved.updated) == (0, 1)
    with store.read() as session:
        assert session.exec(select(Ballot)).one().closes_on == closes + dt.timedelta(days=7)
        votes = {vote.member: vote.answer for vote in session.exec(select(MemberVote))}
    assert votes == {"AA": Answer.NO, "BB": Answer.YES}


def test_positions_follow_each_other_and_cannot_be_changed(store: Store, settings: Settings) -> None:
    seed(store)
    item, viewer = _enquiry(store), Viewer.system()
    with store.write() as session:
        needed = needs_my_answer(session, load_rulebook(settings), TODAY)
        assert item.iso_id in {view.item.iso_id for view in needed}
        assert [view.ours for view in needed] == sorted(
            (view.ours for view in needed), key=lambda day: day or dt.date.max
        )
        row = verbs.keep_ballot(session, viewer, item, BallotKind.DIS, 1, NOW)
        first = verbs.take_position(session, viewer, row, PositionLevel.COMPANY, Answer.NO, "no test", NOW, seen=None)
        with pytest.raises(BallotError, match="meanwhile"):
            verbs.take_position(session, viewer, row, PositionLevel.COMPANY, Answer.YES, "", NOW, seen=None)
        verbs.take_position(session, viewer, row, PositionLevel.COMPANY, Answer.YES, "", NOW, seen=first.id)
        with pytest.raises(BallotError, match="another answer"):
            verbs.take_position(session, viewer, row, PositionLevel.NATIONAL, Answer.CONFIRM, "", NOW, seen=None)
    with store.read() as session:
        left = needs_my_answer(session, load_rulebook(settings), TODAY)
        assert item.iso_id not in {view.item.iso_id for view in left}
        assert [each.answer for each in session.exec(select(Position))] == [Answer.NO, Answer.YES]
    for statement in ("UPDATE position SET reasons = 'x'", "DELETE FROM position"):
        with pytest.raises(sa.exc.DBAPIError, match="never changed"), store.write() as session:
            session.execute(sa.text(statement))


def test_who_follows_one_item_is_asked_for_that_one_only(store: Store, settings: Settings) -> None:
    seed(store)
    item = _enquiry(store)
    with store.write() as session:
        account = Account(name="Sample Delegate", email="d@example.org", language="en", created_at=NOW)
        session.add(account)
        session.flush()
        everything = needs_my_answer(session, load_rulebook(settings), TODAY, account_id=account.id)
        verbs.set_follow(session, item, followed=True, account_id=account.id)
        session.flush()
        own = needs_my_answer(session, load_rulebook(settings), TODAY, account_id=account.id)
        assert len(everything) > len(own)
        assert {view.item.iso_id for view in own} == {item.iso_id}
        verbs.set_follow(session, item, followed=False, account_id=account.id)
        session.flush()
        assert len(needs_my_answer(session, load_rulebook(settings), TODAY, account_id=account.id)) == len(everything)


def _row(iteration: int, closes_on: dt.date | None, state: BallotState = BallotState.OPEN) -> Ballot:
    return Ballot(
        work_item_id=1,
        kind=BallotKind.DIS,
        iteration=iteration,
        closes_on=closes_on,
        state=state,
        source="x",
        first_seen=NOW,
        last_seen=NOW,
    )


MAY, JULY, OCTOBER = dt.date(2026, 5, 24), dt.date(2026, 7, 1), dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("known", "announced", "iteration"),
    [
        ([], {"closes_on": MAY}, 1),
        ([_row(1, MAY)], {"closes_on": JULY}, 1),  # moved
        ([_row(1, MAY)], {"opens_on": JULY, "closes_on": OCTOBER}, 2),
        ([_row(1, MAY, state=BallotState.CLOSED)], {"closes_on": OCTOBER}, 2),
        ([_row(1, MAY), _row(2, OCTOBER)], {"closes_on": MAY}, 1),
        ([_row(1, MAY)], {"closes_on": OCTOBER, "iteration": 3}, 3),
    ],
)
def test_second_ballots_are_iterations(known: list[Ballot], announced: dict[str, object], iteration: int) -> None:
    record = AnnouncedBallot.model_validate({"reference": "ISO/IEC DIS 99001", "kind": "DIS", **announced})
    assert announced_iteration(known, record) == iteration


def test_a_stage_reached_anew_after_a_close_is_the_next_iteration() -> None:
    def estimate(day: dt.date, precision: Precision) -> EstimatedBallot:
        history = [StageDate(day, "40.20", precision)]
        found = estimate_ballot("IS", None, "40.20", history, load_ballot_rules(), OCTOBER)
        assert found is not None
        return found

    assert estimated_iteration([_row(1, MAY)], estimate(JULY, Precision.DAY)) == 2
    assert estimated_iteration([_row(1, MAY)], estimate(JULY, Precision.OBSERVED)) == 1
    assert estimated_iteration([_row(1, MAY)], estimate(MAY, Precision.DAY)) == 1
