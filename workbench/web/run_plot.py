"""Geometry of the picture of a source's runs: records, and below them how long each took. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from workbench.history.models import Run, RunState

SHOWN: Final = 60
WIDTH: Final = 900
HEIGHT: Final = 230
_TOP: Final = 16
_BOTTOM: Final = 126
_SLOW_TOP: Final = 152
_SLOW_BOTTOM: Final = 206
_LEFT: Final = 64
_RIGHT: Final = 890
_FAILED: Final = (RunState.FAILED, RunState.REJECTED)


@dataclass(frozen=True)
class RunMark:
    """A run at its place; `failed` where nothing of it was believed. `seconds` is what it took, `top` that height."""

    run: Run
    x: float
    y: float
    failed: bool
    seconds: float
    top: float


@dataclass(frozen=True)
class RunPlot:
    """Runs from the oldest to the newest, evenly spaced; `path` joins those that were believed."""

    marks: Sequence[RunMark]
    path: str
    most: int
    slowest: float
    height: int = HEIGHT
    slow_top: int = _SLOW_TOP
    slow_bottom: int = _SLOW_BOTTOM
    top: int = _TOP
    bottom: int = _BOTTOM
    left: int = _LEFT


def seconds_of(run: Run) -> float:
    """How long a run took; 0 while it runs."""
    return max(0.0, (run.finished_at - run.started_at).total_seconds()) if run.finished_at is not None else 0.0


def run_plot(newest_first: Sequence[Run]) -> RunPlot | None:
    """The picture of these runs; None where fewer than two have ended. Running ones are left out."""
    runs = [run for run in reversed(newest_first) if run.state is not RunState.RUNNING]
    if len(runs) < 2:
        return None
    most = max(run.records for run in runs)
    slowest = max(map(seconds_of, runs))
    step = (_RIGHT - _LEFT) / (len(runs) - 1)
    marks = []
    for position, run in enumerate(runs):
        failed = run.state in _FAILED
        share = run.records / most if most and not failed else 0.0
        seconds = seconds_of(run)
        height = (seconds / slowest if slowest else 0.0) * (_SLOW_BOTTOM - _SLOW_TOP)
        marks.append(
            RunMark(
                run,
                x=round(_LEFT + position * step, 1),
                y=round(_BOTTOM - share * (_BOTTOM - _TOP), 1),
                failed=failed,
                seconds=seconds,
                top=round(_SLOW_BOTTOM - height, 1),
            )
        )
    believed = [mark for mark in marks if not mark.failed]
    path = " ".join(f"{'L' if number else 'M'}{mark.x} {mark.y}" for number, mark in enumerate(believed))
    return RunPlot(marks, path, most, slowest)
