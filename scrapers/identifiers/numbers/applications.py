"""Application numbers, office by office, their check digits, and international applications (PCT). Pure.

DOCDB writes an international application under the office that received it, with the kind W: `PCT/JP2021/012345` is
`JP.2021012345.W`, `PCT/GB02/04635` is `GB.0204635.W` (EPO, OPS reference guide 1.3.20, section 4.4).
"""

from __future__ import annotations

import re

from scrapers.identifiers.numbers import japan
from scrapers.identifiers.numbers.publications import Rule, generic, unpadded

_PCT = re.compile(r"PCT[\s/-]*([A-Z]{2})[\s/-]*((?:19|20)?[0-9]{2})[\s/-]+([0-9]{1,6})")
_PCT_COMPACT = re.compile(r"PCT([A-Z]{2})((?:19|20)[0-9]{2})([0-9]{5,6})")
_PCT_EPODOC = re.compile(r"WO((?:19|20)[0-9]{2})([A-Z]{2})([0-9]{5,6})W?")
_PCT_DOCDB = re.compile(r"((?:20)[0-9]{2})([0-9]{6})|([0-9]{2})([0-9]{5})")
_CHINESE = re.compile(r"20[0-9]{2}[12389][0-9]{7}|[0-9]{2}[12389][0-9]{5}")
_FIRST_PCT_YEAR = 1978


def application(country: str, number: str, kind: str | None) -> str | None:
    """The canonical number of an application; None where it follows no form of its office."""
    if kind == "W":
        return _pct_docdb(number)
    return _OFFICES.get(country, generic)(number, kind)


def is_pct(country: str, number: str, kind: str | None) -> bool:
    """Whether the parts of a docdb number are those of an international application."""
    return kind == "W" and country != "WO" and _pct_docdb(number) is not None


def international(text: str) -> tuple[str, str] | None:
    """Receiving office and docdb number of `PCT/JP2021/012345`, `PCT/US03/21714` or epodoc `WO2008US86599`."""
    match = _PCT.fullmatch(text) or _PCT_COMPACT.fullmatch(text)
    if match is not None:
        country, year, serial = match.groups()
    else:
        match = _PCT_EPODOC.fullmatch(text)
        if match is None:
            return None
        year, country, serial = match.groups()
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= _FIRST_PCT_YEAR % 100 else 2000)
    number = _pct(full, int(serial))
    return (country, number) if number and country != "WO" else None


def pct_parts(number: str) -> tuple[str, str]:
    """Year and running number of a canonical docdb number as the PCT prints them: `2021`, `012345` or `02`, `04635`."""
    return (number[:4], number[4:]) if len(number) == 10 else (number[:2], number[2:])


def _pct_docdb(number: str) -> str | None:
    match = _PCT_DOCDB.fullmatch(number)
    if match is None:
        return None
    if match[1]:
        return _pct(int(match[1]), int(match[2]))
    two = int(match[3])
    return _pct(two + (1900 if two >= _FIRST_PCT_YEAR % 100 else 2000), int(match[4]))


def _pct(year: int, serial: int) -> str | None:
    """Four plus six digits from 2004 on, two plus five before."""
    if serial == 0 or year < _FIRST_PCT_YEAR:
        return None
    if year >= 2004:
        return f"{year}{serial:06}"
    return f"{year % 100:02}{serial:05}" if serial < 100_000 else None


def check_digit(country: str, number: str) -> str | None:
    """The check digit of an application number; None where the office's rule is not known here.

    CN: digits weighted 2 to 9 and again from 2, summed, modulo 11, ten written X (SIPO, standard ZC 0006-2003). EP and
    GB: modulo 10 with weights 2 and 1 from the right, digits of the products summed.
    """
    if country == "CN":
        total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(number))
        return "0123456789X"[total % 11]
    if country in {"EP", "GB"}:
        products = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(number)))
        return str(-sum(product // 10 + product % 10 for product in products) % 10)
    return None


def has_check_digit(country: str) -> bool:
    """Whether the office prints a check digit after its application numbers."""
    return country in {"CN", "DE", "DK", "EP", "GB", "LU", "SE", "CH"}


def _us(number: str, kind: str | None) -> str | None:
    """As filed: series code and six digits, without a kind. docdb and epodoc have forms of their own.

    `US.18314305.A` is DOCDB's form of 11/183,143 filed in 2005 (running number, then year); without the date neither
    gives the other, so they stay two numbers. From 2011 on DOCDB puts the year before the number as filed.
    """
    if kind is not None:
        return number if re.fullmatch(r"[1-9][0-9]{3,11}", number) else None
    match = re.fullmatch(r"(?:20[0-9]{2})?([0-9]{8})", number)
    return match[1] if match and int(match[1]) else None


def _ep(number: str, _kind: str | None) -> str | None:
    """Two digits of the year and six more; epodoc writes the year out and pads to seven."""
    match = re.fullmatch(r"(?:19|20)([0-9]{2})0([0-9]{6})|([0-9]{2})([0-9]{6})", number)
    if match is None:
        return None
    parts = match.groups()
    return f"{parts[0]}{parts[1]}" if parts[0] else number


def _jp(number: str, _kind: str | None) -> str | None:
    """An era year to 1999, then four plus six digits; epodoc pads the running number to seven."""
    match = re.fullmatch(r"((?:19|20)[0-9]{2})0?([0-9]{6})", number)
    if match is not None and int(match[2]):
        return match[1] + match[2]
    return japan.era_number(number)


def _cn(number: str, _kind: str | None) -> str | None:
    """Year, a digit for the right, running number: 2+1+5 digits to September 2003, 4+1+7 from October 2003."""
    return number if _CHINESE.fullmatch(number) else None


def _kr(number: str, _kind: str | None) -> str | None:
    match = re.fullmatch(r"(?:[12]0)?((?:19|20)[0-9]{9})", number)
    return match[1] if match else None


def _seven(number: str, _kind: str | None) -> str | None:
    """Two digits of the year and five more; epodoc writes the year out and pads to seven."""
    match = re.fullmatch(r"(?:(?:19|20)([0-9]{2})00([0-9]{5}))|([0-9]{7})", number)
    if match is None:
        return None
    return match[3] or match[1] + match[2]


_OFFICES: dict[str, Rule] = {
    "CA": unpadded(1, 7),
    "CN": _cn,
    "DE": unpadded(5, 12),
    "EP": _ep,
    "FR": _seven,
    "GB": _seven,
    "JP": _jp,
    "KR": _kr,
    "US": _us,
}
