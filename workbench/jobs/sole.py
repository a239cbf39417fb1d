"""Work that is begun by hand and must not run twice at once: a lease without a due time."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlmodel import col, select

from workbench.db import Store, key_of
from workbench.jobs.lease import Clock, Lease, finish, kept
from workbench.jobs.models import JobRun, JobState

LEASE: Final = dt.timedelta(minutes=1)
MAPPING: Final = "mapping"
"""The job of every mapping, whoever begins it."""


class BusyError(Exception):
    """Somebody else is at it; `str(error)` says who, since when, and what to do."""


@contextmanager
def sole(
    store: Store, job: str, clock: Clock = lambda: dt.datetime.now(dt.UTC), ttl: dt.timedelta = LEASE
) -> Iterator[None]:
    """Run the block unless the job runs elsewhere. Raises BusyError.

    A process that died lets go at once where that can be seen, that is on the same machine; else after `ttl`.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    lease = _claim(store, job, owner, clock(), ttl)
    error: str | None = "stopped before its end"
    try:
        with kept(store, lease, clock, ttl):
            yield
        error = None
    finally:
        finish(store, lease, clock(), error)


def _claim(store: Store, job: str, owner: str, now: dt.datetime, ttl: dt.timedelta) -> Lease:
    # Writers take turns, so nobody begins between the look and the row.
    with store.write() as session:
        for other in session.exec(select(JobRun).where(JobRun.job == job, col(JobRun.state) == JobState.RUNNING)):
            host, process, *_ = other.owner.split(":")
            if other.lease_until > now and not _died(host, int(process)):
                raise BusyError(
                    f"{job}: process {process} on {host} is at it since {other.started_at:%Y-%m-%d %H:%M} UTC; wait "
                    f"for its end, or where it was killed until {other.lease_until:%H:%M:%S} UTC"
                )
            other.state, other.finished_at, other.error = JobState.FAILED, now, "left unfinished"
            session.add(other)
        run = JobRun(job=job, due_at=now, owner=owner, state=JobState.RUNNING, lease_until=now + ttl, started_at=now)
        session.add(run)
        session.flush()
        return Lease(key_of(run), job, now, owner, attempt=1)


def _died(host: str, process: int) -> bool:
    """Whether a process of this machine is known to run no more."""
    if host != socket.gethostname() or sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
