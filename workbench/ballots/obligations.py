"""Whether a P-member's duty to vote is at risk. Pure; the duties are data (`obligations.toml`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from workbench.i18n import mark
from workbench.rule_files import RuleFileError, read_rules
from workbench.standards.ballots import BallotKind

OBLIGATIONS: Final = Path(__file__).with_name("obligations.toml")


class ObligationRulesError(RuleFileError):
    """The duties cannot be used; `str(error)` names file, duty and remedy on one line."""


class Duty(BaseModel):
    """`misses` missed ballots in a calendar year, more than `percent` of them, bring the `consequence`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[BallotKind, ...] = Field(min_length=1)
    misses: int = Field(ge=1)
    percent: int = Field(ge=0, lt=100)
    consequence: str = Field(min_length=1)
    source: str = Field(min_length=1)
    verified: bool

    def broken(self, missed: int, total: int) -> bool:
        """Whether so many missed ballots of so many break it; integers only."""
        return missed >= self.misses and 100 * missed > self.percent * total


class ObligationRules(BaseModel):
    """The content of `obligations.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    member: str = Field(min_length=1)
    duty: tuple[Duty, ...] = ()

    def duty_for(self, kind: BallotKind) -> Duty | None:
        return next((duty for duty in self.duty if kind in duty.kinds), None)


class Standing(StrEnum):
    """How a duty stands. DUE: not voted, still open. AT_RISK: one more missed ballot breaks it. BROKEN: it is."""

    KEPT = "kept"
    DUE = "due"
    AT_RISK = "at_risk"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Owed:
    """A ballot of a year, and whether the member voted; an abstention is a vote."""

    kind: BallotKind
    closes_on: dt.date
    voted: bool


@dataclass(frozen=True, slots=True)
class DutyState:
    """A duty in one calendar year: `missed` of `closed` ballots, `due` still open and unanswered."""

    duty: Duty
    year: int
    closed: int
    missed: int
    due: int
    standing: Standing


def load_obligations(path: Path | None = None) -> ObligationRules:
    """Read the duties from `path`, by default those that come with the workbench. Raises ObligationRulesError."""
    return read_rules(path or OBLIGATIONS, ObligationRules, mark("duties"), ObligationRulesError)


def duty_state(duty: Duty, ballots: Iterable[Owed], year: int, today: dt.date) -> DutyState:
    """How a duty stands in a calendar year, by the ballots that close in it."""
    of_year = [each for each in ballots if each.kind in duty.kinds and each.closes_on.year == year]
    closed = [each for each in of_year if each.closes_on < today]
    missed = sum(not each.voted for each in closed)
    due = sum(not each.voted for each in of_year if each.closes_on >= today)
    if duty.broken(missed, len(closed)):
        standing = Standing.BROKEN
    elif due and duty.broken(missed + 1, len(closed) + 1):
        standing = Standing.AT_RISK
    else:
        standing = Standing.DUE if due else Standing.KEPT
    return DutyState(duty, year, len(closed), missed, due, standing)
