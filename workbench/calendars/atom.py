"""Writes changes as an Atom feed (RFC 4287). The same changes always give the same bytes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

_ATOM: Final = "http://www.w3.org/2005/Atom"
# Characters that XML 1.0 (2.2) cannot hold.
_UNFIT: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class AtomEntry:
    """A change: `id` is an address that never changes, `link` is where to read on."""

    id: str
    title: str
    updated: dt.datetime
    link: str
    summary: str


def write_atom(
    entries: Iterable[AtomEntry],
    *,
    feed_id: str,
    title: str,
    author: str,
    link: str,
    language: str,
    empty_at: dt.datetime,
) -> bytes:
    """The feed, in the order of the entries. `empty_at` is when it was updated while there are none."""
    listed = list(entries)
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    _add(root, "id", feed_id)
    _add(root, "title", title)
    _add(root, "updated", _moment(max((each.updated for each in listed), default=empty_at)))
    _add(_add(root, "author", None), "name", author)
    _add(root, "link", None, href=link)
    for each in listed:
        entry = _add(root, "entry", None)
        _add(entry, "id", each.id)
        _add(entry, "title", each.title)
        _add(entry, "updated", _moment(each.updated))
        _add(entry, "link", None, href=each.link)
        _add(entry, "summary", each.summary)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _add(parent: etree._Element, name: str, text: str | None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attrib=attributes)
    if text is not None:
        element.text = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
    return element


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
