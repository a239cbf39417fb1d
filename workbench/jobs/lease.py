"""The lease that makes a due job run once, however many schedulers there are.

The row of a job and its due time is unique: who inserts it runs the job. Who runs it extends the lease while it works;
a lease that ran out belongs to a scheduler that died, and is taken over by a conditional update.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import col, select, update

from workbench.db import Store, key_of
from workbench.jobs.models import JobRun, JobState

# A job that takes its scheduler down each time is not started again and again.
MAX_ATTEMPTS: Final = 3

_log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run a job for a due time. `attempt` tells this holder from earlier and later ones."""

    run_id: int
    job: str
    due_at: dt.datetime
    owner: str
    attempt: int


def claim(store: Store, job: str, due_at: dt.datetime, owner: str, now: dt.datetime, ttl: dt.timedelta) -> Lease | None:
    """Take the lease until `now + ttl`. None where the job ran, runs, or failed to end three times."""
    with store.read() as session:
        known = session.exec(select(JobRun.id).where(JobRun.job == job, JobRun.due_at == due_at)).one_or_none()
    if known is None:
        run = JobRun(job=job, due_at=due_at, owner=owner, state=JobState.RUNNING, lease_until=now + ttl, started_at=now)
        try:
            with store.write() as session:
                session.add(run)
        except IntegrityError:
            # Another scheduler inserted it between the look and the write.
            return None
        return Lease(key_of(run), job, due_at, owner, attempt=1)
    with store.write() as session:
        taken = session.exec(
            update(JobRun)
            .where(
                col(JobRun.id) == known,
                col(JobRun.state) == JobState.RUNNING,
                col(JobRun.lease_until) <= now,
                col(JobRun.attempts) < MAX_ATTEMPTS,
            )
            .values(owner=owner, lease_until=now + ttl, started_at=now, attempts=JobRun.attempts + 1)
        )
        if taken.rowcount != 1:
            return None
        run = session.get_one(JobRun, known, populate_existing=True)
        _log.warning("job %s due at %s was left unfinished; starting it again", job, due_at.isoformat())
        return Lease(key_of(run), job, due_at, owner, run.attempts)


def extend(store: Store, lease: Lease, now: dt.datetime, ttl: dt.timedelta) -> bool:
    """Keep the lease until `now + ttl`; False where it is no longer ours."""
    return _update(store, lease, lease_until=now + ttl)


def finish(store: Store, lease: Lease, now: dt.datetime, error: str | None = None) -> bool:
    """Note that the job ended, well or with an error; False where the lease is no longer ours."""
    state = JobState.DONE if error is None else JobState.FAILED
    return _update(store, lease, state=state, finished_at=now, error=error)


@contextmanager
def kept(store: Store, lease: Lease, clock: Clock, ttl: dt.timedelta) -> Iterator[None]:
    """Extend the lease in the background, three times within each `ttl`, as long as the block runs."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(ttl.total_seconds() / 3):
            try:
                ours = extend(store, lease, clock(), ttl)
            except SQLAlchemyError:
                # A database that is away for a moment must not end the heartbeat; the next one may get through.
                _log.exception("cannot extend the lease of job %s", lease.job)
                continue
            if not ours:
                _log.error("job %s took longer than its lease; another scheduler took it over", lease.job)
                return

    heart = threading.Thread(target=beat, name=f"lease-{lease.job}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        ended.set()
        heart.join()


def _update(store: Store, lease: Lease, **values: object) -> bool:
    with store.write() as session:
        done = session.exec(
            update(JobRun)
            .where(
                col(JobRun.id) == lease.run_id,
                col(JobRun.state) == JobState.RUNNING,
                col(JobRun.owner) == lease.owner,
                col(JobRun.attempts) == lease.attempt,
            )
            .values(**values)
        )
        return done.rowcount == 1
