"""The second wall: two tracks, each person on one side; who is cleared for the other by a second person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session, col, select

from workbench.people.trail import record
from workbench.people.viewer import Track, Viewer
from workbench.people.walls_models import Override, OverrideKind, TrackSide, TrailAction


def side_of(session: Session, account_id: int) -> Track | None:
    """The side a person is on; None where nobody put the person on one: then no matter of a track is open."""
    held = session.get(TrackSide, account_id)
    return None if held is None else held.track


def tracks_of(session: Session, account_id: int) -> frozenset[Track]:
    """The person's own side, and those that a clearance in force opens."""
    own = side_of(session, account_id)
    cleared = {each.track for each in clearances(session, account_id) if each.track is not None}
    return frozenset(cleared | ({own} if own is not None else set()))


def clearances(session: Session, account_id: int) -> Sequence[Override]:
    """The clearances of a person that are granted and not ended."""
    statement = select(Override).where(
        Override.kind == OverrideKind.TRACK_CLEARANCE,
        Override.account_id == account_id,
        col(Override.granted).is_(True),
        col(Override.ended_at).is_(None),
    )
    return session.exec(statement.order_by(col(Override.id))).all()


def put_on_side(session: Session, viewer: Viewer, account_id: int, track: Track | None, now: dt.datetime) -> None:
    """Say on which side a person is, or on none. Changing sides ends the clearances of the person."""
    held = session.get(TrackSide, account_id)
    before = None if held is None else held.track
    if before == track:
        return
    if held is not None:
        session.delete(held)
        session.flush()
    if track is not None:
        session.add(TrackSide(account_id=account_id, track=track))
    for each in clearances(session, account_id):
        each.ended_at = now
        session.add(each)
    record(session, viewer, TrailAction.CHANGED, "track", account_id, {"from": before, "to": track}, at=now)
