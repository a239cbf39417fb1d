"""Drafts in DOCX (ISO/IEC 29500): templates of ISO, IEC and JIS, and plain Word headings.

Numbers are computed from the numbering definitions, for they are not in the text. Tracked changes are taken as
accepted, or undone by the format `docx-original`; comments are left out; macros, external links and embedded files
are never looked at.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from lxml import etree

from scrapers.drafts import cover
from scrapers.drafts.docx_changes import resolve_changes
from scrapers.drafts.docx_flow import DocxFlow
from scrapers.drafts.docx_numbering import Numbering
from scrapers.drafts.docx_package import Package, recognises
from scrapers.drafts.docx_styles import Styles
from scrapers.drafts.docx_xml import attribute, child
from scrapers.drafts.reader import Reader
from scrapers.errors import UnreadableFileError
from scrapers.records import Draft
from scrapers.xml import local_name, text_of


def read_docx(path: Path, tracked: Literal["accepted", "original"] = "accepted") -> Draft:
    """Read a Word draft; `tracked` says whether tracked changes count as made or as not made."""
    original = tracked == "original"
    with Package(path) as package:
        main = package.main()
        document = package.xml(main)
        body = child(document, "body")
        if body is None:
            raise UnreadableFileError(f"{path.name}: a Word file without a body; save it anew in Word")
        resolve_changes(body, original=original)
        styles = Styles(_first(package, main, "styles"))
        numbering = Numbering(_first(package, main, "numbering"), styles.numbering_styles)
        notes = _notes(package, main, original=original)
        flow = DocxFlow(path.name, styles, numbering, lambda kind, key: notes.get((kind, key)))
        flow.body(body)
        margins = [
            text
            for kind in ("header", "footer")
            for part in package.related(main, kind)
            for text in _lines(package.xml(part))
        ]
        core = package.xml("docProps/core.xml")
    lines = [*flow.outline.cover, *margins]
    clauses = flow.outline.clauses(path)
    sample = "".join(block.text for clause in clauses[:40] for block in clause.blocks)
    return Draft(
        format="docx-original" if original else READER.name,
        reference=cover.reference(lines),
        title=cover.title_of(flow.title) or _core_title(core),
        language=cover.language_of(sample),
        copyright=cover.copyright_line(lines),
        confidentiality=cover.confidentiality(lines),
        clauses=clauses,
    )


def read(path: Path) -> Draft:
    """Read a Word draft with all tracked changes accepted."""
    return read_docx(path)


READER = Reader("docx", "Word, tracked changes accepted", recognises, read)


def _first(package: Package, main: str, kind: str) -> etree._Element | None:
    return next((package.xml(part) for part in package.related(main, kind)), None)


def _notes(package: Package, main: str, *, original: bool) -> dict[tuple[str, str], etree._Element]:
    found = {}
    for kind in ("footnote", "endnote"):
        root = _first(package, main, f"{kind}s")
        if root is not None:
            resolve_changes(root, original=original)
            for note in root:
                if attribute(note, "type") in (None, "normal"):
                    found[kind, attribute(note, "id") or ""] = note
    return found


def _lines(root: etree._Element | None) -> list[str]:
    if root is None:
        return []
    paragraphs = (element for element in root.iter() if local_name(element) == "p")
    return [text for text in (text_of(each, skip={"instrText"}, breaks={"tab", "br"}) for each in paragraphs) if text]


def _core_title(core: etree._Element | None) -> str | None:
    if core is None:
        return None
    return next((text_of(part) or None for part in core if local_name(part) == "title"), None)
