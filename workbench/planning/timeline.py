"""The one picture of a plan: standards work above, what the company does below, time to the right. Pure geometry.

Nothing here draws: the page and the PDF read the same places, so that both show the same.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WIDTH: Final = 1100
HEADS: Final = 150
LINE: Final = 24
TOP: Final = 30
BRACKET: Final = (5, 7)
"""How far the tips of a gate's bracket reach aside, and half its height: its path is 24 long, as its dashes have it."""
_ROW_GAP: Final = 8
_BAND_GAP: Final = 22
_RIGHT: Final = 16
_HALF: Final = 6
_NARROW: Final = 6.4
_WIDE: Final = 12.0
_APART: Final = 10
_TICK_ROOM: Final = 62
_STEPS: Final = (1, 3, 6, 12, 24, 60, 120)


class Side(StrEnum):
    """What a gate is: the last day that a rule allows, or the first."""

    LAST = "last"
    FIRST = "first"


class Band(StrEnum):
    """Standards work is drawn above what the company does."""

    STANDARDS = "standards"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on the picture, from `first` to `last` day, both included; a single day has them equal.

    `tone` and `finding` are words that the drawing turns into colours; `row` is the heading it stands under. `beside`
    follows the label in small. `text` is told in full to whoever points at it. `movable`: people may choose its day.
    `gate`: it is no event, but a day that rules compute for one.
    """

    name: str
    band: Band
    row: str
    label: str
    first: dt.date
    last: dt.date
    tone: str
    text: str
    beside: str = ""
    estimated: bool = False
    done: bool = False
    movable: bool = False
    finding: str | None = None
    gate: Side | None = None

    @property
    def words(self) -> str:
        """All that is written at the mark."""
        return f"{self.label} {self.beside}" if self.beside else self.label


@dataclass(frozen=True, slots=True)
class Link:
    """That one mark must come before, or not after, another; `finding` as of marks."""

    first: str
    then: str
    text: str
    finding: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    day: dt.date


@dataclass(frozen=True, slots=True)
class Heading:
    """A row's heading; `top` to `bottom` is the row."""

    text: str
    band: Band
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Bar:
    """A mark in its place. Its label starts at `text_x`, or ends there where `before` is true."""

    mark: Mark
    x: float
    y: float
    width: float
    text_x: float
    before: bool

    @property
    def end(self) -> float:
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Arrow:
    """From the end of one bar to the start of another, as the points of a path with a bend."""

    link: Link
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything in its place; lengths in pixels. `day_width` is that of one day, for dragging."""

    width: float
    height: float
    first: dt.date
    last: dt.date
    day_width: float
    today_x: float
    ticks: tuple[Tick, ...]
    headings: tuple[Heading, ...]
    bars: tuple[Bar, ...]
    arrows: tuple[Arrow, ...]


def timeline(marks: Iterable[Mark], links: Iterable[Link], today: dt.date, width: float = WIDTH) -> Timeline | None:
    """Put marks and links in their places; None without marks. Links of marks that are not there are left out.

    Rows come in the order in which their first mark was given; within one, bars and labels never overlap.
    """
    shown = list(marks)
    if not shown:
        return None
    earliest = min(today, *(mark.first for mark in shown)).toordinal()
    latest = max(today, *(mark.last for mark in shown)).toordinal()
    margin = max(7, (latest - earliest) // 30)
    start, end = max(1, earliest - margin), min(dt.date.max.toordinal(), latest + margin)
    first, last = dt.date.fromordinal(start), dt.date.fromordinal(end)
    day_width = (width - HEADS - _RIGHT) / (end - start + 1)

    def across(ordinal: int) -> float:
        return round(HEADS + (ordinal - start) * day_width, 1)

    headings: list[Heading] = []
    bars: list[Bar] = []
    y = float(TOP)
    for band in Band:
        rows = list(dict.fromkeys(mark.row for mark in shown if mark.band is band))
        if rows and headings:
            y += _BAND_GAP
        for row in rows:
            placed, lines = _row([mark for mark in shown if (mark.band, mark.row) == (band, row)], across, y, width)
            bars += placed
            headings.append(Heading(row, band, y, y + lines * LINE))
            y += lines * LINE + _ROW_GAP
    by_name = {bar.mark.name: bar for bar in bars}
    return Timeline(
        width=width,
        height=y + 4,
        first=first,
        last=last,
        day_width=day_width,
        today_x=across(today.toordinal()),
        ticks=tuple(Tick(across(day.toordinal()), day) for day in _ticks(first, last, day_width)),
        headings=tuple(headings),
        bars=tuple(bars),
        arrows=tuple(
            Arrow(link, _bend(by_name[link.first], by_name[link.then]))
            for link in links
            if link.first in by_name and link.then in by_name and link.first != link.then
        ),
    )


def text_width(text: str) -> float:
    """About how wide a label is drawn; full-width characters count as wide."""
    return sum(_WIDE if unicodedata.east_asian_width(sign) in "WFA" else _NARROW for sign in text)


def _row(marks: Sequence[Mark], across: Callable[[int], float], top: float, width: float) -> tuple[list[Bar], int]:
    """The bars of a row, each on the first line that is free where it and its label stand; gates give way to events."""
    taken: list[list[tuple[float, float]]] = []
    bars = []
    for mark in sorted(marks, key=lambda each: (each.gate is not None, each.first, each.last, each.name)):
        x = across(mark.first.toordinal())
        # A day is a point; a window is as wide as its days, the last one included.
        wide = across(mark.last.toordinal() + 1) - x if mark.last > mark.first else 0.0
        start, end = x - _HALF, x + max(wide, 0) + _HALF
        label = text_width(mark.words) + _APART
        before = end + label > width and start - label > HEADS
        left, right = (start - label, end) if before else (start, end + label)
        line = next(
            (place for place, used in enumerate(taken) if all(right < a or left > b for a, b in used)), len(taken)
        )
        if line == len(taken):
            taken.append([])
        taken[line].append((left, right))
        y = top + line * LINE + LINE / 2
        bars.append(Bar(mark, x, y, wide, round((start if before else end) + (-4 if before else 4), 1), before))
    return bars, len(taken)


def _bend(first: Bar, then: Bar) -> tuple[tuple[float, float], ...]:
    """Straight out of the end of the first bar, along the edge of the other one's line, and straight into its start.

    So no arrow runs through the labels of the two lines.
    """
    into = -1 if then.y < first.y else 1
    out = 1 if then.y > first.y else -1
    edge = then.y - into * LINE / 2
    start = (first.end, first.y + out * _HALF)
    stop = (then.x, then.y - into * _HALF)
    return (start, (start[0], edge), (stop[0], edge), stop)


def _ticks(first: dt.date, last: dt.date, day_width: float) -> list[dt.date]:
    """First days of months, as many as there is room for; steps divide the year or are whole years."""
    step = next((step for step in _STEPS if step * 30 * day_width >= _TICK_ROOM), _STEPS[-1])
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    return [dt.date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0]
