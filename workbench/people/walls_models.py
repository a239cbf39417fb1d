"""Tables of the walls: matters and who is in them, sides and overrides, the published review state, the trail."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


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
