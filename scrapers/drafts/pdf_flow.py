"""The clauses of a PDF in the layout of ISO: headings by bold numbers, paragraphs by gaps, terms by their lines."""

from __future__ import annotations

import re

from scrapers.drafts.headings import annex_heading, annex_status, is_sentence, run_in_title
from scrapers.drafts.labels import deprecated_term, is_continued, read_label
from scrapers.drafts.outline import Outline, depth_of
from scrapers.drafts.pdf_formulas import formula_lines
from scrapers.drafts.pdf_join import join_lines
from scrapers.drafts.pdf_pages import Layout
from scrapers.drafts.pdf_tables import find_table
from scrapers.drafts.pdf_text import Line, Page
from scrapers.drafts.tree import kind_by_title
from scrapers.records import BlockKind, ClauseKind

_NUMBER = re.compile(r"^((?:\d{1,3}|[A-Z]{1,2}\.\d{1,3})(?:\.\d{1,3}){0,6})\.?(?=\s|$)")
_ANNEX = re.compile(r"^(?:annexe?|附属書)\s*[A-Z]{1,2}$", re.IGNORECASE)
_FOOTNOTE = re.compile(r"^(\d{1,2})\)?\s+(?=\S)")
_TABLE_FOOTNOTE = re.compile(r"^([a-z])\)?\s+(?=\S)")
_REFERENCE = re.compile(r"^(\[\d+\])\s*")
_LOOKS_LIKE_REFERENCE = re.compile(r"^[A-Z]{2,}[A-Za-z]*(?:[ /-][A-Z]+)*[ /-]\S*\d")
_BRACKETED = re.compile(r"^\[(?!\d+\])(.*\d.*)\]$", re.DOTALL)
_ENDS = re.compile(r"[.:;!?。：；]['\"”’)]?$")
_BEFORE_STOP = re.compile(r"\s+(?=[,;.)\]])")
_ENDS_ITEM = re.compile(r"(?:[.:;,。：；，]|\band|\bor)$")
_BACK_COVER = re.compile(r"^ICS\s+\d\d\b|^Price based on \d")
_SUBFIGURE = re.compile(r"^[a-z]\)\s")
_MARKERS = (BlockKind.TABLE_TITLE, BlockKind.FIGURE_TITLE, BlockKind.NOTE, BlockKind.NOTE_TO_ENTRY, BlockKind.EXAMPLE,
            BlockKind.WARNING, BlockKind.TERM_SOURCE)  # fmt: skip
_DOMAIN = ("<", "〈", "〈", "⟨")
_LEGENDS = ("Key", "Légende", "記号", "記号の説明")
_TITLE_SIZE = 1.28


