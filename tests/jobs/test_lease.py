"""The lease: one holder at a time, taken over when it ran out."""

from __future__ import annotations

import datetime as dt
import threading
import time

from sqlmodel import select

from workbench.db import Store
from workbench.jobs.lease import MAX_ATTEMPTS, Lease, claim, extend, finish, kept
from workbench.jobs.models import JobRun, JobState
from workbench.people.viewer import Viewer
from workbench.settings import Settings

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
TTL = dt.timedelta(minutes=5)


def take(store: Store, owner: str = "one", after: dt.timedelta = dt.timedelta(0)) -> Lease | None:
    return claim(store, "poll", NOW, owner, NOW + after, TTL)


def rows(store: Store) -> list[JobRun]:
    with store.read() as session:
        return list(session.exec(select(JobRun)))


def test_a_due_job_is_claimed_once(store: Store) -> None:
    assert take(store, "one") is not None
    assert take(store, "two") is None
    assert claim(store, "poll", NOW + TTL, "two", NOW, TTL) is not None
    assert claim(store, "digest", NOW, "two", NOW, TTL) is not None


def test_a_finished_job_is_never_claimed_again(store: Store) -> None:
    for job, error in (("poll", None), ("digest", "it broke")):
        lease = claim(store, job, NOW, "one", NOW, TTL)
        assert lease is not None
        assert finish(store, lease, NOW, error)
        assert claim(store, job, NOW, "two", NOW + 10 * TTL, TTL) is None
    assert [(row.state, row.error, row.finished_at) for row in rows(store)] == [
        (JobState.DONE, None, NOW),
        (JobState.FAILED, "it broke", NOW),
    ]


def test_a_lease_that_ran_out_is_taken_over_and_the_first_holder_has_no_more_say(store: Store) -> None:
    first = take(store, "one")
    assert first is not None
    assert take(store, "two", TTL - dt.timedelta(seconds=1)) is None
    second = take(store, "two", TTL)
    assert second is not None
    assert not extend(store, first, NOW + TTL, TTL)
    assert not finish(store, first, NOW + TTL)
    assert finish(store, second, NOW + TTL)
    (row,) = rows(store)
    assert (row.owner, row.attempts, row.state) == ("two", 2, JobState.DONE)


def test_an_extended_lease_is_not_taken_over(store: Store) -> None:
    lease = take(store)
    assert lease is not None
    assert extend(store, lease, NOW + TTL / 2, TTL)
    assert take(store, "two", TTL) is None
    assert take(store, "two", TTL * 1.5) is not None


def test_a_job_that_kills_its_schedulers_is_given_up(store: Store) -> None:
    claims = [take(store, str(number), number * TTL) for number in range(MAX_ATTEMPTS + 2)]
    assert [lease is not None for lease in claims] == [True] * MAX_ATTEMPTS + [False, False]


def test_many_at_once_and_one_gets_it(settings: Settings, store: Store) -> None:
    start, won = threading.Barrier(6), []

    def contend(number: int) -> None:
        own = Store(settings, Viewer.system())
        start.wait()
        if take(own, str(number)) is not None:
            won.append(number)
        own.close()

    threads = [threading.Thread(target=contend, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert len(rows(store)) == 1


def test_the_lease_is_kept_as_long_as_the_job_runs(store: Store) -> None:
    ttl = dt.timedelta(seconds=0.6)

    def clock() -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    lease = claim(store, "poll", NOW, "one", clock(), ttl)
    assert lease is not None
    with kept(store, lease, clock, ttl):
        time.sleep(1)
        assert claim(store, "poll", NOW, "two", clock(), ttl) is None
    time.sleep(0.7)
    assert claim(store, "poll", NOW, "two", clock(), ttl) is not None
