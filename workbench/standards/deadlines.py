"""Three deadlines of a ballot, kept apart: ISO's, the national mirror committee's, the company's.

The inner ones are computed backwards from the outer ones by rules, which are data (`deadline_rules.toml`), unless
people set them. A closing day is a date; asked for the moment, it is the end of that day where ISO sits.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from pydantic import BaseModel, ConfigDict, Field, field_validator

from workbench.faults import FaultError
from workbench.i18n import mark
from workbench.rule_files import RuleFileError, read_rules
from workbench.standards.ballots import BallotKind

DEADLINE_RULES: Final = Path(__file__).with_name("deadline_rules.toml")
_DAY: Final = dt.timedelta(days=1)


class DeadlineRulesError(RuleFileError):
    """The rules of deadlines cannot be used; `str(error)` names file, rule and remedy on one line."""


class Level(StrEnum):
    """Whose deadline it is, from the outermost to the innermost."""

    ISO = "iso"
    NATIONAL = "national"
    COMPANY = "company"


class Basis(StrEnum):
    """ANNOUNCED: a source or a person says so. ESTIMATED: the workbench computed it, and always says so."""

    ANNOUNCED = "announced"
    ESTIMATED = "estimated"


class CloseRule(BaseModel):
    """When a closing day ends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str
    time: dt.time
    source: str = Field(min_length=1)
    verified: bool

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise FaultError(mark("not a zone of the IANA database, such as Asia/Tokyo")) from error
        return value


class DeadlineRule(BaseModel):
    """How many calendar days before the next outer deadline an inner one lies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Level
    kind: BallotKind | None = None
    days: int = Field(ge=0, le=365)
    country: str = Field(pattern="^[A-Z]{2}$")
    source: str = Field(min_length=1)
    verified: bool

    @field_validator("level")
    @classmethod
    def _inner(cls, value: Level) -> Level:
        if value is Level.ISO:
            raise FaultError(mark("ISO's deadline is never computed backwards; name national or company"))
        return value

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        if value not in holidays.list_supported_countries():
            raise FaultError(mark("no holidays are known for it; name a country by its two letters, such as JP"))
        return value


class DeadlineRules(BaseModel):
    """The content of `deadline_rules.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    close: CloseRule
    rule: tuple[DeadlineRule, ...] = ()

    def rule_for(self, level: Level, kind: BallotKind) -> DeadlineRule | None:
        """The rule of a kind of ballot, else the general one, else None."""
        of_level = [rule for rule in self.rule if rule.level is level and rule.kind in (kind, None)]
        return max(of_level, key=lambda rule: rule.kind is not None, default=None)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A closing day. `source` says what it rests on; `verified`: whether somebody has read that there."""

    level: Level
    day: dt.date
    basis: Basis
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Those of one ballot; a level without a rule and without a day set by people has none."""

    iso: Deadline
    national: Deadline | None
    company: Deadline | None

    @property
    def ours(self) -> Deadline:
        """The innermost one: what a delegate of the company works to."""
        return self.company or self.national or self.iso


def load_deadline_rules(path: Path | None = None) -> DeadlineRules:
    """Read the rules from `path`, by default those that come with the workbench. Raises DeadlineRulesError."""
    return read_rules(path or DEADLINE_RULES, DeadlineRules, mark("deadline rules"), DeadlineRulesError)


def deadlines(
    kind: BallotKind,
    closes_on: dt.date,
    basis: Basis,
    rules: DeadlineRules,
    *,
    source: str,
    national: dt.date | None = None,
    company: dt.date | None = None,
    closed_days: Collection[dt.date] = (),
) -> Deadlines:
    """The three deadlines of a ballot that ISO closes on `closes_on`.

    `national` and `company` are days set by people; they win over the rules. `closed_days` are days of our own on which
    nobody works, besides weekends and public holidays; they move the company's deadline, not the mirror committee's.
    What is computed never lies after the next outer deadline.
    """
    iso = Deadline(Level.ISO, closes_on, basis, source, verified=basis is Basis.ANNOUNCED)
    of_nation = _inner(Level.NATIONAL, kind, closes_on, rules, national, ())
    outer = of_nation.day if of_nation else closes_on
    return Deadlines(iso, of_nation, _inner(Level.COMPANY, kind, outer, rules, company, closed_days))


def _inner(
    level: Level,
    kind: BallotKind,
    outer: dt.date,
    rules: DeadlineRules,
    set_by_people: dt.date | None,
    closed_days: Collection[dt.date],
) -> Deadline | None:
    if set_by_people is not None:
        return Deadline(level, set_by_people, Basis.ANNOUNCED, "", verified=True)
    rule = rules.rule_for(level, kind)
    if rule is None:
        return None
    day = working_day_until(outer - rule.days * _DAY, rule.country, closed_days)
    return Deadline(level, day, Basis.ESTIMATED, rule.source, rule.verified)


def is_working_day(day: dt.date, country: str, closed_days: Collection[dt.date] = ()) -> bool:
    """Whether people work on a day: no weekend, no public holiday of the country, no closed day of our own."""
    return day.weekday() < 5 and day not in closed_days and day not in _public_holidays(country, day.year)


def working_day_until(day: dt.date, country: str, closed_days: Collection[dt.date] = ()) -> dt.date:
    """The day, or the last working day before it."""
    while not is_working_day(day, country, closed_days):
        day -= _DAY
    return day


def working_day_from(day: dt.date, country: str, closed_days: Collection[dt.date] = ()) -> dt.date:
    """The day, or the first working day after it."""
    while not is_working_day(day, country, closed_days):
        day += _DAY
    return day


@functools.lru_cache(maxsize=64)
def _public_holidays(country: str, year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays(country, years=year))


def moment_of_close(day: dt.date, close: CloseRule) -> dt.datetime:
    """When a closing day ends, in UTC. On the day a zone has that time twice, the later one counts."""
    return dt.datetime.combine(day, close.time, tzinfo=ZoneInfo(close.zone)).replace(fold=1).astimezone(dt.UTC)
