"""The kind of a ballot by words and by the stage in a reference; patterns of mails and calendars, which are data."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, field_validator

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import StandardRef

KINDS: Final = ("NP", "CIB", "CD", "DIS", "FDIS", "DTS", "DTR", "DPAS", "SR", "WDRL")
MAX_TEXT: Final = 100_000
_REFERENCE: Final = re.compile(
    r"\b(?:ISO|IEC)(?:/[A-Z]{2,5}){0,3}[ /](?:[A-Z]{2,4}[ ]){0,2}\d{3,5}(?:-\d{1,4})?(?:\.\d)?(?::\d{4})?"
    r"(?:/(?:[A-Za-z]{1,4}[ ])?[A-Za-z]{3,6}[ ]\d{1,2})?",
    re.ASCII,
)


class Patterns(BaseModel):
    """The content of `patterns.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str
    date_formats: tuple[str, ...]
    closes: tuple[str, ...]
    opens: tuple[str, ...]
    kinds: dict[str, tuple[str, ...]]

    @field_validator("kinds")
    @classmethod
    def _known(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        unknown = sorted(value.keys() - set(KINDS))
        if unknown:
            raise ValueError(f"{unknown[0]} is no kind of ballot; it can be: {', '.join(KINDS)}")
        return value

    def local_day(self, moment: dt.datetime) -> dt.date:
        """The day of a time where ISO sits."""
        return moment.astimezone(ZoneInfo(self.zone)).date() if moment.tzinfo else moment.date()


@cache
def patterns() -> Patterns:
    """The patterns that ship with the project."""
    text = resources.files("scrapers.ballots").joinpath("patterns.toml").read_text("utf-8")
    return Patterns.model_validate(tomllib.loads(text))


def kind_and_iteration(reference: str, said: str | None) -> tuple[str | None, int | None]:
    """The kind of ballot, as said or by the stage of the reference, and the iteration that the reference carries."""
    try:
        parsed = StandardRef.parse(reference)
    except InvalidIdentifierError:
        return said, None
    last = parsed.supplements[-1] if parsed.supplements else None
    if last is not None:
        stage = {"D": "DIS", "FD": "FDIS"}.get(last.stage or "", last.stage)
        iteration = last.iteration
    else:
        joined = f"D{parsed.type}" if parsed.stage in ("D", "FD") and parsed.type else None
        stage, iteration = joined or parsed.stage, parsed.iteration
    kind = said or (stage if stage in KINDS else None)
    return kind, iteration if kind == stage else None


def find_reference(text: str) -> str | None:
    """The first reference of a document in a text."""
    for match in _REFERENCE.finditer(" ".join(text.split())[:MAX_TEXT]):
        try:
            StandardRef.parse(match[0])
        except InvalidIdentifierError:
            continue
        return match[0]
    return None


def find_kind(text: str) -> str | None:
    """The kind whose words stand first in a text, the longer of two at one place."""
    plain = " ".join(text[:MAX_TEXT].split())
    found = []
    for kind, words in patterns().kinds.items():
        for word in words:
            match = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain, re.IGNORECASE)
            if match is not None:
                found.append((match.start(), -len(word), kind))
    return min(found)[2] if found else None


def find_day(text: str, labels: tuple[str, ...]) -> dt.date | None:
    """The first date that stands after one of the labels, such as `Closing date: 2026-12-04`."""
    plain = " ".join(text[:MAX_TEXT].split())
    for label in labels:
        for match in re.finditer(rf"(?<!\w){re.escape(label)}[ :：]{{0,5}}", plain, re.IGNORECASE):
            day = _leading_day(plain[match.end() : match.end() + 30])
            if day is not None:
                return day
    return None


def _leading_day(text: str) -> dt.date | None:
    words = text.split(" ")
    for form in patterns().date_formats:
        piece = " ".join(words[: form.count(" ") + 1]).rstrip(".,;()")
        try:
            return dt.datetime.strptime(piece, form).date()  # noqa: DTZ007 - a day, no time
        except ValueError:
            continue
    return None
