"""Table of the mapping: what the machine suggests, per draft version. Decisions are other tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Match(SQLModel, table=True):
    """The engine put this clause at `rank` for this claim. `terms`: [[term, weight], …], weights summing to `score`.

    `elements`: one object per claim element, as `export matches` writes them. The score is a reading priority.
    """

    __tablename__ = "match"
    __table_args__ = (
        sa.UniqueConstraint("claim_id", "clause_id"),
        sa.Index("ix_match_draft_id_rank", "draft_id", "rank"),
    )

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    draft_id: int = Field(foreign_key="draft.id", index=True)
    claim_id: int = Field(foreign_key="claim.id", ondelete="CASCADE", index=True)
    clause_id: int = Field(foreign_key="clause.id", index=True)
    rank: int
    score: float
    terms: list[list[Any]] = Field(default_factory=list, sa_type=sa.JSON)
    elements: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
