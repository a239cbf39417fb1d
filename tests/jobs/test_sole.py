"""Work begun by hand runs once at a time; who died does not stand in the way."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest
from sqlmodel import col, select

from workbench.db import Store
from workbench.jobs.models import JobRun, JobState
from workbench.jobs.sole import BusyError, sole

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)


def _states(store: Store) -> list[tuple[JobState, str | None]]:
    with store.read() as session:
        return [(run.state, run.error) for run in session.exec(select(JobRun).order_by(col(JobRun.due_at)))]


def test_a_second_one_is_refused_while_the_first_runs_and_another_job_is_not(store: Store) -> None:
    with sole(store, "mapping", lambda: NOW):
        refused = pytest.raises(BusyError, match=r"mapping: process \d+ on .* 2026-11-16 08:00 UTC")
        with refused, sole(store, "mapping", lambda: NOW):
            pass
        with sole(store, "backup", lambda: NOW):
            pass
    with sole(store, "mapping", lambda: NOW + dt.timedelta(seconds=1)):
        pass
    assert [state for state, _ in _states(store)] == [JobState.DONE] * 3


def test_one_that_raises_lets_go(store: Store) -> None:
    with pytest.raises(RuntimeError, match="no"), sole(store, "mapping", lambda: NOW):
        raise RuntimeError("no")
    assert _states(store) == [(JobState.FAILED, "stopped before its end")]


@pytest.mark.parametrize(("owner", "later"), [("elsewhere:1:x", dt.timedelta(minutes=2)), ("here", dt.timedelta(0))])
def test_a_dead_one_lets_go_when_its_lease_ends_or_at_once_where_its_death_is_seen(
    store: Store, owner: str, later: dt.timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    if owner == "here":
        if sys.platform == "win32":
            pytest.skip("the death of a process is not looked for on Windows")
        child = subprocess.Popen([sys.executable, "-c", ""])
        child.wait()
        monkeypatch.setattr("socket.gethostname", lambda: "here")
        owner = f"here:{child.pid}:x"
    until = NOW + dt.timedelta(minutes=1)
    with store.write() as session:
        session.add(
            JobRun(job="mapping", due_at=NOW, owner=owner, state=JobState.RUNNING, lease_until=until, started_at=NOW)
        )
    if later:
        with pytest.raises(BusyError), sole(store, "mapping", lambda: NOW):
            pass
    with sole(store, "mapping", lambda: NOW + later + dt.timedelta(seconds=1)):
        pass
    assert _states(store) == [(JobState.FAILED, "left unfinished"), (JobState.DONE, None)]
