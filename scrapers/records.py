"""What sources and file readers hand over: frozen records, checked when they are made.

A field that the source does not speak of stays *unset* (it is not in `model_fields_set`) and changes nothing in the
store; a field that the source says is empty is set to None.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from scrapers.identifiers import StageCode

_LONGEST_URL: Final = 2000


class Record(BaseModel):
    """Base of all records: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _fit_to_ask(url: str) -> str:
    """An address that people may list. Raises ValueError where it is none of the web or holds a user name."""
    try:
        parts = urlsplit(url)
        fit = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        fit = False
    if not fit or len(url) > _LONGEST_URL:
        raise ValueError(f"{url[:80]!r} is no address that can be asked; expected https://host/path")
    return url


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


class CrossReference(Record):
    """A link of the file at `text[start:end]` of a block to a clause, by its position in the draft's list.

    It may lead to a table, a figure or a term in the clause. `clause` is None where the file has no such target.
    """

    start: int
    end: int
    clause: int | None


class Block(Record):
    """One paragraph-like piece of a clause, in reading order; white space folded, never empty.

    `references` are the links to other parts of the draft, in order and apart, of formats that have links.
    """

    kind: BlockKind
    text: str
    label: str | None = None
    references: tuple[CrossReference, ...] = ()


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
    confidentiality: str | None = None
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


class Watch(Record):
    """What someone follows at the patent offices; key: `name`.

    The terms within a field are alternatives, the fields narrow each other: any of `applicants`, and any of `cpc` (a
    subclass such as `G06N` or a group such as `G06N 3/08`, with all below it), and any of `words` (words or phrases in
    title or abstract), published from `since` to `until`, both included; None stands for what the source defines.
    `numbers` are publications and `applications` are applications followed by number, in docdb form, whatever the rest.
    """

    name: str
    applicants: tuple[str, ...] = ()
    cpc: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    numbers: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """The name under which it is noted how far the watch was read; another wording is another watch."""
        wanted = self.model_dump_json(include={"applicants", "cpc", "words", "since", "until"})
        return f"watch {self.name} {hashlib.sha256(wanted.encode()).hexdigest()[:16]}"

    @property
    def searches(self) -> bool:
        """Whether there is anything to search for, beside what is followed by number."""
        return bool(self.applicants or self.cpc or self.words)


class FamilyMember(Record):
    """A publication in an extended family; `simple_family_id` is its DOCDB simple family."""

    number: str
    application: str | None = None
    date: dt.date | None = None
    simple_family_id: str | None = None


class PatentFamily(Record):
    """The INPADOC extended family of a publication; key: `number`, the publication that was asked for.

    The office gives an extended family no number of its own. The simple families are those of the members.
    """

    number: str
    members: tuple[FamilyMember, ...]


class LegalEvent(Record):
    """An event in the life of an application; key: `application`, `office`, `code`, `date`, `text`.

    `application` is in docdb form, `number` the publication it was listed with, if any. `code`, `description` are the
    office's; `effect` is "+" or "-" where the office says that the event is to the good or the bad of the right.
    """

    application: str
    number: str | None = None
    office: str
    code: str
    date: dt.date | None = None
    description: str | None = None
    text: str | None = None
    effect: str | None = None


class ApplicationStatus(Record):
    """What an office's register says of an application; key: `application`, in docdb form.

    `status` is in the office's words, `status_code` its code. `publications` are docdb numbers. Dates are the office's
    own, never computed here; `expiry_date` is the one it prints. `ended_on` is the day the right ended, if it has.
    """

    application: str
    status: str | None = None
    status_code: str | None = None
    status_date: dt.date | None = None
    title: str | None = None
    filing_date: dt.date | None = None
    publications: tuple[str, ...] = ()
    grant_number: str | None = None
    grant_date: dt.date | None = None
    decision_date: dt.date | None = None
    expiry_date: dt.date | None = None
    ended_on: dt.date | None = None
    next_fee_date: dt.date | None = None
    fees_paid_to_year: int | None = None
    claims_count: int | None = None
    applicants: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()


class CitedDocument(Record):
    """A document that an examiner cited against an application; key: `application`, `date`, `kind`, `order`.

    `document` is as the office writes it; `kind` is the office's code for the step in which it was cited.
    """

    application: str
    date: dt.date | None = None
    kind: str
    order: int
    document: str
    is_patent: bool = True


class FiledClaims(Record):
    """Claims as filed or amended before the office; key: `application`, `document_number`, `part`.

    `document_code` is the office's code for the kind of paper, `part` the paper's place in the answer.
    """

    application: str
    document_code: str
    document_number: str
    part: str
    claims: tuple[Claim, ...]


class DeclaredPatent(Record):
    """A patent that a declaration names; `raw` is its number as the register has it.

    `country` is the register's own column, as written. `publication` and `application` are docdb forms of what the
    number can be: both are set where it can be either, neither where it follows no form that is known; then
    `reason` says why. `status` is "granted" or "pending" where the register says so.
    """

    raw: str
    country: str | None = None
    publication: str | None = None
    application: str | None = None
    reason: str | None = None
    status: str | None = None
    title: str | None = None


class Declaration(Record):
    """A patent statement and licensing declaration as a register lists it; key: `key`.

    `key` is made of `listed_in`, the name of the register, and the register's own number of the statement, `statement`,
    with the deliverable; where it has no such number, of holder, deliverable, date and option, for another of these is
    another statement. `holder` and `deliverable_raw` are as written; `deliverable` is the reference in canonical form,
    unset where it is none of ISO or IEC. `option` is 1, 2 or 3 of the common patent policy of ITU-T, ITU-R, ISO and IEC
    (Guidelines, Annex 2); `option_raw` is what the register says. `policy` tells whose options these are.
    """

    key: str
    listed_in: str
    policy: str
    holder: str
    deliverable_raw: str
    deliverable: str | None = None
    statement: str | None = None
    option: int | None = None
    option_raw: str | None = None
    reciprocity: bool | None = None
    date: dt.date | None = None
    form_version: str | None = None
    url: str | None = None
    patents: tuple[DeclaredPatent, ...] = ()
    source_format: str


class Release(Record):
    """A release of a repository or package; key: `repository`, `tag`.

    `repository` is the address that was asked, `name` what people call it. `licence` is what the host said of the
    repository or package when it was read, an SPDX identifier where the host gives one; it need not be the licence of
    this very release.
    """

    repository: str
    tag: str
    name: str | None = None
    date: dt.date | None = None
    title: str | None = None
    licence: str | None = None
    url: str | None = None
    prerelease: bool = False


class Repository(Record):
    """A repository or package that someone follows; key: `url`, written `address`, of what tells its releases.

    That is a feed (Atom or RSS), what a code host or a package index says in JSON, or a page that links to a feed.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    name: str
    url: Annotated[str, AfterValidator(_fit_to_ask), Field(alias="address")]


class PageWatch(Record):
    """A part of a page that someone follows; key: `url`, `selector` (CSS). `work_item` is an ISO id it belongs to."""

    name: str
    url: Annotated[str, AfterValidator(_fit_to_ask)]
    selector: Annotated[str, Field(min_length=1, max_length=500)]
    work_item: int | None = None


class PageExcerpt(Record):
    """What the watched part of a page says; key: `url`, `selector`.

    `text` has a paragraph on each line, `sha256` is that of its words.
    """

    url: str
    selector: str
    name: str
    work_item: int | None = None
    text: str
    sha256: str
