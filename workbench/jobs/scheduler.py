"""The scheduler process: fires each job when it is due, makes up for what was missed, and stops cleanly."""

from __future__ import annotations

import datetime as dt
import logging
import os
import queue
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from workbench.db import Store
from workbench.jobs.lease import Clock, claim, finish, kept
from workbench.jobs.schedule import JOBS, Job, Rhythm
from workbench.settings import Settings

LEASE: Final = dt.timedelta(minutes=5)
LOOK_FOR_MISSED: Final = dt.timedelta(minutes=5)

JobFunction = Callable[[dt.datetime], None]

_log = logging.getLogger(__name__)


class _RhythmTrigger(BaseTrigger):  # type: ignore[misc]
    """Lets APScheduler fire at exactly the due times that leases are taken for."""

    def __init__(self, rhythm: Rhythm, zone: ZoneInfo) -> None:
        self.rhythm, self.zone = rhythm, zone

    def get_next_fire_time(self, previous_fire_time: dt.datetime | None, now: dt.datetime) -> dt.datetime:
        return self.rhythm.next_due(previous_fire_time or now, self.zone)


class JobRunner:
    """Runs jobs under their leases, in this process as `owner`."""

    def __init__(
        self,
        store: Store,
        zone: ZoneInfo,
        jobs: Mapping[str, JobFunction],
        clock: Clock,
        *,
        schedule: Sequence[Job] = JOBS,
        lease: dt.timedelta = LEASE,
    ) -> None:
        unknown = jobs.keys() ^ {job.name for job in schedule}
        if unknown:
            raise ValueError(f"schedule and job functions differ in {', '.join(sorted(unknown))}")
        self.store, self.zone, self.jobs, self.clock = store, zone, jobs, clock
        self.schedule, self.lease = schedule, lease
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Begin no further job; those that run go on to their end."""
        self._stopping.set()

    def run_due(self, job: Job) -> bool:
        """Run the job for its newest due time, if that is within its grace and nobody else did; whether it ran."""
        now = self.clock()
        due_at = job.rhythm.last_due(now, self.zone)
        if self._stopping.is_set() or now - due_at > job.grace:
            return False
        lease = claim(self.store, job.name, due_at, self.owner, now, self.lease)
        if lease is None:
            return False
        _log.info("job %s, due at %s, starts", job.name, due_at.isoformat())
        error = None
        try:
            with kept(self.store, lease, self.clock, self.lease):
                self.jobs[job.name](due_at)
        except Exception as failure:  # noqa: BLE001 - the scheduler outlives its jobs; row and log keep the reason
            _log.exception("job %s, due at %s, failed", job.name, due_at.isoformat())
            error = " ".join(f"{type(failure).__name__}: {failure}".split())[:1000]
        if not finish(self.store, lease, self.clock(), error):
            _log.error("job %s, due at %s, ended after its lease was taken over", job.name, due_at.isoformat())
        return True

    def run_missed(self) -> None:
        """Run, one after the other, what was due while no scheduler ran or was begun by one that died."""
        for job in self.schedule:
            self.run_due(job)


def run_scheduler(
    store: Store,
    settings: Settings,
    jobs: Mapping[str, JobFunction],
    clock: Clock = lambda: dt.datetime.now(dt.UTC),
    *,
    schedule: Sequence[Job] = JOBS,
) -> None:
    """Run the schedule until SIGTERM or SIGINT; jobs that run then are waited for.

    `jobs` has a function for each job of the schedule; it is given the due time. A job that raises is noted as failed
    and is due again at its next time. Must be called from the main thread, where signals arrive.
    """
    runner = JobRunner(store, settings.zone, jobs, clock, schedule=schedule)
    scheduler = BlockingScheduler(
        timezone=settings.zone,
        executors={"default": ThreadPoolExecutor(len(schedule) + 1)},
        job_defaults={"coalesce": True, "max_instances": 1},
    )
    for job in schedule:
        scheduler.add_job(
            runner.run_due,
            _RhythmTrigger(job.rhythm, settings.zone),
            args=[job],
            id=job.name,
            misfire_grace_time=max(1, int(job.grace.total_seconds())),
        )
    scheduler.add_job(
        runner.run_missed,
        IntervalTrigger(seconds=int(LOOK_FOR_MISSED.total_seconds()), timezone=settings.zone),
        id="missed",
        next_run_time=dt.datetime.now(settings.zone),
        misfire_grace_time=None,
    )
    _stop_on_signals(scheduler, runner)
    _log.info("scheduler %s starts with %s", runner.owner, ", ".join(job.name for job in schedule))
    scheduler.start()


def _stop_on_signals(scheduler: BlockingScheduler, runner: JobRunner) -> None:
    signals: queue.SimpleQueue[int] = queue.SimpleQueue()
    started = threading.Event()
    scheduler.add_listener(lambda _: started.set(), EVENT_SCHEDULER_STARTED)

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        # Nothing more is safe in a handler: the scheduler's locks may be held by the code it interrupts.
        signals.put(number)
        # Whoever signals a second time does not want to wait.
        signal.signal(number, signal.SIG_DFL)

    def stop() -> None:
        number = signals.get()
        started.wait()
        _log.info("%s: waiting for running jobs, then stopping", signal.Signals(number).name)
        runner.stop()
        scheduler.shutdown(wait=True)

    threading.Thread(target=stop, name="stop", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note)
