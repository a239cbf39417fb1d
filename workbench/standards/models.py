"""Tables of the standards side: committees, work items, stages, relations, drafts, clauses, provisions, lineage."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from scrapers.records import ClauseKind, Precision
from workbench.db import checked
from workbench.standards.lineage import LinkKind
from workbench.standards.provisions import Binds, ProvisionKind


class MemberKind(StrEnum):
    """Participating (votes) or observing (ISO/IEC Directives Part 1, 1.7.1)."""

    P = "P"
    O = "O"  # noqa: E741


class RelationKind(StrEnum):
    REPLACES = "replaces"
    REPLACED_BY = "replaced_by"


class LinkedBy(StrEnum):
    """Who says what became of a clause."""

    MACHINE = "machine"
    PERSON = "person"


class Committee(SQLModel, table=True):
    __tablename__ = "committee"

    id: int | None = Field(default=None, primary_key=True)
    iso_id: int = Field(unique=True)
    reference: str = Field(index=True)
    status: str | None = None
    title_en: str | None = None
    title_fr: str | None = None
    secretariat: str | None = None
    creation_date: dt.date | None = None
    scope: str | None = None
    parent_iso_id: int | None = None
    first_seen: dt.datetime
    last_seen: dt.datetime


class CommitteeMember(SQLModel, table=True):
    __tablename__ = "committee_member"
    __table_args__ = (sa.UniqueConstraint("committee_id", "iso_id"),)

    id: int | None = Field(default=None, primary_key=True)
    committee_id: int = Field(foreign_key="committee.id", index=True)
    iso_id: int
    acronym: str
    kind: MemberKind = Field(sa_type=checked(MemberKind))


class WorkItem(SQLModel, table=True):
    """A deliverable or project; identity is ISO's project number, references change."""

    __tablename__ = "work_item"

    id: int | None = Field(default=None, primary_key=True)
    iso_id: int = Field(unique=True)
    reference: str = Field(index=True)
    committee: str | None = Field(default=None, index=True)
    title_en: str | None = None
    title_fr: str | None = None
    deliverable_type: str | None = None
    supplement_type: str | None = None
    stage: str | None = Field(default=None, max_length=5, index=True)
    edition: int | None = None
    publication_date: str | None = None
    ics: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    languages: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    pages: int | None = None
    scope: str | None = None
    amends: str | None = None
    url: str | None = None
    first_seen: dt.datetime
    last_seen: dt.datetime
    missing_since: dt.datetime | None = Field(
        default=None, description="Since when a source that lists everything no longer lists it."
    )
    said: dict[str, Any] = Field(
        default_factory=dict, sa_type=sa.JSON, description="By source: when it last spoke (`at`) and its `fields`."
    )


class StageEvent(SQLModel, table=True):
    """A work item reached a stage on a day, read from the page (`day`) or first seen then (`observed`)."""

    __tablename__ = "stage_event"
    __table_args__ = (sa.UniqueConstraint("work_item_id", "stage", "date"),)

    id: int | None = Field(default=None, primary_key=True)
    work_item_id: int = Field(foreign_key="work_item.id", index=True)
    stage: str = Field(max_length=5)
    date: dt.date
    precision: Precision = Field(sa_type=checked(Precision))
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")


class Relation(SQLModel, table=True):
    """`from_iso_id` replaces, or is replaced by, `to_iso_id`; the other end need not be a followed item."""

    __tablename__ = "relation"
    __table_args__ = (sa.UniqueConstraint("from_iso_id", "kind", "to_iso_id"),)

    id: int | None = Field(default=None, primary_key=True)
    from_iso_id: int = Field(index=True)
    kind: RelationKind = Field(sa_type=checked(RelationKind))
    to_iso_id: int = Field(index=True)


