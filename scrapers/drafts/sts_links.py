"""What a cross-reference of an STS file reads like in print, where its text is a bare number.

Converters leave out the word before a number, so that "see C.1" is written where the page says "see Figure C.1" and a
clause C.1 exists too; the target of the link tells which is meant.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from scrapers.xml import local_name, text_of

_BARE: Final = re.compile(r"(?:\d+|[A-Z]{1,2})(?:[.-]\d+)*")
_WORDS: Final = {
    "en": {"fig": "Figure ", "fig-group": "Figure ", "table-wrap": "Table ", "app": "Annex ", "sec": "Clause "},
    "ja": {"fig": "図", "fig-group": "図", "table-wrap": "表", "app": "附属書", "sec": "箇条"},
}
_LOOKED_BACK: Final = 60


class Targets:
    """The elements of a file that links can lead to."""

    def __init__(self, root: etree._Element, language: str) -> None:
        self._by_id = {key: element for element in root.iter() if (key := element.get("id"))}
        self._words = _WORDS.get(language.partition("-")[0].casefold(), {})

    def printed(self, reference: etree._Element, text: str) -> str:
        """The text of a reference with the word for its target, unless that is there or stands before it.

        Subclauses are cited by their number alone (ISO/IEC Directives Part 2:2018, 10.2).
        """
        target = self._by_id.get(reference.get("rid", ""))
        kind = "" if target is None else local_name(target)
        word = self._words.get(kind)
        number = text.strip()
        if word is None or not _BARE.fullmatch(number) or (kind == "sec" and not number.isdecimal()):
            return text
        end = r"(?:e?s)?\b" if word.isascii() else ""
        named = re.compile(rf"{word.strip()}{end}[^.;。]*$", re.IGNORECASE)
        return text if named.search(_before(reference)) else f"{word}{number}"


def _before(element: etree._Element) -> str:
    """The text of the same paragraph that stands before an element, the end of it."""
    pieces: list[str] = []
    previous = element.getprevious()
    while previous is not None and sum(map(len, pieces)) < _LOOKED_BACK:
        pieces.insert(0, text_of(previous) + (previous.tail or ""))
        previous = previous.getprevious()
    parent = element.getparent()
    if previous is None and parent is not None:
        pieces.insert(0, parent.text or "")
    return "".join(pieces)[-_LOOKED_BACK:]
