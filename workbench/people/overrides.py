"""Exceptions to a wall: one person asks and says why, a second one, who is not the first, grants or refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session, col, select

from workbench.i18n import mark
from workbench.people.matters import MatterError, reason_given
from workbench.people.models import Account
from workbench.people.permissions import Permission
from workbench.people.tracks import tracks_of
from workbench.people.trail import record
from workbench.people.viewer import Track, Viewer
from workbench.people.walls_models import Matter, Override, OverrideKind, TrailAction


class OverrideError(MatterError):
    """An exception cannot be asked for or decided like this; `str(error)` says why."""


def ask_for_clearance(
    session: Session, viewer: Viewer, account_id: int, track: Track, reason: str, now: dt.datetime
) -> Override:
    """Ask that a person may see matters of the other track. Raises OverrideError, MatterError."""
    if session.get(Account, account_id) is None:
        raise OverrideError(mark("there is no such account"))
    if track in tracks_of(session, account_id):
        raise OverrideError(mark("this person may see that track already"))
    wanted = Override(
        kind=OverrideKind.TRACK_CLEARANCE,
        account_id=account_id,
        track=track,
        reason=reason_given(reason),
        requested_by=_asker(viewer),
        requested_at=now,
    )
    return _ask(session, viewer, wanted, {"account": account_id, "track": track, "reason": wanted.reason}, now)


def ask_for_release(session: Session, viewer: Viewer, matter_id: int, reason: str, now: dt.datetime) -> Override:
    """Ask that the legal hold of a matter ends. Raises OverrideError, MatterError."""
    matter = session.get(Matter, matter_id)
    if matter is None or matter.held_since is None:
        raise OverrideError(mark("the matter is not under legal hold"))
    wanted = Override(
        kind=OverrideKind.HOLD_RELEASE,
        matter_id=matter_id,
        reason=reason_given(reason),
        requested_by=_asker(viewer),
        requested_at=now,
    )
    return _ask(session, viewer, wanted, {"reason": wanted.reason}, now)


def decide(session: Session, viewer: Viewer, override_id: int, *, granted: bool, now: dt.datetime) -> Override:
    """Grant or refuse, as the second person. Raises OverrideError."""
    wanted = session.get(Override, override_id)
    if wanted is None:
        raise OverrideError(mark("there is no such request"))
    if wanted.granted is not None:
        raise OverrideError(mark("this request has been decided already"))
    second = _asker(viewer)
    if not viewer.may(Permission.APPROVE_OVERRIDES):
        raise OverrideError(mark("only counsel or an administrator can be the second person"))
    if second in (wanted.requested_by, wanted.account_id):
        raise OverrideError(mark("a second person must decide: not the one who asked, and not the one it is for"))
    wanted.granted, wanted.decided_by, wanted.decided_at = granted, second, now
    session.add(wanted)
    if granted and wanted.kind is OverrideKind.HOLD_RELEASE:
        matter = session.get_one(Matter, wanted.matter_id)
        matter.held_since, matter.hold_reason = None, None
        session.add(matter)
        record(session, viewer, TrailAction.RELEASED, "matter", matter.id, matter_id=matter.id, at=now)
    action = TrailAction.APPROVED if granted else TrailAction.REFUSED
    details = {"kind": wanted.kind, "requested_by": wanted.requested_by}
    record(session, viewer, action, "override", wanted.id, details, matter_id=wanted.matter_id, at=now)
    return wanted


def end_clearance(session: Session, viewer: Viewer, override_id: int, now: dt.datetime) -> None:
    """Take a clearance back; one person is enough to close a wall. Raises OverrideError."""
    held = session.get(Override, override_id)
    if held is None or held.kind is not OverrideKind.TRACK_CLEARANCE or not held.granted or held.ended_at is not None:
        raise OverrideError(mark("there is no such clearance in force"))
    held.ended_at = now
    session.add(held)
    record(session, viewer, TrailAction.REVOKED, "override", override_id, {"account": held.account_id}, at=now)


def overrides(session: Session) -> Sequence[Override]:
    """The exceptions that the session's viewer may know of, newest first."""
    return session.exec(select(Override).order_by(col(Override.id).desc())).all()


def _ask(session: Session, viewer: Viewer, wanted: Override, details: dict[str, object], now: dt.datetime) -> Override:
    session.add(wanted)
    session.flush()
    told = {"kind": wanted.kind, **details}
    record(session, viewer, TrailAction.REQUESTED, "override", wanted.id, told, matter_id=wanted.matter_id, at=now)
    return wanted


def _asker(viewer: Viewer) -> int:
    if viewer.account_id is None:
        raise OverrideError(
            mark("an exception takes two people with accounts of their own; in local mode there is only one")
        )
    return viewer.account_id
