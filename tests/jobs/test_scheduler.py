"""The scheduler: what it runs, what it makes up for, and two processes side by side."""

from __future__ import annotations

import datetime as dt
import itertools
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from workbench.db import Store
from workbench.jobs.lease import claim
from workbench.jobs.models import JobRun, JobState
from workbench.jobs.schedule import Daily, Every, Job
from workbench.jobs.scheduler import JobRunner
from workbench.settings import Settings

NOW = dt.datetime(2026, 11, 16, 8, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
POLL = Job("poll", Daily(dt.time(8)), 2 * HOUR)
DIGEST = Job("digest", Daily(dt.time(7)), HOUR)
SCRIPT = Path(__file__).with_name("two_schedulers.py")


def runner(store: Store, *jobs: tuple[Job, Callable[[dt.datetime], None]], now: dt.datetime = NOW) -> JobRunner:
    zone = Settings(timezone="UTC").zone
    functions = {job.name: function for job, function in jobs}
    return JobRunner(store, zone, functions, lambda: now, schedule=[job for job, _ in jobs])


def rows(store: Store) -> list[JobRun]:
    with store.read() as session:
        return list(session.exec(select(JobRun).order_by(JobRun.id)))  # type: ignore[arg-type]


def test_what_was_missed_within_its_grace_is_made_up_for_once_in_order(store: Store) -> None:
    ran: list[tuple[str, dt.datetime]] = []
    late = Job("late", Daily(dt.time(8, 10)), HOUR)
    made = runner(
        store,
        (POLL, lambda due: ran.append(("poll", due))),
        (DIGEST, lambda due: ran.append(("digest", due))),
        (late, lambda due: ran.append(("late", due))),
    )
    made.run_missed()
    made.run_missed()
    assert ran == [("poll", NOW.replace(minute=0)), ("late", NOW.replace(minute=10))]
    assert [row.state for row in rows(store)] == [JobState.DONE, JobState.DONE]


def test_a_job_that_raises_is_noted_and_the_next_one_runs(store: Store) -> None:
    ran: list[dt.datetime] = []

    def fail(due: dt.datetime) -> None:
        raise OSError("no network\nat all")

    other = Job("other", Daily(dt.time(8)), HOUR)
    runner(store, (POLL, fail), (other, ran.append)).run_missed()
    assert len(ran) == 1
    assert [(row.state, row.error) for row in rows(store)] == [
        (JobState.FAILED, "OSError: no network at all"),
        (JobState.DONE, None),
    ]


def test_what_a_dead_scheduler_began_is_run_again_when_its_lease_ran_out(store: Store) -> None:
    due = NOW.replace(minute=0)
    claim(store, "poll", due, "dead", due, dt.timedelta(minutes=5))
    ran: list[dt.datetime] = []
    runner(store, (POLL, ran.append), now=due + dt.timedelta(minutes=4)).run_missed()
    assert ran == []
    runner(store, (POLL, ran.append), now=due + dt.timedelta(minutes=5)).run_missed()
    assert ran == [due]


def test_a_stopped_runner_begins_nothing(store: Store) -> None:
    ran: list[dt.datetime] = []
    made = runner(store, (POLL, ran.append))
    made.stop()
    made.run_missed()
    assert ran == []


def test_every_job_of_the_schedule_needs_a_function(store: Store) -> None:
    zone = Settings().zone
    with pytest.raises(ValueError, match="digest"):
        JobRunner(store, zone, {"poll": lambda _: None}, lambda: NOW, schedule=[POLL, DIGEST])


def start(settings: Settings, log: Path, name: str, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPT), str(settings.home), settings.database_url or "", str(log), name, *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def lines(log: Path) -> list[list[str]]:
    return [line.split() for line in log.read_text().splitlines()] if log.exists() else []


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def stop(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> str:
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    return errors


@pytest.mark.slow
def test_two_schedulers_started_together_run_each_due_job_once(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    processes = [start(settings, log, name) for name in ("one", "two")]
    wait_for(lambda: len(lines(log)) >= 7)
    for process in processes:
        stop(process)
    ran = Counter((job, due) for _, job, due in lines(log))
    assert set(ran.values()) == {1}
    runs = rows(store)
    assert {row.state for row in runs} == {JobState.DONE}
    assert {(row.job, row.due_at.isoformat()) for row in runs} == set(ran)
    for job, seconds in (("often", 2), ("rarely", 3)):
        due = sorted(dt.datetime.fromisoformat(at) for name, at in ran if name == job)
        assert all(later - earlier == dt.timedelta(seconds=seconds) for earlier, later in itertools.pairwise(due))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_waits_for_the_job_that_runs(
    settings: Settings, store: Store, tmp_path: Path, number: signal.Signals
) -> None:
    log = tmp_path / "log"
    process = start(settings, log, "one", "slowly")
    wait_for(lambda: bool(rows(store)))
    errors = stop(process, number)
    assert number.name in errors
    assert lines(log)
    assert {row.state for row in rows(store)} == {JobState.DONE}


def test_intervals_are_the_same_in_every_process() -> None:
    zone = Settings().zone
    assert Every(dt.timedelta(minutes=10)).last_due(NOW.replace(minute=39), zone) == NOW
