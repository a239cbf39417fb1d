"""Drafts in AsciiDoc, the sources of Metanorma; numbers are computed as Metanorma prints them.

Files that include others are refused, for a draft is one file; reviewers' remarks and comments are left out.
"""

from __future__ import annotations

import re
from pathlib import Path

from scrapers.drafts import cover
from scrapers.drafts.asciidoc_attributes import active_lines
from scrapers.drafts.asciidoc_blocks import BlockReader, Piece, Section
from scrapers.drafts.asciidoc_inline import InlineReader
from scrapers.drafts.asciidoc_numbers import Numbered, arrange
from scrapers.drafts.marks import link
from scrapers.drafts.outline import Outline, is_references
from scrapers.drafts.reader import Reader
from scrapers.drafts.terms import read_term_macros
from scrapers.drafts.tree import annex_is_normative
from scrapers.errors import UnreadableFileError
from scrapers.lines import whole
from scrapers.records import BlockKind, ClauseKind, Draft
from scrapers.xml import MIB

MAX_BYTES = 16 * MIB
MAX_LINE = 200_000
_SECTION = re.compile(r"^={1,6} \S", re.MULTILINE)
_OTHER_MARK = re.compile(r"^(?::[\w!-]+:|\[\[[\w.:-]+\]\]|\[[\w.%#,= \"-]+\]|\|===|<<\w)", re.MULTILINE)
_HEADER_ATTRIBUTE = re.compile(r"^:(!?)([\w-]+)(!?):(?:\s+(.*))?$")
_ENTRY = re.compile(r"^\[\[\[([^\],]+)(?:,([^\]]*))?\]\]\],?\s*", re.DOTALL)
_WRAPPED = re.compile(r"^(?:nofetch|hidden|dropid|local-file|path:)?\((.*)\)$|^\(\d+\)")
_LOCALITY = re.compile(
    r"^(clause|section|annex|table|figure|formula|locality:\w+)[= ]\s*([\w.]+)\s*,?\s*(.*)$", re.DOTALL
)
_NAMED = re.compile(r"s?cls-([\dA-Z]+(?:-\d+)*)|annex-?([A-Z]{1,2})")
_STAGES = {"10": "NP", "20": "WD", "30": "CD", "40": "DIS", "50": "FDIS"}


def recognises(head: bytes) -> bool:
    """Whether the text has sections of AsciiDoc (`== Title`) and other marks of it."""
    try:
        text = head.decode("utf-8", errors="strict" if len(head) < 1000 else "ignore").lstrip("\ufeff \r\n")
    except UnicodeDecodeError:
        return False
    sections = len(_SECTION.findall(text))
    return not text.startswith(("<", "%PDF", "PK")) and (
        sections > 1 or (sections == 1 and bool(_OTHER_MARK.search(text)))
    )


def read(path: Path) -> Draft:
    """Read an AsciiDoc file; raises UnreadableFileError where it includes others or holds no clause."""
    lines, attributes = _header(_lines(path))
    blocks = BlockReader(path.name)
    blocks.read(list(active_lines(lines, attributes)))
    writer = _Writer(path.name, attributes)
    writer.write(blocks.found)
    year, publisher = attributes.get("copyright-year"), attributes.get("publisher", "ISO").replace(";", "/")
    marks = [attributes.get(name, "") for name in ("classification", "confidentiality", "security", "doc-status")]
    stage = attributes.get("docstage", "")
    return Draft(
        format=READER.name,
        reference=_reference(attributes, publisher, _STAGES.get(stage)),
        title=_title(attributes),
        language=attributes.get("language", "en"),
        stage=_STAGES.get(stage),
        copyright=f"© {publisher} {year}" if year else cover.copyright_line(writer.outline.cover),
        confidentiality=cover.confidentiality([*filter(None, marks), *writer.outline.cover]),
        clauses=writer.outline.clauses(path),
    )


READER = Reader("asciidoc", "AsciiDoc of Metanorma", recognises, read)