class PdfFlow:
    """Reads the lines of a layout into an outline."""

    def __init__(self, name: str, layout: Layout) -> None:
        self.outline = Outline(name)
        self._titles: dict[int, list[str]] = {}
        self._ended = False
        self._layout = layout
        self._lines: list[Line] = []
        self._host = "clause"
        self._entry: list[Line] = []
        self._footnotes: dict[str, str] = {}
        self._last: dict[str, int] = {}
        self._annex_open = False
        self._right = 0.0
        self._left = 0.0

    def read(self) -> None:
        """Read all pages."""
        for page in self._layout.pages:
            self._page(page)
        self._flush()
        self._leave_footnotes()

    @property
    def title(self) -> str | None:
        """The title of the document as it stands above the first clause, else on the cover."""
        last = self._titles[max(self._titles)] if self._titles else []
        return join_lines(last).strip(" —–-") or None

    def _page(self, page: Page) -> None:
        self._left, self._right = self._layout.edges(page)
        self._leave_footnotes()
        lines = self._take_footnotes(page)
        page.lines = [line for line in lines if id(line) not in self._figure_texts(lines)]
        taken: set[int] = set()
        formulas = formula_lines(page.lines, self._left)
        previous: Line | None = None
        skip_to = 0
        for at, line in enumerate(page.lines):
            if at in taken or at < skip_to:
                continue
            gap = None if previous is None else (previous.y - line.y) / max(line.size, 1)
            previous = line
            caption = read_label(line.plain)
            if at in formulas:
                self._flush()
                text, label, end = formulas[at]
                self.outline.add(BlockKind.FORMULA, text, label)
                skip_to = end
                previous = page.lines[end - 1]
            elif caption.kind is BlockKind.FIGURE_TITLE:
                skip_to = self._caption(page, at)
            elif caption.kind is BlockKind.TABLE_TITLE or is_continued(line.plain):
                skip_to = self._caption(page, at)
                taken |= self._table(page, skip_to - 1)
            else:
                skip_to = self._line(page.lines, at, gap)
            if skip_to > at + 1:
                previous = page.lines[skip_to - 1]

    def _line(self, lines: list[Line], at: int, gap: float | None) -> int:
        """Read the line at a place; returns the place of the next one that is not read yet."""
        line = lines[at]
        text = line.plain
        self._ended = self._ended or (self.outline.in_references and bool(_BACK_COVER.match(text)))
        if self._ended:
            return at + 1
        if text in _LEGENDS:
            self._flush()
            self._host = "figure"
        if self._annex_open and self._annex_line(line):
            return at + 1
        end = self._heading(lines, at)
        if end:
            return end
        if not self.outline.started or self._is_title(line):
            self._flush()
            if line.size >= _TITLE_SIZE * self._layout.size:
                self._titles.setdefault(line.page, []).append(text)
            self.outline.cover.append(text)
            return at + 1
        if self.outline.kind is ClauseKind.TERM and self._term_line(line, gap):
            return at + 1
        if self._starts_paragraph(line, gap):
            self._flush()
        self._lines.append(line)
        return at + 1

    # Headings

    def _heading(self, lines: list[Line], at: int) -> int:
        line, text = lines[at], lines[at].plain
        strong = line.bold or line.size >= self._layout.size + 1.5
        if strong and kind_by_title(text) is not None:
            self._flush()
            self.outline.open(1, None, text, kind_by_title(text))
            return at + 1
        annex = annex_heading(text) if strong or _ANNEX.match(text) else None
        if annex is not None and (strong or line.x0 > self._left + 60):
            self._flush()
            self.outline.open(1, annex.number, annex.title, ClauseKind.ANNEX, normative=annex.normative)
            self._last[annex.number or ""] = 0
            self._annex_open = True
            return at + 1
        found = _NUMBER.match(text)
        if found is None or not self._is_heading(line, found[1], text[found.end() :].strip()):
            return 0
        self._flush()
        self._host = "clause"
        return self._numbered(lines, at, found[1], text[found.end() :].strip())

    def _is_heading(self, line: Line, number: str, rest: str) -> bool:
        """Whether a number at the start of a line is that of a clause: in bold, or as the contents announce it."""
        if line.x0 > self._left + 40 or (self._in_front and number != "1" and not number.startswith("0.")):
            return False
        announced = self._layout.contents.get(number)
        if announced and rest and _same_start(announced, rest):
            return self._fits(number)
        bold = line.bold_lead.startswith(number)
        if bold and self._fits(number):
            return not rest or line.bold or not rest[0].islower()
        return False

    @property
    def _in_front(self) -> bool:
        return self.outline.kind in (ClauseKind.FOREWORD, ClauseKind.INTRODUCTION) or not self.outline.started

    def _fits(self, number: str) -> bool:
        """Whether a number may follow: its parent was there, and it is not far from the last one beside it."""
        parent, _, last = number.rpartition(".")
        if parent and parent not in self._last:
            return parent.isdigit() and parent == "0"
        before = self._last.get(parent, 0)
        return before < int(last) <= before + 3

    def _numbered(self, lines: list[Line], at: int, number: str, rest: str) -> int:
        line = lines[at]
        parent, _, last = number.rpartition(".")
        self._last[parent] = int(last)
        self._last[number] = 0
        depth = depth_of(number)
        if not rest and self.outline.in_terms and depth > 1:
            self.outline.open(depth, number, None, ClauseKind.TERM)
            return at + 1
        bold = line.bold_lead.removeprefix(number).lstrip(". ").strip()
        announced = self._layout.contents.get(number)
        if line.bold or (announced and _same_start(announced, rest)):
            title, end = self._title(lines, at, rest, announced)
            if announced is None and is_sentence(title):
                self.outline.open(depth, number, None)
                self._lines = [_without_number(line, number), *lines[at + 1 : end]]
                return end
            self.outline.open(depth, number, title.rstrip(".,;:") or None)
            return end
        run_in, text = run_in_title(rest, bold) if bold else (None, rest)
        self.outline.open(depth, number, run_in)
        if text:
            self._lines = [_without_number(line, number, text)]
        return at + 1

    def _title(self, lines: list[Line], at: int, title: str, announced: str | None) -> tuple[str, int]:
        """A title and the place after it: it goes on in bold lines of the same size close below."""
        end = at + 1
        while end < len(lines):
            line, before = lines[end], lines[end - 1]
            close = (before.y - line.y) < 1.6 * line.size and abs(line.size - before.size) < 0.4
            if announced is not None and _bare(title) == _bare(announced):
                break
            goes_on = announced is not None and _bare(announced).startswith(_bare(join_lines([title, line.plain])))
            bold = line.bold and not _NUMBER.match(line.plain) and read_label(line.plain).kind is None
            if not (close and (goes_on or (bold and announced is None and before.x1 > self._left + 200))):
                break
            title = join_lines([title, line.plain])
            end += 1
        return title, end

    def _annex_line(self, line: Line) -> bool:
        """Status and title under the heading of an annex."""
        status = annex_status(line.plain)
        if status is not None:
            self.outline.restate(status)
            return True
        large = line.bold or line.size >= self._layout.size + 1.5
        if large and not _NUMBER.match(line.plain) and read_label(line.plain).kind is None:
            self.outline.retitle(join_lines([self.outline.title or "", line.plain]))
            return True
        self._annex_open = False
        return False

    def _is_title(self, line: Line) -> bool:
        return line.size >= _TITLE_SIZE * self._layout.size and self._in_front

    # Terms

    def _term_line(self, line: Line, gap: float | None) -> bool:
        """Read a line of a term entry: names in bold, then others, then the definition."""
        if read_label(line.plain).kind in _MARKERS or self._lines or _BRACKETED.match(line.plain):
            self._end_entry()
            return False
        if self._entry and gap is not None and gap > 1.55:
            self._end_entry()
            return False
        if not self.outline.empty and self.outline.last is not BlockKind.TERM_NAME:
            return False
        if line.bold and not self._entry:
            if self.outline.title is None:
                self.outline.retitle(line.plain)
            else:
                self.outline.add(BlockKind.TERM_NAME, line.plain)
            return True
        self._entry.append(line)
        return True

    def _end_entry(self) -> None:
        """Part the lines of an entry: one that ends early stands alone, and the last paragraph is the definition."""
        if not self._entry:
            return
        paragraphs: list[list[str]] = [[]]
        for line in self._entry:
            paragraphs[-1].append(line.text)
            if line.x1 < self._right - 75 or len(line.text) < 40:
                paragraphs.append([])
        texts = [join_lines(paragraph) for paragraph in paragraphs if paragraph]
        # What follows the beginning of the definition belongs to it, however short its lines are.
        start = next((at for at, text in enumerate(texts) if text.startswith(_DOMAIN)), len(texts) - 1)
        self._entry = []
        for text in texts[:start]:
            deprecated = deprecated_term(text)
            if self.outline.title is None:
                self.outline.retitle(text)
            else:
                self.outline.add(BlockKind.TERM_NAME, deprecated or text, "DEPRECATED" if deprecated else None)
        definition = join_lines(texts[start:])
        if definition.startswith(_DOMAIN):
            definition = re.sub(r"^.(.{1,80}?)[>〉〉⟩]", r"<\1>", definition)
        self.outline.add(BlockKind.DEFINITION, definition)

    # Paragraphs

    def _starts_paragraph(self, line: Line, gap: float | None) -> bool:
        if not self._lines:
            return True
        before, first = self._lines[-1], self._lines[0]
        marked = read_label(line.plain).kind
        text = before.plain
        if marked in _MARKERS or (self.outline.in_references and _REFERENCE.match(line.plain)):
            return True
        if self._host == "figure" and line.x0 < first.x0 + 4:
            return True
        if marked is BlockKind.LIST_ITEM and not self.outline.in_references:
            return gap is None or gap > 1.3 or bool(_ENDS_ITEM.search(text))
        if gap is None:
            return bool(_ENDS.search(text)) or abs(line.size - before.size) > 0.6
        if gap > 1.55 or abs(line.size - before.size) > 0.6:
            return True
        ended = bool(_ENDS.search(text))
        if ended and before.x1 < self._right - 0.2 * (self._right - self._left):
            return True
        item = read_label(first.plain).kind is BlockKind.LIST_ITEM
        return ended and item and line.x0 < first.x0 + 4 and len(self._lines) > 1 and before.x0 > first.x0 + 4

    def _flush(self) -> None:
        self._end_entry()
        lines, self._lines = self._lines, []
        if not lines:
            return
        marks = [mark for line in lines for mark in line.marks]
        text = join_lines(line.text for line in lines)
        if marks:
            text = _BEFORE_STOP.sub("", text)
        self._paragraph(text, subtitle=all(line.bold for line in lines) and bool(_SUBFIGURE.match(text)))
        for mark in marks:
            if mark in self._footnotes:
                self.outline.add(BlockKind.FOOTNOTE, self._footnotes.pop(mark), mark)

    def _paragraph(self, text: str, *, subtitle: bool) -> None:
        outline = self.outline
        marked = read_label(text)
        kind = marked.kind
        reference = _REFERENCE.match(text)
        bracketed = _BRACKETED.match(text)
        if outline.in_references and (reference or _LOOKS_LIKE_REFERENCE.match(text)):
            rest = text[reference.end() :] if reference else text
            outline.add(BlockKind.REFERENCE, rest, reference[1] if reference else None)
        elif kind is None and bracketed and outline.kind is ClauseKind.TERM:
            outline.add(BlockKind.TERM_SOURCE, bracketed[1], "SOURCE")
        elif kind is BlockKind.NOTE and self._host != "clause":
            outline.add(
                BlockKind.TABLE_NOTE if self._host == "table" else BlockKind.FIGURE_NOTE, marked.text, marked.label
            )
        elif self._host != "clause" and (found := _TABLE_FOOTNOTE.match(text)):
            outline.add(BlockKind.TABLE_FOOTNOTE, text[found.end() :], found[1])
        elif kind is not None:
            outline.add(BlockKind.FIGURE_TITLE if subtitle else kind, marked.text, marked.label)
        else:
            legend = self._host == "figure" and text not in _LEGENDS
            outline.add(BlockKind.LIST_ITEM if legend else BlockKind.PARAGRAPH, text)

    # Tables, figures, footnotes

    def _caption(self, page: Page, at: int) -> int:
        """Read a caption, which may go on in bold lines below; returns the place after it."""
        self._flush()
        self._host = "clause"
        line = page.lines[at]
        end = at + 1
        text = line.plain
        while end < len(page.lines) and line.bold and page.lines[end].bold:
            following = page.lines[end]
            near = (page.lines[end - 1].y - following.y) < 1.5 * following.size
            ruled = any(following.y < rule[2] < page.lines[end - 1].y for rule in page.rules)
            if not near or ruled or len(following.columns()) > 1 or abs(following.size - line.size) > 0.4:
                break
            text = join_lines([text, following.plain])
            end += 1
        if not is_continued(text):
            marked = read_label(text)
            self.outline.add(marked.kind or BlockKind.PARAGRAPH, marked.text, marked.label)
        return end

    def _table(self, page: Page, caption: int) -> set[int]:
        table = find_table(page, caption, self._left)
        for cells in table.rows:
            self.outline.add(BlockKind.TABLE_ROW, " | ".join(filter(None, cells)))
        self._host = "table"
        previous: Line | None = None
        for line in table.after:
            gap = None if previous is None else (previous.y - line.y) / max(line.size, 1)
            marked = read_label(line.plain).kind is not None or bool(_TABLE_FOOTNOTE.match(line.plain))
            if marked or gap is None or gap > 1.35:
                self._flush()
            self._lines.append(line)
            previous = line
        self._flush()
        self._host = "clause"
        return table.taken

    def _figure_texts(self, lines: list[Line]) -> set[int]:
        """Words inside figures: short lines away from the margin above a caption, back to running text."""
        found: set[int] = set()
        for at, line in enumerate(lines):
            if read_label(line.plain).kind is not BlockKind.FIGURE_TITLE:
                continue
            for place in range(at - 1, -1, -1):
                text = lines[place].plain
                if _SUBFIGURE.match(text) or read_label(text).kind is not None or text in _LEGENDS:
                    continue
                legend = len(lines[place].columns()) > 1 and lines[place].x0 < self._left + 30 and len(text) > 12
                running = len(text) > 45 or (_NUMBER.match(text) and lines[place].bold) or _ENDS.search(text)
                if running and not legend:
                    break
                if not legend:
                    found.add(id(lines[place]))
        return found

    def _take_footnotes(self, page: Page) -> list[Line]:
        """Take the footnotes off the foot of a page: smaller type, each beginning with its number."""
        lines = page.lines
        start = len(lines)
        for at in range(len(lines) - 1, max(len(lines) - 25, -1), -1):
            if lines[at].size > self._layout.size - 0.4:
                break
            if _FOOTNOTE.match(lines[at].plain) and ")" in lines[at].plain[:4]:
                start = at
        key = ""
        for line in lines[start:]:
            found = _FOOTNOTE.match(line.plain)
            if found and ")" in line.plain[:4]:
                key = found[1]
                self._footnotes[key] = line.plain[found.end() :]
            elif key:
                self._footnotes[key] = join_lines([self._footnotes[key], line.text])
        return lines[:start]

    def _leave_footnotes(self) -> None:
        """Footnotes whose mark was not found stand in the clause where their page ended."""
        if self._lines or not self.outline.started:
            return
        for key, text in self._footnotes.items():
            self.outline.add(BlockKind.FOOTNOTE, text, key)
        self._footnotes = {}


def _without_number(line: Line, number: str, text: str | None = None) -> Line:
    """A copy of a heading's line that holds only the text after its number."""
    copy = Line(list(line.runs), line.page, line.top)
    rest = line.plain.removeprefix(number).lstrip(". ") if text is None else text
    copy.text, copy.marks = rest, line.marks
    return copy


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _same_start(announced: str, printed: str) -> bool:
    one, other = _bare(announced), _bare(printed)
    return bool(other) and (one.startswith(other) or other.startswith(one))
