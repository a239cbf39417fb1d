"""Tables of the walls: matters and who is in them, sides and overrides, the published review state, the trail."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

import workbench.people.models  # noqa: F401 - the accounts that foreign keys below name
from workbench.db import checked
from workbench.people.gate import confidential
from workbench.people.permissions import Permission
from workbench.people.rules import in_matter, matter_held, member_or, needs, own_or
from workbench.people.viewer import Track, Viewer


class TrailAction(StrEnum):
    """What was done. The column is plain text, so that a new word needs no migration."""

    SAW = "saw"
    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    IMPORTED = "imported"
    EXPORTED = "exported"
    SENT = "sent"
    DECIDED = "decided"
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    HELD = "held"
    RELEASED = "released"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    INVITED = "invited"
    RESET = "reset"
    REVOKED = "revoked"


OF_MATCHES = (
    "match",
    "decision",
    "export",
    "learned_ranking",
    "learning_switch",
    "assessment",
    "chart",
    "declaration_case",
    "case_task",
    "patent_choice",
    "annuity_date",
    "portfolio_view",
)
"""Kinds of things of which the trail speaks only to who may read matches."""


def _of_readable_thing(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
    entity = model.entity  # type: ignore[attr-defined]
    return sa.true() if viewer.may(Permission.READ_MATCHES) else entity.not_in(OF_MATCHES)


@confidential(needs(Permission.READ_TRAIL), in_matter(), _of_readable_thing, append_only=True)
class TrailEntry(SQLModel, table=True):
    """One entry of the audit trail; append-only. `hash` is over the entry and the `previous` hash."""

    __tablename__ = "trail_entry"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False}, description="1, 2, 3 … without gaps.")
    at: dt.datetime = Field(index=True)
    account_id: int | None = Field(default=None, index=True)
    name: str
    roles: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    address: str | None = None
    action: str = Field(index=True)
    entity: str = Field(index=True)
    key: str = Field(index=True)
    matter_id: int | None = Field(default=None, index=True)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class TrailHead(SQLModel, table=True):
    """How far the trail goes: one row, so that entries cut off its end are missed too."""

    __tablename__ = "trail_head"

    id: int = Field(default=1, primary_key=True)
    entries: int
    hash: str = Field(max_length=64)


@confidential(member_or(Permission.MANAGE_MATTERS, "id"), held=lambda model: model.held_since.is_not(None))
class Matter(SQLModel, table=True):
    """An access list around confidential objects. Only people of its `track`, if it has one, can be in it.

    While `held_since` is set nothing that belongs to it can be deleted.
    """

    __tablename__ = "matter"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    track: Track | None = Field(default=None, sa_type=checked(Track))
    created_at: dt.datetime
    held_since: dt.datetime | None = None
    hold_reason: str | None = None


@confidential(member_or(Permission.MANAGE_MATTERS))
class MatterMember(SQLModel, table=True):
    """A person in a matter."""

    __tablename__ = "matter_member"

    matter_id: int = Field(foreign_key="matter.id", primary_key=True)
    account_id: int = Field(foreign_key="account.id", primary_key=True, index=True)
    added_at: dt.datetime


@confidential(in_matter(), held=lambda model: matter_held(model.matter_id))
class MatterApplication(SQLModel, table=True):
    """An application, by its key, that only the members of a matter may see; for what is not published yet."""

    __tablename__ = "matter_application"

    matter_id: int = Field(foreign_key="matter.id", primary_key=True)
    application_key: str = Field(primary_key=True, index=True)
    added_at: dt.datetime


@confidential(own_or(Permission.MANAGE_MATTERS))
class TrackSide(SQLModel, table=True):
    """The one side of the tracks that a person is on."""

    __tablename__ = "track_side"

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    track: Track = Field(sa_type=checked(Track))


class OverrideKind(StrEnum):
    """`track_clearance`: a person may see matters of the other track. `hold_release`: a legal hold ends."""

    TRACK_CLEARANCE = "track_clearance"
    HOLD_RELEASE = "hold_release"


def _of_matter_or_manager(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
    return sa.true() if viewer.may(Permission.MANAGE_MATTERS) else in_matter()(model, viewer)


@confidential(own_or(Permission.MANAGE_MATTERS, Permission.APPROVE_OVERRIDES), _of_matter_or_manager)
class Override(SQLModel, table=True):
    """An exception to a wall that one person asks for, with the reason, and a second one grants or refuses.

    `granted` is unset until the second person decides. A clearance holds until `ended_at`.
    """

    __tablename__ = "override"

    id: int | None = Field(default=None, primary_key=True)
    kind: OverrideKind = Field(sa_type=checked(OverrideKind))
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    track: Track | None = Field(default=None, sa_type=checked(Track))
    matter_id: int | None = Field(default=None, foreign_key="matter.id", index=True)
    reason: str
    requested_by: int = Field(foreign_key="account.id")
    requested_at: dt.datetime
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: dt.datetime | None = None
    granted: bool | None = None
    ended_at: dt.datetime | None = None


class Review(SQLModel, table=True):
    """What delegates see of the IP review of a work item: it is done for the draft named here. No row: pending.

    People of the IP side set it; nothing computes it from what they found, so that it tells nothing of that.
    """

    __tablename__ = "review"

    iso_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    draft: str = Field(description="The label of the newest draft when the review was done; empty where there is none.")
    set_at: dt.datetime
