"""Whether a patent is in force, as far as legal events, a register and publications tell. Pure.

The rules are data (`legal_rules.toml`). A status is never guessed: without a fact that decides it is unknown. An
estimated expiry decides nothing either; only an end that an office tells does.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

LEGAL_RULES: Final = Path(__file__).with_name("legal_rules.toml")


class LegalStatus(StrEnum):
    """Whether there is a right, or may be one."""

    PENDING = "pending"
    GRANTED = "granted"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class Meaning(StrEnum):
    """What a fact tells. `restored`: an end before that day no longer counts."""

    PENDING = "pending"
    GRANTED = "granted"
    RESTORED = "restored"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


# Of several ends the one that goes furthest counts: a revoked patent has never been one.
_ENDS: Final = (Meaning.REVOKED, Meaning.WITHDRAWN, Meaning.EXPIRED, Meaning.LAPSED)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _EventRule(_Part):
    office: str
    means: Meaning
    codes: tuple[str, ...]
    says: tuple[str, ...] = ()


class _RegisterRule(_Part):
    office: str
    means: Meaning
    begins: tuple[str, ...]


class _ContestRule(_Part):
    office: str | None = None
    codes: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()


class _Complete(_Part):
    registers: tuple[str, ...]


class _Term(_Part):
    years: Annotated[int, Field(gt=0)]


class LegalRules(_Part):
    """The rules as `legal_rules.toml` has them."""

    events: tuple[_EventRule, ...]
    registers: tuple[_RegisterRule, ...]
    contests: tuple[_ContestRule, ...]
    complete: _Complete
    grant_kinds: dict[str, tuple[str, ...]]
    term: _Term


@cache
def legal_rules() -> LegalRules:
    """The rules that come with the workbench."""
    return LegalRules.model_validate(tomllib.loads(LEGAL_RULES.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class EventFact:
    """A legal event."""

    office: str
    code: str
    date: dt.date | None
    description: str | None
    text: str | None
    source: str
    snapshot_id: int | None = None


@dataclass(frozen=True, slots=True)
class RegisterFact:
    """What the register of an office says of the application; `seen` is the day it was last read."""

    office: str
    status: str | None
    status_date: dt.date | None
    filing_date: dt.date | None
    grant_number: str | None
    grant_date: dt.date | None
    expiry_date: dt.date | None
    ended_on: dt.date | None
    source: str
    seen: dt.date
    snapshot_id: int | None = None


@dataclass(frozen=True, slots=True)
class PublicationFact:
    """A publication of the same application."""

    country: str
    kind: str | None
    number: str
    date: dt.date | None
    source: str


class BasisKind(StrEnum):
    """What a basis is, for which each interface has its own words."""

    EVENT = "event"
    REGISTER_STATUS = "register_status"
    REGISTER_GRANT = "register_grant"
    REGISTER_END = "register_end"
    REGISTER_EXPIRY = "register_expiry"
    REGISTER_SILENT = "register_silent"
    PUBLICATION = "publication"


@dataclass(frozen=True, slots=True)
class Basis:
    """A fact that decides: what it is in the office's words, when it took place, who says so and where that is kept."""

    kind: BasisKind
    means: Meaning
    date: dt.date | None
    what: str
    source: str
    snapshot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The status, and the facts that say so, newest first; none where it is unknown."""

    status: LegalStatus
    basis: tuple[Basis, ...] = ()


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a patent ends at the latest. `estimated`: computed from `filing_date`, not told by an office."""

    date: dt.date
    estimated: bool
    filing_date: dt.date | None
    years: int | None
    source: str
    snapshot_id: int | None = None


def status_of_patent(
    today: dt.date,
    *,
    events: Iterable[EventFact] = (),
    register: RegisterFact | None = None,
    publications: Iterable[PublicationFact] = (),
) -> Standing:
    """The status of one application on a day.

    The newest grant or restoration counts, and an end that is not older than it. Of several ends the one that goes
    furthest counts. What is dated after `today` has not taken place.
    """
    facts = [*_of_events(events), *_of_publications(publications), *(_of_register(register, today) if register else ())]
    facts = [fact for fact in facts if fact.date is None or fact.date <= today]
    alive = max((_day(fact) for fact in facts if fact.means in (Meaning.GRANTED, Meaning.RESTORED)), default=None)
    ends = [
        fact for fact in facts if fact.means in _ENDS and (alive is None or fact.date is None or fact.date >= alive)
    ]
    for means in (*_ENDS, Meaning.GRANTED, Meaning.PENDING):
        deciding = [fact for fact in (ends if means in _ENDS else facts) if fact.means is means]
        if deciding:
            return Standing(LegalStatus(means.value), tuple(sorted(deciding, key=_day, reverse=True)))
    return Standing(LegalStatus.UNKNOWN)


