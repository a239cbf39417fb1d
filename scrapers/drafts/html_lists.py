"""The labels of ordered lists in HTML, which the browser prints and the page does not hold."""

from __future__ import annotations

from lxml import etree

from scrapers.drafts.docx_numbering import write_number
from scrapers.drafts.labels import DASH

_TYPES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "1": "decimal"}
_CLASSES = {"loweralpha": "a", "upperalpha": "A", "lowerroman": "i", "upperroman": "I", "arabic": "1", "alphabet": "a"}


def item_labels(parent: etree._Element, items: list[etree._Element]) -> list[str]:
    """One label an item, such as `b)`; a dash for lists without order."""
    if parent.tag != "ol":
        return [DASH] * len(items)
    named = (_CLASSES[name] for name in (parent.get("class") or "").split() if name in _CLASSES)
    kind = parent.get("type") or next(named, "1")
    style = _TYPES.get(kind, "decimal")
    count = _number(parent.get("start"), 1)
    labels = []
    for item in items:
        count = _number(item.get("value"), count)
        labels.append(f"{write_number(count, style)})")
        count += 1
    return labels


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else otherwise
