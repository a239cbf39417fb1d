"""What people do with ballots. Each verb checks the permission, does one thing and leaves its trace in the trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session, col, select

from workbench.ballots.changes import note_ballot
from workbench.ballots.models import (
    Ballot,
    BallotResult,
    BallotState,
    Follow,
    ItemTrack,
    MemberVote,
    Position,
    PositionLevel,
    Roster,
)
from workbench.db import key_of
from workbench.history.log import ChangeWriter
from workbench.i18n import mark
from workbench.people.permissions import Permission
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.standards.ballots import BallotKind
from workbench.standards.models import WorkItem
from workbench.standards.tallies import REVIEW_ACTIONS, Answer

PERSON: Final = "person"
"""The source of what somebody typed."""
MAX_TEXT: Final = 4000
MAX_NAME: Final = 120
MAX_MEMBERS: Final = 400
EARLIEST: Final = dt.date(1947, 1, 1)
LATEST: Final = dt.date(2200, 12, 31)


class BallotError(Exception):
    """What was asked of a ballot cannot be done; `str(error)` says why and what to do, and is in the catalogues."""


def answers_for(kind: BallotKind) -> tuple[Answer, ...]:
    """What can be answered: a systematic review asks for an action, every other ballot for yes or no."""
    return (*REVIEW_ACTIONS, Answer.ABSTAIN) if kind is BallotKind.SR else (Answer.YES, Answer.NO, Answer.ABSTAIN)


def keep_ballot(
    session: Session, viewer: Viewer, item: WorkItem, kind: BallotKind, iteration: int, at: dt.datetime
) -> Ballot:
    """The row of a ballot, made where nothing but an estimate was known of it."""
    _need(viewer)
    if not 1 <= iteration <= 99:
        raise BallotError(mark("iterations count from 1 to 99; correct the number"))
    statement = select(Ballot).where(Ballot.work_item_id == item.id, Ballot.kind == kind, Ballot.iteration == iteration)
    row = session.exec(statement).one_or_none()
    if row is None:
        row = Ballot(
            work_item_id=key_of(item), kind=kind, iteration=iteration, source=PERSON, first_seen=at, last_seen=at
        )
        session.add(row)
        session.flush()
        details = {"iso_id": item.iso_id, "kind": kind.value, "iteration": iteration}
        record(session, viewer, TrailAction.CREATED, "ballot", key_of(row), details, at=at)
    return row


def announce(
    session: Session,
    viewer: Viewer,
    ballot: Ballot,
    at: dt.datetime,
    *,
    opens_on: dt.date | None,
    closes_on: dt.date | None,
    national_close: dt.date | None,
    company_close: dt.date | None,
    state: BallotState,
    result: BallotResult | None,
    countries: int | None = None,
    roster: str | None = None,
) -> None:
    """Set what a person knows of a ballot; an unset day gives the word back to the estimate or the rule.

    Raises BallotError where the days contradict each other.
    """
    _need(viewer)
    days = [day for day in (opens_on, closes_on, national_close, company_close) if day is not None]
    if any(not EARLIEST <= day <= LATEST for day in days):
        raise BallotError(mark("a day lies before 1947 or after 2200; correct the year"))
    if opens_on and closes_on and closes_on < opens_on:
        raise BallotError(mark("the ballot closes before it opens; correct one of the days"))
    if closes_on and any(day > closes_on for day in (national_close, company_close) if day):
        raise BallotError(mark("an inner deadline lies after the close at ISO; correct one of the days"))
    if countries is not None and not 0 <= countries <= 1000:
        raise BallotError(mark("the number of countries lies between 0 and 1000; correct it"))
    told: dict[str, Any] = {
        "opens_on": opens_on,
        "closes_on": closes_on,
        "national_close": national_close,
        "company_close": company_close,
        "state": state,
        "result": result,
        "countries": countries,
        "roster": " ".join((roster or "").split())[:MAX_NAME] or None,
    }
    changes = {name: (_shown(getattr(ballot, name)), _shown(value)) for name, value in told.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if not changes:
        return
    for name, value in told.items():
        setattr(ballot, name, value)
    # What a file said before changes nothing when it says it again: the person's word stays (history/merge.py).
    spoken = {name: _shown(told[name]) for name in changes if name in _FIELDS_OF_FILES}
    before = ballot.said.get(PERSON, {}).get("fields", {})
    ballot.said = {**ballot.said, PERSON: {"at": at.isoformat(), "fields": {**before, **spoken}}}
    if "closes_on" in changes:
        ballot.source, ballot.snapshot_id = PERSON, None
    ballot.last_seen = at
    session.add(ballot)
    item = session.get_one(WorkItem, ballot.work_item_id)
    note_ballot(ChangeWriter(session, None, PERSON, at), item, ballot, changes, None)
    record(session, viewer, TrailAction.CHANGED, "ballot", key_of(ballot), changes, at=at)


_FIELDS_OF_FILES: Final = ("opens_on", "closes_on", "state", "result", "countries")


def take_position(
    session: Session,
    viewer: Viewer,
    ballot: Ballot,
    level: PositionLevel,
    answer: Answer,
    reasons: str,
    at: dt.datetime,
    *,
    seen: int | None,
) -> Position:
    """Put a position after the current one, which `seen` names (None: there was none when the form was made).

    Raises BallotError where the answer is not asked for, a negative one has no reasons, or somebody was faster.
    """
    _need(viewer)
    text = _text(reasons)
    if answer not in answers_for(ballot.kind):
        raise BallotError(mark("this ballot asks for another answer; choose one of those offered"))
    if answer is Answer.NO and not text:
        raise BallotError(mark("a negative vote needs its reasons; without technical reasons it may be dropped"))
    if ballot.state is BallotState.CANCELLED:
        raise BallotError(mark("the ballot was cancelled; nothing can be answered"))
    statement = select(Position).where(Position.ballot_id == ballot.id, Position.level == level)
    current = session.exec(statement.order_by(col(Position.id).desc())).first()
    if (current.id if current else None) != seen:
        raise BallotError(mark("somebody set this position meanwhile; look at it and decide again"))
    position = Position(
        ballot_id=key_of(ballot),
        level=level,
        answer=answer,
        reasons=text,
        by_account=viewer.account_id,
        by=viewer.name,
        at=at,
        replaces=current.id if current else None,
    )
    session.add(position)
    session.flush()
    details = {"ballot": ballot.id, "level": level.value, "answer": answer.value, "replaces": position.replaces}
    record(session, viewer, TrailAction.DECIDED, "position", key_of(position), details, at=at)
    return position


def put_vote(
    session: Session,
    viewer: Viewer,
    ballot: Ballot,
    member: str,
    answer: Answer,
    at: dt.datetime,
    *,
    p_member: bool,
    reasons: bool | None = None,
    names_expert: bool = False,
    comment: str = "",
    source: str = PERSON,
    snapshot_id: int | None = None,
) -> bool:
    """Keep the vote of a member, typed or imported; returns whether anything changed. Raises BallotError."""
    _need(viewer)
    name = " ".join(_text(member).split())
    if not 0 < len(name) <= MAX_NAME:
        raise BallotError(mark("a vote needs the name of a member body of at most 120 characters"))
    if answer not in answers_for(ballot.kind):
        raise BallotError(mark("this ballot asks for another answer; choose one of those offered"))
    statement = select(MemberVote).where(MemberVote.ballot_id == ballot.id, MemberVote.member == name)
    row = session.exec(statement).one_or_none()
    told: dict[str, Any] = {
        "p_member": p_member,
        "answer": answer,
        "reasons": reasons,
        "names_expert": names_expert,
        "comment": _text(comment),
    }
    if row is None:
        row = MemberVote(ballot_id=key_of(ballot), member=name, source=source, snapshot_id=snapshot_id, at=at, **told)
        changes: dict[str, Any] = {"answer": [None, answer.value]}
    else:
        changes = {field: [_shown(getattr(row, field)), _shown(value)] for field, value in told.items()}
        changes = {field: pair for field, pair in changes.items() if pair[0] != pair[1] and field != "comment"}
        if not changes and row.comment == told["comment"]:
            return False
        for field, value in told.items():
            setattr(row, field, value)
        row.source, row.snapshot_id, row.at = source, snapshot_id, at
    session.add(row)
    session.flush()
    details = {"ballot": ballot.id, "member": name, **changes}
    record(session, viewer, TrailAction.CHANGED, "member_vote", key_of(row), details, at=at)
    return True


def remove_vote(session: Session, viewer: Viewer, ballot: Ballot, member: str, at: dt.datetime) -> None:
    """Take a vote back that was typed or imported by mistake; the trail keeps it."""
    _need(viewer)
    statement = select(MemberVote).where(MemberVote.ballot_id == ballot.id, MemberVote.member == member)
    row = session.exec(statement).one_or_none()
    if row is None:
        return
    details = {"ballot": ballot.id, "member": member, "answer": row.answer.value, "p_member": row.p_member}
    record(session, viewer, TrailAction.DELETED, "member_vote", key_of(row), details, at=at)
    session.delete(row)
    session.flush()


def set_roster(
    session: Session, viewer: Viewer, committee: str, dated: dt.date, members: Iterable[str], at: dt.datetime
) -> Roster:
    """Say who the P-members of a committee are from a day on. Raises BallotError."""
    _need(viewer)
    names = sorted({name for each in members if (name := " ".join(_text(each).split()))})
    if not names or len(names) > MAX_MEMBERS or any(len(name) > MAX_NAME for name in names):
        raise BallotError(mark("a roster needs 1 to 400 names of at most 120 characters"))
    row = session.exec(select(Roster).where(Roster.committee == committee, Roster.dated == dated)).one_or_none()
    before = list(row.members) if row else []
    if row is None:
        row = Roster(committee=committee, dated=dated, source=PERSON, at=at)
    row.members, row.source, row.at = names, PERSON, at
    session.add(row)
    session.flush()
    details = {"committee": committee, "dated": dated.isoformat(), "before": before, "members": names}
    record(session, viewer, TrailAction.CHANGED, "roster", key_of(row), details, at=at)
    return row


def set_follow(
    session: Session,
    item: WorkItem,
    *,
    followed: bool,
    account_id: int | None = None,
    recipient_id: int | None = None,
) -> None:
    """Follow a work item, or no longer, for an account or a recipient of the digest: exactly one of the two."""
    if (account_id is None) == (recipient_id is None):
        raise BallotError(mark("an account or a recipient follows, not both and not neither"))
    owner = Follow.account_id == account_id if account_id is not None else Follow.recipient_id == recipient_id
    row = session.exec(select(Follow).where(owner, Follow.work_item_id == item.id)).one_or_none()
    if followed and row is None:
        session.add(Follow(account_id=account_id, recipient_id=recipient_id, work_item_id=key_of(item)))
    if not followed and row is not None:
        session.delete(row)


def set_track(
    session: Session, viewer: Viewer, item: WorkItem, track: str | None, registered_on: dt.date | None, at: dt.datetime
) -> None:
    """Say on which development track a work item is, or with None that nobody knows. The name is one of the rules."""
    _need(viewer)
    row = session.get(ItemTrack, key_of(item))
    before = [row.track, _shown(row.registered_on)] if row else None
    if track is None:
        if row is not None:
            session.delete(row)
    else:
        row = row or ItemTrack(work_item_id=key_of(item), track=track)
        row.track, row.registered_on = track, registered_on
        session.add(row)
    details = {"before": before, "track": track, "registered_on": _shown(registered_on)}
    record(session, viewer, TrailAction.CHANGED, "item_track", item.iso_id, details, at=at)


def _need(viewer: Viewer) -> None:
    if not viewer.may(Permission.EDIT_STANDARDS) and not viewer.may(Permission.IMPORT_STANDARDS):
        raise BallotError(mark("this needs the role of a delegate; ask the person who runs the workbench"))


def _text(text: str) -> str:
    """A text as both databases take it, of bounded length."""
    plain = "".join(character for character in text if character >= " " or character in "\n\t").strip()
    return plain.encode("utf-8", "replace").decode()[:MAX_TEXT]


def _shown(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else getattr(value, "value", value)
