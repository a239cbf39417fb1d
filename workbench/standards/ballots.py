"""Which ballot is open or comes next, and when it would close. Pure; the lengths are data (`ballot_rules.toml`).

No source read so far announces ballot dates, so each date given here is estimated: opening plus the usual length.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import StageCode
from scrapers.records import Precision
from workbench.i18n import ToldError, mark
from workbench.rule_files import RuleFileError, read_toml, unusable
from workbench.standards.stage_history import StageDate

_WHAT = mark("ballot rules")
BALLOT_RULES = Path(__file__).with_name("ballot_rules.toml")


class BallotRulesError(RuleFileError):
    """The file of ballot lengths cannot be used; `str(error)` names file, rule and remedy on one line."""


class BallotKind(StrEnum):
    """Ballots and consultations of ISO/IEC Directives Part 1; SR = systematic review, WDRL = withdrawal."""

    NP = "NP"
    CIB = "CIB"
    CD = "CD"
    DIS = "DIS"
    FDIS = "FDIS"
    DTS = "DTS"
    DTR = "DTR"
    DPAS = "DPAS"
    SR = "SR"
    WDRL = "WDRL"


class BallotReason(StrEnum):
    """Why an estimate says what it says: a key, for which each interface has its own words."""

    OPENED_ON_DAY = "opened_on_day"
    """The source dates the opening; the closing is the usual length later."""
    OPENED_BEFORE_OBSERVED = "opened_before_observed"
    """Polling first saw the stage on that day; the ballot may have opened earlier and close earlier."""
    OPENING_UNKNOWN = "opening_unknown"
    """The ballot is open, but no source dates the opening."""
    NEXT_ON_ROUTE = "next_on_route"
    """Not open yet: the next ballot on the usual route from the present stage."""


class BallotRule(BaseModel):
    """The usual length of a kind of ballot; holds for openings from `valid_from` to `valid_to`, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: BallotKind
    stage: str
    deliverable_types: tuple[str, ...] = Field(min_length=1)
    weeks: int = Field(ge=1, le=104)
    consultation: bool = False
    may_be_proof: bool = False
    source: str = Field(min_length=1)
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    verified: bool

    @field_validator("stage")
    @classmethod
    def _known_stage(cls, value: str) -> str:
        return str(StageCode.parse(value))

    def in_force(self, day: dt.date) -> bool:
        return (self.valid_from or dt.date.min) <= day <= (self.valid_to or dt.date.max)

    def covers(self, deliverable_type: str) -> bool:
        return deliverable_type.casefold() in {name.casefold() for name in self.deliverable_types}

    def contradicts(self, other: BallotRule) -> bool:
        """Whether both rules claim the same ballot on some day."""
        first = max(self.valid_from or dt.date.min, other.valid_from or dt.date.min)
        last = min(self.valid_to or dt.date.max, other.valid_to or dt.date.max)
        return self.stage == other.stage and any(map(self.covers, other.deliverable_types)) and first <= last


@dataclass(frozen=True, slots=True)
class EstimatedBallot:
    """The ballot that is open now (`is_open`) or the next one on the route, which has no dates yet.

    `overdue`: the estimated closing day is past, yet the stage has not moved on. `may_be_proof`: the stage may be a
    proof and no ballot at all. `verified` and `source` are those of the rule that gave `weeks`.
    """

    kind: BallotKind
    stage: str
    is_open: bool
    opens_on: dt.date | None
    precision: Precision | None
    closes_on: dt.date | None
    weeks: int
    consultation: bool
    may_be_proof: bool
    overdue: bool
    reason: BallotReason
    source: str
    verified: bool
    basis: Literal["estimated"] = "estimated"


def load_ballot_rules(path: Path | None = None) -> tuple[BallotRule, ...]:
    """Read ballot lengths from `path`, by default those that come with the workbench. Raises BallotRulesError."""
    path = path or BALLOT_RULES
    tables = read_toml(path, _WHAT, BallotRulesError).get("rule")
    if not isinstance(tables, list) or not tables:
        raise BallotRulesError(
            mark("%(what)s %(path)s: expected at least one table [[rule]], found none"),
            what=ToldError(_WHAT),
            path=path,
        )
    rules = []
    for number, table in enumerate(tables, 1):
        try:
            rules.append(BallotRule.model_validate(table))
        except ValidationError as error:
            raise unusable(path, _WHAT, BallotRulesError, error, rule=number) from error
    for (number, rule), (other_number, other) in itertools.combinations(enumerate(rules, 1), 2):
        if rule.contradicts(other):
            raise BallotRulesError(
                mark(
                    "ballot rules %(path)s: rules %(number)s (%(kind)s) and %(other_number)s (%(other)s) both hold at "
                    "stage %(stage)s on the same day; set valid_from and valid_to so that one of them does"
                ),
                path=path,
                number=number,
                kind=rule.kind,
                other_number=other_number,
                other=other.kind,
                stage=rule.stage,
            )
    return tuple(rules)


