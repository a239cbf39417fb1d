"""Guessing slows down; nobody is locked out by somebody else's guesses."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from tests.people.conftest import NOW
from workbench.db import Store
from workbench.people.throttle import ACCOUNT, ADDRESS, FORGOTTEN_AFTER, PAIR, attempt, succeeded

NOTHING = dt.timedelta(0)


@given(st.integers(0, 10_000))
def test_the_wait_only_grows_and_has_an_end(failures: int) -> None:
    for rule in (PAIR, ADDRESS, ACCOUNT):
        assert rule.wait(failures) <= rule.wait(failures + 1) <= rule.longest


def guess(store: Store, name: str, address: str, at: dt.datetime) -> dt.timedelta:
    with store.write() as session:
        return attempt(session, name, address, at)


def test_after_some_failures_each_attempt_waits_twice_as_long(store: Store) -> None:
    waits, at = [], NOW
    for _ in range(9):
        wait = guess(store, "dana@example.org", "192.0.2.1", at)
        waits.append(wait.total_seconds())
        at += wait
        if wait:
            assert guess(store, "dana@example.org", "192.0.2.1", at) == NOTHING
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16]
    assert guess(store, "otto@example.org", "192.0.2.1", at) == NOTHING  # a colleague at the same address
    assert guess(store, "dana@example.org", "198.51.100.7", at) == NOTHING  # the person elsewhere
    assert guess(store, "dana@example.org", "192.0.2.1", at + FORGOTTEN_AFTER * 2) == NOTHING


def test_success_forgets_the_failures_of_the_pair(quick_store: Store) -> None:
    for _ in range(4):
        guess(quick_store, "dana@example.org", "192.0.2.1", NOW)
    assert guess(quick_store, "dana@example.org", "192.0.2.1", NOW) > NOTHING
    later = NOW + dt.timedelta(minutes=1)
    assert guess(quick_store, "dana@example.org", "192.0.2.1", later) == NOTHING
    with quick_store.write() as session:
        succeeded(session, "dana@example.org", "192.0.2.1")
    assert [guess(quick_store, "dana@example.org", "192.0.2.1", later) for _ in range(3)] == [NOTHING] * 3


def test_a_thousand_machines_get_fewer_than_a_hundred_guesses_an_hour_at_one_account(quick_store: Store) -> None:
    allowed, at = 0, NOW
    while at < NOW + dt.timedelta(hours=1):
        wait = guess(quick_store, "dana@example.org", f"203.0.113.{allowed}", at)
        allowed += not wait
        at += wait or dt.timedelta(milliseconds=1)
    assert allowed < 100
    assert guess(quick_store, "dana@example.org", "192.0.2.1", at + dt.timedelta(minutes=1)) == NOTHING


def test_one_address_that_tries_many_accounts_waits_too(quick_store: Store) -> None:
    waits = [guess(quick_store, f"person{each}@example.org", "192.0.2.1", NOW) for each in range(40)]
    assert waits[:30] == [NOTHING] * 30
    assert all(waits[30:])
