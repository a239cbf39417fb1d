"""Numbers of which nothing is known but their text, as in a register or a spreadsheet. Pure.

Many offices write application and publication numbers alike: `US 12345678` is the patent 12,345,678 or the
application 12/345,678, and `KR 10-2015-0012345` either the application or its publication. Nothing in the number tells
them apart, so both readings are given. Numbers with a kind are those of publications. At CA and DE a publication has
the number of its application, so there is nothing to tell apart; offices without a rule of their own are read as
publications.
"""

from __future__ import annotations

from dataclasses import dataclass

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers.numbers.number import PatentNumber, unknown
from scrapers.identifiers.numbers.parts import Parts, Series, split

_TOLD_APART = frozenset({"CN", "EP", "FR", "GB", "JP", "KR", "US"})


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A text that names one of several documents; which of them it does not say. The readings are publication first."""

    raw: str
    readings: tuple[PatentNumber, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that is kept as it is, for it follows no form that is known; `reason` is one line."""

    raw: str
    reason: str


def read_number(text: str, series: Series | None = None) -> PatentNumber | Ambiguous | Unread:
    """The number that a text gives, in any form; never raises.

    `series` says which series the text is known to belong to, by its column or field; without it a text that fits both
    is Ambiguous unless its form tells.
    """
    try:
        parts = split(text)
        if parts is None:
            raise unknown(text)
        if series is not None:
            return PatentNumber.parse(text, series)
    except InvalidIdentifierError as error:
        return Unread(text, str(error))
    readings = []
    for possible in _possible(parts):
        try:
            readings.append(PatentNumber.parse(text, possible))
        except InvalidIdentifierError as error:
            reason = str(error)
    if not readings:
        return Unread(text, reason)
    return readings[0] if len(readings) == 1 else Ambiguous(text, tuple(readings))


def _possible(parts: Parts) -> tuple[Series, ...]:
    if parts.series is not None:
        return (parts.series,)
    if parts.kind is not None or parts.country not in _TOLD_APART:
        return (Series.PUBLICATION,)
    return (Series.PUBLICATION, Series.APPLICATION)
