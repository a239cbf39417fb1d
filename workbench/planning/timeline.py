"""The one picture of a plan: standards work above, what the company does below, time to the right. Pure geometry.

Nothing here draws: the page and the PDF read the same places, so that both show the same.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from workbench.planning.axis import TICK_ROOM, Axis, Break, Tick

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
_LEAST_WORDS: Final = 160.0
"""So much room there is at least for what is written at a mark; what is longer is cut where it does not fit."""
_ZIGZAG: Final = (4, 6)
"""How far the line of a break swings to either side, and the height of each stroke."""


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


@dataclass(frozen=True, slots=True)
class Link:
    """That one mark must come before, or not after, another; `finding` as of marks."""

    first: str
    then: str
    text: str
    finding: str | None = None


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
    """A mark in its place. Its label, cut where it is too long, starts at `text_x`, or ends there if `before`.

    By `least` to `most` days it may be dragged without crossing a break.
    """

    mark: Mark
    x: float
    y: float
    width: float
    text_x: float
    before: bool
    label: str
    least: int = 0
    most: int = 0

    @property
    def words(self) -> str:
        """All that is written at it."""
        return _words(self.label, self.mark.beside)

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
    """Everything in its place; lengths in pixels. `day_width` is that of one day, for dragging.

    `breaks` are long stretches in which nothing lies, drawn short.
    """

    width: float
    height: float
    first: dt.date
    last: dt.date
    day_width: float
    today_x: float
    ticks: tuple[Tick, ...]
    breaks: tuple[Break, ...]
    headings: tuple[Heading, ...]
    bars: tuple[Bar, ...]
    arrows: tuple[Arrow, ...]

    def zigzag(self, at: Break) -> list[tuple[float, float]]:
        """The line that marks a break, from the top to the bottom, as points."""
        swing, stroke = _ZIGZAG
        strokes = int((self.height - TOP + 8) // stroke)
        return [(at.x + swing * (-1) ** turn, TOP - 8 + turn * stroke) for turn in range(strokes + 1)]


def timeline(marks: Iterable[Mark], links: Iterable[Link], today: dt.date, width: float = WIDTH) -> Timeline | None:
    """Put marks and links in their places; None without marks. Links of marks that are not there are left out.

    Rows come in the order in which their first mark was given; within one, bars and labels never overlap.
    """
    shown = list(marks)
    if not shown:
        return None
    axis = _axis(shown, today, width)
    headings: list[Heading] = []
    bars: list[Bar] = []
    y = float(TOP)
    for band in Band:
        rows = list(dict.fromkeys(mark.row for mark in shown if mark.band is band))
        if rows and headings:
            y += _BAND_GAP
        for row in rows:
            placed, lines = _row([mark for mark in shown if (mark.band, mark.row) == (band, row)], axis, y, width)
            bars += placed
            headings.append(Heading(row, band, y, y + lines * LINE))
            y += lines * LINE + _ROW_GAP
    by_name = {bar.mark.name: bar for bar in bars}
    return Timeline(
        width=width,
        height=y + 4,
        first=axis.first,
        last=axis.last,
        day_width=axis.day_width,
        today_x=axis.across(today.toordinal()),
        ticks=tuple(each for each in axis.ticks() if each.x + TICK_ROOM <= width),
        breaks=axis.breaks,
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


def _axis(marks: Sequence[Mark], today: dt.date, width: float) -> Axis:
    """The axis on which there is room at each mark for what is written at it, or for the beginning of that."""
    days = [today.toordinal(), *(day.toordinal() for mark in marks for day in (mark.first, mark.last))]
    right = width - _RIGHT
    axis = Axis(days, HEADS, right)
    if axis.breaks:
        # What lies behind the last one has its day written beside it.
        right = width - TICK_ROOM
        axis = Axis(days, HEADS, right)
    needed = [_needed(mark) for mark in marks]
    rooms = [max(width - end, start - HEADS) for start, end in (_extent(mark, axis) for mark in marks)]
    short = [min(need, _LEAST_WORDS) for need, room in zip(needed, rooms, strict=True) if room < need]
    least = max(short, default=0.0)
    if all(room >= min(need, least) for need, room in zip(needed, rooms, strict=True)):
        return axis
    return Axis(days, HEADS, min(right, width - _HALF - least))


def _extent(mark: Mark, axis: Axis) -> tuple[float, float]:
    """From where to where a mark is drawn: a day is a point, a window as wide as its days, the last one included."""
    x = axis.across(mark.first.toordinal())
    wide = axis.across(mark.last.toordinal() + 1) - x if mark.last > mark.first else 0.0
    return x - _HALF, x + max(wide, 0) + _HALF


def _needed(mark: Mark) -> float:
    return text_width(_words(mark.label, mark.beside)) + _APART


def _words(label: str, beside: str) -> str:
    return f"{label} {beside}" if beside else label


def _cut(mark: Mark, room: float) -> str:
    """As much of the label as there is room for beside what follows it."""
    label = mark.label
    while label and text_width(_words(f"{label}…", mark.beside)) + _APART > room:
        label = label[:-1]
    return f"{label}…"


def _row(marks: Sequence[Mark], axis: Axis, top: float, width: float) -> tuple[list[Bar], int]:
    """The bars of a row, each on the first line that is free where it and its label stand; gates give way to events."""
    taken: list[list[tuple[float, float]]] = []
    bars = []
    for mark in sorted(marks, key=lambda each: (each.gate is not None, each.first, each.last, each.name)):
        start, end = _extent(mark, axis)
        needed, after, ahead = _needed(mark), width - end, start - HEADS
        before = needed > after and ahead > after
        room = ahead if before else after
        label = mark.label if needed <= room else _cut(mark, room)
        written = text_width(_words(label, mark.beside)) + _APART
        left, right = (start - written, end) if before else (start, end + written)
        line = next(
            (place for place, used in enumerate(taken) if all(right < a or left > b for a, b in used)), len(taken)
        )
        if line == len(taken):
            taken.append([])
        taken[line].append((left, right))
        y = top + line * LINE + LINE / 2
        text_x = round((start if before else end) + (-4 if before else 4), 1)
        x, wide = round(start + _HALF, 1), round(end - start - 2 * _HALF, 1)
        bars.append(Bar(mark, x, y, wide, text_x, before, label, *axis.free(mark.first, mark.last)))
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
