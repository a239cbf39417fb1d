"""Numbers as the Japan Patent Office prints them: 特開平8-179521, 特許第5123456号, 特願平10-123456. Pure.

Years are those of an era to the end of 1999 and western years from 2000 (JPO, "number formats", and INPIT's J-PlatPat
help). DOCDB writes the era as a letter, its year with two digits and the running number without leading zeros:
特開平4-56789 is `JP.H0456789.A`, 特開昭59-6831 `JP.S596831.A`. `H04056789` is the same number, for the zeros are the
JPO's own padding to six digits.

The JPO's data packs a number into nine digits: a digit for the era (1 Meiji to 5 Reiwa), two for its year, six for the
running number. Its interface shows both forms of one number side by side: 503090037 and 2021090037, `JPA 404087383`
and 特開平4-087383. Nine digits alone are not read, only those after the letters that name the gazette.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Letter: characters, last year. Reiwa began in 2019, when numbers had western years, so it numbers nothing.
_ERAS = {"M": ("明治", "明", 45), "T": ("大正", "大", 15), "S": ("昭和", "昭", 64), "H": ("平成", "平", 31)}
_PACKED_ERAS = {"1": "M", "2": "T", "3": "S", "4": "H"}
_WESTERN_FROM = {"H": (12, 1988), "R": (1, 2018)}  # letter: first year with western numbers, western year less era year
_ERA_OF = {name: letter for letter, (long, short, _) in _ERAS.items() for name in (long, short, letter)}
_ERA = re.compile(r"([MTSH])([0-9]{2})([0-9]{1,6})")
# What the JPO's words call: series is "publication" or "application"; kinds are those of WIPO ST.16 as the JPO uses
# them. A patent (特許) may be B1 or B2, and the word does not tell which; the same holds of 再公表.
_WORDS: dict[str, tuple[str, str | None]] = {
    "特許出願公開": ("publication", "A"),
    "特許公開": ("publication", "A"),
    "特開": ("publication", "A"),
    "特許公表": ("publication", "A"),
    "特表": ("publication", "A"),
    "再公表特許": ("publication", "A1"),
    "再公表": ("publication", "A1"),
    "再表": ("publication", "A1"),
    "特許出願公告": ("publication", "B2"),
    "特公": ("publication", "B2"),
    "特許": ("publication", None),
    "実開": ("publication", "U"),
    "実公": ("publication", "Y2"),
    "実用新案登録": ("publication", "U"),
    "実登": ("publication", "U"),
    "特許出願": ("application", None),
    "特許願": ("application", None),
    "特願": ("application", None),
}
_LONGEST_FIRST = "|".join(sorted(_WORDS, key=len, reverse=True))
_ERA_NAMES = "|".join(sorted(_ERA_OF, key=len, reverse=True))
_DASH = r"[-/‐-―−ー]"
_PRINTED = re.compile(
    rf"(?:JP|日本国?)?[\s.]*(?P<word>{_LONGEST_FIRST})(?:公報)?\s*(?P<pct>WO\s*/?)?"
    rf"(?:(?P<era>{_ERA_NAMES})?\s*(?P<year>[0-9]{{1,4}}|元)\s*年?\s*(?:(?:特許)?願)?\s*(?:{_DASH}|第))?\s*第?\s*"
    rf"(?P<serial>[0-9]{{1,10}})\s*号?\s*(?:公報)?\s*[(]?\s*(?P<kind>[A-Z][0-9]?)?\s*[)]?"
)
_SENTENCE = re.compile(
    r"(?P<era>明治|大正|昭和|平成)\s*(?P<year>[0-9]{1,2}|元)\s*年\s*(?:特許願|特願)\s*第?\s*(?P<serial>[0-9]{1,6})\s*号?"
)
_LETTERED = re.compile(
    rf"JP[\s.,]*(?:(?P<era>[MTSH])\s*(?P<year>[0-9]{{1,2}})|(?P<western>[0-9]{{4}}))\s*{_DASH}\s*(?P<serial>[0-9]{{1,6}})"
    r"\s*[(]?(?P<kind>[A-Z][0-9]?)?[)]?"
)
_PACKED = re.compile(
    rf"(?:JP\s*)?P(?P<western>(?:19|20)[0-9]{{2}}){_DASH}(?P<serial>[0-9]{{1,6}})(?P<kind>[A-Z][0-9]?)"
)
_NINE_DIGITS = re.compile(r"JP(?P<kind>[AU])\s*(?P<era>[1-5])(?P<year>[0-9]{2})(?P<serial>[0-9]{6})")


@dataclass(frozen=True, slots=True)
class Printed:
    """What a Japanese number says: its letters and digits, its kind if it tells one, and its series if it tells one."""

    number: str
    kind: str | None
    series: str | None


def era_number(number: str) -> str | None:
    """`H08179521` in DOCDB's form: letter, year of two digits, running number without leading zeros; else None."""
    match = _ERA.fullmatch(number)
    if match is None or not 1 <= int(match[2]) <= _ERAS[match[1]][2] or int(match[3]) == 0:
        return None
    return f"{match[1]}{match[2]}{int(match[3])}"


