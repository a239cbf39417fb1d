"""Drafts in ISO STS and NISO STS (ANSI/NISO Z39.102): what the file says of the document, and which parts it has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from scrapers.drafts.flow import child_of, child_text
from scrapers.drafts.reader import MAX_DEPTH, Reader, xml_root
from scrapers.drafts.sts_flow import StsFlow
from scrapers.drafts.tree import Tree
from scrapers.errors import UnreadableFileError
from scrapers.records import Draft
from scrapers.xml import local_name, parse_xml, text_of

_META = ("std-meta", "nat-meta", "reg-meta", "iso-meta")
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def recognises(head: bytes) -> bool:
    """Whether the root element is `standard`, or `adoption` around one."""
    return xml_root(head)[0] in ("standard", "adoption")


def read(path: Path) -> Draft:
    """Read an STS file; raises UnreadableFileError where it is broken or has no front, body or back matter."""
    root = parse_xml(path, max_depth=MAX_DEPTH)
    parts = list(_parts(root))
    if not parts:
        raise UnreadableFileError(
            f"{path.name}: <{local_name(root)}> without front, body or back matter; an STS document was expected"
        )
    meta = next((element for element in root.iter() if local_name(element) in _META), None)
    language = _first(meta, "content-language") or _first(meta, "language") or root.get(_LANGUAGE) or "en"
    flow = StsFlow(Tree(), root, language)
    for part in parts:
        flow.part(part)
    return Draft(
        format=READER.name,
        reference=_reference(meta),
        title=_title(meta, language),
        language=language,
        stage=_first(meta, "release-version"),
        copyright=_copyright(meta),
        clauses=flow.tree.clauses(path),
    )


READER = Reader("sts", "ISO or NISO STS XML", recognises, read)


def _parts(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if local_name(child) in ("front", "adoption-front", "body", "back", "adoption-back"):
            yield child
        elif local_name(child) in ("standard", "adoption"):
            yield from _parts(child)


def _all(meta: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if meta is None else [element for element in meta.iter() if local_name(element) == name]


def _first(meta: etree._Element | None, name: str) -> str | None:
    return next(filter(None, map(text_of, _all(meta, name))), None)


def _reference(meta: etree._Element | None) -> str | None:
    dated = [text_of(element) for element in _all(meta, "std-ref") if element.get("type") == "dated"]
    return next(filter(None, dated), None) or _first(meta, "std-ref") or _first(meta, "doc-ref")


def _title(meta: etree._Element | None, language: str) -> str | None:
    wraps = _all(meta, "title-wrap")
    wraps.sort(key=lambda wrap: wrap.get(_LANGUAGE) != language)
    for wrap in wraps:
        full = child_text(wrap, "full")
        parts = [text_of(part) for part in wrap if local_name(part) in ("intro", "main", "compl")]
        title = full or " — ".join(filter(None, parts))
        if title:
            return title
    return None


def _copyright(meta: etree._Element | None) -> str | None:
    statement = _first(meta, "copyright-statement")
    if statement:
        return statement
    permissions = child_of(meta, "permissions") if meta is not None else None
    if permissions is None:
        return None
    holder, year = child_text(permissions, "copyright-holder"), child_text(permissions, "copyright-year")
    return f"© {' '.join(filter(None, (holder, year)))}" if holder or year else None
