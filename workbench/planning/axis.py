"""The axis of a picture over time: days to places, with long stretches in which nothing lies drawn short. Pure."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

LONGEST_EMPTY: Final = 5 * 366
"""Days without anything that are drawn in full; a longer stretch is broken."""
TICK_ROOM: Final = 62
"""How wide the name of a month is drawn."""
_BREAK: Final = 64.0
"""How wide a broken stretch is drawn, unless there are so many that they would take more than half of the axis."""
_SHARE: Final = 0.5
_STEPS: Final = (1, 3, 6, 12, 24, 60, 120)


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    day: dt.date


@dataclass(frozen=True, slots=True)
class Break:
    """A stretch in which nothing lies, from the day after `before` to the day before `after`; `x` is its middle."""

    x: float
    before: dt.date
    after: dt.date

    @property
    def years(self) -> int:
        """How many whole years it leaves out."""
        return (self.after - self.before).days // 366


@dataclass(frozen=True, slots=True)
class Run:
    """Days without a break, the first and the last as ordinals, drawn from `x` on."""

    first: int
    last: int
    x: float


class Axis:
    """From `left` to `right`, over days given as ordinals and a margin around them."""

    def __init__(self, ordinals: Iterable[int], left: float, right: float) -> None:
        days = sorted(set(ordinals))
        empty = [(day, then) for day, then in pairwise(days) if then - day > LONGEST_EMPTY]
        starts, ends = [days[0], *(then for _, then in empty)], [*(day for day, _ in empty), days[-1]]
        self._earliest = days[0]
        margin = max(7, sum(end - start for start, end in zip(starts, ends, strict=True)) // 30)
        starts[0], ends[-1] = max(1, starts[0] - margin), min(dt.date.max.toordinal(), ends[-1] + margin)
        shown = sum(end - start + 1 for start, end in zip(starts, ends, strict=True))
        gaps = len(starts) - 1
        gap = min(_BREAK, _SHARE * (right - left) / gaps) if gaps else 0.0
        self.day_width = (right - left - gaps * gap) / shown
        self.runs: list[Run] = []
        x = left
        for start, end in zip(starts, ends, strict=True):
            self.runs.append(Run(start, end, x))
            x += (end - start + 1) * self.day_width + gap
        self._starts = starts
        self.breaks = tuple(
            Break(round(run.x - gap / 2, 1), dt.date.fromordinal(before.last), dt.date.fromordinal(run.first))
            for before, run in pairwise(self.runs)
        )

    @property
    def first(self) -> dt.date:
        return dt.date.fromordinal(self.runs[0].first)

    @property
    def last(self) -> dt.date:
        return dt.date.fromordinal(self.runs[-1].last)

    def run_of(self, ordinal: int) -> Run:
        """The run that a day is in, or the one after whose last day it comes."""
        return self.runs[max(0, bisect_right(self._starts, ordinal) - 1)]

    def across(self, ordinal: int) -> float:
        """Where a day begins, for the days of the runs and the day after each."""
        run = self.run_of(ordinal)
        return round(run.x + (ordinal - run.first) * self.day_width, 1)

    def free(self, first: dt.date, last: dt.date) -> tuple[int, int]:
        """By how many days, down and up, the days from first to last can be moved without crossing a break."""
        low, high = self.run_of(first.toordinal()), self.run_of(last.toordinal())
        least = (1 if low is self.runs[0] else low.first) - first.toordinal()
        most = (dt.date.max.toordinal() if high is self.runs[-1] else high.last) - last.toordinal()
        return least, most

    def ticks(self) -> Sequence[Tick]:
        """First days of months, as many as there is room for, and after each break the day on which it ends.

        Where there are breaks, the first days are named too if no month begins in them.
        """
        found: list[Tick] = []
        begun: Tick | None = None
        for run in self.runs:
            ticks = [Tick(self.across(day.toordinal()), day) for day in _months(run, self.day_width)]
            if run is not self.runs[0] or (self.breaks and not ticks):
                start = max(run.first, self._earliest)
                begin = Tick(self.across(start), dt.date.fromordinal(start))
                if begun is None or begin.x - begun.x >= TICK_ROOM:
                    found = [each for each in found if begin.x - each.x >= TICK_ROOM]
                    found.append(begin)
                    begun = begin
                ticks = [each for each in ticks if each.x - found[-1].x >= TICK_ROOM]
            found += ticks
        return found


def _months(run: Run, day_width: float) -> list[dt.date]:
    """First days of months; steps divide the year or are whole years."""
    first, last = dt.date.fromordinal(run.first), dt.date.fromordinal(run.last)
    step = next((step for step in _STEPS if step * 30 * day_width >= TICK_ROOM), _STEPS[-1])
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    return [dt.date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0]
