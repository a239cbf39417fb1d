"""What sources and file readers hand over: frozen records, checked when they are made.

A field that the source does not speak of stays *unset* (it is not in `model_fields_set`) and changes nothing in the
store; a field that the source says is empty is set to None.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from scrapers.identifiers import StageCode


class Record(BaseModel):
    """Base of all records: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Precision(StrEnum):
    """How a stage date is known: read as a day from the page, or only observed by polling on that day."""

    DAY = "day"
    OBSERVED = "observed"


class Member(Record):
    """A national body in a committee, as ISO Open Data names it."""

    iso_id: int
    acronym: str


class Committee(Record):
    """A technical committee; key: `iso_id`."""

    iso_id: int
    reference: str
    status: str | None = None
    title_en: str | None = None
    title_fr: str | None = None
    secretariat: str | None = None
    creation_date: dt.date | None = None
    scope: str | None = None
    parent_iso_id: int | None = None
    p_members: tuple[Member, ...] = ()
    o_members: tuple[Member, ...] = ()


class StageEvent(Record):
    """A project reached a stage on a day."""

    stage: StageCode
    date: dt.date
    precision: Precision


class WorkItem(Record):
    """A deliverable or project of a committee; key: ISO's project number `iso_id`.

    `publication_date` is as published: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. `replaces` and `replaced_by` hold ISO ids.
    `amends` is the reference of the document that an amendment or corrigendum changes.
    """

    iso_id: int
    reference: str
    committee: str | None = None
    title_en: str | None = None
    title_fr: str | None = None
    deliverable_type: str | None = None
    supplement_type: str | None = None
    stage: StageCode | None = None
    stage_history: tuple[StageEvent, ...] = ()
    edition: int | None = None
    publication_date: str | None = None
    ics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    pages: int | None = None
    scope: str | None = None
    replaces: tuple[int, ...] = ()
    replaced_by: tuple[int, ...] = ()
    amends: str | None = None
    url: str | None = None


class ClauseKind(StrEnum):
    """What a node of a draft's tree is (ISO/IEC Directives Part 2, clauses 12 to 21)."""

    FOREWORD = "foreword"
    INTRODUCTION = "introduction"
    CLAUSE = "clause"
    TERMS = "terms"
    TERM = "term"
    ANNEX = "annex"
    BIBLIOGRAPHY = "bibliography"


class BlockKind(StrEnum):
    """Where in a clause a piece of text stands; it decides what may bind there (Directives Part 2, Table 8)."""

    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    NOTE = "note"
    EXAMPLE = "example"
    WARNING = "warning"
    TERM_NAME = "term_name"
    DEFINITION = "definition"
    NOTE_TO_ENTRY = "note_to_entry"
    TERM_SOURCE = "term_source"
    TABLE_TITLE = "table_title"
    TABLE_ROW = "table_row"
    TABLE_NOTE = "table_note"
    TABLE_FOOTNOTE = "table_footnote"
    FIGURE_TITLE = "figure_title"
    FIGURE_NOTE = "figure_note"
    FORMULA = "formula"
    CODE = "code"
    FOOTNOTE = "footnote"
    REFERENCE = "reference"


class Block(Record):
    """One paragraph-like piece of a clause, in reading order; white space folded, never empty."""

    kind: BlockKind
    text: str
    label: str | None = None


class Clause(Record):
    """A node of the tree in reading order.

    `number` is the label as printed without "Annex" (`6.2.1`, `A`, `A.3`) or None; `level` is 1 for clauses, annexes
    and unnumbered front matter; `parent` is the position of the parent in the draft's list, or None. `blocks` is the
    clause's own text without that of its subclauses.
    """

    number: str | None
    title: str | None
    kind: ClauseKind
    normative: bool
    level: int
    parent: int | None
    blocks: tuple[Block, ...] = ()


class Draft(Record):
    """A draft as read from a file: clauses in reading order, parents before children."""

    format: str
    reference: str | None = None
    title: str | None = None
    language: str = "en"
    stage: str | None = None
    copyright: str | None = None
    clauses: tuple[Clause, ...]


class Claim(Record):
    """A claim of a publication; key within it: `language`, `number`. White space folded, without the claim number."""

    number: int
    text: str
    language: str
    independent: bool
    depends_on: tuple[int, ...] = ()


class Priority(Record):
    """A priority claim as printed."""

    number: str
    date: dt.date | None = None


class Publication(Record):
    """A patent publication; key: `number` in docdb form `CC.NUMBER.KIND`, the kind left out where none is printed.

    `raw_number` is the number exactly as the file has it. `application` is the application number in docdb form.
    """

    number: str
    raw_number: str
    country: str
    doc_number: str
    kind: str | None = None
    date: dt.date | None = None
    application: str | None = None
    priorities: tuple[Priority, ...] = ()
    family_id: str | None = None
    title: str | None = None
    title_language: str | None = None
    abstract: str | None = None
    applicants: tuple[str, ...] = ()
    inventors: tuple[str, ...] = ()
    ipc: tuple[str, ...] = ()
    cpc: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    source_format: str
