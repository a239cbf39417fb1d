"""Tracked changes of a DOCX (ISO/IEC 29500-1, 17.13.5), taken as accepted or undone before anything is read."""

from __future__ import annotations

from lxml import etree

from scrapers.drafts.docx_xml import child
from scrapers.xml import local_name

_NEW = frozenset({"ins", "moveTo", "cellIns"})
_OLD = frozenset({"del", "moveFrom", "cellDel"})
_CONTENT = frozenset({"ins", "moveTo", "del", "moveFrom"})
_OUTSIDE_TEXT = frozenset({"rPr", "trPr", "numPr", "tcPr"})


def resolve_changes(root: etree._Element, *, original: bool) -> None:
    """Leave only the text after all changes, or with `original` only that before them; changes `root` in place.

    A paragraph whose mark is gone runs on into the next one, and takes that one's style, as in Word.
    """
    gone = _NEW if original else _OLD
    if original:
        _restore_properties(root)
    for element in list(root.iter()):
        name = local_name(element)
        if name in _CONTENT and name in gone and not _inside_properties(element):
            _remove(element)
    for row in [element for element in root.iter() if local_name(element) == "tr"]:
        if _marked(child(row, "trPr"), gone):
            _remove(row)
    for cell in [element for element in root.iter() if local_name(element) == "tc"]:
        if _marked(child(cell, "tcPr"), gone):
            _remove(cell)
    # From the end, so that text which runs on through many paragraphs is moved once.
    for paragraph in [element for element in root.iter() if local_name(element) == "p"][::-1]:
        if _marked(child(paragraph, "pPr", "rPr"), gone):
            _join_next(paragraph)


def _restore_properties(root: etree._Element) -> None:
    for change in [element for element in root.iter() if local_name(element) == "pPrChange"]:
        current, before = change.getparent(), child(change, "pPr")
        if current is None or before is None:
            continue
        kept = [part for part in current if local_name(part) in ("rPr", "sectPr")]
        current[:] = [*before, *kept]
    for numbering in [element for element in root.iter() if local_name(element) == "numPr"]:
        if _marked(numbering, _NEW):
            _remove(numbering)


def _inside_properties(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is None or local_name(parent) in _OUTSIDE_TEXT


def _marked(properties: etree._Element | None, names: frozenset[str]) -> bool:
    return properties is not None and any(local_name(part) in names for part in properties)


def _join_next(paragraph: etree._Element) -> None:
    content = [part for part in paragraph if local_name(part) != "pPr"]
    following = paragraph.getnext()
    while following is not None and local_name(following) not in ("p", "tbl", "sdt"):
        following = following.getnext()
    if following is not None and local_name(following) == "p":
        at = 1 if child(following, "pPr") is not None else 0
        following[at:at] = content
        _remove(paragraph)
    elif not content:
        _remove(paragraph)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
