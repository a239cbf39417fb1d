"""The clauses of a Word document, paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from scrapers.drafts.docx_numbering import Numbering
from scrapers.drafts.docx_styles import Kind, Role, Styles
from scrapers.drafts.docx_tables import read_table
from scrapers.drafts.docx_text import BREAK, Paragraph, TextReader
from scrapers.drafts.docx_xml import child, number, value
from scrapers.drafts.headings import (
    Heading,
    annex_heading,
    annex_status,
    is_sentence,
    may_be_title,
    numbered_heading,
    run_in_title,
)
from scrapers.drafts.labels import deprecated_term, is_continued, list_label, read_label
from scrapers.drafts.outline import Outline, depth_of, is_contents
from scrapers.drafts.tree import clause_number, kind_by_title
from scrapers.errors import UnreadableFileError
from scrapers.records import BlockKind, ClauseKind
from scrapers.xml import local_name

_CLAUSE_LABEL = re.compile(r"(?:\d{1,3}|[A-Z]{1,2})(?:\.\d{1,3})+")
_NUMBER = re.compile(r"(?:\d{1,3}|[A-Z]{1,2})(?:\.\d{1,3})*")
_REFERENCE_LABEL = re.compile(r"^(\[\d+\])\s*")
_LOOKS_LIKE_REFERENCE = re.compile(r"^(?:\[\w+\]\s*)?[A-Z]{2,}[A-Za-z]*(?:[ /-][A-Z]+)*[ /-]\S*\d")
_FORMULA_LABEL = re.compile(r"\s*(\((?:[A-Z]{1,2}[.-])?\d+(?:[.-]\d+)*\))$")
_FOOTNOTE_LABEL = re.compile(r"^([a-z]|\d{1,2})\)?\s+(?=\S)")
_TRANSPARENT = frozenset({"sdtContent", "customXml", "smartTag", "ins", "moveTo", "del", "moveFrom"})
_LONGEST_TITLE = 300

_BLOCKS: dict[Role, BlockKind] = {
    Role.NOTE: BlockKind.NOTE,
    Role.EXAMPLE: BlockKind.EXAMPLE,
    Role.WARNING: BlockKind.WARNING,
    Role.TABLE_TITLE: BlockKind.TABLE_TITLE,
    Role.FIGURE_TITLE: BlockKind.FIGURE_TITLE,
    Role.TABLE_NOTE: BlockKind.TABLE_NOTE,
    Role.FIGURE_NOTE: BlockKind.FIGURE_NOTE,
    Role.LIST_ITEM: BlockKind.LIST_ITEM,
    Role.SOURCE: BlockKind.TERM_SOURCE,
    Role.DEFINITION: BlockKind.DEFINITION,
    Role.ADMITTED: BlockKind.TERM_NAME,
}
_OWN_LABEL = frozenset({Role.TABLE_NOTE, Role.FIGURE_NOTE, Role.TABLE_TITLE, Role.FIGURE_TITLE, Role.SOURCE})


class DocxFlow:
    """Reads the body of a document into an outline; `footnote` gives the paragraphs of a footnote or endnote."""

    def __init__(
        self,
        name: str,
        styles: Styles,
        numbering: Numbering,
        footnote: Callable[[str, str], etree._Element | None],
    ) -> None:
        self.outline = Outline(name)
        self.title: list[str] = []
        self._name = name
        self._styles = styles
        self._numbering = numbering
        self._footnote = footnote
        self._reader = TextReader()
        self._contents = False
        self._footnotes = 0

    def body(self, element: etree._Element) -> None:
        """Read paragraphs and tables in order."""
        for part in element:
            name = local_name(part)
            if name == "p":
                self.paragraph(part)
            elif name == "tbl":
                self._contents = False
                read_table(self, part)
            elif name == "sdt":
                gallery = value(part, "sdtPr", "docPartObj", "docPartGallery") or ""
                content = child(part, "sdtContent")
                if content is not None and gallery != "Table of Contents":
                    self.body(content)
            elif name in ("altChunk", "subDoc"):
                raise UnreadableFileError(
                    f"{self._name}: holds another document inside itself ({name}); open it in Word and save it anew"
                )
            elif name in _TRANSPARENT:
                self.body(part)

    def read(self, element: etree._Element) -> tuple[Paragraph, Kind | None, str | None]:
        """Text, kind and number of a paragraph; counting its list is part of reading it."""
        properties = child(element, "pPr")
        style = value(properties, "pStyle")
        bold = next((each.bold for each in self._styles.chain(style) if each.bold), False)
        paragraph = self._reader.read(element, bold=bold)
        kind, label = self._kind(properties, style)
        return paragraph, kind, label

    def paragraph(self, element: etree._Element) -> None:
        """Read one paragraph of the flow."""
        paragraph, kind, label = self.read(element)
        role = kind.role if kind else None
        if role is Role.SKIP:
            return
        text = paragraph.text.strip()
        if kind is not None and role in (Role.HEADING, Role.UNNUMBERED, Role.ANNEX, Role.FRONT):
            self._heading(paragraph, kind, label)
        elif role in (Role.TITLE, Role.COVER) and not self.outline.started:
            self._cover(text, is_title=role is Role.TITLE)
        elif self._contents or not (text or (label and role is Role.TERM_NUMBER)):
            pass
        elif role is Role.TERM_NUMBER or (role is Role.TERM and label and _NUMBER.fullmatch(label)):
            self._term_number(text, label)
        elif not self._annex_lines(text):
            self._text(paragraph, role, label)
        self.outline.name(*paragraph.bookmarks)
        for kind_of_note, key in paragraph.notes:
            self.note_at(kind_of_note, key, BlockKind.FOOTNOTE)
        for box in paragraph.boxes:
            self.body(box)

    def note_at(self, kind: str, key: str, block: BlockKind) -> None:
        """Read the footnote that a mark in the text refers to."""
        note = self._footnote(kind, key)
        if note is None:
            return
        self._footnotes += 1
        reader = TextReader()
        lines = [reader.read(part).text.strip() for part in note.iter() if local_name(part) == "p"]
        for position, line in enumerate(filter(None, lines)):
            self.outline.add(block, line, str(self._footnotes) if position == 0 else None)

    def _kind(self, properties: etree._Element | None, style: str | None) -> tuple[Kind | None, str | None]:
        kind = self._styles.kind(style)
        numbered = self._list_of(properties, style)
        label = None
        if numbered is not None:
            num_id, level = numbered
            definition = self._numbering.level(num_id, level)
            label = self._numbering.next(num_id, level)
            label = (label or "").strip() or None
            if definition is not None and kind is None:
                kind = self._kind_by_list(num_id, level, definition.text)
        if kind is None:
            direct = number(value(properties, "outlineLvl"))
            depth = direct + 1 if direct is not None else self._styles.outline_level(style)
            if depth is not None and depth <= 9:
                kind = Kind(Role.HEADING, depth)
        return kind, label

    def _kind_by_list(self, num_id: str, level: int, text: str) -> Kind | None:
        first = text.strip().casefold()
        for words, role in ((("table", "表"), Role.TABLE_TITLE), (("figure", "図"), Role.FIGURE_TITLE)):
            if first.startswith(words):
                return Kind(role)
        if self._numbering.annex_list(num_id):
            return Kind(Role.ANNEX) if level == 0 else Kind(Role.NUMBERED_TEXT, level + 1)
        return None

    def _list_of(self, properties: etree._Element | None, style: str | None) -> tuple[str, int] | None:
        direct = child(properties, "numPr")
        num_id, level = value(direct, "numId"), number(value(direct, "ilvl"))
        if num_id is None:
            by_style = self._styles.number_of(style)
            if by_style is None:
                return None
            num_id, own_level, owner = by_style
            linked = self._numbering.level_of_style(num_id, style or owner)
            if linked is None:
                linked = self._numbering.level_of_style(num_id, owner)
            level = level if level is not None else linked if linked is not None else own_level
        return None if num_id == "0" else (num_id, level or 0)

    def _cover(self, text: str, *, is_title: bool) -> None:
        if text:
            self.outline.add(BlockKind.PARAGRAPH, text)
            if is_title:
                self.title.append(text)

    def _heading(self, paragraph: Paragraph, kind: Kind, label: str | None) -> None:
        text = " ".join(paragraph.text.split())
        if is_contents(text) and not label:
            self._contents = True
            return
        if not text and not label:
            return
        self._contents = False
        number_of = clause_number(label) if label else None
        annex = kind.role is Role.ANNEX or bool(label and label.casefold().startswith(("annex", "附属書")))
        found = annex_heading(text, number_of if annex else None)
        if annex or (found and number_of is None and kind.depth == 1):
            annexed = found or Heading(None, text)
            self.outline.open(1, annexed.number, annexed.title, ClauseKind.ANNEX, normative=annexed.normative)
            return
        typed = numbered_heading(text) if number_of is None else None
        if typed is not None and typed.number:
            number_of, text = typed.number, typed.title or ""
        if kind.role is Role.FRONT:
            self.outline.open(1, None, text, kind_by_title(text))
            return
        valid = number_of is not None and _NUMBER.fullmatch(number_of)
        depth = depth_of(number_of) if valid and number_of else kind.depth
        if is_sentence(text) or len(text) > _LONGEST_TITLE:
            self.outline.open(depth, number_of, None)
            self.outline.add(BlockKind.PARAGRAPH, text)
        else:
            self.outline.open(depth, number_of, text)

    def _annex_lines(self, text: str) -> bool:
        """Read the status and the title that stand in paragraphs of their own under the heading of an annex."""
        if self.outline.kind is not ClauseKind.ANNEX or not self.outline.empty or self.outline.title:
            return False
        status = annex_status(text)
        if status is not None:
            self.outline.restate(status)
        elif may_be_title(text):
            self.outline.retitle(text)
        else:
            return False
        return True

    def _term_number(self, text: str, label: str | None) -> None:
        found = numbered_heading(text)
        number_of = (clause_number(label) if label else None) or found.number
        title = text if label else found.title
        depth = depth_of(number_of) if number_of else self.outline.depth + 1
        self.outline.open(depth, number_of, title, ClauseKind.TERM)

    def _text(self, paragraph: Paragraph, role: Role | None, label: str | None) -> None:
        outline = self.outline
        text = paragraph.text.strip()
        if label and (role is Role.NUMBERED_TEXT or (role is None and _CLAUSE_LABEL.fullmatch(label.rstrip(".")))):
            self._numbered_text(text, paragraph.bold, clause_number(label))
        elif role is Role.NUMBERED_TEXT and numbered_heading(text).number:
            found = numbered_heading(text)
            bold = paragraph.bold.removeprefix(found.number or "").strip()
            self._numbered_text(found.title or "", bold, found.number)
        elif role is Role.TERM and outline.kind is ClauseKind.TERM:
            for line in filter(str.strip, text.split(BREAK)):
                self._term_name(line)
        elif role is Role.DEPRECATED or (role is Role.ADMITTED and deprecated_term(text)):
            outline.add(BlockKind.TERM_NAME, deprecated_term(text) or text, "DEPRECATED")
        elif paragraph.formula or role is Role.FORMULA:
            found_label = _FORMULA_LABEL.search(text)
            formula = text[: found_label.start()] if found_label else text
            outline.add(BlockKind.FORMULA, formula, found_label[1] if found_label else label)
        elif role is Role.CODE:
            outline.add(BlockKind.CODE, text)
        elif role is Role.TABLE_FOOTNOTE:
            self.table_footnote(text, label)
        elif role is Role.REFERENCE or outline.in_references:
            self._reference(text, label, sure=role is Role.REFERENCE)
        else:
            self._block(text, role, label)

    def _numbered_text(self, text: str, bold: str, number_of: str | None) -> None:
        title, rest = run_in_title(text, bold)
        if title is None and may_be_title(text):
            title, rest = text, ""
        self.outline.open(depth_of(number_of) if number_of else self.outline.depth + 1, number_of, title)
        self.outline.add(BlockKind.PARAGRAPH, rest)

    def _term_name(self, line: str) -> None:
        outline = self.outline
        deprecated = deprecated_term(line)
        if deprecated is None and outline.title is None:
            outline.retitle(line)
        else:
            outline.add(BlockKind.TERM_NAME, deprecated or line, "DEPRECATED" if deprecated else None)

    def table_footnote(self, text: str, label: str | None) -> None:
        """Read a footnote of a table, whose mark is its list number or its first letter."""
        found = _FOOTNOTE_LABEL.match(text)
        if label is None and found:
            label, text = found[1], text[found.end() :]
        marked = read_label(text)
        if marked.kind is BlockKind.NOTE:
            self.outline.add(BlockKind.TABLE_NOTE, marked.text, marked.label)
        else:
            self.outline.add(BlockKind.TABLE_FOOTNOTE, text, label)

    def _reference(self, text: str, label: str | None, *, sure: bool) -> None:
        found = _REFERENCE_LABEL.match(text)
        if label is None and found:
            label, text = found[1], text[found.end() :]
        if sure or label or _LOOKS_LIKE_REFERENCE.match(text):
            self.outline.add(BlockKind.REFERENCE, text, label)
        else:
            self._block(text, None, None)

    def _block(self, text: str, role: Role | None, label: str | None) -> None:
        known = _BLOCKS.get(role) if role else None
        if is_continued(text):
            return
        marked = read_label(f"{label}\t{text}" if label else text)
        if marked.kind is None or (marked.kind is BlockKind.LIST_ITEM and known not in (None, BlockKind.LIST_ITEM)):
            if label:
                self.outline.add(known or BlockKind.LIST_ITEM, text, list_label(label))
            else:
                self.outline.add(known or BlockKind.PARAGRAPH, text)
            return
        kind = known if known and role in _OWN_LABEL else marked.kind
        if kind is BlockKind.NOTE and self.outline.kind is ClauseKind.TERM:
            kind = BlockKind.NOTE_TO_ENTRY
        self.outline.add(kind, marked.text, marked.label)
