"""Tables of committee documents, and of the names that were given up."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from scrapers.documents import DocumentKind
from workbench.db import checked

_KEPT: Final = sa.text("taken_away_at IS NULL")


class CommitteeDocument(SQLModel, table=True):
    """A document of a committee or a related body; see `scrapers.documents.ListedDocument`.

    One that somebody took away, as entered by mistake, is kept with what is known of it; another may have its number.
    """

    __tablename__ = "committee_document"
    __table_args__ = (
        sa.Index(
            "uq_committee_document_kept", "body", "number", unique=True, sqlite_where=_KEPT, postgresql_where=_KEPT
        ),
    )

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
    taken_away_at: dt.datetime | None = None
    taken_away_by: str | None = None
    taken_away_why: str | None = None
    said: dict[str, Any] = Field(
        default_factory=dict, sa_type=sa.JSON, description="By source: when it last spoke (`at`) and its `fields`."
    )


class FormerKey(SQLModel, table=True):
    """A body and number under which a document was known until it was corrected or taken away.

    In the change log the key stands for that document up to `last_change`, and after the one who gave it up before.
    `listed`: lists know the document by it, and mean that one when they repeat it.
    """

    __tablename__ = "document_former_key"

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="committee_document.id", index=True)
    body: str
    number: str
    last_change: int = Field(description="The key of the last change that was written under it.")
    listed: bool = False
