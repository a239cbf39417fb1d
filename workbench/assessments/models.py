"""Tables of assessments: what is assessed, on which texts, the versions of its chart, findings, and every step."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

import workbench.people.models
import workbench.standards.models  # noqa: F401 - the rows that foreign keys below name
from workbench.assessments.statuses import Status
from workbench.db import checked
from workbench.patents.status import LegalStatus
from workbench.patents.walls import number_held, of_open_number, own_or_permitted
from workbench.people.gate import Rule, confidential, private
from workbench.people.permissions import Permission
from workbench.people.rules import in_matter, in_open_matter, matter_held, needs
from workbench.people.viewer import Viewer

_READERS = needs(Permission.READ_MATCHES)


class Reader(StrEnum):
    """Whose finding it is: that of who wrote the chart, or of a reader who did not write any of it."""

    AUTHOR = "author"
    REVIEWER = "reviewer"


def of_open_assessment(column: str = "assessment_id") -> Rule:
    """A row of an assessment is seen by who sees the assessment."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        assessment = private("assessment")
        opened = sa.select(assessment.c.id).where(
            in_open_matter(assessment.c.matter_id, viewer),
            of_open_number("publication")(assessment.c, viewer),  # type: ignore[arg-type]
            own_or_permitted("publication")(assessment.c, viewer),  # type: ignore[arg-type]
        )
        return sa.cast(getattr(model, column).in_(opened), sa.Boolean)

    return rule


def assessment_held(assessment_id: Any) -> sa.ColumnElement[bool]:
    """Whether the assessment that a column names belongs to a matter under legal hold."""
    assessment = private("assessment")
    held = sa.or_(matter_held(assessment.c.matter_id), number_held(assessment.c.publication))
    return assessment_id.in_(sa.select(assessment.c.id).where(held))  # type: ignore[no-any-return]


@confidential(
    _READERS,
    of_open_number("publication"),
    own_or_permitted("publication"),
    in_matter(),
    held=lambda row: sa.or_(matter_held(row.matter_id), number_held(row.publication)),
)
class Assessment(SQLModel, table=True):
    """A claim of a family assessed on a clause of a work item, through all versions of the text.

    `family` is the DOCDB simple family, by which assessments are counted; None where no source names one. Where it
    stands is said by its last `AssessmentPin`. `status`, `stale` and `on_hold_secrecy` are those of its last event.
    `round` counts how often it was submitted. `commercial` is what the readers of the last round say apart from the
    status: no practical alternative; None where they did not say or do not agree.
    """

    __tablename__ = "assessment"
    __table_args__ = (sa.Index("ix_assessment_publication_claim", "publication", "claim", "language"),)

    id: int | None = Field(default=None, primary_key=True)
    publication: str
    claim: int
    language: str
    family: str | None = Field(default=None, index=True)
    work_item_id: int = Field(foreign_key="work_item.id", index=True)
    matter_id: int | None = Field(default=None, foreign_key="matter.id", index=True)
    status: Status = Field(sa_type=checked(Status), index=True)
    stale: bool = False
    on_hold_secrecy: bool = False
    round: int = 0
    commercial: bool | None = None
    made_at: dt.datetime
    concluded_at: dt.datetime | None = None


@confidential(_READERS, of_open_assessment(), held=lambda row: assessment_held(row.assessment_id))
class AssessmentPin(SQLModel, table=True):
    """The texts and facts that an assessment was looked at with; append-only, the last one counts.

    The hashes are those of `mapping.decisions` (claim) and `standards.carry_over` (clause). `legal_status` and
    `holders` are what offices said then, `claim_text` what the claim was, with those that it takes over behind it
    (`claim_texts`; older pins hold its own words alone).
    """

    __tablename__ = "assessment_pin"
    __table_args__ = (sa.Index("ix_assessment_pin_draft_id_clause_order", "draft_id", "clause_order"),)

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id", index=True)
    draft_id: int = Field(foreign_key="draft.id")
    clause_order: int
    clause_hash: str = Field(max_length=64)
    claim_text: str
    claim_hash: str = Field(max_length=64)
    legal_status: LegalStatus = Field(sa_type=checked(LegalStatus))
    holders: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    by_account: int | None = Field(default=None, foreign_key="account.id")
    by: str
    at: dt.datetime
    replaces: int | None = Field(default=None, foreign_key="assessment_pin.id", unique=True)


@confidential(_READERS, of_open_assessment(), held=lambda row: assessment_held(row.assessment_id))
class ChartVersion(SQLModel, table=True):
    """A version of a claim chart; append-only. `rows` are those of `charts.ChartRow`, on the texts of the pin."""

    __tablename__ = "chart_version"
    __table_args__ = (sa.UniqueConstraint("assessment_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id")
    pin_id: int = Field(foreign_key="assessment_pin.id", index=True)
    number: int
    rows: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    by_account: int | None = Field(default=None, foreign_key="account.id")
    by: str
    at: dt.datetime


def _blind() -> Rule:
    """Findings of a round that is not concluded are seen by who has given his own in it, and by nobody before."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        assessment, given = private("assessment"), private("finding")
        rows: Any = model
        still_open = sa.exists().where(
            assessment.c.id == rows.assessment_id,
            assessment.c.status == Status.IN_REVIEW.value,
            assessment.c.round == rows.round,
        )
        own = sa.exists().where(
            given.c.assessment_id == rows.assessment_id,
            given.c.round == rows.round,
            given.c.by_account == viewer.account_id,
            given.c.reader == Reader.REVIEWER.value,
        )
        return sa.or_(sa.not_(still_open), own, rows.by_account == viewer.account_id)

    return rule


@confidential(_READERS, of_open_assessment(), _blind(), held=lambda row: assessment_held(row.assessment_id))
class Finding(SQLModel, table=True):
    """What a reader finds of a version of a chart; append-only, one a reader and round.

    `outcome` is technical: whether any compliant implementation avoids the claim. `commercial` is apart: whether there
    is no practical alternative, None where the reader does not say. A `reviewer` is never one who wrote any version of
    the chart: a trigger of the database refuses that, whoever asks.
    """

    __tablename__ = "finding"
    __table_args__ = (sa.UniqueConstraint("assessment_id", "round", "by_account"),)

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id")
    version_id: int = Field(foreign_key="chart_version.id", index=True)
    round: int
    reader: Reader = Field(sa_type=checked(Reader))
    outcome: Status = Field(sa_type=checked(Status))
    commercial: bool | None = None
    reasons: str
    by_account: int = Field(foreign_key="account.id")
    by: str
    at: dt.datetime


@confidential(_READERS, of_open_assessment(), held=lambda row: assessment_held(row.assessment_id))
class AssessmentEvent(SQLModel, table=True):
    """One step of an assessment: an act of a person or an event, and the state after it; append-only.

    `what` is one of `statuses.Act` and `statuses.Event`; `details` are facts (draft, place, number), never contents.
    """

    __tablename__ = "assessment_event"

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id", index=True)
    what: str
    status: Status = Field(sa_type=checked(Status))
    stale: bool
    on_hold_secrecy: bool
    details: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    by_account: int | None = Field(default=None, foreign_key="account.id")
    by: str
    at: dt.datetime = Field(index=True)
