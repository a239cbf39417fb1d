"""The blocks of an AsciiDoc file, as they are written: sections, paragraphs, lists, tables, delimited blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from scrapers.drafts.asciidoc_attributes import Attributes, Lead
from scrapers.drafts.asciidoc_tables import table_rows
from scrapers.drafts.docx_numbering import write_number
from scrapers.drafts.flow import Place
from scrapers.drafts.labels import DASH
from scrapers.errors import UnreadableFileError
from scrapers.records import BlockKind

MAX_NESTING = 20
_SECTION = re.compile(r"^(={1,6})\s+(\S.*)$")
_DELIMITER = re.compile(r"^(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```.*|[|,:!]={3,})\s*$")
_ITEM = re.compile(r"^\s*(\*{1,6}|-|\.{1,6}|\d{1,3}\.|[a-zA-Z]\.)\s+(\S.*)$")
_TERM = re.compile(r"^\s*(\S.*?)(:{2,4}|;;)(?:\s+(.*))?$")
_ADMONITION = re.compile(
    r"^(NOTE|WARNING|CAUTION|IMPORTANT|DANGER|TIP|EXAMPLE|SAFETY PRECAUTIONS|EDITOR):\s+(.*)$", re.DOTALL
)
_MACRO = re.compile(r"^(image|video|audio|toc|include|figure|stem|index)::([^\[]*)\[(.*)\]$")
_RULE = re.compile(r"^('{3,}|<{3,}|-{3}|\*{3})$")
_ORDERED = ("%a)", "%1)", "%i)", "%A)", "%I)")
_MATHS = frozenset({"STEM", "LATEXMATH", "ASCIIMATH"})
_WARNINGS = frozenset({"WARNING", "CAUTION", "IMPORTANT", "DANGER", "SAFETY PRECAUTIONS"})


@dataclass
class Section:
    """A heading; `level` is 1 for `==`."""

    level: int
    title: str
    lead: Lead


@dataclass
class Piece:
    """A block of text as written. `count` names what it is counted as: note, example, table, figure or formula."""

    kind: BlockKind
    text: str
    label: str | None = None
    count: str | None = None
    anchors: list[str] = field(default_factory=list)
    host: str = "clause"


class BlockReader:
    """Turns lines into sections and pieces in reading order."""

    def __init__(self, name: str) -> None:
        self.found: list[Section | Piece] = []
        self._name = name

    def read(self, lines: Sequence[str], place: Place | None = None, nesting: int = 0) -> None:
        """Read all blocks in some lines."""
        if nesting > MAX_NESTING:
            raise UnreadableFileError(f"{self._name}: blocks are nested deeper than {MAX_NESTING}; no draft needs that")
        place = place or Place()
        at, lead = 0, Lead()
        while at < len(lines):
            line = lines[at].rstrip()
            comment = line.startswith("//") and not line.startswith("////")
            starts = bool(_ITEM.match(line) or _DELIMITER.match(line))
            if not line or comment or line == "+" or _RULE.match(line) or (not starts and lead.read(line)):
                at += 1
            else:
                at = self._block(lines, at, place, nesting, lead)
                lead = Lead()

    def _block(self, lines: Sequence[str], at: int, place: Place, nesting: int, lead: Lead) -> int:
        line = lines[at].rstrip()
        section = _SECTION.match(line)
        if section and nesting == 0 and lead.attributes.style not in ("discrete", "float"):
            level = lead.attributes.get("level")
            depth = int(level) if level.isdecimal() and len(level) < 3 else len(section[1]) - 1
            self.found.append(Section(max(depth, 1), section[2], lead))
            return at + 1
        if _DELIMITER.match(line):
            inner, end = _delimited(lines, at)
            self._delimited(line, inner, place, nesting, lead)
            return end
        if macro := _MACRO.match(line):
            self._macro(macro, place, lead)
            return at + 1
        if _ITEM.match(line):
            return self._list(lines, at, place, nesting, lead)
        if (term := _TERM.match(line)) and not line.startswith("::"):
            return self._definition(lines, at, place, nesting, term)
        paragraph, end = _paragraph(lines, at)
        self._paragraph(paragraph, place, lead)
        return end

    def _add(self, kind: BlockKind, text: str, place: Place, *, label: str | None = None, count: str | None = None,
             anchors: list[str] | None = None) -> None:  # fmt: skip
        if text.strip() or count in ("table", "figure", "formula"):
            self.found.append(Piece(kind, text.strip(), label, count, anchors or [], place.host))

    def _paragraph(self, text: str, place: Place, lead: Lead) -> None:
        attributes = lead.attributes
        if lead.title and not self.found:
            # Metanorma's foreword is the text before the first section, under a title of a block.
            self.found.append(Section(1, lead.title, replace(lead, attributes=Attributes(style="preface"))))
        found = _ADMONITION.match(text)
        styled = attributes.style.upper()
        if found or styled in _WARNINGS | {"NOTE", "TIP", "EXAMPLE"}:
            word, rest = (found[1], found[2]) if found else (styled, text)
            self._marked(word, rest.split("\n"), place, 0, lead)
        elif "source" in attributes.roles:
            self._add(BlockKind.TERM_SOURCE, text, place, label="SOURCE")
        elif "definition" in attributes.roles:
            self._add(BlockKind.DEFINITION, text, place)
        elif attributes.style in ("source", "listing", "literal"):
            self._add(BlockKind.CODE, text, place)
        elif styled in _MATHS:
            self._formula(text, place, lead)
        elif attributes.style == "quote":
            self._add(BlockKind.EXAMPLE, text, place)
        else:
            self._add(place.paragraph, text, place, anchors=lead.anchors)

    def _formula(self, text: str, place: Place, lead: Lead) -> None:
        count = "formula" if lead.count else None
        self._add(BlockKind.FORMULA, f"stem:[{text}]", place, count=count, anchors=lead.anchors)

    def _marked(self, word: str, lines: Sequence[str], place: Place, nesting: int, lead: Lead) -> None:
        """A note, an example or a warning: its first block carries the label."""
        kind, label, count = BlockKind.WARNING, word.upper(), None
        if word in ("NOTE", "TIP", "EDITOR"):
            if lead.attributes.get("keep-separate") != "true" and place.host == "clause":
                place = replace(place, host=self._host())
            kind, label, count = place.note, "NOTE", "note"
        elif word == "EXAMPLE":
            kind, label, count = BlockKind.EXAMPLE, "EXAMPLE", "example"
        before = len(self.found)
        self.read(lines, replace(place, override=kind), nesting + 1)
        first = self.found[before] if before < len(self.found) else None
        if isinstance(first, Piece) and first.kind is kind and first.label is None:
            first.label, first.count = label, count if lead.count else None
            first.anchors += lead.anchors

    def _host(self) -> Literal["clause", "table", "figure"]:
        """What a note belongs to: a table or figure right before it takes it, as in Metanorma."""
        last = self.found[-1] if self.found else None
        if isinstance(last, Piece) and last.kind in (BlockKind.TABLE_ROW, BlockKind.TABLE_NOTE):
            return "table"
        if isinstance(last, Piece) and last.kind in (BlockKind.FIGURE_TITLE, BlockKind.FIGURE_NOTE):
            return "figure"
        return "clause"

    def _delimited(self, line: str, inner: list[str], place: Place, nesting: int, lead: Lead) -> None:
        mark, attributes = line[0], lead.attributes
        styled = attributes.style.upper()
        if mark in "/*" or "boilerplate" in attributes.roles or attributes.get("reviewer"):
            return  # a comment, or the remark of a reviewer
        if mark in "|,:!":
            self._table(inner, place, lead)
        elif styled in _MATHS:
            self._formula(" ".join(inner), place, lead)
        elif mark == "+":
            pass  # passed through to another format
        elif mark in ".`" or (mark == "-" and line != "--"):
            self._caption(BlockKind.FIGURE_TITLE, "figure", place, lead)
            self._add(BlockKind.CODE, "\n".join(inner), place)
        elif styled in _WARNINGS | {"NOTE", "TIP"}:
            self._marked(styled, inner, place, nesting, lead)
        elif mark == "_" or attributes.style == "quote":
            # Quoted text binds nobody, as an example does not (Part 2, 25.5).
            self.read(inner, replace(place, override=BlockKind.EXAMPLE), nesting + 1)
        elif mark == "=" and any(_MACRO.match(each.strip()) for each in inner):
            self._caption(BlockKind.FIGURE_TITLE, "figure", place, lead)
            self.read(inner, replace(place, host="figure"), nesting + 1)
        elif mark == "=":
            self._marked("EXAMPLE", inner, place, nesting, lead)
        elif "source" in attributes.roles:
            self._add(BlockKind.TERM_SOURCE, " ".join(inner), place, label="SOURCE")
        else:
            override = BlockKind.DEFINITION if "definition" in attributes.roles else place.override
            self.read(inner, replace(place, override=override), nesting + 1)

    def _caption(self, kind: BlockKind, count: str, place: Place, lead: Lead) -> None:
        if lead.title or (lead.anchors and kind is BlockKind.TABLE_TITLE):
            self._add(kind, lead.title, place, count=count if lead.count else None, anchors=lead.anchors)

    def _table(self, inner: list[str], place: Place, lead: Lead) -> None:
        inside = replace(place, host="table")
        self._caption(BlockKind.TABLE_TITLE, "table", inside, lead)
        for cells in table_rows(inner, lead.attributes.get("cols")):
            self._add(place.row, " | ".join(cells), inside)

    def _macro(self, macro: re.Match[str], place: Place, lead: Lead) -> None:
        if macro[1] == "include":
            raise UnreadableFileError(
                f"{self._name}: includes another file ({macro[2][:60]}); give the assembled document in one file"
            )
        if macro[1] in ("image", "video", "figure"):
            self._caption(BlockKind.FIGURE_TITLE, "figure", place, lead)
        elif macro[1] == "stem":
            self._formula(macro[3], place, lead)

    def _definition(self, lines: Sequence[str], at: int, place: Place, nesting: int, term: re.Match[str]) -> int:
        text, end = _paragraph(lines, at + 1) if at + 1 < len(lines) and _goes_on(lines[at + 1]) else ("", at + 1)
        if not term[3] and not text:
            after = next((each for each in range(at + 1, len(lines)) if lines[each].strip()), len(lines))
            if after < len(lines) and not _starts_block(lines[after]):
                text, end = _paragraph(lines, after)
        body = " ".join(filter(None, (term[3] or "", text)))
        self._add(place.list_item, f"{term[1]} {body}", place)
        return self._attached(lines, end, place, nesting)

    def _list(self, lines: Sequence[str], at: int, place: Place, nesting: int, lead: Lead) -> int:
        """Read a list with the lists in it; the kinds of marks seen tell how deep an item stands."""
        marks: list[str] = []
        counts: list[int] = []
        start = lead.attributes.get("start")
        while at < len(lines):
            if not lines[at].strip():
                following = next((each for each in range(at, len(lines)) if lines[each].strip()), len(lines))
                if following == len(lines) or not _ITEM.match(lines[following]):
                    break
                at = following
            found = _ITEM.match(lines[at])
            if found is None:
                break
            mark = re.sub(r"\d+", "1", found[1])
            if mark in marks:
                del marks[marks.index(mark) + 1 :]
                del counts[len(marks) :]
            else:
                marks.append(mark)
                counts.append(int(start) - 1 if start.isdecimal() and len(start) < 6 and len(marks) == 1 else 0)
            counts[-1] += 1
            rest, end = _item_text(lines, at + 1)
            ordered = [each for each in marks if each[0] not in "*-"]
            label = DASH if mark[0] in "*-" else _label(counts[-1], len(ordered))
            self._item("\n".join([found[2], *rest]), label, replace(place, override=place.list_item))
            at = self._attached(lines, end, replace(place, override=place.list_item), nesting)
        return at

    def _item(self, text: str, label: str, place: Place) -> None:
        text, _, note = text.partition("+\nNOTE:")
        anchors = re.findall(r"^\[\[([\w.:-]+)\]\]", text)
        self._add(place.paragraph, text, place, label=label, anchors=anchors)
        self._add(place.note if place.override is BlockKind.LIST_ITEM else place.paragraph, note, place, label="NOTE",
                  count="note")  # fmt: skip

    def _attached(self, lines: Sequence[str], at: int, place: Place, nesting: int) -> int:
        """Read the blocks that a line with `+` attaches to a list item."""
        while at < len(lines) and lines[at].strip() == "+":
            at += 1
            begin = at
            while at < len(lines) and not _DELIMITER.match(lines[at].rstrip()) and Lead().read(lines[at].rstrip()):
                at += 1
            if at < len(lines) and _DELIMITER.match(lines[at].rstrip()):
                _, at = _delimited(lines, at)
            else:
                _, at = _item_text(lines, at)
            self.read(lines[begin:at], place, nesting + 1)
        return at


def _delimited(lines: Sequence[str], at: int) -> tuple[list[str], int]:
    """The lines of a delimited block and where it ends; a block that is never closed runs to the end."""
    closing = "```" if lines[at].startswith("```") else lines[at].rstrip()
    end = next((each for each in range(at + 1, len(lines)) if lines[each].rstrip() == closing), len(lines))
    return list(lines[at + 1 : end]), end + 1


def _starts_block(line: str) -> bool:
    text = line.rstrip()
    return any(pattern.match(text) for pattern in (_SECTION, _DELIMITER, _ITEM, _MACRO)) or Lead().read(text)


def _goes_on(line: str) -> bool:
    return bool(line.strip()) and line.strip() != "+" and not _starts_block(line) and not _TERM.match(line.rstrip())


def _paragraph(lines: Sequence[str], at: int) -> tuple[str, int]:
    end = at + 1
    while end < len(lines) and lines[end].strip() and not _ends_paragraph(lines[end]):
        end += 1
    return "\n".join(line for line in lines[at:end] if not line.startswith("//")), end


def _ends_paragraph(line: str) -> bool:
    text = line.rstrip()
    return text == "+" or bool(_DELIMITER.match(text)) or bool(re.match(r"^\[\[[^\]]*\]\]$", text))


def _item_text(lines: Sequence[str], at: int) -> tuple[list[str], int]:
    end = at
    while end < len(lines) and lines[end].strip() and not _ends_paragraph(lines[end]) and not _ITEM.match(lines[end]):
        end += 1
    return [line for line in lines[at:end] if not line.startswith("//")], end


def _label(count: int, depth: int) -> str:
    styles = {"a": "lowerLetter", "1": "decimal", "i": "lowerRoman", "A": "upperLetter", "I": "upperRoman"}
    pattern = _ORDERED[min(depth, len(_ORDERED)) - 1]
    return f"{write_number(count, styles[pattern[1]])})"
