"""Slows guessing down: after some failures each further attempt has to wait twice as long as the one before.

Three counters share the work, so that nobody is locked out by somebody else's guesses: one account from one network
address waits longest, one address waits once it failed more often than an office of people does, and one account from
wherever waits a minute at most. With that, an account sees fewer than a hundred guesses an hour (ASVS 4.0.3, 2.2.1).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from workbench.people.models import Throttle

FORGOTTEN_AFTER: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """`free` failures cost nothing; from then on 1, 2, 4, … seconds, up to `longest`."""

    free: int
    longest: dt.timedelta

    def wait(self, failures: int) -> dt.timedelta:
        """How long the next attempt has to wait after so many failures."""
        if failures < self.free:
            return dt.timedelta(0)
        return min(dt.timedelta(seconds=2 ** min(failures - self.free, 30)), self.longest)


PAIR: Final = Rule(free=4, longest=dt.timedelta(minutes=15))
ADDRESS: Final = Rule(free=30, longest=dt.timedelta(minutes=15))
ACCOUNT: Final = Rule(free=12, longest=dt.timedelta(minutes=1))


def _counters(name: str, address: str) -> list[tuple[str, Rule]]:
    """Keys are digests: what somebody typed for a name, perhaps a password, is not kept."""

    def key(*parts: str) -> str:
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()

    return [
        (key("pair", name, address), PAIR),
        (key("address", address), ADDRESS),
        (key("account", name), ACCOUNT),
    ]


def attempt(session: Session, name: str, address: str, now: dt.datetime) -> dt.timedelta:
    """Count an attempt as failed before it is made, so that many at once gain nothing.

    `name` is what was typed, whether or not such an account exists. Returns how long to wait; zero: go ahead, and call
    `succeeded` if the attempt was good.
    """
    counters = _counters(name, address)
    session.execute(sa.delete(Throttle).where(col(Throttle.last_at) < now - FORGOTTEN_AFTER))
    rows = {key: session.get(Throttle, key) for key, _ in counters}
    waits = [row.blocked_until - now for row in rows.values() if row is not None and row.blocked_until is not None]
    longest = max(waits, default=dt.timedelta(0))
    if longest > dt.timedelta(0):
        return longest
    for key, rule in counters:
        row = rows[key] or Throttle(key=key, failures=0, last_at=now)
        row.failures += 1
        row.last_at = now
        wait = rule.wait(row.failures)
        row.blocked_until = now + wait if wait else None
        session.add(row)
    return dt.timedelta(0)


def succeeded(session: Session, name: str, address: str) -> None:
    """The attempt was good: forget the failures of this pair, and that this one was counted as one elsewhere."""
    for key, rule in _counters(name, address):
        row = session.get(Throttle, key)
        if row is None:
            continue
        row.failures = 0 if rule is PAIR else row.failures - 1
        row.blocked_until = None
        if row.failures:
            session.add(row)
        else:
            session.delete(row)
