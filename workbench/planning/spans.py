"""Values that may not be known: three-valued truth, and days that lie somewhere in a span. Pure.

A day that nobody has named is a span over all days and carries the name of what is missing; a comparison is true or
false only where it is so for every day of both spans. So a missing date makes no rule pass, and says what is missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Missing = frozenset[str]
NOTHING: Final[Missing] = frozenset()


@dataclass(frozen=True, slots=True)
class Truth:
    """True, false, or None for unknown; `missing` names what would have to be known."""

    value: bool | None
    missing: Missing = NOTHING

    def __invert__(self) -> Truth:
        return Truth(None if self.value is None else not self.value, self.missing)

    def __and__(self, other: Truth) -> Truth:
        """Kleene's: false wins over unknown."""
        return _decided(self, other, by=False)

    def __or__(self, other: Truth) -> Truth:
        """Kleene's: true wins over unknown."""
        return _decided(self, other, by=True)


YES: Final = Truth(True)
NO: Final = Truth(False)


def _decided(one: Truth, other: Truth, *, by: bool) -> Truth:
    for each in (one, other):
        if each.value is by:
            return Truth(by)
    if one.value is None or other.value is None:
        return Truth(None, one.missing | other.missing)
    return Truth(not by)


EVER: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
NEVER: Final = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """Some moment from `first` to `last`, both included, in UTC. Something that does not happen lies at NEVER."""

    first: dt.datetime
    last: dt.datetime
    missing: Missing = NOTHING

    @classmethod
    def unknown(cls, name: str) -> Span:
        return cls(EVER, NEVER, frozenset({name}))

    @classmethod
    def never(cls) -> Span:
        return cls(NEVER, NEVER)

    def happens(self) -> Truth:
        """Whether it happens at all."""
        if self.first == NEVER:
            return NO
        return YES if self.last < NEVER else Truth(None, self.missing)

    def not_after(self, other: Span) -> Truth:
        """Whether this is at the same moment as the other, or before it."""
        if self.last <= other.first:
            return YES
        if self.first > other.last:
            return NO
        return Truth(None, self.missing | other.missing or _imprecise())

    def before(self, other: Span) -> Truth:
        return ~other.not_after(self)

    def hull(self, other: Span) -> Span:
        """One of both, and nobody knows which."""
        return Span(min(self.first, other.first), max(self.last, other.last), self.missing | other.missing)


def _imprecise() -> Missing:
    return frozenset({"a time of day, or a more exact date"})


def earliest(spans: Iterable[Span]) -> Span:
    """The moment at which the first of them happens."""
    spans = tuple(spans)
    first, last = min(span.first for span in spans), min(span.last for span in spans)
    # What certainly lies after the earliest one decides nothing, so that it is missed by nobody.
    missing = [span.missing for span in spans if span.first <= last]
    return Span(first, last, frozenset().union(*missing))


def latest(spans: Iterable[Span]) -> Span:
    """The moment at which the last of them happens."""
    spans = tuple(spans)
    first, last = max(span.first for span in spans), max(span.last for span in spans)
    missing = [span.missing for span in spans if span.last >= first]
    return Span(first, last, frozenset().union(*missing))
