"""Tables of the registers: declarations, the patents they name, parties and their names."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from workbench.db import checked


class AliasState(StrEnum):
    """What is known of a name: only suggested by the workbench, or decided by a person."""

    SUGGESTED = "suggested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Declaration(SQLModel, table=True):
    """A statement as a register lists it; identity and fields are those of `scrapers.records.Declaration`.

    `deliverable_key` is the reference without stage, edition and year, or the raw text folded: what declarations and
    work items of one document share.
    """

    __tablename__ = "declaration"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    listed_in: str = Field(index=True)
    statement: str | None = None
    policy: str
    form_version: str | None = None
    holder: str = Field(index=True)
    deliverable_raw: str
    deliverable: str | None = None
    deliverable_key: str = Field(index=True)
    option: int | None = None
    option_raw: str | None = None
    reciprocity: bool | None = None
    date: dt.date | None = None
    url: str | None = None
    source_format: str
    source: str
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    first_seen: dt.datetime
    last_seen: dt.datetime
    said: dict[str, Any] = Field(
        default_factory=dict, sa_type=sa.JSON, description="By source: when it last spoke (`at`) and its `fields`."
    )


class DeclaredPatent(SQLModel, table=True):
    """A patent that a declaration names, in the register's order; see `scrapers.records.DeclaredPatent`."""

    __tablename__ = "declared_patent"
    __table_args__ = (sa.UniqueConstraint("declaration_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    declaration_id: int = Field(foreign_key="declaration.id", index=True)
    position: int
    raw: str
    country: str | None = None
    publication: str | None = Field(default=None, index=True)
    application: str | None = Field(default=None, index=True)
    reason: str | None = None
    status: str | None = None
    title: str | None = None


class Party(SQLModel, table=True):
    """Somebody who declares. Each name that a register writes is a party of its own until a person says otherwise."""

    __tablename__ = "party"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    normal_name: str = Field(index=True, description="Without legal form, case and punctuation; for suggestions only.")
    first_seen: dt.datetime


class PartyAlias(SQLModel, table=True):
    """Whether `name` is another name of a party: suggested, then accepted or rejected by a person.

    A row never changes but for `in_force`: a decision replaces the suggestion, and a later decision the earlier one.
    """

    __tablename__ = "party_alias"
    __table_args__ = (
        sa.Index(
            "uq_party_alias_in_force",
            "party_id",
            "name",
            unique=True,
            sqlite_where=sa.text("in_force"),
            postgresql_where=sa.text("in_force"),
        ),
        sa.Index(
            "uq_party_alias_accepted",
            "name",
            unique=True,
            sqlite_where=sa.text("in_force AND state = 'accepted'"),
            postgresql_where=sa.text("in_force AND state = 'accepted'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    party_id: int = Field(foreign_key="party.id", index=True)
    name: str = Field(index=True)
    state: AliasState = Field(sa_type=checked(AliasState))
    said_by: str | None = Field(default=None, description="The person; None for a suggestion of the workbench.")
    account_id: int | None = None
    said_at: dt.datetime
    replaces_id: int | None = Field(default=None, foreign_key="party_alias.id")
    in_force: bool = True
