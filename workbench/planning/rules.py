"""Looks at a plan by the rules in force. The rules are data (`rules.yaml`); a finding says what it rests on.

A rule passes, fails, is unknown (and says what is missing) or does not apply. What it says is material for counsel.
"""

from __future__ import annotations

import ast
import datetime as dt
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from workbench.faults import FaultError, first_fault, yaml_fault
from workbench.i18n import ToldError, mark
from workbench.planning import expressions, several
from workbench.planning.expressions import ExpressionError, Scope
from workbench.planning.plans import Plan, day_of
from workbench.planning.spans import YES, Truth

RULES: Final = Path(__file__).with_name("rules.yaml")
MAX_BYTES: Final = 1024 * 1024


class RulesError(ToldError):
    """The rules cannot be used; `str(error)` names file, rule and remedy on one line."""


def broken_rule(rule: Rule, error: Exception) -> RulesError:
    """That a rule makes no sense, or none for these days."""
    reason = error if isinstance(error, ExpressionError) else str(error)
    return RulesError(mark("rule %(rule)s: %(reason)s"), rule=rule.id, reason=reason)


class Severity(StrEnum):
    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


class Verdict(StrEnum):
    """What a rule says of a plan. UNKNOWN never counts as a pass."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Confidence(StrEnum):
    """READ in the source named; SECONDARY, told by others; UNVERIFIED, practice or memory."""

    READ = "read"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"


class Office(BaseModel):
    """What a day is at an office, and in which country people work there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str
    country: str = Field(pattern="^[A-Z]{2}$")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise FaultError(mark("not a zone of the IANA database, such as Asia/Tokyo")) from error
        return value


# Rules of no office count days as the clock in UTC does.
NOWHERE: Final = Office(zone="UTC", country="JP")