def expiry_of(register: RegisterFact | None) -> Expiry | None:
    """When the patent ends: the day that the register tells, else an estimate from filing; None without a filing date.

    The estimate knows no extension, adjustment or terminal disclaimer, and no earlier filing whose term counts.
    """
    if register is None:
        return None
    if register.expiry_date is not None:
        return Expiry(register.expiry_date, False, register.filing_date, None, register.source, register.snapshot_id)
    years = legal_rules().term.years
    if register.filing_date is None or register.filing_date.year + years > dt.MAXYEAR:
        return None
    day = _years_later(register.filing_date, years)
    return Expiry(day, True, register.filing_date, years, register.source, register.snapshot_id)


def is_contest(office: str, code: str, description: str | None) -> bool:
    """Whether a legal event tells that somebody contests the right: an opposition, a review by the office."""
    words = " ".join((description or "").split()).casefold()
    return any(
        rule.office in (None, office) and (code in rule.codes or words.startswith(rule.begins))
        for rule in legal_rules().contests
    )


def _of_events(events: Iterable[EventFact]) -> Iterator[Basis]:
    for event in events:
        text = (event.text or "").casefold()
        for rule in legal_rules().events:
            if rule.office != event.office or event.code not in rule.codes:
                continue
            if rule.says and not any(words in text for words in rule.says):
                continue
            what = " ".join(filter(None, (event.office, event.code, event.description, event.text)))
            yield Basis(BasisKind.EVENT, rule.means, event.date, what, event.source, event.snapshot_id)


def _of_publications(publications: Iterable[PublicationFact]) -> Iterator[Basis]:
    for each in publications:
        if each.kind in legal_rules().grant_kinds.get(each.country, ()):
            yield Basis(BasisKind.PUBLICATION, Meaning.GRANTED, each.date, each.number, each.source)


def _of_register(register: RegisterFact, today: dt.date) -> Iterator[Basis]:
    def basis(kind: BasisKind, means: Meaning, date: dt.date | None, what: str) -> Basis:
        return Basis(kind, means, date, what, register.source, register.snapshot_id)

    status = " ".join((register.status or "").split())
    told = next(
        (
            rule.means
            for rule in legal_rules().registers
            if rule.office == register.office and status.casefold().startswith(tuple(map(str.casefold, rule.begins)))
        ),
        None,
    )
    granted = register.grant_date is not None or register.grant_number is not None or told is Meaning.GRANTED
    if told is not None:
        # A grant took place on the day of the grant, not when the register last noted something.
        day = register.grant_date if told is Meaning.GRANTED else register.status_date
        yield basis(BasisKind.REGISTER_STATUS, told, day, status)
    if register.grant_date is not None or register.grant_number is not None:
        yield basis(BasisKind.REGISTER_GRANT, Meaning.GRANTED, register.grant_date, register.grant_number or "")
    if register.ended_on is not None:
        full_term = register.expiry_date is not None and register.ended_on >= register.expiry_date
        means = Meaning.EXPIRED if full_term else Meaning.LAPSED if granted else Meaning.WITHDRAWN
        yield basis(BasisKind.REGISTER_END, means, register.ended_on, status)
    if granted and register.expiry_date is not None and register.expiry_date < today:
        yield basis(BasisKind.REGISTER_EXPIRY, Meaning.EXPIRED, register.expiry_date, "")
    silent = not granted and told is None and register.ended_on is None
    if silent and register.office in legal_rules().complete.registers:
        yield basis(BasisKind.REGISTER_SILENT, Meaning.PENDING, register.status_date or register.seen, status)


def _day(fact: Basis) -> dt.date:
    return fact.date or dt.date.min


def _years_later(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 28 February where there is no 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
