"""Limit dates of tracks, on the worked example of the facts and on any day."""

from __future__ import annotations

import calendar
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.records import Precision
from workbench.ballots.limits import LimitRulesError, LimitState, limits, load_limits, months_after, registered_on
from workbench.standards.stage_history import StageDate

RULES = load_limits()
START = dt.date(2025, 3, 10)


def _states(today: dt.date, history: list[StageDate], stage: str) -> list[LimitState]:
    track = RULES.named("SDT 24")
    assert track is not None
    return [each.state for each in limits(track, START, history, stage, RULES, today)]


def test_the_worked_example() -> None:
    """SDT 24 from 2025-03-10 (ISO/IEC Directives Part 1, ISO Supplement, 2.1.6.1)."""
    track = RULES.named("SDT 24")
    assert track is not None
    dis, publication = limits(track, START, [], "20.20", RULES, dt.date(2026, 1, 1))
    assert (dis.day, dis.decide_by, dis.extended) == (dt.date(2026, 3, 10), dt.date(2026, 9, 10), None)
    assert (publication.day, publication.decide_by) == (dt.date(2027, 3, 10), dt.date(2027, 9, 10))
    assert publication.extended == dt.date(2027, 12, 10)


@pytest.mark.parametrize(
    ("name", "dis", "publication", "decide", "extended"),
    [("SDT 18", 6, 18, (12, 24), 27), ("SDT 24", 12, 24, (18, 30), 33), ("SDT 36", 24, 36, (30, 42), 45)],
)
def test_the_table_of_tracks(name: str, dis: int, publication: int, decide: tuple[int, int], extended: int) -> None:
    track = RULES.named(name)
    assert track is not None
    first, last = limits(track, START, [], None, RULES, START)
    assert (first.day, last.day) == (months_after(START, dis), months_after(START, publication))
    assert (first.decide_by, last.decide_by) == (months_after(START, decide[0]), months_after(START, decide[1]))
    assert last.extended == months_after(START, extended)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (dt.date(2026, 3, 10), LimitState.AHEAD),
        (dt.date(2026, 3, 11), LimitState.AT_RISK),
        (dt.date(2026, 9, 10), LimitState.AT_RISK),
        (dt.date(2026, 9, 11), LimitState.PAST),
    ],
)
def test_a_missed_limit_is_at_risk_until_the_time_to_decide_is_over(today: dt.date, state: LimitState) -> None:
    assert _states(today, [], "30.60")[0] is state


def test_a_stage_that_was_reached_meets_its_limit_whenever_that_was() -> None:
    reached = [StageDate(dt.date(2026, 5, 1), "40.20", Precision.OBSERVED)]
    assert _states(dt.date(2028, 1, 1), reached, "40.20") == [LimitState.MET, LimitState.PAST]
    assert _states(dt.date(2028, 1, 1), [], "60.60") == [LimitState.MET, LimitState.MET]


@given(st.dates(dt.date(1990, 1, 1), dt.date(2150, 1, 1)), st.integers(0, 240))
def test_months_are_counted_and_clamped_to_the_end_of_a_month(day: dt.date, months: int) -> None:
    found = months_after(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == min(day.day, calendar.monthrange(found.year, found.month)[1])


def test_month_0_is_the_first_of_the_start_stages_that_is_known() -> None:
    day = Precision.DAY
    history = [StageDate(dt.date(2025, 4, 2), "20.00", day), StageDate(dt.date(2025, 3, 10), "10.99", day)]
    assert registered_on(history, RULES) == START
    assert registered_on(history[:1], RULES) == dt.date(2025, 4, 2)
    assert registered_on([], RULES) is None


def test_a_file_without_tracks_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "limits.toml").write_text("track = []\n")
    with pytest.raises(LimitRulesError, match=r"limits\.toml: tolerance_months") as raised:
        load_limits(tmp_path / "limits.toml")
    assert "\n" not in str(raised.value)
