"""Numbers in epodoc form and as their office prints them. Pure."""

from __future__ import annotations

import re

from scrapers.identifiers.numbers.applications import check_digit, pct_parts
from scrapers.identifiers.numbers.parts import Series

# Of kinds B and C: the offices whose series overlap, so that the letter is attached, and those whose do not. From the
# examples of the OPS guide (section 4.3) and answers of OPS; other offices are not known.
_ATTACHED = {("JP", "B"), ("CN", "C"), ("NL", "C")}
_LEFT_OUT = {("EP", "B"), ("US", "B")}
_ERA = re.compile(r"([MTSH])([0-9]{2})([0-9]+)")
_ERA_CHARACTERS = {"M": "明", "T": "大", "S": "昭", "H": "平"}


def epodoc(country: str, number: str, kind: str | None, series: Series) -> str | None:
    """See `PatentNumber.epodoc`."""
    if series is Series.APPLICATION:
        return _epodoc_pct(country, number) if kind == "W" else None
    if country == "US" and len(number) == 11:
        if number[4] != "0":
            return None  # docdb has six digits for a running number that needs seven
        number = number[:4] + number[5:]
    letter = kind[0] if kind else ""
    if letter in {"B", "C"}:
        if (country, letter) not in _ATTACHED | _LEFT_OUT:
            return None
        letter = letter if (country, letter) in _ATTACHED else ""
    return country + number + ("" if letter == "A" else letter)


def _epodoc_pct(country: str, number: str) -> str:
    year, serial = pct_parts(number)
    if len(year) == 2:
        year = ("19" if int(year) >= 78 else "20") + year
    return f"WO{year}{country}{int(serial):05}"


def original(country: str, number: str, kind: str | None, series: Series) -> str:
    """See `PatentNumber.original`."""
    if series is Series.APPLICATION:
        return _application(country, number, kind)
    if country == "JP" and kind == "A1" and (year := _wo_year(number)) is not None:
        return f"再公表{number[:year]}/{number[year:]}"
    return " ".join(part for part in (country, _publication(country, number, kind), kind) if part)


def _publication(country: str, number: str, kind: str | None) -> str:
    match country:
        case "US" if len(number) == 11:
            return f"{number[:4]}/{number[4:]}"
        case "US":
            letters = number.rstrip("0123456789")
            return f"{letters}{int(number.removeprefix(letters)):,}"
        case "EP" | "FR":
            return _in_threes(number)
        case "WO":
            year = _wo_year(number) or 0
            return f"{number[:year]}/{number[year:]}"
        case "JP":
            return _japanese(number)
        case "KR":
            return _korean(number, kind)
        case "DE":
            return _german(number)
    return number


def _application(country: str, number: str, kind: str | None) -> str:
    if kind == "W":
        year, serial = pct_parts(number)
        return f"PCT/{country}{year}/{serial}"
    match country:
        case "US" if kind is None:
            return f"US {number[:2]}/{number[2:5]},{number[5:]}"
        case "US":
            return f"US.{number}.{kind}"
        case "CN" | "EP" | "GB":
            return f"{country} {number}.{check_digit(country, number)}"
        case "JP" if kind in {None, "A"}:
            era = _ERA.fullmatch(number)
            written = f"{_ERA_CHARACTERS[era[1]]}{int(era[2])}-{era[3]}" if era else f"{number[:4]}-{number[4:]}"
            return f"特願{written}"
        case "JP":
            return f"JP {_japanese(number)}"
        case "KR":
            return f"KR {_korean(number, kind or 'A')}"
        case "DE":
            return f"DE {_german(number)}"
    return f"{country} {number}"


def _wo_year(number: str) -> int | None:
    """How many digits of a WO number are its year: four where ten digits are, two of seven or eight."""
    return {10: 4, 7: 2, 8: 2}.get(len(number)) if number.isdigit() else None


def _japanese(number: str) -> str:
    era = _ERA.fullmatch(number)
    if era:
        return f"{era[1]}{int(era[2])}-{era[3]}"
    return f"{number[:4]}-{number[4:]}" if len(number) == 10 else number


def _korean(number: str, kind: str | None) -> str:
    right = {"A": "10", "B": "10", "U": "20", "Y": "20"}.get((kind or "")[:1])
    if len(number) == 11 and right and number[:2] in {"19", "20"}:
        return f"{right}-{number[:4]}-{number[4:]}"
    if len(number) == 9 and right == number[:2]:
        return f"{right}-{number[2:]}"
    return number


def _german(number: str) -> str:
    if len(number) == 12:
        return f"{number[:2]} {number[2:6]} {_in_threes(number[6:])}"
    return _in_threes(number) if len(number) == 8 else number


def _in_threes(number: str) -> str:
    return " ".join(re.findall(r"[0-9]{1,3}(?=(?:[0-9]{3})*$)", number)) or number
