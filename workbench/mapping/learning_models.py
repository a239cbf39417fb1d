"""Tables of what the ranking learned from triage; never changed, the last row of each holds."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from workbench.people.gate import confidential
from workbench.people.permissions import Permission
from workbench.people.rules import needs


@confidential(needs(Permission.READ_MATCHES))
class LearnedRanking(SQLModel, table=True):
    """A re-ranker as plain numbers, one each for `workbench.mapping.learning.FEATURES`, and how it did.

    `engine` names the ranking and encoder whose signals it was learned on. Figures are nDCG@10 on families it was not
    trained with, for the engine's order and for its own, and the 95 % interval of the gain.
    """

    __tablename__ = "learned_ranking"

    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime
    engine: str
    pairs: int
    plausible: int
    families: int
    queries: int
    means: list[float] = Field(sa_type=sa.JSON)
    scales: list[float] = Field(sa_type=sa.JSON)
    weights: list[float] = Field(sa_type=sa.JSON)
    base_ndcg: float
    learned_ndcg: float
    gain_low: float
    gain_high: float

    @property
    def better(self) -> bool:
        """Whether it beats the engine's own order beyond chance."""
        return self.gain_low > 0


class LearningSwitch(SQLModel, table=True):
    """A person switched the learned order off or on again."""

    __tablename__ = "learning_switch"

    id: int | None = Field(default=None, primary_key=True)
    on: bool
    by: str
    at: dt.datetime
