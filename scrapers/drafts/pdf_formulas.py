"""Formulae in a PDF: an indented line with an equals sign, the fraction above and below it, and its number."""

from __future__ import annotations

import re

from scrapers.drafts.pdf_text import Line

_LABEL = re.compile(r"\t\s*(\((?:[A-Z]{1,2}[.-])?\d+(?:[.-]\d+)*\))$")
_WORDS = re.compile(r"[^\W\d_]{5,}")
_LONGEST = 90


def formula_lines(lines: list[Line], left: float) -> dict[int, tuple[str, str | None, int]]:
    """Formulae by the place of their first line: text, number as printed, place after the last line."""
    found: dict[int, tuple[str, str | None, int]] = {}
    for at, line in enumerate(lines):
        label = _LABEL.search(line.text)
        body = line.text[: label.start()] if label else line.text
        operator = "=" in body or "≤" in body or "≥" in body
        short = len(body) < _LONGEST and not _WORDS.search(body) and len(body.split()) < 14
        if not (operator and short and line.x0 > left + 3) and not (label and short):
            continue
        first, last = at, at + 1
        while first > 0 and at - first < 2 and _is_part(lines[first - 1], line):
            first -= 1
        while last < len(lines) and last - at < 3 and _is_part(lines[last], line):
            last += 1
        if any(place in found for place in range(first, last)):
            continue
        number = label[1] if label else next((each[1] for each in map(_label, lines[first:last]) if each), None)
        found[first] = (_text(lines, first, at, last), number, last)
    return found


def _label(line: Line) -> re.Match[str] | None:
    return _LABEL.search(line.text)


def _is_part(line: Line, main: Line) -> bool:
    """Whether a line is a numerator or denominator: short, close to the main line, without words."""
    close = abs(line.y - main.y) < 1.35 * main.size and line.x0 > main.x0 - 2
    return close and len(_LABEL.sub("", line.text)) < 30 and not _WORDS.search(line.text)


def _text(lines: list[Line], first: int, at: int, last: int) -> str:
    """The formula in one line, the fraction put where it stands."""
    above = " ".join(_bare(line) for line in lines[first:at])
    below = " ".join(_bare(line) for line in lines[at + 1 : last])
    main = lines[at]
    if not above and not below:
        return _bare(main)
    place = min(line.x0 for line in [*lines[first:at], *lines[at + 1 : last]])
    before = [run for run in main.runs if run.x0 < place]
    after = [run for run in main.runs if run.x0 >= place]
    fraction = f"{_group(above)}/{_group(below)}" if above and below else above or below
    tail = _LABEL.sub("", f"\t{main.join(after)}") if after else ""
    return " ".join(" ".join([main.join(before), fraction, tail]).split())


def _bare(line: Line) -> str:
    return " ".join(_LABEL.sub("", line.text).split())


def _group(text: str) -> str:
    return f"({text})" if " " in text or "+" in text else text
