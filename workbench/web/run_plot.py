"""Geometry of the picture of a source's runs: records over time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from workbench.history.models import Run, RunState

SHOWN: Final = 60
WIDTH: Final = 900
HEIGHT: Final = 150
_TOP: Final = 16
_BOTTOM: Final = 126
_LEFT: Final = 64
_RIGHT: Final = 890
_FAILED: Final = (RunState.FAILED, RunState.REJECTED)


@dataclass(frozen=True)
class RunMark:
    """A run at its place; `failed` where nothing of it was believed."""

    run: Run
    x: float
    y: float
    failed: bool


@dataclass(frozen=True)
class RunPlot:
    """Runs from the oldest to the newest, evenly spaced; `path` joins those that were believed."""

    marks: Sequence[RunMark]
    path: str
    most: int
    top: int = _TOP
    bottom: int = _BOTTOM
    left: int = _LEFT


def run_plot(newest_first: Sequence[Run]) -> RunPlot | None:
    """The picture of these runs; None where fewer than two have ended. Running ones are left out."""
    runs = [run for run in reversed(newest_first) if run.state is not RunState.RUNNING]
    if len(runs) < 2:
        return None
    most = max(run.records for run in runs)
    step = (_RIGHT - _LEFT) / (len(runs) - 1)
    marks = []
    for position, run in enumerate(runs):
        failed = run.state in _FAILED
        share = run.records / most if most and not failed else 0.0
        marks.append(
            RunMark(run, round(_LEFT + position * step, 1), round(_BOTTOM - share * (_BOTTOM - _TOP), 1), failed)
        )
    believed = [mark for mark in marks if not mark.failed]
    path = " ".join(f"{'L' if number else 'M'}{mark.x} {mark.y}" for number, mark in enumerate(believed))
    return RunPlot(marks, path, most)
