"""The window of a digest: (last successful cut, this cut], kept as a range of changes.

Changes are written one transaction after the other, so their ids grow in the order in which they became visible.
A range of ids therefore tells each change exactly once, also one that was still being written at the last cut.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

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


def window_of(session: Session, recipient_id: int, edition: Edition, at: dt.datetime) -> Window:
    """The window of the digest that is cut at `at`: from the last one that was sent, or may still be.

    The first digest of a recipient tells the seven days up to the newest change.
    """
    mails = session.exec(
        select(Mail)
        .where(Mail.recipient_id == recipient_id, Mail.edition == edition, Mail.kind == MailKind.DIGEST)
        .order_by(col(Mail.id))
    ).all()
    if mails:
        after, start = _covered(mails)
        return Window(start, at, after, _last_change(session, after, at))
    newest = session.exec(select(func.max(Change.at)).where(Change.at <= at)).one()
    start = min(at, newest or at) - FIRST_WINDOW
    first = session.exec(select(func.min(Change.id)).where(Change.at > start)).one()
    after = (first or 1) - 1
    return Window(start, at, after, _last_change(session, after, at), first=True)


def _covered(mails: Iterable[Mail]) -> tuple[int, dt.datetime]:
    """Up to which change, and when, the digests that did not fail tell everything without a gap."""
    reached: tuple[int, dt.datetime] | None = None
    for mail in mails:
        start = mail.window_start or mail.window_end - FIRST_WINDOW
        reached = reached or (mail.changes_after, start)
        if mail.state is not MailState.FAILED and mail.changes_after <= reached[0] <= mail.changes_to:
            reached = mail.changes_to, mail.window_end
    if reached is None:
        raise ValueError("no mails to continue from")
    return reached


def _last_change(session: Session, after: int, at: dt.datetime) -> int:
    """The last change up to which all after `after` lie before the cut; what comes later waits for the next digest."""
    too_late = session.exec(select(func.min(Change.id)).where(col(Change.id) > after, Change.at > at)).one()
    if too_late is not None:
        return int(too_late) - 1
    return int(session.exec(select(func.max(Change.id)).where(col(Change.id) > after)).one() or after)
