"""When the next annuity of a patent is due: as typed, as a register tells it, or computed by rules of the office. Pure.

The rules are data (`annuity_rules.toml`). What is computed is estimated and says so: it knows neither whether a fee was
paid nor any holiday.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from workbench.faults import FaultError
from workbench.i18n import mark
from workbench.rule_files import RuleFileError, read_rules

ANNUITY_RULES: Final = Path(__file__).with_name("annuity_rules.toml")


class AnnuityRulesError(RuleFileError):
    """The rules of annuities cannot be used; `str(error)` names file, place and remedy on one line."""


class Start(StrEnum):
    """What the years of an office are counted from."""

    FILING = "filing"
    GRANT = "grant"


class AnnuityRule(BaseModel):
    """The fields are told at the top of `annuity_rules.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    office: str = Field(pattern=r"^[A-Z]{2}$")
    start: Start
    months: tuple[Annotated[int, Field(gt=0, le=480)], ...] = ()
    first: int | None = Field(default=None, gt=0, le=480)
    month_end: bool = False
    source: str = Field(min_length=1)
    verified: bool

    @model_validator(mode="after")
    def _one_way(self) -> AnnuityRule:
        if bool(self.months) == (self.first is not None):
            raise FaultError(mark("say either months or first"))
        return self


class AnnuityRules(BaseModel):
    """The content of `annuity_rules.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grace_months: int = Field(ge=0, le=24)
    office: tuple[AnnuityRule, ...] = ()

    def of(self, office: str) -> AnnuityRule | None:
        """The first rule of an office; None where there is none."""
        return next((rule for rule in self.office if rule.office == office), None)


class Origin(StrEnum):
    """How the day is known, the one that goes before the others first."""

    TYPED = "typed"
    REGISTER = "register"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Annuity:
    """The next annuity. Computed: by `rule`, from the day `since`."""

    day: dt.date
    origin: Origin
    rule: AnnuityRule | None = None
    since: dt.date | None = None

    @property
    def estimated(self) -> bool:
        """Whether the workbench computed the day."""
        return self.origin is Origin.COMPUTED


@dataclass(frozen=True, slots=True)
class PatentDays:
    """What is known of a granted patent: its days of filing and grant, its end, and annuity days that others say."""

    office: str
    filing: dt.date | None = None
    grant: dt.date | None = None
    ends: dt.date | None = None
    typed: dt.date | None = None
    register: dt.date | None = None


def load_annuity_rules(path: Path | None = None) -> AnnuityRules:
    """Read the rules from `path`, by default those that come with the workbench. Raises AnnuityRulesError."""
    return read_rules(path or ANNUITY_RULES, AnnuityRules, mark("annuity rules"), AnnuityRulesError)


def next_annuity(rules: AnnuityRules, patent: PatentDays, today: dt.date) -> Annuity | None:
    """The next annuity of a patent; None where nobody says one and no rule gives one.

    A day that was typed or that a register tells counts until the days of grace after it are over: an older one tells
    of an annuity that was paid, or of a patent that is gone.
    """
    for day, origin in ((patent.typed, Origin.TYPED), (patent.register, Origin.REGISTER)):
        if day is not None and months_later(day, rules.grace_months) >= today:
            return Annuity(day, origin)
    rule = rules.of(patent.office)
    since = None if rule is None else {Start.FILING: patent.filing, Start.GRANT: patent.grant}[rule.start]
    if rule is None or since is None:
        return None
    day = _computed(rule, since, today)
    if day is None or (patent.ends is not None and day >= patent.ends):
        return None
    return Annuity(day, Origin.COMPUTED, rule, since)


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, the last of the month where there is no such day; never past the year 9999."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > dt.MAXYEAR:
        return dt.date.max
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _computed(rule: AnnuityRule, since: dt.date, today: dt.date) -> dt.date | None:
    """The first day on which a fee is due that is not before today."""
    if rule.months:
        candidates = sorted(rule.months)
    else:
        first = rule.first or 0
        passed = (today.year - since.year) * 12 - first
        # From the year before the one that today is in: the day of that year may be over, or not have come.
        years = max(0, passed // 12 - 1)
        candidates = [first + 12 * each for each in range(years, years + 4)]
    for months in candidates:
        day = months_later(since, months)
        if rule.month_end:
            day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        if day >= today:
            return day
    return None
