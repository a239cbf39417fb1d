"""Verbs of feeds: make one, revoke it, and find whose it is by its secret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from workbench.calendars.models import Feed, FeedKind
from workbench.db import key_of
from workbench.people import accounts, tokens, trail
from workbench.people.matters import open_matters
from workbench.people.models import Account
from workbench.people.tracks import tracks_of
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.standards.deadlines import Level


class FeedError(ValueError):
    """A feed cannot be made so; `str(error)` says why on one line."""


@dataclass(frozen=True, slots=True)
class OwnedFeed:
    """A feed and as whom it is read."""

    feed: Feed
    viewer: Viewer


def make_feed(
    session: Session,
    viewer: Viewer,
    kind: FeedKind,
    now: dt.datetime,
    *,
    language: str,
    discreet: bool = True,
    levels: Sequence[Level] = (Level.COMPANY,),
    meetings: bool = True,
    plans: bool = False,
    iso_id: int | None = None,
) -> tuple[Feed, str]:
    """A new feed of the viewer, with the secret of its address, which is shown once. Raises FeedError."""
    if kind is FeedKind.CALENDAR and not levels and not meetings and not plans:
        raise FeedError("a calendar of nothing: choose whose deadlines, meetings or plans")
    secret = tokens.new_secret()
    feed = Feed(
        account_id=viewer.account_id,
        kind=kind,
        digest=tokens.digest(secret),
        language=language,
        discreet=discreet,
        levels=[level.value for level in Level if level in levels],
        meetings=meetings,
        plans=plans,
        iso_id=iso_id,
        created_at=now,
    )
    session.add(feed)
    session.flush()
    told = {"kind": kind.value, "plans": plans}
    trail.record(session, viewer, TrailAction.CREATED, "feed", key_of(feed), told, at=now)
    return feed, secret


def feeds_of(session: Session, viewer: Viewer) -> Sequence[Feed]:
    """The viewer's own feeds that still work, newest first."""
    query = select(Feed).where(Feed.account_id == viewer.account_id, col(Feed.revoked_at).is_(None))
    return session.exec(query.order_by(col(Feed.id).desc())).all()


def revoke_feed(session: Session, viewer: Viewer, feed_id: int, now: dt.datetime) -> bool:
    """End a feed of the viewer; its address answers no more. Returns whether there was one."""
    feed = session.exec(select(Feed).where(Feed.id == feed_id, Feed.account_id == viewer.account_id)).one_or_none()
    if feed is None or feed.revoked_at is not None:
        return False
    feed.revoked_at = now
    session.add(feed)
    trail.record(session, viewer, TrailAction.REVOKED, "feed", feed_id, at=now)
    return True


def find_feed(session: Session, kind: FeedKind, secret: str, *, open_local: bool = False) -> OwnedFeed | None:
    """The feed of a secret while it works: not revoked, and its owner's account open. Needs an unlimited session.

    `open_local` says that whoever comes may do everything, accounts or not, as in the demo.
    """
    feed = session.exec(
        select(Feed).where(Feed.digest == tokens.digest(secret), Feed.kind == kind, col(Feed.revoked_at).is_(None))
    ).one_or_none()
    if feed is None:
        return None
    if feed.account_id is None:
        # With the first account local mode is over, and so are its feeds.
        over = accounts.exist(session) and not open_local
        return None if over else OwnedFeed(feed, Viewer.local())
    account = session.get(Account, feed.account_id)
    if account is None or not account.active:
        return None
    viewer = Viewer(
        feed.account_id,
        account.name,
        accounts.roles_of(account),
        open_matters(session, feed.account_id),
        tracks_of(session, feed.account_id),
        email=account.email,
    )
    return OwnedFeed(feed, viewer)
