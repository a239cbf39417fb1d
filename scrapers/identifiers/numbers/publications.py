"""The canonical form of publication numbers, office by office. Pure.

Each rule takes the letters and digits of a number and its kind, and gives the number as DOCDB has it, or None where it
breaks the office's rules. Leading zeros never make another number: they are put in or taken off as the office does.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from scrapers.identifiers.numbers import japan

Rule = Callable[[str, str | None], str | None]

_LETTERED = re.compile(r"([A-Z]+)0*([1-9][0-9]*)")
_KOREAN_TYPE = {"B": "10", "Y": "20"}  # the right's type that a grant's number begins with: patent, utility model


def publication(country: str, number: str, kind: str | None) -> str | None:
    """The canonical number of a publication; None where it follows no form of its office."""
    return _OFFICES.get(country, generic)(number, kind)


def generic(number: str, _kind: str | None) -> str | None:
    """Offices without a rule of their own: kept as written, e.g. `PI0012345`, `2012DE00123`."""
    return number if re.fullmatch(r"(?=.*[0-9])[0-9A-Z]{1,15}", number) else None


def unpadded(shortest: int, longest: int) -> Rule:
    """A rule for plain running numbers of `shortest` to `longest` digits, leading zeros apart."""

    def rule(number: str, _kind: str | None) -> str | None:
        digits = number.lstrip("0")
        return digits if re.fullmatch(rf"[0-9]{{{shortest},{longest}}}", digits) else None

    return rule


def _us(number: str, kind: str | None) -> str | None:
    lettered = _LETTERED.fullmatch(number)
    if lettered:
        # Designs, plants, reissues, inventions registered (H), defensive publications (T), additional improvements.
        return lettered[1] + lettered[2] if lettered[1] in {"D", "PP", "RE", "H", "T", "AI"} else None
    if re.fullmatch(r"20[0-9]{8,9}", number):
        # docdb writes application publications with four plus six digits, the USPTO with four plus seven.
        return number[:4] + number[4:].zfill(7)
    return unpadded(1, 8)(number, kind)


def _ep(number: str, _kind: str | None) -> str | None:
    return number.zfill(7) if re.fullmatch(r"0*[1-9][0-9]{0,6}", number) and len(number) <= 7 else None


def _wo(number: str, _kind: str | None) -> str | None:
    """Two-digit years with five digits to 30 June 2002, with six to the end of 2003; four plus six digits from 2004."""
    match = re.fullmatch(r"((?:19|20)[0-9]{2})([0-9]{5,6})", number) if len(number) > 8 else None
    if match:
        year, serial = int(match[1]), f"{match[2]:0>6}"
    else:
        match = re.fullmatch(r"([0-9]{2})([0-9]{5,6})", number)
        if match is None:
            return None
        year, serial = int(match[1]) + (1900 if int(match[1]) >= 78 else 2000), match[2]
        if year > 2003:
            return None
    if year == 2002:
        # Both lengths were used in 2002; which of them a four-digit year stands for cannot be told from the number.
        return match[1] + serial
    if year >= 2004:
        return f"{year}{serial}"
    if year == 2003:
        return f"{year % 100:02}{serial}" if len(serial) == 6 else None
    short = serial[-5:]
    return f"{year % 100:02}{short}" if year >= 1978 and int(short) == int(serial) else None


def _jp(number: str, kind: str | None) -> str | None:
    # Era years to 1999; four plus six digits from 2000; grants: running numbers. Re-publications have a WO number.
    if kind == "A1":
        return _wo(number, None) or japan.era_number(number)
    if re.fullmatch(r"20[0-9]{8}", number):
        return number
    # A laid-open number with an era year that is not named would pass for a grant.
    return japan.era_number(number) or (None if kind == "A" else unpadded(1, 7)(number, kind))


def _kr(number: str, kind: str | None) -> str | None:
    """KIPO prints the right's type first, 10 patents and 20 utility models: docdb keeps it on grants only."""
    match = re.fullmatch(r"(?:[12]0)?((?:19|20)[0-9]{9})", number)
    if match:
        return match[1]
    digits = number.lstrip("0")
    type_ = _KOREAN_TYPE.get((kind or "")[:1])
    if type_ and re.fullmatch(r"[0-9]{1,7}", digits):
        return type_ + digits.zfill(7)
    return unpadded(1, 11)(number, kind)


_OFFICES: dict[str, Rule] = {
    "CA": unpadded(1, 7),
    "CN": unpadded(5, 9),
    "DE": unpadded(1, 12),
    "EP": _ep,
    "FR": unpadded(1, 7),
    "GB": unpadded(1, 9),
    "JP": _jp,
    "KR": _kr,
    "US": _us,
    "WO": _wo,
}
