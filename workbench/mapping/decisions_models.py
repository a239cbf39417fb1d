"""Table of what people decided of claims and clauses; the machine's suggestions are another table."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from workbench.db import checked
from workbench.patents.walls import number_held, of_open_number
from workbench.people.gate import confidential
from workbench.people.permissions import Permission
from workbench.people.rules import needs


class Verdict(StrEnum):
    """Triage of a claim on a clause by a person; `open` takes back what was decided before."""

    PLAUSIBLE = "plausible"
    NOT = "not"
    NEEDS_EXPERT = "needs_expert"
    OPEN = "open"


@confidential(
    needs(Permission.READ_MATCHES), of_open_number("publication"), held=lambda row: number_held(row.publication)
)
class Decision(SQLModel, table=True):
    """What a person decided of a claim on a clause of one pinned draft; append-only, a later one `replaces` it.

    It is keyed by publication number, claim number and language, draft version and the clause's place in it, and by no
    match, so that it outlives every new mapping. The hashes are those of the claim's and of the clause's text that the
    person saw; a draft never changes, a claim may.
    """

    __tablename__ = "decision"
    __table_args__ = (
        sa.Index("ix_decision_publication_claim", "publication", "claim", "language"),
        sa.Index("ix_decision_draft_id_clause_order", "draft_id", "clause_order"),
    )

    id: int | None = Field(default=None, primary_key=True)
    publication: str
    claim: int
    language: str
    claim_hash: str = Field(max_length=64)
    draft_id: int = Field(foreign_key="draft.id")
    clause_order: int
    clause_hash: str = Field(max_length=64)
    verdict: Verdict = Field(sa_type=checked(Verdict))
    note: str = ""
    by_account: int | None = Field(default=None, description="The account; None for the person of local mode.")
    by: str
    at: dt.datetime
    replaces: int | None = Field(default=None, foreign_key="decision.id", unique=True)
