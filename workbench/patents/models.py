"""Tables of the patent side: families, publications, claims, portfolios, and what offices say of applications."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

import workbench.people.walls_models  # noqa: F401 - the matters that a foreign key below names
from workbench.history.models import Snapshot
from workbench.patents.walls import (
    of_open_application,
    of_open_applications_only,
    of_open_portfolio,
    own_or_permitted,
    own_or_permitted_in_search,
    portfolio_held,
)
from workbench.people.gate import confidential, restrict
from workbench.people.permissions import Permission
from workbench.people.rules import in_matter, matter_held, needs
from workbench.search import SearchEntry

_READERS = needs(Permission.READ_PATENTS)


@confidential(_READERS)
class Family(SQLModel, table=True):
    """A DOCDB simple family as a source names it."""

    __tablename__ = "family"

    id: int | None = Field(default=None, primary_key=True)
    family_id: str = Field(unique=True)


@confidential(_READERS)
class Publication(SQLModel, table=True):
    """A patent publication; identity is the docdb number with kind, e.g. `EP.2400812.A1`."""

    __tablename__ = "publication"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    raw_number: str
    country: str = Field(max_length=2, index=True)
    doc_number: str = Field(index=True)
    kind: str | None = None
    date: dt.date | None = None
    application: str | None = Field(default=None, index=True)
    priorities: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    family_ref: int | None = Field(default=None, foreign_key="family.id", index=True)
    title: str | None = None
    title_language: str | None = None
    abstract: str | None = None
    applicants: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    inventors: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    ipc: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    cpc: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    source_format: str
    first_seen: dt.datetime
    last_seen: dt.datetime
    said: dict[str, Any] = Field(
        default_factory=dict, sa_type=sa.JSON, description="By source: when it last spoke (`at`) and its `fields`."
    )


@confidential(_READERS, own_or_permitted())
class Claim(SQLModel, table=True):
    __tablename__ = "claim"
    __table_args__ = (sa.UniqueConstraint("publication_id", "language", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    publication_id: int = Field(foreign_key="publication.id", index=True)
    language: str
    number: int
    text: str
    independent: bool
    depends_on: list[int] = Field(default_factory=list, sa_type=sa.JSON)


@confidential(_READERS, in_matter(), held=lambda model: matter_held(model.matter_id))
class Portfolio(SQLModel, table=True):
    """A named set of publications; one of a matter is open to its members only.

    Names are unique within a matter, so that a name in use tells nobody of a portfolio he may not see.
    """

    __tablename__ = "portfolio"
    __table_args__ = (
        sa.UniqueConstraint("matter_id", "name"),
        sa.Index(
            "uq_portfolio_name_of_no_matter",
            "name",
            unique=True,
            sqlite_where=sa.text("matter_id IS NULL"),
            postgresql_where=sa.text("matter_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    matter_id: int | None = Field(default=None, foreign_key="matter.id")
    own: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": sa.false()},
        description="A person said that its patents are the company's own; others' are read with a permission only.",
    )


@confidential(_READERS, of_open_portfolio(), held=lambda model: portfolio_held(model.portfolio_id))
class PortfolioMember(SQLModel, table=True):
    __tablename__ = "portfolio_member"

    portfolio_id: int = Field(foreign_key="portfolio.id", primary_key=True)
    publication_id: int = Field(foreign_key="publication.id", primary_key=True)


@confidential(_READERS)
class ExtendedFamilyMember(SQLModel, table=True):
    """A member of the INPADOC extended family of `asked`, the publication that the office was asked for.

    It is kept apart from `family`, the DOCDB simple family: an extended family joins several of these, and
    `simple_family_id` says which one the member is in. A member whose `last_seen` is older than that of the others
    was not listed any more.
    """

    __tablename__ = "extended_family_member"
    __table_args__ = (sa.UniqueConstraint("asked", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    asked: str = Field(index=True)
    number: str = Field(index=True)
    application: str | None = None
    date: dt.date | None = None
    simple_family_id: str | None = None
    source: str
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    first_seen: dt.datetime
    last_seen: dt.datetime


@confidential(_READERS, of_open_application())
class LegalEvent(SQLModel, table=True):
    """An event in the life of an application, as an office tells it.

    `fingerprint` is the hash of its key: `application_key`, `office`, `code`, `date`, `text`; a unique constraint over
    these would let through what has no date, and long texts fit no index.
    """

    __tablename__ = "legal_event"

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(unique=True, max_length=64)
    application: str
    application_key: str = Field(index=True)
    number: str | None = Field(default=None, index=True)
    office: str
    code: str
    date: dt.date | None = None
    description: str | None = None
    text: str | None = None
    effect: str | None = None
    source: str
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    first_seen: dt.datetime
    last_seen: dt.datetime


@confidential(_READERS, of_open_application())
class ApplicationStatus(SQLModel, table=True):
    """What registers say of an application, in their words; see `scrapers.records.ApplicationStatus`."""

    __tablename__ = "application_status"

    id: int | None = Field(default=None, primary_key=True)
    application: str
    application_key: str = Field(unique=True)
    status: str | None = None
    status_code: str | None = None
    status_date: dt.date | None = None
    title: str | None = None
    filing_date: dt.date | None = None
    publications: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    grant_number: str | None = None
    grant_date: dt.date | None = None
    decision_date: dt.date | None = None
    expiry_date: dt.date | None = None
    ended_on: dt.date | None = None
    next_fee_date: dt.date | None = None
    fees_paid_to_year: int | None = None
    claims_count: int | None = None
    applicants: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    holders: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    source: str
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    first_seen: dt.datetime
    last_seen: dt.datetime
    said: dict[str, Any] = Field(
        default_factory=dict, sa_type=sa.JSON, description="By source: when it last spoke (`at`) and its `fields`."
    )


@confidential(_READERS, of_open_application())
class CitedDocument(SQLModel, table=True):
    """A document that an examiner cited. `fingerprint`: `application_key`, `date`, `kind`, `order`, `is_patent`."""

    __tablename__ = "cited_document"

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(unique=True, max_length=64)
    application: str
    application_key: str = Field(index=True)
    date: dt.date | None = None
    kind: str
    order: int
    document: str
    is_patent: bool
    source: str
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    first_seen: dt.datetime
    last_seen: dt.datetime


@confidential(_READERS, needs(Permission.READ_OTHERS_CLAIMS, Permission.IMPORT_PATENTS), of_open_application())
class FiledClaims(SQLModel, table=True):
    """Claims as filed or amended before the office; `claims` are those of a `scrapers.records.Claim`, as JSON."""

    __tablename__ = "filed_claims"
    __table_args__ = (sa.UniqueConstraint("application_key", "document_number", "part"),)

    id: int | None = Field(default=None, primary_key=True)
    application: str
    application_key: str = Field(index=True)
    document_code: str
    document_number: str
    part: str
    claims: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    source: str
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    first_seen: dt.datetime
    last_seen: dt.datetime


restrict(Snapshot, of_open_applications_only())
restrict(SearchEntry, own_or_permitted_in_search("publication"))
