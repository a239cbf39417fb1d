"""Matters, tracks and exceptions: who gets in, who does not, and who has to agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from tests.people.walled import NOW, add_account, person
from workbench.db import Store, key_of
from workbench.people import matters, overrides, review, tracks
from workbench.people.matters import MatterError, UnknownMatterError
from workbench.people.overrides import OverrideError
from workbench.people.permissions import PERMISSIONS, Permission, Role, allows
from workbench.people.review import ReviewState
from workbench.people.viewer import Track, Viewer
from workbench.people.walls_models import Matter, TrailEntry

REASON = "needed for the answer to the other side's chart"


class People:
    """Accounts of an administrator, two counsel and an analyst, each as a viewer."""

    def __init__(self, session: Session) -> None:
        self.admin = person(Role.ADMINISTRATOR, account_id=add_account(session, "Ada", Role.ADMINISTRATOR))
        self.counsel = person(Role.IP_COUNSEL, account_id=add_account(session, "Cleo", Role.IP_COUNSEL))
        self.second = person(Role.IP_COUNSEL, account_id=add_account(session, "Sem", Role.IP_COUNSEL))
        self.analyst = person(Role.IP_ANALYST, account_id=add_account(session, "Ann", Role.IP_ANALYST))


def key(viewer: Viewer) -> int:
    assert viewer.account_id is not None
    return viewer.account_id


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    with store.write() as session:
        yield session


@pytest.fixture
def people(session: Session) -> People:
    return People(session)


def make(session: Session, people: People, track: Track | None = None) -> int:
    return key_of(matters.make_matter(session, people.admin, "Alpha", track, NOW))


def test_members_are_in_and_others_are_not(session: Session, people: People) -> None:
    matter = make(session, people)
    matters.add_member(session, people.admin, matter, key(people.analyst), NOW)
    assert matters.open_matters(session, key(people.analyst)) == {matter}
    assert matters.open_matters(session, key(people.counsel)) == frozenset()
    assert [each.name for each in matters.members_of(session, matter)] == ["Ann"]
    matters.remove_member(session, people.admin, matter, key(people.analyst), NOW)
    assert matters.open_matters(session, key(people.analyst)) == frozenset()


def test_a_matter_needs_a_name_of_its_own(session: Session, people: People) -> None:
    make(session, people)
    for name in ("", "  ", "Alpha", " Alpha ", "x" * 121):
        with pytest.raises(MatterError):
            matters.make_matter(session, people.admin, name, None, NOW)
    with pytest.raises(UnknownMatterError, match="Alpha"):
        matters.matter_named(session, "Beta")


def test_only_one_side_of_the_tracks_is_let_in(session: Session, people: People) -> None:
    matter = make(session, people, Track.CHINA)
    with pytest.raises(MatterError, match="clearance"):
        matters.add_member(session, people.admin, matter, key(people.analyst), NOW)
    tracks.put_on_side(session, people.admin, key(people.analyst), Track.CHINA, NOW)
    matters.add_member(session, people.admin, matter, key(people.analyst), NOW)
    assert matters.open_matters(session, key(people.analyst)) == {matter}
    tracks.put_on_side(session, people.admin, key(people.analyst), Track.US_WEST, NOW)
    assert matters.open_matters(session, key(people.analyst)) == frozenset(), "a member on the other side is out"


def test_a_clearance_takes_a_reason_and_a_second_person(session: Session, people: People) -> None:
    matter = make(session, people, Track.CHINA)
    tracks.put_on_side(session, people.admin, key(people.analyst), Track.US_WEST, NOW)

    def ask(viewer: Viewer, reason: str = REASON) -> int:
        wanted = overrides.ask_for_clearance(session, viewer, key(people.analyst), Track.CHINA, reason, NOW)
        return key_of(wanted)

    with pytest.raises(MatterError, match="reason"):
        ask(people.counsel, "please")
    with pytest.raises(OverrideError, match="local mode"):
        ask(Viewer.local())
    wanted = ask(people.counsel)
    for viewer, why in (
        (people.counsel, "second person"),
        (people.analyst, "counsel or an administrator"),
        (Viewer.local(), "local mode"),
    ):
        with pytest.raises(OverrideError, match=why):
            overrides.decide(session, viewer, wanted, granted=True, now=NOW)
    assert tracks.tracks_of(session, key(people.analyst)) == {Track.US_WEST}
    overrides.decide(session, people.second, wanted, granted=True, now=NOW)
    assert tracks.tracks_of(session, key(people.analyst)) == set(Track)
    matters.add_member(session, people.admin, matter, key(people.analyst), NOW)
    with pytest.raises(OverrideError, match="already"):
        overrides.decide(session, people.second, wanted, granted=False, now=NOW)
    overrides.end_clearance(session, people.counsel, wanted, NOW)
    assert matters.open_matters(session, key(people.analyst)) == frozenset()


def test_nobody_clears_himself(session: Session, people: People) -> None:
    tracks.put_on_side(session, people.admin, key(people.second), Track.US_WEST, NOW)
    wanted = overrides.ask_for_clearance(session, people.counsel, key(people.second), Track.CHINA, REASON, NOW)
    with pytest.raises(OverrideError, match="second person"):
        overrides.decide(session, people.second, key_of(wanted), granted=True, now=NOW)
    overrides.decide(session, people.admin, key_of(wanted), granted=False, now=NOW)
    assert tracks.tracks_of(session, key(people.second)) == {Track.US_WEST}


def test_a_hold_ends_only_by_two_people(session: Session, people: People) -> None:
    matter = make(session, people)
    with pytest.raises(OverrideError, match="not under"):
        overrides.ask_for_release(session, people.counsel, matter, REASON, NOW)
    matters.hold(session, people.counsel, matter, REASON, NOW)
    with pytest.raises(MatterError, match="already"):
        matters.hold(session, people.counsel, matter, REASON, NOW)
    wanted = key_of(overrides.ask_for_release(session, people.counsel, matter, REASON, NOW))
    with pytest.raises(OverrideError, match="second person"):
        overrides.decide(session, people.counsel, wanted, granted=True, now=NOW)
    assert session.get_one(Matter, matter).held_since == NOW
    overrides.decide(session, people.second, wanted, granted=True, now=NOW)
    assert session.get_one(Matter, matter).held_since is None
    told = [entry.action for entry in session.exec(select(TrailEntry)) if entry.matter_id == matter]
    assert told == ["created", "held", "requested", "released", "approved"]


def test_the_review_is_pending_until_somebody_says_done_for_the_newest_draft(session: Session, people: People) -> None:
    def state(newest: str) -> ReviewState:
        return review.review_state(session, 90001, newest)

    assert state("CD 1") is ReviewState.PENDING
    review.publish_review(session, people.counsel, 90001, "CD 1", ReviewState.DONE, NOW)
    assert state("CD 1") is ReviewState.DONE
    assert state("CD 2") is ReviewState.PENDING
    assert review.review_states(session, {90001: "CD 1", 90002: "CD 1"}) == {
        90001: ReviewState.DONE,
        90002: ReviewState.PENDING,
    }
    review.publish_review(session, people.counsel, 90001, "CD 1", ReviewState.PENDING, NOW)
    assert state("CD 1") is ReviewState.PENDING


def test_the_table_of_permissions() -> None:
    """What must never be true of it, whatever is added."""
    assert set(PERMISSIONS) == set(Role)
    assert all(Permission.READ_STANDARDS in held for held in PERMISSIONS.values())
    confidential = {Permission.READ_PATENTS, Permission.READ_MATCHES, Permission.EXPORT_CONFIDENTIAL, Permission.DECIDE}
    for role in (Role.READER, Role.DELEGATE, Role.ADMINISTRATOR):
        assert not confidential & PERMISSIONS[role], role
    assert [role for role in Role if allows([role], Permission.EXPORT_CONFIDENTIAL)] == [Role.IP_COUNSEL]
    assert all(any(each in held for held in PERMISSIONS.values()) for each in Permission), "nobody holds it"
    assert all(allows(Role, each) for each in Permission)
