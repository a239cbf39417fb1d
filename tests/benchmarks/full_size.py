"""Maps an invented portfolio of full size once, by `workbench map` itself, and writes down what it took.

    python -m tests.benchmarks.full_size FOLDER

BENCHMARK_CLAIMS (650,000) claims of realistic length, dependent ones too, against BENCHMARK_CLAUSES (3,000) clauses in
drafts of a hundred; then one more draft of a hundred clauses, with all vectors ready. The model is that of the tests.
FOLDER/measured.json holds processor time, time on the clock and memory of each step, summed over restarts: killed, the
same command goes on where it stopped, and what was done twice for that is counted twice.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col, select

from tests.benchmarks.invented_store import IN_A_DRAFT, plant
from tests.mapping.conftest import tests_model
from tests.mapping.invented import add_draft
from workbench.cli import main as workbench
from workbench.db import Store
from workbench.mapping.models import ClaimReading, Match, TextVectors
from workbench.patents.models import Claim
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.models import Clause, WorkItem

CLAIMS: Final = int(os.environ.get("BENCHMARK_CLAIMS", "650000"))
CLAUSES: Final = int(os.environ.get("BENCHMARK_CLAUSES", "3000"))
NEW_DRAFT: Final = 9_000
_EVERY: Final = 5.0
"""Seconds between two notes of what a step took so far: what a killed step forgets at most."""


class Measured:
    """FOLDER/measured.json: by step its legs, one a start, whether it came to its end, and what was there then."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "measured.json"
        self.steps: dict[str, Any] = json.loads(self._path.read_text("utf-8")) if self._path.is_file() else {}

    def finished(self, step: str) -> bool:
        return bool(self.steps.get(step, {}).get("finished"))

    def note(self, step: str, leg: dict[str, float], **found: object) -> None:
        """Keep how far a leg is; the file is replaced at once, so that it is whole whenever one is killed."""
        held = self.steps.setdefault(step, {"legs": [], "finished": False})
        held["legs"] = [*(each for each in held["legs"] if each["began"] != leg["began"]), leg]
        held |= {name: round(sum(each[name] for each in held["legs"]), 1) for name in ("cpu_seconds", "wall_seconds")}
        held |= {"peak_mib": max(each["peak_mib"] for each in held["legs"]), **found}
        beside = self._path.with_suffix(".new")
        beside.write_text(json.dumps(self.steps, indent=1) + "\n", "utf-8")
        beside.replace(self._path)


@contextmanager
def measuring(measured: Measured, step: str) -> Iterator[None]:
    """Note what this process takes in the block every few seconds, and at its end."""
    began, clock, before = time.time(), time.perf_counter(), _processor_seconds()

    def leg() -> dict[str, float]:
        return {
            "began": round(began, 1),
            "cpu_seconds": round(_processor_seconds() - before, 1),
            "wall_seconds": round(time.perf_counter() - clock, 1),
            "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10),
            "load": round(os.getloadavg()[0], 1),
        }

    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY):
            measured.note(step, leg())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
        measured.note(step, leg())


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _plant(folder: Path) -> None:
    if not (folder / "home").is_dir():
        home = folder / "planting"
        for left in home.glob("*"):
            left.unlink()
        plant(home, CLAIMS, CLAUSES).close()
        home.rename(folder / "home")


def _map(folder: Path) -> None:
    _workbench(folder, "map", "--json")


def _map_new_draft(folder: Path) -> None:
    store = _store(folder)
    with store.read() as session:
        item = session.exec(select(WorkItem).where(WorkItem.iso_id == 9_900_000 + NEW_DRAFT)).first()
    reference = add_draft(store, IN_A_DRAFT, NEW_DRAFT).work_item if item is None else item.reference
    store.close()
    _workbench(folder, "map", "--json", "--work-item", str(reference))


STEPS: Final[dict[str, Callable[[Path], None]]] = {"plant": _plant, "map": _map, "new_draft": _map_new_draft}


def _workbench(folder: Path, *arguments: str) -> None:
    os.environ["WORKBENCH_HOME"] = str(folder / "home")
    os.environ["WORKBENCH_MODELS"] = str(tests_model().parent)
    os.environ["WORKBENCH_DEPENDENT_CLAIMS"] = "true"
    workbench.main(list(arguments), standalone_mode=False)


def _store(folder: Path) -> Store:
    return Store(Settings(home=folder / "home"), Viewer.system())


def _counts(folder: Path) -> dict[str, int]:
    store = _store(folder)
    with store.read() as session:
        found = {
            str(model.__tablename__): int(session.execute(sa.select(sa.func.count()).select_from(model)).scalar_one())
            for model in (Claim, Clause, ClaimReading, TextVectors, Match)
        }
        words = sa.select(sa.func.avg(sa.func.length(col(Claim.text)))).where(col(Claim.id) <= 1_000)
        found["characters_a_claim"] = round(session.execute(words).scalar_one())
    store.close()
    found["store_mib"] = sum(path.stat().st_size for path in (folder / "home").glob("workbench.db*")) // 2**20
    return found


def take(folder: Path, step: str) -> None:
    """Take one step in this process."""
    measured = Measured(folder)
    with measuring(measured, step):
        STEPS[step](folder)
    counts = _counts(folder)
    measured.note(step, measured.steps[step]["legs"][-1], finished=True, **counts)


def main(folder: Path) -> None:
    """Take every step that has not come to its end, each in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for step in STEPS:
        if not Measured(folder).finished(step):
            subprocess.run([sys.executable, "-m", "tests.benchmarks.full_size", str(folder), step], check=True)
    sys.stdout.write(json.dumps(Measured(folder).steps, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        take(Path(sys.argv[1]), sys.argv[2])
    else:
        main(Path(sys.argv[1]))