def unpacked(digits: str) -> str | None:
    """DOCDB's form of the nine digits of the JPO's data, `404087383` or `503090037`; None where they are no such."""
    if not re.fullmatch(r"[1-5][0-9]{8}", digits) or int(digits[3:]) == 0:
        return None
    letter, year = _PACKED_ERAS.get(digits[0], "R"), int(digits[1:3])
    first, offset = _WESTERN_FROM.get(letter, (100, 0))
    return f"{offset + year}{digits[3:]}" if year >= first else era_number(f"{letter}{digits[1:]}")


def printed(text: str) -> Printed | None:
    """A number with one of the JPO's words, with a separated year (`JP H8-179521 A`) or packed (`P2005-533465A`).

    `text` is in NFKC and upper case. None where it is not of such a form; the number is not yet checked.
    """
    match = _PRINTED.fullmatch(text)
    if match is not None:
        return _worded(match)
    match = _SENTENCE.fullmatch(text)
    if match is not None:
        return Printed(_joined(match["era"], match["year"], match["serial"]) or "", None, "application")
    match = _NINE_DIGITS.fullmatch(text)
    if match is not None:
        number = unpacked(match["era"] + match["year"] + match["serial"])
        return Printed(number, match["kind"], "publication") if number else None
    match = _PACKED.fullmatch(text)
    if match is not None:
        return Printed(f"{match['western']}{match['serial']:0>6}", match["kind"], "publication")
    match = _LETTERED.fullmatch(text)
    if match is None:
        return None
    number = _joined(match["era"], match["year"] or match["western"], match["serial"])
    return Printed(number, match["kind"], None) if number else None


def _worded(match: re.Match[str]) -> Printed | None:
    series, kind = _WORDS[match["word"]]
    kind = match["kind"] or kind
    if match["pct"] and kind != "A1":
        return None
    year = match["year"]
    if year is None:
        number: str | None = match["serial"]
        running = match["word"] in {"特許", "実用新案登録", "実登"}
        # Without a separated year only a running number, or four digits of a year and six more, are clear.
        if not running and len(match["serial"]) != 10:
            return None
    elif kind == "A1" and match["era"] is None and len(year) in {2, 4}:
        number = year + match["serial"].zfill(6 if len(year) == 4 else 5)
    else:
        number = _joined(match["era"], year, match["serial"])
    return Printed(number, kind, series) if number else None


def _joined(era: str | None, year: str, serial: str) -> str | None:
    if len(serial) > 6:
        return None
    if era is None:
        return f"{year}{int(serial):06}" if len(year) == 4 else None
    written = 1 if year == "元" else int(year)
    return f"{_ERA_OF[era]}{written:02}{int(serial)}" if written < 100 else None
