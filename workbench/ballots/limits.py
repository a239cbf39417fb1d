"""Limit dates of development tracks. Pure; tracks are data (`limits.toml`).

A project past its limit is at risk, not cancelled: the committee has a time to decide (Directives Part 1, 2.1.6).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from dateutil.relativedelta import relativedelta
from pydantic import BaseModel, ConfigDict, Field

from workbench.i18n import mark
from workbench.rule_files import RuleFileError, read_rules
from workbench.standards.stage_history import StageDate

LIMITS: Final = Path(__file__).with_name("limits.toml")


class LimitRulesError(RuleFileError):
    """The tracks cannot be used; `str(error)` names file, place and remedy on one line."""


class Track(BaseModel):
    """A development track: months from registration to each limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    dis_months: int = Field(ge=1, le=240)
    publication_months: int = Field(ge=1, le=240)


class LimitRules(BaseModel):
    """The content of `limits.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tolerance_months: int = Field(ge=0, le=60)
    extension_months: int = Field(ge=0, le=60)
    start_stages: tuple[str, ...]
    dis_stage: str
    publication_stage: str
    source: str = Field(min_length=1)
    verified: bool
    track: tuple[Track, ...] = Field(min_length=1)

    def named(self, name: str) -> Track | None:
        return next((track for track in self.track if track.name == name), None)


class LimitState(StrEnum):
    """MET: the stage was reached. AHEAD: not due. AT_RISK: missed, to decide. PAST: missed, the time to decide too."""

    MET = "met"
    AHEAD = "ahead"
    AT_RISK = "at_risk"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit date. `met_on`: when the stage was first seen; `extended`: with the longest extension, publication."""

    stage: str
    day: dt.date
    decide_by: dt.date
    extended: dt.date | None
    met_on: dt.date | None
    state: LimitState


def load_limits(path: Path | None = None) -> LimitRules:
    """Read the tracks from `path`, by default those that come with the workbench. Raises LimitRulesError."""
    return read_rules(path or LIMITS, LimitRules, mark("limit rules"), LimitRulesError)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day some months later; the last day of the month where it has no such day."""
    return day + relativedelta(months=months)


def registered_on(history: Iterable[StageDate], rules: LimitRules) -> dt.date | None:
    """Month 0: the first day at the first of the start stages that is known."""
    first: dict[str, dt.date] = {}
    for event in history:
        first[event.stage] = min(event.date, first.get(event.stage, event.date))
    return next((first[stage] for stage in rules.start_stages if stage in first), None)


def limits(
    track: Track, start: dt.date, history: Iterable[StageDate], stage: str | None, rules: LimitRules, today: dt.date
) -> tuple[Limit, Limit]:
    """The limits of the enquiry draft and of publication, counted from `start`; `stage` is the present one."""
    events = list(history)

    def limit(goal: str, months: int, extension: int | None) -> Limit:
        day = months_after(start, months)
        decide_by = months_after(start, months + rules.tolerance_months)
        met_on = min((event.date for event in events if event.stage >= goal and event.date >= start), default=None)
        if met_on is not None or (stage is not None and stage >= goal):
            state = LimitState.MET
        elif today <= day:
            state = LimitState.AHEAD
        else:
            state = LimitState.AT_RISK if today <= decide_by else LimitState.PAST
        extended = None if extension is None else months_after(start, months + extension)
        return Limit(goal, day, decide_by, extended, met_on, state)

    return (
        limit(rules.dis_stage, track.dis_months, None),
        limit(rules.publication_stage, track.publication_months, rules.extension_months),
    )
