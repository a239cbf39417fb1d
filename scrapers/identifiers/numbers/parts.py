"""Text to the parts of a number, whatever form it was written in. Pure; the parts are not yet checked by office."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers.numbers import applications, japan

MAX_LENGTH = 80
KIND = re.compile(r"[A-Z][0-9]?")
_DOCDB = re.compile(r"([A-Z]{2})\.([0-9A-Z]+)(?:\.([A-Z][0-9]?))?")
_COMPACT = re.compile(r"([A-Z]{2})([A-Z]{0,2}[0-9]+)([A-Z][0-9]?)?")
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_BRACKETED_KIND = re.compile(r"\(\s*([A-Z][0-9]?)\s*\)$")
_SEPARATORS = re.compile(r"[\s/‐-―−-]+")
_US_SERIAL = re.compile(r"US\s*([0-9]{2})/([0-9]{3}),?([0-9]{3})")
_CHECKED = re.compile(r"([A-Z]{2})\s*([0-9][0-9 ]*)\.([0-9X])")
_CHINESE_PATENT = re.compile(r"(?:CN\s*)?ZL\s*([0-9][0-9 ]*?)(?:\.?([0-9X]))?")
_CHINESE_UNDOTTED = re.compile(r"CN([0-9]{12})([0-9X])")
# A year of an era that is not named: 平 and 昭 give other documents.
_JAPANESE_WITHOUT_ERA = re.compile(r"JP[\s.,]*[0-9]{1,2}[-/‐-―−][0-9]+.*")


class Series(StrEnum):
    """Which of an office's number series a number belongs to; two series often share one form."""

    PUBLICATION = "publication"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class Parts:
    """Country, letters and digits, kind; `series` where the form itself says it."""

    country: str
    number: str
    kind: str | None = None
    series: Series | None = None


def plain(text: str) -> str:
    """The text in NFKC (full-width digits become digits), upper case, trimmed."""
    return unicodedata.normalize("NFKC", text).upper().strip()


def without_separators(text: str) -> str:
    """The text without spaces, slashes and dashes."""
    return _SEPARATORS.sub("", text)


def split(text: str) -> Parts | None:
    """The parts of a number in docdb, epodoc or original form; None where it is of no form that is known.

    Raises InvalidIdentifierError where it is too long or its check digit is wrong.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidIdentifierError(f"patent number {text[:20]!r}… has more than {MAX_LENGTH} characters")
    shown = plain(text)
    japanese = japan.printed(_THOUSANDS.sub("", shown))
    if japanese is not None:
        series = Series(japanese.series) if japanese.series else None
        return Parts("JP", japanese.number, japanese.kind, series)
    international = applications.international(shown)
    if international is not None:
        return Parts(*international, "W", Series.APPLICATION)
    match = _US_SERIAL.fullmatch(shown)
    if match is not None:
        return Parts("US", "".join(match.groups()), None, Series.APPLICATION)
    return _checked(shown, text) or _compact(shown)


def _checked(shown: str, text: str) -> Parts | None:
    """A number with a check digit: ZL or CN with or without a dot, other offices with one."""
    match = _CHINESE_PATENT.fullmatch(shown)
    if match is not None:
        digits, check = match[1].replace(" ", ""), match[2]
        if check is not None and len(digits) + 1 in {8, 12} and "." not in shown and check != "X":
            digits, check = digits + check, None  # the last digit is the number's own
        country = "CN"
    else:
        match = _CHECKED.fullmatch(shown) or _CHINESE_UNDOTTED.fullmatch(shown)
        if match is None:
            return None
        country, check = (match[1], match[3]) if match.re is _CHECKED else ("CN", match[2])
        digits = (match[2] if match.re is _CHECKED else match[1]).replace(" ", "")
        if not applications.has_check_digit(country):
            return None
    expected = applications.check_digit(country, digits)
    known = applications.application(country, digits, None) is not None
    if known and check is not None and expected is not None and check != expected:
        raise InvalidIdentifierError(
            f"patent number {text!r} has the check digit {check}, expected {expected}; compare it with its source"
        )
    return Parts(country, digits, None, Series.APPLICATION)


def _compact(shown: str) -> Parts | None:
    match = _DOCDB.fullmatch(shown)
    if match is None and not _JAPANESE_WITHOUT_ERA.fullmatch(shown):
        bare = _BRACKETED_KIND.sub(r"\1", _THOUSANDS.sub("", shown))
        match = _COMPACT.fullmatch(without_separators(bare))
    if match is None:
        return None
    country, number, kind = match.groups()
    series = Series.APPLICATION if applications.is_pct(country, number, kind) else None
    return Parts(country, number, kind, series)
