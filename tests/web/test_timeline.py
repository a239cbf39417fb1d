"""Geometry of the pictures: everything is inside, in order, and says what the dates say."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from scrapers.identifiers import STAGE_MATRIX
from scrapers.records import Precision
from workbench.standards.stage_history import StageDate
from workbench.web import timeline
from workbench.web.timeline import CalendarEntry, calendar, stage_picture

TODAY = dt.date(2026, 11, 25)
CODES = [f"{group}.{substage}" for group, substages in STAGE_MATRIX.items() for substage in substages]
days = st.dates(dt.date(1990, 1, 1), dt.date(2035, 1, 1))
events = st.lists(
    st.builds(StageDate, days, st.sampled_from(CODES), st.sampled_from(Precision)), min_size=1, max_size=30
)


def test_no_events_no_picture() -> None:
    assert stage_picture([], TODAY) is None


@given(events, days)
def test_points_are_inside_and_in_order_of_time(history: list[StageDate], today: dt.date) -> None:
    picture = stage_picture(history, today)
    assert picture is not None
    assert len(picture.points) == len(history)
    xs = [point.x for point in picture.points]
    assert xs == sorted(xs)
    assert all(timeline.LABELS <= x <= timeline.WIDTH for x in [*xs, picture.today_x, *(t.x for t in picture.ticks)])
    heights = dict(picture.rows)
    assert all(point.y == heights[point.event.stage[:2]] for point in picture.points)
    assert all(0 < y < picture.height for y in heights.values())
    # Later stages stand higher.
    assert [y for _, y in picture.rows] == sorted(heights.values(), reverse=True)


@given(events, days, st.integers(1, 200))
def test_a_ballot_ends_at_its_close_and_widens_the_time_axis(
    history: list[StageDate], opens: dt.date, length: int
) -> None:
    closes = opens + dt.timedelta(days=length)
    picture = stage_picture(history, opens, ("40.20", opens, closes))
    assert picture is not None
    assert picture.ballot is not None
    assert picture.ballot_group == "40"
    assert picture.ballot.x + picture.ballot.width <= timeline.WIDTH + 2


def test_labels_leave_each_other_room() -> None:
    close = [StageDate(TODAY - dt.timedelta(days=each), "30.20", Precision.DAY) for each in (3, 2, 1)]
    picture = stage_picture([*close, StageDate(dt.date(2020, 1, 1), "10.99", Precision.DAY)], TODAY)
    assert picture is not None
    assert [point.label for point in picture.points] == [True, True, False, False]


def entry(closes: dt.date, opens: dt.date | None = None, due: dt.date | None = None) -> CalendarEntry:
    return CalendarEntry("ISO/IEC 90001 DIS", "/", "40", opens, closes, due_on=due)


@given(st.lists(st.builds(entry, days, st.none() | days, st.none() | days), max_size=60), days)
def test_the_calendar_holds_what_closes_in_twelve_weeks(entries: list[CalendarEntry], today: dt.date) -> None:
    picture = calendar(entries, today)
    monday = today - dt.timedelta(days=today.weekday())
    expected = [each for each in entries if today <= each.closes_on < monday + dt.timedelta(weeks=12)]
    assert len(picture.rows) + picture.left_out == len(expected)
    closes = [row.entry.closes_on for row in picture.rows]
    assert closes == sorted(closes)
    assert all(week.day.weekday() == 0 for week in picture.weeks)
    for row in picture.rows:
        assert row.bar.x >= timeline.CALENDAR_LABELS
        assert row.bar.x + row.bar.width <= timeline.CALENDAR_WIDTH
        due = row.entry.due_on
        shown = due is not None and monday <= due < monday + dt.timedelta(weeks=12)
        assert (row.due_x is not None) == shown
        assert row.due_x is None or timeline.CALENDAR_LABELS < row.due_x < timeline.CALENDAR_WIDTH


def test_what_closes_today_is_still_open_today() -> None:
    picture = calendar([entry(TODAY)], TODAY)
    bar = picture.rows[0].bar
    assert bar.x + bar.width > picture.today_x


def test_a_long_calendar_leaves_rows_to_the_table() -> None:
    picture = calendar([entry(TODAY)] * 30, TODAY)
    assert (len(picture.rows), picture.left_out) == (25, 5)
