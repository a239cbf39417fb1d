"""Table of committee documents."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from scrapers.documents import DocumentKind
from workbench.db import checked


class CommitteeDocument(SQLModel, table=True):
    """A document of a committee or a related body; see `scrapers.documents.ListedDocument`."""

    __tablename__ = "committee_document"
    __table_args__ = (sa.UniqueConstraint("body", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    body: str
    number: str
    title: str
    kind: DocumentKind = Field(sa_type=checked(DocumentKind))
    issued_on: dt.date | None = Field(default=None, index=True)
    due_on: dt.date | None = Field(default=None, index=True, description="The day by which an answer is asked for.")
    supersedes: str | None = Field(default=None, description="Number of an older document of the same body.")
    reference: str | None = Field(default=None, description="The standard it is about, as the list writes it.")
    address: str | None = None
    source: str
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    first_seen: dt.datetime
    last_seen: dt.datetime
    said: dict[str, Any] = Field(
        default_factory=dict, sa_type=sa.JSON, description="By source: when it last spoke (`at`) and its `fields`."
    )
