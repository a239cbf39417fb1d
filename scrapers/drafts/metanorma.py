"""Drafts in Metanorma's presentation XML: what the file says of the document, and which parts it has in which order."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from scrapers.drafts.flow import child_of
from scrapers.drafts.metanorma_flow import MetanormaFlow
from scrapers.drafts.reader import MAX_DEPTH, Reader, xml_root
from scrapers.drafts.tree import Tree
from scrapers.errors import UnreadableFileError
from scrapers.records import Draft
from scrapers.xml import local_name, parse_xml, text_of

_CONTAINERS = ("preface", "sections", "bibliography")


def recognises(head: bytes) -> bool:
    """Whether the root element is Metanorma's, of today (`metanorma`) or older (`iso-standard` and its like)."""
    name, tag = xml_root(head)
    return "metanorma.org/ns/" in tag and (name == "metanorma" or name.endswith("-standard"))


def read(path: Path) -> Draft:
    """Read presentation XML; raises UnreadableFileError for semantic XML, which holds no clause numbers."""
    root = parse_xml(path, max_depth=MAX_DEPTH)
    if next((element for element in root.iter() if local_name(element) == "fmt-title"), None) is None:
        raise UnreadableFileError(
            f"{path.name}: Metanorma XML without printed numbers (no <fmt-title>); "
            "give the presentation XML that a current Metanorma writes"
        )
    flow = MetanormaFlow(Tree())
    for element in _in_order(root):
        flow.part(element)
    data = child_of(root, "bibdata")
    language = _language(data)
    return Draft(
        format=READER.name,
        reference=_reference(data),
        title=_title(data, language),
        language=language,
        stage=_stage(data),
        copyright=_copyright(root),
        clauses=flow.tree.clauses(path),
    )


READER = Reader("metanorma", "Metanorma presentation XML", recognises, read)


def _in_order(root: etree._Element) -> list[etree._Element]:
    """The top-level clauses in printed order: files hold Clause 2 after Clause 9."""
    found: list[etree._Element] = []
    for child in root:
        if local_name(child) in _CONTAINERS:
            found.extend(part for part in child if local_name(part))
        elif local_name(child) == "annex":
            found.append(child)
    return sorted(found, key=_display_order)


def _display_order(element: etree._Element) -> float:
    order = element.get("displayorder", "")
    return int(order) if order.isascii() and order.isdigit() else float("inf")


def _children(data: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if data is None else [child for child in data if local_name(child) == name]


def _language(data: etree._Element | None) -> str:
    languages = _children(data, "language")
    languages.sort(key=lambda language: language.get("current") != "true")
    return next(filter(None, map(text_of, languages)), "en")


def _reference(data: etree._Element | None) -> str | None:
    identifiers = _children(data, "docidentifier")
    identifiers.sort(key=lambda identifier: (identifier.get("primary") != "true", identifier.get("type") != "ISO"))
    return next(filter(None, map(text_of, identifiers)), None)


def _title(data: etree._Element | None, language: str) -> str | None:
    titles = _children(data, "title")
    titles.sort(key=lambda title: (title.get("type") != "main", title.get("language") != language))
    return next(filter(None, map(text_of, titles)), None)


def _stage(data: etree._Element | None) -> str | None:
    """The abbreviation (`CD`) as in other formats, else the code."""
    for status in _children(data, "status"):
        stages = _children(status, "stage")
        abbreviated = next((stage.get("abbreviation") for stage in stages if stage.get("abbreviation")), None)
        parts = [*map(text_of, stages[:1]), *map(text_of, _children(status, "substage")[:1])]
        return abbreviated or ".".join(filter(None, parts)) or None
    return None


def _copyright(root: etree._Element) -> str | None:
    statement = next((element for element in root.iter() if local_name(element) == "copyright-statement"), None)
    if statement is not None:
        lines = (text_of(line) for line in statement.iter() if local_name(line) == "p")
        return next(filter(None, lines), None)
    return None
