"""What a plan says: events with their days or moments, and facts. What it does not speak of is unknown.

An event is a date, a moment with its zone, `never` (it is not planned and will not happen), or a span of days of which
one is still to be chosen. A fact is a yes or no, a number, a word or a list of words.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from workbench.planning.spans import EVER, NEVER, Span

Fact = bool | int | float | str | frozenset[str]
MAX_BYTES: Final = 1024 * 1024
_DAY: Final = dt.timedelta(days=1)
_TICK: Final = dt.timedelta(microseconds=1)


class PlanError(ValueError):
    """The plan cannot be read; `str(error)` names file, entry and remedy on one line."""


@dataclass(frozen=True, slots=True)
class Event:
    """When something happens. A `day` has no time; a `moment` is aware; `until` ends a span that starts at `day`.

    None of them: it does not happen. `confidential`: evidence shows that it did not make anything public.
    """

    day: dt.date | None = None
    moment: dt.datetime | None = None
    until: dt.date | None = None
    confidential: bool = False

    def days(self, zone: ZoneInfo, clock: ZoneInfo | None = None) -> Span:
        """The days it may fall on. Of a moment, the day by its own `clock`; without one, as of a publication, the
        earlier one of the day in UTC and that in the zone.
        """
        if self.moment is not None and clock is not None:
            there = midnight(self.moment.astimezone(clock).date())
            return Span(there, there)
        if self.moment is not None:
            early = min(self.moment.astimezone(dt.UTC).date(), self.moment.astimezone(zone).date())
            return Span(midnight(early), midnight(early))
        if self.day is None:
            return Span.never()
        return Span(midnight(self.day), midnight(self.until or self.day))

    def moments(self, zone: ZoneInfo) -> Span:
        """The moments it may fall on, a day being one in the zone."""
        if self.moment is not None:
            at = self.moment.astimezone(dt.UTC)
            return Span(at, at)
        if self.day is None:
            return Span.never()
        first = dt.datetime.combine(self.day, dt.time(), zone).astimezone(dt.UTC)
        last = dt.datetime.combine((self.until or self.day) + _DAY, dt.time(), zone).astimezone(dt.UTC) - _TICK
        return Span(first, last)


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two events lie at least, and where given at most, so many days; if both happen."""

    first: str
    then: str
    at_least: int
    at_most: int | None = None


@dataclass(frozen=True)
class Plan:
    """Events and facts by name, the offices whose patents are wanted, and the day on which it is looked at.

    `gaps` are what the people of the plan ask for besides the rules.
    """

    today: dt.date
    events: Mapping[str, Event] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    offices: frozenset[str] = frozenset()
    gaps: tuple[Gap, ...] = ()


def midnight(day: dt.date) -> dt.datetime:
    """A day as a moment, to be compared with other days only."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def day_of(moment: dt.datetime) -> dt.date | None:
    """The day that `midnight` was given; None for the ends of time."""
    return None if moment in (EVER, NEVER) else moment.date()


def read_plan(path: Path, today: dt.date) -> Plan:
    """Read a plan from a TOML file with `offices`, `[events]`, `[facts]` and `[[gaps]]`. Raises PlanError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PlanError(f"{path.name}: larger than {MAX_BYTES:,} bytes; a plan is a short list")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlanError(f"{path.name}: cannot be read ({error.strerror}); check path and permissions") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanError(f"{path.name}: not valid TOML: {' '.join(str(error).split())}") from error
    unknown = sorted(content.keys() - {"title", "offices", "events", "facts", "gaps"})
    if unknown:
        raise PlanError(
            f"{path.name}: {unknown[0]!r} is not part of a plan; it has offices, [events], [facts] and [[gaps]]"
        )
    events = {name: _event(path.name, name, value) for name, value in _table(path.name, content, "events").items()}
    facts = {name: _fact(path.name, name, value) for name, value in _table(path.name, content, "facts").items()}
    offices = content.get("offices", [])
    if not isinstance(offices, list) or not all(isinstance(each, str) for each in offices):
        raise PlanError(f'{path.name}: offices: write a list of two letters each, such as ["JP", "EP"]')
    gaps = content.get("gaps", [])
    if not isinstance(gaps, list):
        raise PlanError(f"{path.name}: gaps: write tables [[gaps]]")
    return Plan(today, events, facts, frozenset(offices), tuple(_gap(path.name, each, events) for each in gaps))


def _gap(file: str, value: Any, events: Mapping[str, Event]) -> Gap:
    try:
        gap = Gap(**value)
    except TypeError as error:
        raise PlanError(f"{file}: gaps: a gap has first, then, at_least and at_most") from error
    strangers = [name for name in (gap.first, gap.then) if name not in events]
    if strangers:
        raise PlanError(f"{file}: gaps: the plan has no event {strangers[0]!r}; add it under [events]")
    if not isinstance(gap.at_least, int) or not isinstance(gap.at_most, int | None):
        raise PlanError(f"{file}: gap {gap.first} → {gap.then}: at_least and at_most are whole numbers of days")
    return gap


def _table(name: str, content: Mapping[str, Any], key: str) -> dict[str, Any]:
    table = content.get(key, {})
    if not isinstance(table, dict):
        raise PlanError(f"{name}: {key}: write a table [{key}]")
    return table


def _event(file: str, name: str, value: Any) -> Event:
    if name != name.upper():
        raise PlanError(f"{file}: event {name}: names of events are in capitals, such as FF_JP")
    if isinstance(value, dict):
        confidential = value.get("confidential", False)
        if value.keys() - {"day", "until", "confidential"} or not isinstance(confidential, bool):
            raise PlanError(f"{file}: event {name}: it has day, until and confidential")
        event = _event(file, name, value.get("day"))
        until = value.get("until")
        if until is not None and (not _is_day(until) or event.day is None or until < event.day):
            raise PlanError(f"{file}: event {name}: until must be a day not before the first one")
        return Event(event.day, event.moment, until, confidential)
    if value == "never":
        return Event()
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise PlanError(f"{file}: event {name}: a time needs its zone, such as 2026-03-31T15:30:00Z")
        return Event(moment=value)
    if _is_day(value):
        return Event(day=value)
    raise PlanError(f'{file}: event {name}: write a date such as 2026-03-31, a time with zone, or "never"')


def _is_day(value: Any) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def _fact(file: str, name: str, value: Any) -> Fact:
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return frozenset(value)
    raise PlanError(f"{file}: fact {name}: write true, false, a number, a word or a list of words")