class Draft(SQLModel, table=True):
    """One version of the text of a work item, e.g. `CD 1`; never changed after import."""

    __tablename__ = "draft"
    __table_args__ = (sa.UniqueConstraint("work_item_id", "label"),)

    id: int | None = Field(default=None, primary_key=True)
    work_item_id: int = Field(foreign_key="work_item.id", index=True)
    label: str
    dated: dt.date | None = None
    format: str
    reference: str | None = None
    title: str | None = None
    language: str = "en"
    copyright: str | None = None
    confidentiality: str | None = Field(default=None, description="The marking as printed in the file.")
    parser_version: str
    snapshot_id: int = Field(foreign_key="snapshot.id")
    imported_at: dt.datetime


class Clause(SQLModel, table=True):
    """A node of a draft's tree. `order` runs through the whole draft; `blocks` holds kind and offsets into `text`.

    The `references` of a block are the links of the file: [start, end, order], counted from the block's start.
    """

    __tablename__ = "clause"
    __table_args__ = (sa.UniqueConstraint("draft_id", "order"),)

    id: int | None = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="draft.id", index=True)
    parent_id: int | None = Field(default=None, foreign_key="clause.id")
    order: int
    number: str | None = None
    title: str | None = None
    level: int
    kind: ClauseKind = Field(sa_type=checked(ClauseKind))
    normative: bool
    text: str
    blocks: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)


class Provision(SQLModel, table=True):
    """A sentence of a clause with what it asks; `start` and `end` are character offsets into the clause's text."""

    __tablename__ = "provision"
    __table_args__ = (sa.UniqueConstraint("clause_id", "index"),)

    id: int | None = Field(default=None, primary_key=True)
    clause_id: int = Field(foreign_key="clause.id", index=True)
    index: int
    kind: ProvisionKind = Field(sa_type=checked(ProvisionKind))
    text: str
    start: int
    end: int
    binds: Binds = Field(sa_type=checked(Binds))
    flag: str | None = None
    doubt: bool = False
    reason: str


class LineageLink(SQLModel, table=True):
    """A clause of an earlier draft and what it became in a later one, as computed; one of the two may be missing.

    Rows with one `number` are one link: that of a split or a merger has several. `facts` is the reason, as
    [[message, {name: value}], …]. Always computed anew from the drafts and the corrections; `at` is when.
    """

    __tablename__ = "lineage_link"
    __table_args__ = (
        sa.Index("ix_lineage_link_old_draft_id_new_draft_id_number", "old_draft_id", "new_draft_id", "number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    old_draft_id: int = Field(foreign_key="draft.id")
    new_draft_id: int = Field(foreign_key="draft.id", index=True)
    number: int
    old_clause_id: int | None = Field(default=None, foreign_key="clause.id", index=True)
    new_clause_id: int | None = Field(default=None, foreign_key="clause.id", index=True)
    kind: LinkKind = Field(sa_type=checked(LinkKind))
    similarity: float
    facts: list[list[Any]] = Field(default_factory=list, sa_type=sa.JSON)
    by: LinkedBy = Field(sa_type=checked(LinkedBy))
    at: dt.datetime


class LineageCorrection(SQLModel, table=True):
    """What a person said a clause of the later draft came from: never changed, the last about a clause holds.

    `came_from` are the places (`order`) of clauses in the earlier draft, none where the clause is new; None takes back
    what was said before, and the machine links the clause again.
    """

    __tablename__ = "lineage_correction"
    __table_args__ = (sa.Index("ix_lineage_correction_old_draft_id_new_draft_id", "old_draft_id", "new_draft_id"),)

    id: int | None = Field(default=None, primary_key=True)
    old_draft_id: int = Field(foreign_key="draft.id")
    new_draft_id: int = Field(foreign_key="draft.id")
    new_clause_id: int = Field(foreign_key="clause.id", index=True)
    came_from: list[int] | None = Field(default=None, sa_type=sa.JSON)
    remark: str = ""
    by: LinkedBy = Field(sa_type=checked(LinkedBy))
    at: dt.datetime
