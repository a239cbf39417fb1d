"""Matters: who is in them, which applications they wall, and their legal hold. Each verb leaves its trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session, col, select

from workbench.db import Store, key_of
from workbench.i18n import ToldError, mark
from workbench.people.models import Account
from workbench.people.tracks import tracks_of
from workbench.people.trail import record
from workbench.people.viewer import Track, Viewer
from workbench.people.walls_models import Matter, MatterApplication, MatterMember, TrailAction

MAX_NAME = 120
MAX_REASON = 1000


class MatterError(ToldError):
    """What was asked of a matter cannot be done; it says why and what to do."""


class UnknownMatterError(MatterError):
    """There is no such matter for who asks."""


def open_matters(session: Session, account_id: int) -> frozenset[int]:
    """The matters that are open to a person now: those he is in, whose track is his own or one he is cleared for.

    The session must be one of the workbench itself: it is what a viewer is made from.
    """
    tracks = tracks_of(session, account_id)
    statement = select(Matter.id, Matter.track).join(MatterMember, col(MatterMember.matter_id) == Matter.id)
    found = session.exec(statement.where(MatterMember.account_id == account_id))
    return frozenset(key for key, track in found if key is not None and (track is None or track in tracks))


def with_walls(store: Store, viewer: Viewer) -> Viewer:
    """The viewer with the matters and tracks that are open to the account now."""
    if viewer.account_id is None:
        return viewer
    with store.read(Viewer.system()) as session:
        tracks = tracks_of(session, viewer.account_id)
        return replace(viewer, matters=open_matters(session, viewer.account_id), tracks=tracks)


def matters_seen(session: Session) -> Sequence[Matter]:
    """The matters that the session's viewer may know of, by name."""
    return session.exec(select(Matter).order_by(col(Matter.name))).all()


def matter_named(session: Session, name: str) -> int:
    """The key of a matter that the session's viewer may know of. Raises UnknownMatterError."""
    found = session.exec(select(Matter).where(Matter.name == name)).one_or_none()
    if found is None:
        names = ", ".join(each.name for each in matters_seen(session)) or "–"
        raise UnknownMatterError(mark("no matter is called '%(name)s'; there are: %(names)s"), name=name, names=names)
    return key_of(found)


def members_of(session: Session, matter_id: int) -> Sequence[Account]:
    """Who is in a matter, by name."""
    statement = select(Account).join(MatterMember, col(MatterMember.account_id) == Account.id)
    return session.exec(statement.where(MatterMember.matter_id == matter_id).order_by(col(Account.name))).all()


def applications_of(session: Session, matter_id: int) -> Sequence[str]:
    """The keys of the applications that only members of the matter may see."""
    statement = select(MatterApplication.application_key).where(MatterApplication.matter_id == matter_id)
    return session.exec(statement.order_by(col(MatterApplication.application_key))).all()


def make_matter(session: Session, viewer: Viewer, name: str, track: Track | None, now: dt.datetime) -> Matter:
    """A new matter with nobody in it. Raises MatterError."""
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise MatterError(mark("a matter needs a name of at most %(most)s characters"), most=MAX_NAME)
    if session.exec(select(Matter).where(Matter.name == name)).one_or_none() is not None:
        text = mark("there is a matter called '%(name)s' already; give this one another name")
        raise MatterError(text, name=name)
    matter = Matter(name=name, track=track, created_at=now)
    session.add(matter)
    session.flush()
    record(session, viewer, TrailAction.CREATED, "matter", matter.id, {"track": track}, matter_id=matter.id, at=now)
    return matter


def add_member(session: Session, viewer: Viewer, matter_id: int, account_id: int, now: dt.datetime) -> None:
    """Put a person into a matter. Raises MatterError where the person is on the other side of the tracks."""
    matter, account = _matter(session, matter_id), session.get(Account, account_id)
    if account is None:
        raise MatterError(mark("there is no such account"))
    if matter.track is not None and matter.track not in tracks_of(session, account_id):
        text = mark("this person is not on the matter's track and not cleared for it; ask for a clearance first")
        raise MatterError(text)
    if session.get(MatterMember, (matter_id, account_id)) is None:
        session.add(MatterMember(matter_id=matter_id, account_id=account_id, added_at=now))
        details = {"added": account_id, "name": account.name}
        record(session, viewer, TrailAction.CHANGED, "matter", matter_id, details, matter_id=matter_id, at=now)


def remove_member(session: Session, viewer: Viewer, matter_id: int, account_id: int, now: dt.datetime) -> None:
    """Take a person out of a matter."""
    held = session.get(MatterMember, (matter_id, account_id))
    if held is not None:
        session.delete(held)
        details = {"removed": account_id}
        record(session, viewer, TrailAction.CHANGED, "matter", matter_id, details, matter_id=matter_id, at=now)


def wall_application(session: Session, viewer: Viewer, matter_id: int, application_key: str, now: dt.datetime) -> None:
    """Leave an application, by its key, to the members of a matter."""
    if session.get(MatterApplication, (matter_id, application_key)) is None:
        session.add(MatterApplication(matter_id=matter_id, application_key=application_key, added_at=now))
        details = {"application": application_key}
        record(session, viewer, TrailAction.CHANGED, "matter", matter_id, details, matter_id=matter_id, at=now)


def hold(session: Session, viewer: Viewer, matter_id: int, reason: str, now: dt.datetime) -> None:
    """Put a matter under legal hold: nothing of it can be deleted until the hold is released. Raises MatterError."""
    matter = _matter(session, matter_id)
    if matter.held_since is not None:
        raise MatterError(mark("the matter is under legal hold already"))
    matter.held_since, matter.hold_reason = now, reason_given(reason)
    session.add(matter)
    record(session, viewer, TrailAction.HELD, "matter", matter_id, {"reason": reason}, matter_id=matter_id, at=now)


def reason_given(text: str) -> str:
    """A reason as it is kept. Raises MatterError where it says nothing."""
    reason = " ".join(text.split())
    if len(reason) < 10 or len(reason) > MAX_REASON:
        text = mark("give a reason of 10 to %(most)s characters: others must understand it later")
        raise MatterError(text, most=MAX_REASON)
    return reason


def _matter(session: Session, matter_id: int) -> Matter:
    matter = session.get(Matter, matter_id)
    if matter is None:
        raise UnknownMatterError(mark("there is no such matter"))
    return matter
