"""Patent publication numbers in docdb form. Pure: parse, normalise, format.

The docdb form is country, number and kind (EPO, OPS reference guide, "Input and output formats"), written here with
dots: `EP.2400812.A1`. Countries are two-letter codes of WIPO ST.3, kinds are codes of WIPO ST.16.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from scrapers.errors import InvalidIdentifierError

_MAX_LENGTH = 80
_COUNTRY = re.compile(r"[A-Z]{2}")
_KIND = re.compile(r"[A-Z][0-9]?")
_DOCDB = re.compile(r"([A-Z]{2})\.([0-9A-Z]+)(?:\.([A-Z][0-9]?))?")
_COMPACT = re.compile(r"([A-Z]{2})([A-Z]{0,2}[0-9]+)([A-Z][0-9]?)?")
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_BRACKETED_KIND = re.compile(r"\(\s*([A-Z][0-9]?)\s*\)$")
_SEPARATORS = re.compile(r"[\s/‐-―−-]+")
_LETTERED = re.compile(r"([A-Z]+)0*([1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class PatentNumber:
    """The number of a patent publication, e.g. `EP.2400812.A1`; equal whatever form it was written in.

    `doc_number` is in its office's one canonical form (a constructor call with another raises
    InvalidIdentifierError; use `parse` or `from_parts`): US grants without leading zeros (`7272630`, `D558629`), US
    application publications with four plus seven digits (`20060142694`), EP with seven digits, WO as it was published
    (two-digit years to 2003, four-digit years from 2004). `kind` is None where none is printed. `raw` is what was read.
    """

    country: str
    doc_number: str
    kind: str | None = None
    raw: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        canonical = _canonical(self.country, self.doc_number, self.kind, self.raw)
        if canonical != self.doc_number:
            raise InvalidIdentifierError(
                f"patent number {self.doc_number!r} is not in the canonical form {canonical!r}; "
                "use PatentNumber.parse or PatentNumber.from_parts"
            )
        if not self.raw:
            object.__setattr__(self, "raw", str(self))

    @classmethod
    def parse(cls, text: str) -> PatentNumber:
        """Read `EP.2400812.A1`, `EP2400812A1`, `US 2025/0204297 A1`, `US-10000000-B2`, `WO 2022/259205 A1`, ….

        The country must be given. Raises InvalidIdentifierError where the text is no publication number of a known
        form; application numbers and numbers with a check digit are not guessed at.
        """
        if len(text) > _MAX_LENGTH:
            raise InvalidIdentifierError(f"patent number {text[:20]!r}… has more than {_MAX_LENGTH} characters")
        plain = unicodedata.normalize("NFKC", text).upper().strip()
        match = _DOCDB.fullmatch(plain)
        if match is None:
            plain = _BRACKETED_KIND.sub(r"\1", _THOUSANDS.sub("", plain))
            match = _COMPACT.fullmatch(_SEPARATORS.sub("", plain))
        if match is None:
            raise _unknown(text)
        country, number, kind = match.groups()
        return cls(country, _canonical(country, number, kind, text), kind, raw=text)

    @classmethod
    def from_parts(cls, country: str, doc_number: str, kind: str | None = None) -> PatentNumber:
        """The number from the separate fields of a file, e.g. `("US", "07272630", "B2")`.

        `raw` is the fields as printed, with spaces between them. Raises InvalidIdentifierError as `parse` does.
        """
        raw = " ".join(part for part in (country, doc_number, kind) if part)
        if len(raw) > _MAX_LENGTH:
            raise InvalidIdentifierError(f"patent number {raw[:20]!r}… has more than {_MAX_LENGTH} characters")
        plain_country = country.strip().upper()
        number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", doc_number).upper())
        plain_kind = kind.strip().upper() if kind else None
        return cls(plain_country, _canonical(plain_country, number, plain_kind, raw), plain_kind or None, raw=raw)

    def __str__(self) -> str:
        return ".".join(part for part in (self.country, self.doc_number, self.kind) if part)


def _unknown(text: str) -> InvalidIdentifierError:
    return InvalidIdentifierError(
        f"patent number {text!r} is of no known form; expected country, number and kind, e.g. EP.2400812.A1, "
        "US10000000B2 or WO 2022/259205 A1"
    )


def _canonical(country: str, number: str, kind: str | None, raw: str) -> str:
    """The canonical form of `number`; raises InvalidIdentifierError where the parts break the office's rules."""
    canonical = None
    if _COUNTRY.fullmatch(country) and (kind is None or _KIND.fullmatch(kind)):
        canonical = _OFFICES.get(country, _generic)(number)
    if canonical is None:
        raise _unknown(raw or ".".join(part for part in (country, number, kind) if part))
    return canonical


def _us(number: str) -> str | None:
    lettered = _LETTERED.fullmatch(number)
    if lettered:
        # Designs, plants, reissues, inventions registered (H), defensive publications (T), additional improvements.
        return lettered[1] + lettered[2] if lettered[1] in {"D", "PP", "RE", "H", "T", "AI"} else None
    if re.fullmatch(r"20[0-9]{8,9}", number):
        # docdb writes application publications with four plus six digits, the USPTO with four plus seven.
        return number[:4] + number[4:].zfill(7)
    return _unpadded(1, 8)(number)


def _ep(number: str) -> str | None:
    return number.zfill(7) if re.fullmatch(r"0*[1-9][0-9]{0,6}", number) and len(number) <= 7 else None


def _wo(number: str) -> str | None:
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


def _jp(number: str) -> str | None:
    # Era years Meiji, Taisho, Showa, Heisei; 2000 on: four plus six digits; grants: running numbers.
    if re.fullmatch(r"[MTSH][0-9]{3,8}|20[0-9]{8}", number):
        return number
    return _unpadded(1, 7)(number)


def _kr(number: str) -> str | None:
    # KIPO prints the right's type first: 10 patents, 20 utility models.
    match = re.fullmatch(r"(?:[12]0)?((?:19|20)[0-9]{9})", number)
    return match[1] if match else _unpadded(1, 11)(number)


def _unpadded(shortest: int, longest: int) -> Callable[[str], str | None]:
    """A rule for plain running numbers of `shortest` to `longest` digits, leading zeros apart."""

    def rule(number: str) -> str | None:
        digits = number.lstrip("0")
        return digits if re.fullmatch(rf"[0-9]{{{shortest},{longest}}}", digits) else None

    return rule


def _generic(number: str) -> str | None:
    """Offices without a rule of their own: kept as written, e.g. `PI0012345`, `2012DE00123`."""
    return number if re.fullmatch(r"(?=.*[0-9])[0-9A-Z]{1,15}", number) else None


_OFFICES: dict[str, Callable[[str], str | None]] = {
    "CA": _unpadded(1, 7),
    "CN": _unpadded(5, 9),
    "DE": _unpadded(1, 12),
    "EP": _ep,
    "FR": _unpadded(1, 7),
    "GB": _unpadded(1, 9),
    "JP": _jp,
    "KR": _kr,
    "US": _us,
    "WO": _wo,
}
