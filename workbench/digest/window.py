"""The window of a digest: (last successful cut, this cut], kept as a range of changes.

Changes are written one transaction after the other, so their ids grow in the order in which they became visible.
A range of ids therefore tells each change exactly once, also one that was still being written at the last cut.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from workbench.digest.models import Edition, Mail, MailKind, MailState
from workbench.history.models import Change

FIRST_WINDOW = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Window:
    """Changes with `after < id <= to`. `start` and `end` say the same to people; `first`: no digest came before."""

    start: dt.datetime
    end: dt.datetime
    after: int
    to: int
    first: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """What an earlier digest covered: changes with `after < id <= to`."""

    week: str
    state: MailState
    start: dt.datetime
    end: dt.datetime
    after: int
    to: int


@dataclass(frozen=True, slots=True)
class Reached:
    """The last change that the digests so far told without a gap, and the moment of that cut."""

    change: int
    at: dt.datetime


def earlier_cuts(session: Session, recipients: Collection[int]) -> dict[tuple[int, Edition], list[Cut]]:
    """The cuts of the digests that were composed, by recipient and edition, oldest first; without their texts."""
    found: dict[tuple[int, Edition], list[Cut]] = defaultdict(list)
    statement = select(Mail).where(Mail.kind == MailKind.DIGEST, col(Mail.recipient_id).in_(recipients))
    without_texts = (defer(Mail.text), defer(Mail.html))  # type: ignore[arg-type]
    for mail in session.exec(statement.order_by(col(Mail.id)).options(*without_texts)):
        start = mail.window_start or mail.window_end - FIRST_WINDOW
        cut = Cut(mail.week, mail.state, start, mail.window_end, mail.changes_after, mail.changes_to)
        found[mail.recipient_id, mail.edition].append(cut)
    return found


def reached_by(cuts: Sequence[Cut]) -> Reached | None:
    """Up to where the digests that did not fail tell everything; None where none was composed."""
    if not cuts:
        return None
    reached = Reached(cuts[0].after, cuts[0].start)
    for cut in cuts:
        if cut.state is not MailState.FAILED and cut.after <= reached.change <= cut.to:
            reached = Reached(cut.to, cut.end)
    return reached


def window_since(session: Session, reached: Reached | None, at: dt.datetime) -> Window:
    """The window of a digest that is cut at `at`: from what was reached; a first one tells the seven days up to the
    newest change.
    """
    if reached is not None:
        return Window(reached.at, at, reached.change, _last_change(session, reached.change, at))
    newest = session.exec(select(func.max(Change.at)).where(Change.at <= at)).one()
    start = min(at, newest or at) - FIRST_WINDOW
    first = session.exec(select(func.min(Change.id)).where(Change.at > start)).one()
    after = (first or 1) - 1
    return Window(start, at, after, _last_change(session, after, at), first=True)


def window_of(session: Session, recipient_id: int, edition: Edition, at: dt.datetime) -> Window:
    """The window of a recipient's digest that is cut at `at`."""
    cuts = earlier_cuts(session, [recipient_id])
    return window_since(session, reached_by(cuts.get((recipient_id, edition), [])), at)


def _last_change(session: Session, after: int, at: dt.datetime) -> int:
    """The last change up to which all after `after` lie before the cut; what comes later waits for the next digest."""
    too_late = session.exec(select(func.min(Change.id)).where(col(Change.id) > after, Change.at > at)).one()
    if too_late is not None:
        return int(too_late) - 1
    return int(session.exec(select(func.max(Change.id)).where(col(Change.id) > after)).one() or after)
