"""Drafts in HTML, as Asciidoctor, Metanorma and others write them; numbers are those that the page shows."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from pathlib import Path

from lxml import etree

from scrapers.drafts import cover
from scrapers.drafts.headings import annex_heading, numbered_heading
from scrapers.drafts.html_flow import HEADINGS, HtmlFlow
from scrapers.drafts.reader import Reader, xml_root
from scrapers.drafts.tree import kind_by_title
from scrapers.errors import UnreadableFileError
from scrapers.lines import whole
from scrapers.records import Draft
from scrapers.xml import MIB, local_name, text_of

MAX_BYTES = 32 * MIB
MAX_DEPTH = 150
_DOCTYPE = re.compile(
    rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<!doctype\s+html", re.I | re.DOTALL
)


def recognises(head: bytes) -> bool:
    """Whether the file begins as an HTML page."""
    return bool(_DOCTYPE.match(head)) or xml_root(head)[0].lower() == "html"


def read(path: Path) -> Draft:
    """Read an HTML page; raises UnreadableFileError where it holds no clause or is too large or too deep."""
    body, lines, language = _parse(path)
    flow = HtmlFlow(path.name, _base(body), _footnotes(body))
    flow.walk(body)
    front = [*flow.outline.cover, *lines]
    clauses = flow.outline.clauses(path)
    sample = "".join(block.text for clause in clauses[:40] for block in clause.blocks)
    return Draft(
        format=READER.name,
        reference=cover.reference(front),
        title=cover.title_of(flow.titles) or next(iter(lines), None),
        language=language or cover.language_of(sample),
        copyright=cover.copyright_line(front),
        confidentiality=cover.confidentiality(front),
        clauses=clauses,
    )


READER = Reader("html", "HTML of Metanorma, Asciidoctor and others", recognises, read)


def _parse(path: Path) -> tuple[etree._Element, list[str], str | None]:
    """The body, the title and copyright lines outside of it, and the language."""
    data = whole(path, MAX_BYTES, "a page")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", errors="replace").encode()
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding=_encoding(data))
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFileError(f"{path.name}: not an HTML page ({error.msg}); get the file again") from error
    body = None if root is None else next((part for part in root if local_name(part) == "body"), None)
    if root is None or body is None:
        raise UnreadableFileError(f"{path.name}: an HTML page without a body; get the file again")
    if root.xpath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")"):
        raise UnreadableFileError(
            f"{path.name}: elements are nested deeper than {MAX_DEPTH}; no such document needs that"
        )
    lines = [text_of(part) for part in root.iter("title")]
    lines += [text_of(part) for part in root.iter() if "copyright" in (part.get("class") or "").lower()]
    language = (root.get("lang") or "").partition("-")[0].lower()
    return body, [line for line in lines if line], language or None


def _encoding(data: bytes) -> str | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _base(body: etree._Element) -> int:
    """The level of the headings of clauses: that of `1 Scope`, of an annex or of a foreword, else the most common."""
    levels = Counter[int]()
    for element in body.iter(*HEADINGS):
        level, text = HEADINGS[local_name(element)], text_of(element)
        number = numbered_heading(text).number
        if annex_heading(text) or kind_by_title(text) or (number and "." not in number):
            return level
        levels[level] += 1
    several = [level for level, count in levels.items() if count > 1]
    return min(several, default=min(levels, default=1))


def _footnotes(body: etree._Element) -> dict[str, etree._Element]:
    """The footnotes of the page by their id, known by their class or that of the list they stand in."""
    found = {}
    for element in body.iter("div", "aside", "li", "p", "section"):
        key = element.get("id")
        around = [element, *(parent for parent in element.iterancestors() if local_name(element) == "li")]
        marked = any(
            word in f"{part.get('class') or ''} {part.get('id') or ''}".lower()
            for part in around[:3]
            for word in ("footnote", "endnote", "fn:")
        )
        if key and marked and "footnotes" not in (element.get("class") or ""):
            found[key] = element
    return found
