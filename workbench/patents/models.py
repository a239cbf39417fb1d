"""Tables of the patent side: families, publications, claims, portfolios."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Family(SQLModel, table=True):
    """A DOCDB simple family as a source names it."""

    __tablename__ = "family"

    id: int | None = Field(default=None, primary_key=True)
    family_id: str = Field(unique=True)


class Publication(SQLModel, table=True):
    """A patent publication; identity is the docdb number with kind, e.g. `EP.2400812.A1`."""

    __tablename__ = "publication"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    raw_number: str
    country: str = Field(max_length=2, index=True)
    doc_number: str
    kind: str | None = None
    date: dt.date | None = None
    application: str | None = None
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


class Portfolio(SQLModel, table=True):
    __tablename__ = "portfolio"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class PortfolioMember(SQLModel, table=True):
    __tablename__ = "portfolio_member"

    portfolio_id: int = Field(foreign_key="portfolio.id", primary_key=True)
    publication_id: int = Field(foreign_key="publication.id", primary_key=True)
