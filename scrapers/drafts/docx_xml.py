"""Small helpers for WordprocessingML (ISO/IEC 29500-1, clause 17)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from scrapers.xml import local_name

_W = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)


def attribute(element: etree._Element | None, name: str) -> str | None:
    """The value of a WordprocessingML attribute, in the transitional or the strict namespace."""
    if element is None:
        return None
    for namespace in _W:
        value = element.get(f"{{{namespace}}}{name}")
        if value is not None:
            return value
    return element.get(name)


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first descendant along a path of local names."""
    for name in path:
        if element is None:
            return None
        element = next((part for part in element if local_name(part) == name), None)
    return element


def children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """The children with a local name."""
    if element is not None:
        yield from (part for part in element if local_name(part) == name)


def value(element: etree._Element | None, *path: str) -> str | None:
    """The `val` of the element along a path, or None where it is absent."""
    return attribute(child(element, *path), "val")


def number(text: str | None) -> int | None:
    """A whole number of sensible size; None for anything else."""
    if text is None or not text.lstrip("-").isdecimal() or not text.isascii() or len(text) > 9:
        return None
    return int(text)


def is_on(element: etree._Element | None) -> bool:
    """Whether a toggle such as `b` or `vanish` is present and not switched off."""
    return element is not None and attribute(element, "val") not in ("0", "false", "off", "none")
