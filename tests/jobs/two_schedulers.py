"""A scheduler process for the tests: `two_schedulers.py HOME URL LOG NAME [slowly]` appends a line a job that ran."""

from __future__ import annotations

import datetime as dt
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from workbench.db import Store
from workbench.jobs.schedule import Every, Job
from workbench.jobs.scheduler import run_scheduler
from workbench.people.viewer import Viewer
from workbench.settings import Settings


def main(home: str, url: str, log: str, name: str, pace: str = "quickly") -> None:
    def job(called: str) -> Callable[[dt.datetime], None]:
        def run(due_at: dt.datetime) -> None:
            time.sleep(1 if pace == "slowly" else 0.05)
            with Path(log).open("a") as file:
                file.write(f"{name} {called} {due_at.isoformat()}\n")

        return run

    logging.basicConfig(level=logging.INFO)
    settings = Settings(home=Path(home), database_url=url or None)
    schedule = [
        Job("often", Every(dt.timedelta(seconds=2)), dt.timedelta(seconds=1)),
        Job("rarely", Every(dt.timedelta(seconds=3)), dt.timedelta(seconds=1)),
    ]
    store = Store(settings, Viewer.system())
    run_scheduler(store, settings, {each.name: job(each.name) for each in schedule}, schedule=schedule)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
