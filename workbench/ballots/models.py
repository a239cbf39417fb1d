"""Tables of ballots: what was announced or typed of them, positions, votes, rosters, follow lists, tracks."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

import workbench.history.models
import workbench.people.models
import workbench.standards.models  # noqa: F401 - the rows that foreign keys below name
from workbench.db import checked
from workbench.standards.ballots import BallotKind
from workbench.standards.tallies import Answer


class BallotState(StrEnum):
    """What is known of a ballot. An open one whose closing day is past counts as closed without being marked."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class BallotResult(StrEnum):
    """The result as announced; what the count says is computed (`workbench.standards.tallies`)."""

    APPROVED = "approved"
    NOT_APPROVED = "not_approved"
    CONFIRM = "confirm"
    REVISE = "revise"
    WITHDRAW = "withdraw"


class PositionLevel(StrEnum):
    """Whose position it is."""

    COMPANY = "company"
    NATIONAL = "national"


class WaitingState(StrEnum):
    """What became of a ballot of an unknown work item."""

    WAITING = "waiting"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class Ballot(SQLModel, table=True):
    """A ballot of a work item; iterations of a kind count from 1 (a second DIS ballot is iteration 2).

    `opens_on` and `closes_on` are days as announced; without `closes_on` the estimate of the same kind and iteration
    holds. `national_close` and `company_close` are set by people and win over the rules. `roster` is the committee
    whose P-members count, by default the item's own. `countries`: systematic review, in how many it is used.
    """

    __tablename__ = "ballot"
    __table_args__ = (sa.UniqueConstraint("work_item_id", "kind", "iteration"),)

    id: int | None = Field(default=None, primary_key=True)
    work_item_id: int = Field(foreign_key="work_item.id", index=True)
    kind: BallotKind = Field(sa_type=checked(BallotKind))
    iteration: int = Field(default=1, ge=1)
    opens_on: dt.date | None = None
    closes_on: dt.date | None = Field(default=None, index=True)
    national_close: dt.date | None = None
    company_close: dt.date | None = None
    state: BallotState = Field(default=BallotState.OPEN, sa_type=checked(BallotState))
    result: BallotResult | None = Field(default=None, sa_type=checked(BallotResult))
    roster: str | None = None
    countries: int | None = None
    source: str = Field(description="The file, or `person`, that spoke last.")
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    first_seen: dt.datetime
    last_seen: dt.datetime
    said: dict[str, Any] = Field(
        default_factory=dict, sa_type=sa.JSON, description="By source: when it last spoke (`at`) and its `fields`."
    )


class Position(SQLModel, table=True):
    """An answer decided on; append-only, a later one names the one it `replaces`."""

    __tablename__ = "position"
    __table_args__ = (
        sa.Index(
            "uq_position_first",
            "ballot_id",
            "level",
            unique=True,
            sqlite_where=sa.text("replaces IS NULL"),
            postgresql_where=sa.text("replaces IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    ballot_id: int = Field(foreign_key="ballot.id", index=True)
    level: PositionLevel = Field(sa_type=checked(PositionLevel))
    answer: Answer = Field(sa_type=checked(Answer))
    reasons: str
    by_account: int | None = None
    by: str
    at: dt.datetime
    replaces: int | None = Field(default=None, foreign_key="position.id", unique=True)


class MemberVote(SQLModel, table=True):
    """The vote of a member body, imported or typed. `reasons`: whether a negative one has technical reasons."""

    __tablename__ = "member_vote"
    __table_args__ = (sa.UniqueConstraint("ballot_id", "member"),)

    id: int | None = Field(default=None, primary_key=True)
    ballot_id: int = Field(foreign_key="ballot.id", index=True)
    member: str
    p_member: bool
    answer: Answer = Field(sa_type=checked(Answer))
    reasons: bool | None = None
    names_expert: bool = False
    comment: str = ""
    source: str
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    at: dt.datetime


class Roster(SQLModel, table=True):
    """The P-members of a committee from a day on."""

    __tablename__ = "roster"
    __table_args__ = (sa.UniqueConstraint("committee", "dated"),)

    id: int | None = Field(default=None, primary_key=True)
    committee: str
    dated: dt.date
    members: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    source: str
    at: dt.datetime


class Follow(SQLModel, table=True):
    """A work item that an account or a recipient of the digest follows; who follows none is told of all."""

    __tablename__ = "follow"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "work_item_id"),
        sa.UniqueConstraint("recipient_id", "work_item_id"),
        sa.CheckConstraint("(account_id IS NULL) <> (recipient_id IS NULL)", name="one_follower"),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", ondelete="CASCADE")
    recipient_id: int | None = Field(default=None, foreign_key="recipient.id", ondelete="CASCADE")
    work_item_id: int = Field(foreign_key="work_item.id", index=True)


class ItemTrack(SQLModel, table=True):
    """The development track of a work item, as people say it; `registered_on` is month 0 where they know it."""

    __tablename__ = "item_track"

    work_item_id: int = Field(foreign_key="work_item.id", primary_key=True)
    track: str
    registered_on: dt.date | None = None


class WaitingBallot(SQLModel, table=True):
    """A ballot whose work item nobody knows, as it was read; a person says which it is, or dismisses it."""

    __tablename__ = "waiting_ballot"

    id: int | None = Field(default=None, primary_key=True)
    reference: str
    key: str = Field(unique=True, description="Reference, kind and iteration: the same announcement seen again.")
    record: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    source: str
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    state: WaitingState = Field(default=WaitingState.WAITING, sa_type=checked(WaitingState), index=True)
    first_seen: dt.datetime
    last_seen: dt.datetime
    work_item_id: int | None = Field(default=None, foreign_key="work_item.id")
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