class _Writer:
    """Writes arranged sections into an outline, cross-references resolved."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.outline = Outline(name)
        self._targets: dict[str, str] = {}
        self._terms: dict[str, str] = {}
        self._entries: dict[str, str] = {}
        self._inline = InlineReader(attributes, self._resolve, self._concept)
        self._footnotes = 0
        self._in_table: list[str] = []

    def write(self, found: list[Section | Piece]) -> None:
        titles = {at: self._inline.read_plain(each.title) for at, each in enumerate(found) if isinstance(each, Section)}
        front, sections = arrange(found, titles)
        for section in sections:
            self._collect(section)
        for piece in front:
            self.outline.add(piece.kind, self._inline.read_plain(piece.text))
        entries = 0
        for section in sections:
            section_title = self._inline.read_plain(section.section.title)  # again, now that references resolve
            status = section.section.lead.attributes.get("obligation")
            normative = annex_is_normative(status) if status else None
            self.outline.open(section.depth, section.number, section_title or None, section.kind, normative=normative)
            self.outline.name(*section.section.lead.anchors, *_own_names(section.title))
            self.outline.name(*(anchor for piece in section.pieces for anchor in piece.anchors))
            domain: str | None = None
            for piece in section.pieces:
                entry = _ENTRY.match(piece.text) if self.outline.in_references else None
                if entry:
                    entries += not is_references(section.title)
                    self._entry(entry, piece.text[entry.end() :], None if is_references(section.title) else entries)
                elif section.kind is ClauseKind.TERM and (macros := read_term_macros(piece.text)):
                    domain = macros.domain or domain
                    for name, deprecated in macros.names:
                        text = self._inline.read_plain(name)
                        self.outline.add(BlockKind.TERM_NAME, text, "DEPRECATED" if deprecated else None)
                    if macros.rest:
                        domain = self._piece(Piece(piece.kind, macros.rest), domain)
                else:
                    domain = self._piece(piece, domain)
            self._end_table()

    def _piece(self, piece: Piece, domain: str | None) -> str | None:
        """Add a piece; returns the domain of a term that still waits for its definition."""
        if piece.host != "table" or piece.kind is BlockKind.TABLE_TITLE:
            self._end_table()
        if piece.kind is BlockKind.CODE:
            self.outline.add(piece.kind, piece.text, piece.label)
            return domain
        inline = self._inline.read(piece.text)
        kind, text = piece.kind, inline.text or (piece.label if piece.count in ("table", "figure") else None) or ""
        if kind is BlockKind.PARAGRAPH and inline.formula:
            kind = BlockKind.FORMULA
        elif domain and kind in (BlockKind.PARAGRAPH, BlockKind.DEFINITION):
            kind, text, domain = BlockKind.DEFINITION, f"<{domain}> {text}", None
        self.outline.add(kind, text, piece.label)
        if piece.host == "table":
            self._in_table += inline.footnotes
            return domain
        for footnote in inline.footnotes:
            self._footnotes += 1
            self.outline.add(BlockKind.FOOTNOTE, footnote, str(self._footnotes))
        return domain

    def _end_table(self) -> None:
        for at, footnote in enumerate(self._in_table):
            self.outline.add(BlockKind.TABLE_FOOTNOTE, footnote, chr(ord("a") + at % 26))
        self._in_table = []

    def _entry(self, entry: re.Match[str], rest: str, count: int | None) -> None:
        label = _entry_label(entry)
        text = self._inline.read(rest)
        named = label if not label.isdecimal() else ""
        self.outline.add(
            BlockKind.REFERENCE, ", ".join(filter(None, (named, text.text))), None if count is None else f"[{count}]"
        )
        for footnote in text.footnotes:
            self._footnotes += 1
            self.outline.add(BlockKind.FOOTNOTE, footnote, str(self._footnotes))

    def _collect(self, section: Numbered) -> None:
        number, title = section.number, section.title or ""
        printed = number or title
        if section.kind is ClauseKind.ANNEX and number and section.depth == 1:
            printed = f"Annex {number}"
        elif number and section.depth == 1:
            printed = f"Clause {number}"
        for anchor in section.section.lead.anchors:
            self._targets[anchor] = printed
        if section.kind is ClauseKind.TERM and number:
            self._terms[title.casefold()] = number
        for name in _own_names(title):
            self._targets.setdefault(name, printed)
        for piece in section.pieces:
            entry = _ENTRY.match(piece.text)
            if entry:
                self._entries[entry[1].strip()] = _entry_label(entry)
            for anchor in piece.anchors:
                self._targets[anchor] = f"Formula {piece.label}" if piece.count == "formula" else piece.label or printed

    def _resolve(self, target: str, shown: str | None) -> str:
        target = target.strip().lstrip("#")
        entry = self._entries.get(target)
        locality = _LOCALITY.match(shown) if shown else None
        if entry is not None and entry.isdecimal():
            entry = f"[{entry}]"
        if locality:
            where = locality[2] if "." in locality[2] else f"{locality[1].capitalize()} {locality[2]}"
            return ", ".join(filter(None, (entry or self._targets.get(target, target), where, locality[3])))
        if entry:
            return shown or entry
        return link(target, shown or self._targets.get(target) or _by_name(target))

    def _concept(self, inside: str) -> str:
        parts = [part.strip() for part in inside.strip("<>").split(",")]
        shown = parts[1] if len(parts) > 1 and parts[1] else parts[0]
        number = self._terms.get(parts[0].casefold())
        return f"{shown} ({number})" if number else shown


def _own_names(title: str | None) -> list[str]:
    """The anchor that Asciidoctor makes of a title."""
    return ["_" + re.sub(r"\W+", "_", title.casefold()).strip("_")] if title else []


def _by_name(target: str) -> str:
    """What an anchor in another part of the document is called: `scls-3-1` is 3.1, `annexF` is Annex F."""
    found = _NAMED.fullmatch(target)
    if found is None:
        return target
    if found[2]:
        return f"Annex {found[2]}"
    return found[1].replace("-", ".") if "-" in found[1] else f"Clause {found[1]}"


def _entry_label(entry: re.Match[str]) -> str:
    label = (entry[2] or entry[1]).strip()
    wrapped = _WRAPPED.match(label)
    if wrapped:
        label = (wrapped[1] or label[wrapped.end() :]).strip()
    return label.replace(":--", ":—")


def _lines(path: Path) -> list[str]:
    data = whole(path, MAX_BYTES, "AsciiDoc")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableFileError(f"{path.name}, line {line}: not UTF-8; save the file as UTF-8") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    longest = max(range(len(lines)), key=lambda at: len(lines[at]))
    if len(lines[longest]) > MAX_LINE:
        raise UnreadableFileError(f"{path.name}, line {longest + 1}: longer than {MAX_LINE:,} characters; break it")
    return lines


def _header(lines: list[str]) -> tuple[list[str], dict[str, str]]:
    """The lines without document title and attributes, and the attributes; `doctitle` is the title."""
    attributes: dict[str, str] = {}
    kept: list[str] = []
    header = False
    for at, line in enumerate(lines):
        found = _HEADER_ATTRIBUTE.match(line)
        if found:
            name = found[2].lower()
            if found[1] or found[3]:
                attributes.pop(name, None)
            else:
                attributes[name] = (found[4] or "").strip()
        elif line.startswith("= ") and not any(map(str.strip, kept)):
            attributes["doctitle"] = line[2:].strip()
            header = True
            kept = []
        elif header and line.strip():
            pass  # the author line and the revision line
        else:
            header = False
            kept.append(line if at else line.lstrip("\ufeff"))
    return kept, attributes


def _reference(attributes: dict[str, str], publisher: str, stage: str | None) -> str | None:
    given = attributes.get("docidentifier") or attributes.get("docreference")
    number = attributes.get("docnumber")
    if given or not number:
        return given
    part = attributes.get("partnumber")
    return f"{publisher}{'/' + stage if stage else ''} {number}{'-' + part if part else ''}"


def _title(attributes: dict[str, str]) -> str | None:
    language = attributes.get("language", "en")
    parts = [attributes.get(f"title-{part}-{language}", "") for part in ("intro", "main", "part", "complementary")]
    title = cover.title_of(filter(None, parts)) or attributes.get("title") or attributes.get("doctitle")
    return None if title in (None, "", "X", "{blank}") else title
