"""By when a declaration is to be sent: a company rule as data (`gate_rules.toml`), applied to one work item. Pure.

The policy sets no fixed day; it asks for declarations as early as possible. A day that rests on an estimated close is
estimated and says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from scrapers.identifiers import StageCode
from workbench.i18n import mark
from workbench.rule_files import RuleFileError, read_rules
from workbench.standards.ballots import BallotKind
from workbench.standards.deadlines import Basis

GATE_RULES: Final = Path(__file__).with_name("gate_rules.toml")


class GateRulesError(RuleFileError):
    """The rule by when to declare cannot be used; `str(error)` names file, place and remedy on one line."""


class GateRule(BaseModel):
    """The fields are told at the top of `gate_rules.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: str = Field(min_length=1)
    deliverables: tuple[str, ...] = ()
    ballot: BallotKind
    days_before: int = Field(ge=0, le=730)
    passed: StageCode
    source: str = Field(min_length=1)
    verified: bool

    def fits(self, policy: str, deliverable: str | None) -> bool:
        return self.policy == policy and (not self.deliverables or deliverable in self.deliverables)


class GateRules(BaseModel):
    """The content of `gate_rules.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gate: tuple[GateRule, ...] = ()


class GateState(StrEnum):
    """OPEN: the day is known and not past. OVERDUE: it is past, or the ballot is over. NO_DAY: not foreseen yet."""

    OPEN = "open"
    OVERDUE = "overdue"
    NO_DAY = "no_day"


@dataclass(frozen=True, slots=True)
class Closing:
    """The close of a ballot of a work item; of several of a kind the last counts."""

    kind: BallotKind
    closes_on: dt.date
    basis: Basis


@dataclass(frozen=True, slots=True)
class Gate:
    """By when to declare for a work item; `day` is the last day, None where no close is known."""

    state: GateState
    day: dt.date | None
    basis: Basis | None
    rule: GateRule

    def days_left(self, today: dt.date) -> int | None:
        return None if self.day is None else (self.day - today).days


def load_gate_rules(path: Path | None = None) -> GateRules:
    """Read the rules from `path`, by default those that come with the workbench. Raises GateRulesError."""
    return read_rules(path or GATE_RULES, GateRules, mark("gate rules"), GateRulesError)


def gate_of(
    rules: GateRules,
    policy: str,
    deliverable: str | None,
    stage: str | None,
    closings: Iterable[Closing],
    today: dt.date,
) -> Gate | None:
    """The gate of a work item at this stage; None where no rule speaks of such a one."""
    rule = next((rule for rule in rules.gate if rule.fits(policy, deliverable)), None)
    if rule is None:
        return None
    closes = max((each for each in closings if each.kind is rule.ballot), key=lambda each: each.closes_on, default=None)
    day = None if closes is None else closes.closes_on - dt.timedelta(days=rule.days_before)
    passed = stage is not None and stage >= str(rule.passed)
    if passed or (day is not None and day < today):
        state = GateState.OVERDUE
    else:
        state = GateState.NO_DAY if day is None else GateState.OPEN
    return Gate(state, day, closes.basis if closes else None, rule)
