"""The text of a Word paragraph: runs, fields, breaks, footnote marks and mathematics."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from scrapers.drafts.docx_math import math_text
from scrapers.drafts.docx_xml import attribute, child, is_on
from scrapers.drafts.marks import LINK_END, link_start
from scrapers.xml import local_name

BREAK = "\n"
_SKIPPED = frozenset(
    {"pPr", "rPr", "instrText", "delInstrText", "rt", "Fallback", "annotationRef", "sectPr", "sdtPr", "sdtEndPr"}
)
_CHARACTERS = {"tab": "\t", "ptab": "\t", "cr": BREAK, "noBreakHyphen": "-", "softHyphen": ""}


@dataclass
class Paragraph:
    """What a paragraph holds: text with `\\n` for line breaks, marks of footnotes, and its boxes.

    `bold` is the part in bold type that the text begins with. `formula` says that it holds nothing but mathematics
    and perhaps a number.
    """

    text: str = ""
    bold: str = ""
    formula: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    bookmarks: list[str] = field(default_factory=list)


class TextReader:
    """Reads paragraphs one after the other; fields such as a table of contents may run over many of them."""

    def __init__(self) -> None:
        self._fields: list[list[str]] = []  # per open field: instruction, and "result" once that has begun

    def read(self, paragraph: etree._Element, *, bold: bool = False) -> Paragraph:
        """Read one paragraph; `bold` says that its style is."""
        found = Paragraph()
        pieces: list[tuple[str, bool, bool]] = []
        self._walk(paragraph, found, pieces, bold)
        found.text = "".join(text for text, _, _ in pieces)
        plain = "".join(text for text, _, math in pieces if not math).strip()
        has_math = any(math and text.strip() for text, _, math in pieces)
        found.formula = has_math and (not plain or (plain.startswith("(") and plain.endswith(")") and len(plain) < 12))
        lead: list[str] = []
        for text, strong, _ in pieces:
            if text.strip() and not strong:
                break
            lead.append(text)
        found.bold = "".join(lead).strip()
        return found

    def _walk(
        self, element: etree._Element, found: Paragraph, pieces: list[tuple[str, bool, bool]], bold: bool
    ) -> None:
        for part in element:
            name = local_name(part)
            if not name or name in _SKIPPED:
                if name in ("instrText", "delInstrText") and self._fields:
                    self._fields[-1][0] += part.text or ""
            elif name == "r":
                properties = child(part, "rPr")
                if not is_on(child(properties, "vanish")):
                    toggle = child(properties, "b")
                    self._walk(part, found, pieces, bold if toggle is None else is_on(toggle))
            elif name in ("t", "delText"):
                self._put(pieces, part.text or "", bold)
            elif name in _CHARACTERS:
                self._put(pieces, _CHARACTERS[name], bold)
            elif name == "br":
                self._put(pieces, BREAK, bold)
            elif name == "sym":
                self._put(pieces, _symbol(part), bold)
            elif name == "fldChar":
                self._field(attribute(part, "fldCharType"), pieces, bold)
            elif name == "bookmarkStart":
                found.bookmarks.append(attribute(part, "name") or "")
            elif name in ("hyperlink", "fldSimple") and (target := _target(part)):
                self._put(pieces, link_start(target), bold)
                self._walk(part, found, pieces, bold)
                self._put(pieces, LINK_END, bold)
            elif name in ("footnoteReference", "endnoteReference"):
                found.notes.append((name.removesuffix("Reference"), attribute(part, "id") or ""))
            elif name in ("oMath", "oMathPara"):
                pieces.append((f" {math_text(part)} ", False, True))
            elif name == "txbxContent":
                found.boxes.append(part)
            else:
                self._walk(part, found, pieces, bold)

    def _put(self, pieces: list[tuple[str, bool, bool]], text: str, bold: bool) -> None:
        for instruction, phase in self._fields:
            if phase != "result" or instruction.strip().upper().startswith(("TOC", "INDEX")):
                return
        pieces.append((text, bold, False))

    def _field(self, kind: str | None, pieces: list[tuple[str, bool, bool]], bold: bool) -> None:
        if kind == "begin":
            self._fields.append(["", "instruction"])
        elif kind == "separate" and self._fields:
            self._fields[-1][1] = "result"
            if target := _referred(self._fields[-1][0]):
                self._put(pieces, link_start(target), bold)
        elif kind == "end" and self._fields:
            if _referred(self._fields[-1][0]) and self._fields[-1][1] == "result":
                self._put(pieces, LINK_END, bold)
            self._fields.pop()


def _referred(instruction: str) -> str | None:
    """The bookmark that the instruction of a field refers to (`REF _Ref1 \\r \\h`)."""
    words = instruction.split()
    return words[1] if len(words) > 1 and words[0].upper() == "REF" else None


def _target(part: etree._Element) -> str | None:
    """The bookmark that a simple field or a link inside the file leads to; those of tables of contents are not read."""
    anchor = attribute(part, "anchor") or _referred(attribute(part, "instr") or "")
    return None if anchor is None or anchor.startswith("_Toc") else anchor


def _symbol(part: etree._Element) -> str:
    code = attribute(part, "char") or ""
    try:
        return chr(int(code, 16)) if 0 < len(code) <= 4 else ""
    except ValueError:
        return ""
