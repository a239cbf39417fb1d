"""The duty of P-members to vote."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.ballots.obligations import Owed, Standing, duty_state, load_obligations
from workbench.standards.ballots import BallotKind

RULES = load_obligations()
TODAY = dt.date(2026, 7, 1)
BEFORE, AFTER = dt.date(2026, 3, 1), dt.date(2026, 9, 1)


def _standing(kind: BallotKind, *ballots: tuple[dt.date, bool]) -> Standing:
    duty = RULES.duty_for(kind)
    assert duty is not None
    return duty_state(duty, [Owed(kind, day, voted) for day, voted in ballots], 2026, TODAY).standing


def test_one_missed_dis_breaks_the_duty_and_an_open_one_puts_it_at_risk() -> None:
    """ISO/IEC Directives Part 1 (2020), 1.7.5."""
    assert _standing(BallotKind.DIS, (BEFORE, True)) is Standing.KEPT
    assert _standing(BallotKind.DIS, (BEFORE, True), (AFTER, False)) is Standing.AT_RISK
    assert _standing(BallotKind.DIS, (BEFORE, False)) is Standing.BROKEN


@pytest.mark.parametrize(
    ("missed", "voted", "standing"),
    [
        (1, 0, Standing.KEPT),  # a single one never
        (2, 8, Standing.KEPT),  # exactly 20 %
        (2, 7, Standing.BROKEN),
        (2, 0, Standing.BROKEN),
    ],
)
def test_committee_internal_ballots_need_two_and_more_than_a_fifth(missed: int, voted: int, standing: Standing) -> None:
    """ISO/IEC Directives Part 1 (2020), 1.7.4."""
    assert _standing(BallotKind.CIB, *[(BEFORE, False)] * missed, *[(BEFORE, True)] * voted) is standing


def test_only_the_ballots_of_the_year_and_of_the_kind_count() -> None:
    duty = RULES.duty_for(BallotKind.DIS)
    assert duty is not None
    others = [Owed(BallotKind.DIS, dt.date(2025, 12, 31), voted=False), Owed(BallotKind.CIB, BEFORE, voted=False)]
    assert duty_state(duty, others, 2026, TODAY).standing is Standing.KEPT
    assert RULES.duty_for(BallotKind.CD) is None


@given(st.lists(st.tuples(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), st.booleans()), max_size=40))
def test_the_counts_are_those_of_the_ballots(ballots: list[tuple[dt.date, bool]]) -> None:
    duty = RULES.duty_for(BallotKind.CIB)
    assert duty is not None
    state = duty_state(duty, [Owed(BallotKind.CIB, day, voted) for day, voted in ballots], 2026, TODAY)
    closed = [voted for day, voted in ballots if day < TODAY]
    assert (state.closed, state.missed) == (len(closed), closed.count(False))
    assert state.due == sum(not voted for day, voted in ballots if day >= TODAY)
    broken = state.missed >= 2 and state.missed * 5 > state.closed
    assert (state.standing is Standing.BROKEN) is broken