class Rule(BaseModel):
    """One rule; the fields are told at the top of `rules.yaml`. `version` names an edited copy kept in the store."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str = Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)+$")
    jurisdiction: str = Field(min_length=1)
    each_office: tuple[str, ...] = ()
    severity: Severity
    when: str = "True"
    holds: str
    en: str = Field(min_length=1)
    ja: str = Field(min_length=1)
    source: str = Field(min_length=1)
    confidence: Confidence
    note: str = ""
    on: str = "TODAY"
    valid_from: dt.date | None = Field(default=None, alias="from")
    valid_to: dt.date | None = Field(default=None, alias="to")
    enabled: bool = True
    version: str = ""

    @field_validator("when", "holds")
    @classmethod
    def _readable(cls, value: str) -> str:
        expressions.parse(value)  # Its error is a ValueError, which says the field beside it.
        return value


class RuleBook(BaseModel):
    """The content of `rules.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    definitions: dict[str, str] = Field(default_factory=dict)
    offices: dict[str, Office]
    clocks: dict[str, str] = Field(default_factory=dict)
    several: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = Field(min_length=1)

    @property
    def zones(self) -> dict[str, ZoneInfo]:
        """By event the zone of the office at which its day is told."""
        return {event: ZoneInfo(self.offices[office].zone) for event, office in self.clocks.items()}

    def reader(self, plan: Plan) -> Callable[[str], ast.expr]:
        """Reads expressions over the events of a plan; raises ExpressionError."""
        grouped = several.groups(plan.events, self.several)
        return lambda text: several.read(text, grouped)

    def place(self, rule: Rule, office: str | None) -> Office:
        """Where a rule is looked at: at an office, or in the country whose law it is, or nowhere."""
        return self.offices.get(office or rule.jurisdiction, NOWHERE)

    @model_validator(mode="after")
    def _consistent(self) -> RuleBook:
        ids = [rule.id for rule in self.rules]
        doubled = next((each for each in ids if ids.count(each) > 1), None)
        if doubled:
            raise FaultError(mark("rule %(rule)s stands twice; give the other one its own id"), rule=doubled)
        for rule in self.rules:
            strangers = sorted(set(rule.each_office) - self.offices.keys())
            if strangers:
                stray = mark("rule %(rule)s: there is no office %(office)s; name it under offices")
                raise FaultError(stray, rule=rule.id, office=strangers[0])
        nowhere = next((event for event, office in self.clocks.items() if office not in self.offices), None)
        if nowhere:
            stray = mark("clock of %(event)s: there is no office %(office)s; name it under offices")
            raise FaultError(stray, event=nowhere, office=self.clocks[nowhere])
        for name, text in self.definitions.items():
            _acyclic(name, self.definitions, (), text)
        return self


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says, at one office where it is looked at by office.

    `missing` names what would have to be known; `used` the events and facts that it was decided by.
    """

    rule: Rule
    verdict: Verdict
    office: str | None
    missing: tuple[str, ...]
    used: tuple[str, ...]
    version: str


def load_rules(path: Path | None = None) -> RuleBook:
    """Read the rules from `path`, by default those that come with the workbench, read once. Raises RulesError."""
    return _shipped() if path is None else _read(path)


@functools.cache
def _shipped() -> RuleBook:
    return _read(RULES)


def _read(path: Path) -> RuleBook:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RulesError(mark("rules %(path)s: larger than %(most)s bytes"), path=path, most=f"{MAX_BYTES:,}")
        return RuleBook.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        unread = mark("rules %(path)s: cannot be read (%(reason)s); check the path")
        raise RulesError(unread, path=path, reason=error.strerror) from error
    except ValidationError as error:
        raise RulesError(mark("rules %(path)s: %(reason)s"), path=path, reason=first_fault(error)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        strange = mark("rules %(path)s: not valid YAML: %(reason)s")
        raise RulesError(strange, path=path, reason=yaml_fault(error)) from error


def check(plan: Plan, book: RuleBook) -> list[Finding]:
    """What every enabled rule says of a plan, in the order of the rules. Raises RulesError where one makes no sense."""
    read = book.reader(plan)
    definitions = {name: read(text) for name, text in book.definitions.items()}
    return [
        _look(rule, plan, office, book, definitions, read)
        for rule in book.rules
        if rule.enabled
        for office in _offices(rule, plan)
    ]


def worst(findings: Iterable[Finding]) -> list[Finding]:
    """Those that did not pass, failures before unknowns, blocks before warnings."""
    order = (Verdict.FAIL, Verdict.UNKNOWN)
    open_ones = [finding for finding in findings if finding.verdict in order]
    severities = list(Severity)
    return sorted(open_ones, key=lambda each: (order.index(each.verdict), severities.index(each.rule.severity)))


def _offices(rule: Rule, plan: Plan) -> Sequence[str | None]:
    if not rule.each_office:
        return [None]
    return [office for office in rule.each_office if office in plan.offices]


def _look(
    rule: Rule,
    plan: Plan,
    office: str | None,
    book: RuleBook,
    definitions: dict[str, ast.expr],
    read: Callable[[str], ast.expr],
) -> Finding:
    place = book.place(rule, office)
    scope = Scope(plan, ZoneInfo(place.zone), place.country, definitions, set(), book.zones)
    try:
        applies = _in_force(rule, scope) & expressions.truth(read(rule.when), scope)
        holds = expressions.truth(read(rule.holds), scope) if applies.value is not False else YES
    except (ExpressionError, OverflowError, RecursionError) as error:
        raise broken_rule(rule, error) from error
    verdict, missing = _verdict(applies, holds)
    return Finding(
        rule, verdict, office, tuple(sorted(missing)), tuple(sorted(scope.used)), rule.version or book.version
    )


def _in_force(rule: Rule, scope: Scope) -> Truth:
    """Whether the rule is in force on the day of what it is about; a day that is not known is taken to be today.

    In a window it may come into force on one day of it, or go out of force; then nobody knows.
    """
    if rule.valid_from is None and rule.valid_to is None:
        return YES
    span = scope.event(rule.on)
    known = not span.missing or span.first == span.last
    ends = [day_of(end) or scope.plan.today for end in (span.first, span.last)] if known else [scope.plan.today]
    inside = [(rule.valid_from or dt.date.min) <= day <= (rule.valid_to or dt.date.max) for day in ends]
    return Truth(inside[0]) if len(set(inside)) == 1 else Truth(None, frozenset({rule.on}))


def _verdict(applies: Truth, holds: Truth) -> tuple[Verdict, frozenset[str]]:
    if applies.value is False:
        return Verdict.NOT_APPLICABLE, frozenset()
    missing = applies.missing | holds.missing
    if applies.value is None or holds.value is None:
        return Verdict.UNKNOWN, missing
    return (Verdict.PASS if holds.value else Verdict.FAIL), frozenset()


def _acyclic(name: str, definitions: dict[str, str], above: tuple[str, ...], text: str) -> None:
    if name in above:
        loop = mark("definition %(name)s leads back to itself: %(way)s")
        raise FaultError(loop, name=name, way=" → ".join((*above, name)))
    try:
        node = expressions.parse(text)
    except ExpressionError as error:
        raise FaultError(mark("definition %(name)s: %(reason)s"), name=name, reason=error) from error
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id in definitions:
            _acyclic(each.id, definitions, (*above, name), definitions[each.id])
