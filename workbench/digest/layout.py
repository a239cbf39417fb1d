"""Plain text for mails: clean single lines, and line breaks by the width that East Asian characters take. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LINE_WIDTH: Final = 76
LONGEST_NAME: Final = 300

_OPENING = "（「『【〔［〈《"
_CLOSING = "、。，．・：；！？）」』】〕］〉》々ー"
# Scripts that break between any two characters: kana, CJK ideographs and their full-width forms.
_WIDE = r"\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60"
# A Japanese date is one unit, so that nobody and nothing reads half of it.
_UNITS = re.compile(
    rf"\s+|(?:[0-9]+[年月日])+(?:\([月火水木金土日]\))?[{_CLOSING}]*"
    rf"|[{_OPENING}]*[{_WIDE}][{_CLOSING}]*|[{_OPENING}]*(?:(?![0-9]+[年月日])[^\s{_WIDE}])+[{_CLOSING}]*|\S"
)


def one_line(text: str) -> str:
    """The text on one line, without control characters, direction overrides or broken surrogates.

    What was scraped goes through here before it comes near a header.
    """
    kept = (" " if character.isspace() else character for character in text)
    return " ".join("".join(each for each in kept if unicodedata.category(each) not in ("Cc", "Cf", "Cs")).split())


def clip(text: str, limit: int = LONGEST_NAME) -> str:
    """The text, cut where it is longer than any name or title has reason to be."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def width(text: str) -> int:
    """Columns on a terminal: two for wide and full-width characters, none for combining ones (Unicode Annex 11)."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def wrap(text: str, indent: str = "", columns: int = LINE_WIDTH) -> str:
    """The text in lines of at most `columns`, each after `indent`; an address or word is never broken."""
    lines, line = [], ""
    for unit in _UNITS.findall(one_line(text)):
        if line.strip() and width(indent + line) + width(unit) > columns:
            lines.append(line.rstrip())
            line = ""
        if line or not unit.isspace():
            line += unit
    lines.append(line.rstrip())
    return "\n".join(indent + each for each in lines)


def rule(text: str, character: str = "-") -> str:
    """A line under a heading, as wide as the heading."""
    return character * min(width(text), LINE_WIDTH)
