"""Geometry of the pictures: dates and stages to places on a drawing, in pixels. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scrapers.identifiers import STAGE_GROUPS
from workbench.planning.axis import Tick
from workbench.standards.stage_history import StageDate

ROW: Final = 26
TOP: Final = 26
LABELS: Final = 160
WIDTH: Final = 900
_MARGIN: Final = 14
_LABEL_GAP: Final = 30
_MIN_SPAN: Final = dt.timedelta(days=240)

WEEKS: Final = 12
CALENDAR_WIDTH: Final = 900
CALENDAR_LABELS: Final = 210
CALENDAR_ROWS: Final = 25


@dataclass(frozen=True)
class Point:
    """A stage reached. `label`: whether there is room for the substage beside it."""

    x: float
    y: float
    event: StageDate
    label: bool


@dataclass(frozen=True)
class Span:
    """A bar from one day to another."""

    x: float
    y: float
    width: float


@dataclass(frozen=True)
class StagePicture:
    """Stages upwards in their order, time to the right."""

    height: float
    rows: list[tuple[str, float]]
    ticks: list[Tick]
    points: list[Point]
    path: str
    today_x: float
    ballot: Span | None
    ballot_group: str | None


@dataclass(frozen=True)
class CalendarEntry:
    """Something that is open until a day; `opens_on` is None where it is not known.

    `estimated`: nobody announced its last day. `due_on`: our own deadline in it, announced or estimated.
    """

    name: str
    address: str
    group: str
    opens_on: dt.date | None
    closes_on: dt.date
    estimated: bool = False
    due_on: dt.date | None = None
    due_estimated: bool = False


@dataclass(frozen=True)
class CalendarRow:
    """`due_x` is the middle of the day of our own deadline; None where it lies outside of the picture."""

    entry: CalendarEntry
    bar: Span
    due_x: float | None


@dataclass(frozen=True)
class Calendar:
    """Twelve weeks from a Monday on, one row an entry."""

    height: float
    weeks: list[Tick]
    rows: list[CalendarRow]
    today_x: float
    left_out: int


def stage_picture(
    events: Sequence[StageDate],
    today: dt.date,
    ballot: tuple[str, dt.date, dt.date] | None = None,
) -> StagePicture | None:
    """The history of a work item as a staircase; None without events. `ballot`: stage, opening and estimated close."""
    if not events:
        return None
    ordered = sorted(events)
    # A page may announce a stage ahead of time, so today may lie before everything known.
    first, last = min(ordered[0].date, today), max(ordered[-1].date, today, *(ballot[1:] if ballot else ()))
    if last - first < _MIN_SPAN:
        first = last - _MIN_SPAN
    scale = (WIDTH - LABELS - 2 * _MARGIN) / (last - first).days

    def across(day: dt.date) -> float:
        return round(LABELS + _MARGIN + (day - first).days * scale, 1)

    reached = [event.stage[:2] for event in ordered] + ([ballot[0][:2]] if ballot else [])
    lowest, highest = min(reached), max("60", *reached)
    groups = [group for group in STAGE_GROUPS if lowest <= group <= highest]
    heights = {group: TOP + ROW * (len(groups) - 1 - place) + ROW / 2 for place, group in enumerate(groups)}
    points: list[Point] = []
    labelled: dict[str, float] = {}
    for event in ordered:
        group, x = event.stage[:2], across(event.date)
        room = x - labelled.get(group, -WIDTH) >= _LABEL_GAP
        if room:
            labelled[group] = x
        points.append(Point(x, heights[group], event, room))
    path = f"M{points[0].x} {points[0].y}" + "".join(f"H{point.x}V{point.y}" for point in points[1:])
    span = None
    if ballot:
        start = across(max(ballot[1], first))
        span = Span(start, heights[ballot[0][:2]], max(2.0, across(ballot[2]) - start))
    return StagePicture(
        height=TOP + ROW * len(groups) + 22,
        rows=[(group, heights[group]) for group in groups],
        ticks=[Tick(across(day), day) for day in _year_starts(first, last)],
        points=points,
        path=path,
        today_x=across(today),
        ballot=span,
        ballot_group=ballot[0][:2] if ballot else None,
    )


def _year_starts(first: dt.date, last: dt.date) -> list[dt.date]:
    years = [dt.date(year, 1, 1) for year in range(first.year, last.year + 1)]
    return [day for day in years if first <= day <= last]


def calendar(entries: Sequence[CalendarEntry], today: dt.date) -> Calendar:
    """The entries that close within twelve weeks of this week's Monday, from today on, in order of their close."""
    monday = today - dt.timedelta(days=today.weekday())
    end = monday + dt.timedelta(weeks=WEEKS)
    scale = (CALENDAR_WIDTH - CALENDAR_LABELS - _MARGIN) / (WEEKS * 7)

    def across(day: dt.date) -> float:
        return round(CALENDAR_LABELS + (day - monday).days * scale, 1)

    shown = sorted((entry for entry in entries if today <= entry.closes_on < end), key=lambda entry: entry.closes_on)
    rows = []
    for place, entry in enumerate(shown[:CALENDAR_ROWS]):
        start = across(min(max(entry.opens_on or monday, monday), entry.closes_on))
        # A ballot is open through its closing day.
        stop = across(entry.closes_on + dt.timedelta(days=1))
        due_x = round(across(entry.due_on) + scale / 2, 1) if entry.due_on and monday <= entry.due_on < end else None
        bar = Span(start, TOP + ROW * place + ROW / 2, round(max(2.0, stop - start), 1))
        rows.append(CalendarRow(entry, bar, due_x))
    return Calendar(
        height=TOP + ROW * len(rows) + 6,
        weeks=[Tick(across(day), day) for day in (monday + dt.timedelta(weeks=number) for number in range(WEEKS))],
        rows=rows,
        today_x=across(today),
        left_out=len(shown) - len(rows),
    )
