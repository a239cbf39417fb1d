"""Tables of the portfolio views: what people choose for patents that no text needs, and annuity days they typed."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

import workbench.people.models  # noqa: F401 - the rows that foreign keys below name
from workbench.db import checked
from workbench.patents.walls import number_held, of_open_number, own_or_permitted
from workbench.people.gate import confidential
from workbench.people.permissions import Permission
from workbench.people.rules import in_matter, matter_held, needs

_READERS = needs(Permission.READ_MATCHES)


class Choice(StrEnum):
    """What is to become of a patent that no text needs. OPTION_1: declared free of charge, should a text need it."""

    KEEP = "keep"
    LICENSE = "license"
    DONATE = "donate"
    LAPSE = "lapse"
    OPTION_1 = "option_1"


@confidential(
    _READERS,
    of_open_number("publication"),
    own_or_permitted("publication"),
    in_matter(),
    held=lambda row: sa.or_(matter_held(row.matter_id), number_held(row.publication)),
)
class PatentChoice(SQLModel, table=True):
    """What somebody chose for a family, and why; append-only, of a family and matter the last one counts.

    `family` is the DOCDB simple family, or the number of a publication that no source puts into one; `publication` is
    the member by which the walls tell who may know of it.
    """

    __tablename__ = "patent_choice"

    id: int | None = Field(default=None, primary_key=True)
    family: str = Field(index=True)
    publication: str
    matter_id: int | None = Field(default=None, foreign_key="matter.id", index=True)
    choice: Choice = Field(sa_type=checked(Choice))
    reason: str
    by_account: int | None = Field(default=None, foreign_key="account.id")
    by: str
    at: dt.datetime
    replaces: int | None = Field(default=None, foreign_key="patent_choice.id", unique=True)


@confidential(
    _READERS,
    of_open_number("publication"),
    own_or_permitted("publication"),
    in_matter(),
    held=lambda row: sa.or_(matter_held(row.matter_id), number_held(row.publication)),
)
class AnnuityDate(SQLModel, table=True):
    """The next annuity day of a patent as somebody typed it; append-only, the last one counts.

    It goes before what registers tell and what the workbench computes. `due_on` None takes an earlier one back;
    `source` says where the day was read.
    """

    __tablename__ = "annuity_date"

    id: int | None = Field(default=None, primary_key=True)
    publication: str = Field(index=True)
    matter_id: int | None = Field(default=None, foreign_key="matter.id", index=True)
    due_on: dt.date | None = None
    source: str
    by_account: int | None = Field(default=None, foreign_key="account.id")
    by: str
    at: dt.datetime
    replaces: int | None = Field(default=None, foreign_key="annuity_date.id", unique=True)