def estimate_ballot(
    deliverable_type: str | None,
    supplement_type: str | None,
    stage: str | None,
    history: Sequence[StageDate],
    rules: Iterable[BallotRule],
    today: dt.date,
) -> EstimatedBallot | None:
    """The open ballot of a work item at a ballot stage, else the next one it is on the way to, else None.

    The length is that of the rule in force on the opening day. None where nothing is known of the type (guides,
    workshop agreements, corrigenda), where the project is cancelled or published and no review is open, and after a
    failed FDIS, whose next step the committee chooses (Directives Part 1, 2.7.7).
    """
    if deliverable_type is None or stage is None:
        return None
    if supplement_type is not None and supplement_type.casefold() != "amd":
        return None
    try:
        code = StageCode.parse(stage)
    except InvalidIdentifierError:
        return None
    covering = [rule for rule in rules if rule.covers(deliverable_type)]
    if code.substage == "20":
        opening = _opening(str(code), [event for event in history if event.date <= today])
        day = opening.date if opening else today
        for rule in covering:
            if rule.stage == str(code) and rule.in_force(day):
                return _open(rule, opening, today)
    after = _resumes_after(code)
    coming = [rule for rule in covering if after is not None and after < rule.stage < "60" and rule.in_force(today)]
    return _coming(min(coming, key=lambda rule: rule.stage)) if coming else None


def _opening(stage: str, history: Sequence[StageDate]) -> StageDate | None:
    """When the item last came to `stage`; a day read from a source is better than a later observation of it."""
    arrivals = [event for event in history if event.stage == stage]
    days = [event for event in arrivals if event.precision is Precision.DAY]
    latest = max(arrivals, key=lambda event: (event.date, event in days), default=None)
    if latest is None or latest in days:
        return latest
    day = max(days, key=lambda event: event.date, default=latest)
    # A further stage in between means that the item went back and reached this one a second time.
    again = any(event.stage > stage and day.date <= event.date <= latest.date for event in history)
    return latest if again else day


def _open(rule: BallotRule, opening: StageDate | None, today: dt.date) -> EstimatedBallot:
    closes_on = None
    reason = BallotReason.OPENING_UNKNOWN
    if opening is not None:
        closes_on = opening.date + dt.timedelta(weeks=rule.weeks)
        exact = opening.precision is Precision.DAY
        reason = BallotReason.OPENED_ON_DAY if exact else BallotReason.OPENED_BEFORE_OBSERVED
    return EstimatedBallot(
        kind=rule.kind,
        stage=rule.stage,
        is_open=True,
        opens_on=opening.date if opening else None,
        precision=opening.precision if opening else None,
        closes_on=closes_on,
        weeks=rule.weeks,
        consultation=rule.consultation,
        may_be_proof=rule.may_be_proof,
        overdue=closes_on is not None and closes_on < today,
        reason=reason,
        source=rule.source,
        verified=rule.verified,
    )


def _coming(rule: BallotRule) -> EstimatedBallot:
    return EstimatedBallot(
        kind=rule.kind,
        stage=rule.stage,
        is_open=False,
        opens_on=None,
        precision=None,
        closes_on=None,
        weeks=rule.weeks,
        consultation=rule.consultation,
        may_be_proof=rule.may_be_proof,
        overdue=False,
        reason=BallotReason.NEXT_ON_ROUTE,
        source=rule.source,
        verified=rule.verified,
    )


def _resumes_after(code: StageCode) -> str | None:
    """The stage past which the next ballot lies, by the matrix of stages (Directives Part 1, Annex SD)."""
    if code.stage >= "60" or code.substage == "98":
        return None
    if code.substage == "92":
        return {"10": "10.00", "30": "30.00", "40": "30.00"}.get(code.stage)
    if code.substage == "93":
        return f"{code.stage}.00"
    return str(code)
