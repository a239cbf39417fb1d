"""Days read from pages and stages observed by polling, put together."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from scrapers.records import Precision
from workbench.standards.stage_history import StageDate, combine


def _day(stage: str, date: str) -> StageDate:
    return StageDate(dt.date.fromisoformat(date), stage, Precision.DAY)


def _seen(stage: str, date: str) -> StageDate:
    return StageDate(dt.date.fromisoformat(date), stage, Precision.OBSERVED)


def test_the_day_of_a_page_takes_the_place_of_the_later_observation() -> None:
    known = [_seen("40.20", "2026-03-12")]
    read = [_day("40.00", "2026-02-01"), _day("40.20", "2026-03-10")]
    assert combine(known, read, read_is_complete=True) == read


def test_an_observation_that_the_page_does_not_know_yet_stays() -> None:
    known = [_day("40.20", "2026-03-10"), _seen("40.60", "2026-06-04")]
    assert combine(known, [_day("40.20", "2026-03-10")], read_is_complete=True) == known


def test_a_second_ballot_seen_after_the_first_was_dated_is_kept() -> None:
    first = [_day("40.20", "2026-03-10"), _day("40.60", "2026-06-03"), _day("40.93", "2026-07-01")]
    second = _seen("40.20", "2026-08-20")
    assert combine([*first, second], first, read_is_complete=True) == [*first, second]


def test_a_day_corrected_on_the_page_replaces_the_earlier_one() -> None:
    known = [_day("40.20", "2026-03-10"), _day("40.60", "2026-06-03")]
    read = [_day("40.20", "2026-03-12"), _day("40.60", "2026-06-03")]
    assert combine(known, read, read_is_complete=True) == read


def test_an_older_page_read_late_adds_and_removes_nothing() -> None:
    known = [_day("40.20", "2026-03-10"), _day("40.60", "2026-06-03")]
    assert combine(known, known[:1], read_is_complete=False) == known


def test_a_page_without_a_history_loses_none() -> None:
    known = [_day("40.20", "2026-03-10")]
    assert combine(known, [], read_is_complete=True) == known


events = st.builds(
    StageDate,
    st.dates(dt.date(2026, 1, 1), dt.date(2026, 2, 10)),
    st.sampled_from(["30.60", "40.00", "40.20", "40.60"]),
    st.sampled_from(list(Precision)),
)


@given(st.lists(events), st.lists(events), st.booleans())
def test_reading_the_same_twice_is_reading_it_once(
    known: list[StageDate], read: list[StageDate], complete: bool
) -> None:
    once = combine(known, read, read_is_complete=complete)
    assert combine(once, read, read_is_complete=complete) == once
    assert once == sorted(set(once))


@given(st.lists(events), st.lists(events), st.booleans())
def test_no_day_that_was_read_is_lost_and_nothing_is_invented(
    known: list[StageDate], read: list[StageDate], complete: bool
) -> None:
    result = combine(known, read, read_is_complete=complete)
    assert {event for event in read if event.precision is Precision.DAY} <= set(result)
    assert set(result) <= set(known) | set(read)
