"""Keeping to an announced rate, and spans of days."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scrapers.day_windows import Days, days_of
from scrapers.pacing import Pace
from scrapers.records import Watch
from tests.scrapers.patent_offices.server import FakeClock

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2040, 1, 1))


class TestPace:
    @given(st.integers(1, 30), st.lists(st.floats(0, 40), min_size=1, max_size=60))
    def test_no_window_holds_more_than_the_limit(self, limit: int, pauses: list[float]) -> None:
        clock = FakeClock()
        pace = Pace(limit, clock.monotonic, clock.sleep)
        sent = []
        for pause in pauses:
            clock.sleep(pause)
            pace.wait()
            sent.append(clock.seconds)
        assert max(sum(at <= other < at + 60 for other in sent) for at in sent) <= limit
        assert all(later - earlier >= 60 / limit - 1e-6 for earlier, later in pairwise(sent))

    @given(st.lists(st.integers(1, 20), min_size=2, max_size=40))
    def test_a_limit_that_changes_is_kept_from_then_on(self, limits: list[int]) -> None:
        clock = FakeClock()
        pace = Pace(limits[0], clock.monotonic, clock.sleep)
        sent: list[float] = []
        for limit in limits:
            pace.limit = limit
            pace.wait()
            sent.append(clock.seconds)
            assert sum(clock.seconds - at < 60 for at in sent) <= limit

    def test_two_runs_one_after_the_other_keep_the_distance(self) -> None:
        clock = FakeClock()
        sent = []
        for _ in range(3):
            pace = Pace(10, clock.monotonic, clock.sleep)
            for _ in range(4):
                pace.wait()
                sent.append(clock.seconds)
        assert min(later - earlier for earlier, later in pairwise(sent)) >= 6


class TestDays:
    @given(DAYS, DAYS)
    def test_halves_have_no_gap_and_no_overlap(self, one: dt.date, other: dt.date) -> None:
        days = Days(min(one, other), max(one, other))
        halves = days.halves()
        if halves is None:
            assert days.first == days.last
            return
        left, right = halves
        assert (left.first, right.last) == (days.first, days.last)
        assert right.first - left.last == dt.timedelta(days=1)
        assert left.first <= left.last
        assert right.first <= right.last

    def test_a_watch_reaches_back_as_far_as_it_says(self) -> None:
        today = dt.date(2026, 3, 2)
        assert days_of(Watch(name="x"), today, 90) == Days(dt.date(2025, 12, 2), today)
        assert days_of(Watch(name="x", since=dt.date(2026, 1, 1)), today, 90) == Days(dt.date(2026, 1, 1), today)
        assert days_of(Watch(name="x", until=dt.date(2030, 1, 1)), today, 1) == Days(dt.date(2026, 3, 1), today)
        assert days_of(Watch(name="x", since=dt.date(2026, 4, 1)), today, 90) is None
