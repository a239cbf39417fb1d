"""How far a mapping is and how long it will take: told to whoever listens, and kept with the run for the pages."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sqlmodel import col, update

from workbench.db import Store
from workbench.history.models import Run, RunState

_WRITE_EVERY: Final = 2.0
# Time left is told from the last reports: what a resumed run skips at first says nothing about the rest.
_REPORTS: Final = 32


class Stage(IntEnum):
    """What a mapping is at: reading claims, ranking clauses for them, writing the matches draft by draft."""

    READING = 1
    RANKING = 2
    WRITING = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` claims, or of drafts where matches are written, are through the stage.

    `seconds_left` of the stage is None until it can be told.
    """

    draft: str
    stage: Stage
    done: int
    total: int
    seconds_left: float | None


class Reporter:
    """Tells the progress of runs that go on together and writes it to their `measures`, every two seconds at most."""

    def __init__(
        self,
        store: Store,
        run_ids: Sequence[int],
        draft: str,
        tell: Callable[[Progress], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._run_ids, self._draft, self._tell, self._clock = store, run_ids, draft, tell, clock
        self.begin(Stage.READING, 0)

    def begin(self, stage: Stage, total: int) -> None:
        """A stage of `total` claims or drafts begins; what is reached first in it is written at once."""
        self._written = -_WRITE_EVERY
        self._stage, self._total = stage, total
        self._reports = deque([(self._clock(), 0)], maxlen=_REPORTS)

    def reached(self, done: int) -> None:
        """So many claims or drafts are through the stage."""
        now = self._clock()
        since, before = self._reports[0]
        self._reports.append((now, done))
        seconds = (now - since) / (done - before) * max(self._total - done, 0) if done > before else None
        progress = Progress(self._draft, self._stage, done, max(self._total, done), seconds)
        self._tell(progress)
        if now - self._written >= _WRITE_EVERY:
            self._written = now
            self._write(progress)

    def _write(self, progress: Progress) -> None:
        measures: dict[str, float] = {"stage": progress.stage, "done": progress.done, "total": progress.total}
        if progress.seconds_left is not None:
            measures["seconds_left"] = round(progress.seconds_left, 1)
        with self._store.write() as session:
            session.exec(
                update(Run)
                .where(col(Run.id).in_(self._run_ids), col(Run.state) == RunState.RUNNING)
                .values(measures=measures)
            )


def progress_of(run: Run) -> Progress | None:
    """What a running mapping last wrote of itself; None where it has not, or does not run."""
    measures: Mapping[str, float] = run.measures
    if run.state is not RunState.RUNNING or not measures.keys() >= {"stage", "done", "total"}:
        return None
    done, total = int(measures["done"]), int(measures["total"])
    draft = run.source.removeprefix("map:")
    return Progress(draft, Stage(int(measures["stage"])), done, total, measures.get("seconds_left"))
