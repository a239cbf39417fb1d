"""The flow of text inside a clause: what the XML formats of drafts have in common.

A paragraph may hold lists, tables and notes, and a footnote stands in the middle of a sentence. `Flow` takes such
mixed content apart into blocks in reading order; a format says which elements are what.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from lxml import etree

from scrapers.drafts.mathml import math_text
from scrapers.drafts.tree import Tree
from scrapers.records import BlockKind
from scrapers.xml import local_name, text_of

# Neither character can stand in XML, so they can mark places in text that was read from it.
_BLOCK = "\0"
_MATH = "\1"


@dataclass(frozen=True)
class Place:
    """Where text stands. `override` is the kind of all text in a note, an example or a definition."""

    override: BlockKind | None = None
    host: Literal["clause", "table", "figure"] = "clause"

    @property
    def paragraph(self) -> BlockKind:
        """The kind of a paragraph here."""
        return self.override or BlockKind.PARAGRAPH

    @property
    def list_item(self) -> BlockKind:
        """The kind of a list item here."""
        return self.override or BlockKind.LIST_ITEM

    @property
    def row(self) -> BlockKind:
        """The kind of a table row here."""
        return self.override or BlockKind.TABLE_ROW

    @property
    def note(self) -> BlockKind:
        """The kind of a note here."""
        kinds = {"clause": BlockKind.NOTE, "table": BlockKind.TABLE_NOTE, "figure": BlockKind.FIGURE_NOTE}
        return kinds[self.host]

    @property
    def footnote(self) -> BlockKind:
        """The kind of a footnote here; those of figures follow the rules of those of tables (Part 2, 28.5.5)."""
        return BlockKind.FOOTNOTE if self.host == "clause" else BlockKind.TABLE_FOOTNOTE


Handler = Callable[[etree._Element, Place], None]


class Flow:
    """Writes blocks into the clause at `at` of a tree."""

    skip: ClassVar[frozenset[str]] = frozenset()
    breaks: ClassVar[frozenset[str]] = frozenset({"p", "br", "break", "tab", "li", "list-item", "td", "th", "dt", "dd"})

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.at = 0
        self.handlers: dict[str, Handler] = {}
        self._label: str | None = None

    def inline(self, child: etree._Element) -> str | None:
        """What an element inside text stands for, or None where it is read as text."""
        raise NotImplementedError

    def footnote_at(self, child: etree._Element) -> etree._Element | None:
        """The footnote that an element inside text is, or refers to."""
        raise NotImplementedError

    def footnote_label(self, footnote: etree._Element) -> str | None:
        """The mark of a footnote as printed."""
        raise NotImplementedError

    def emit(self, kind: BlockKind, text: str) -> None:
        """Add a block; the first one after `labelled` gets the label."""
        if text.strip():
            self.tree.add(self.at, kind, text, self._label)
            self._label = None

    def labelled(self, label: str | None, element: etree._Element, place: Place, *, lead: str = "") -> None:
        """Read an element whose first block carries a label, such as a note or a list item."""
        self._label = label
        self.mixed(element, place, lead=lead)
        self._label = None

    def block(self, element: etree._Element, place: Place) -> None:
        """Read one child of a clause."""
        name = local_name(element)
        if name and name not in self.skip:
            self.handlers.get(name, self.mixed)(element, place)

    def mixed(self, element: etree._Element, place: Place, *, lead: str = "") -> None:
        """Read text with blocks and footnotes in it; a paragraph of nothing but mathematics is a formula."""
        blocks: list[etree._Element] = []
        footnotes: list[tuple[int, etree._Element]] = []

        def stand_in(child: etree._Element) -> str | None:
            footnote = self.footnote_at(child)
            if footnote is not None:
                footnotes.append((len(blocks), footnote))
                return ""
            text = self.inline(child)
            if text is not None:
                return text
            if local_name(child) in self.handlers:
                blocks.append(child)
                return _BLOCK
            return None

        runs = text_of(element, skip=self.skip, breaks=self.breaks, replace=stand_in).split(_BLOCK)
        for position, run in enumerate(runs):
            text = lead + run.strip()
            formula = text.startswith(_MATH) and text.endswith(_MATH) and text.count(_MATH) == 2
            if text != lead:
                self.emit(BlockKind.FORMULA if formula else place.paragraph, text.replace(_MATH, ""))
                lead = ""
            self.footnotes((footnote for where, footnote in footnotes if where == position), place)
            if position < len(blocks):
                self.block(blocks[position], place)

    def plain(
        self,
        element: etree._Element,
        footnotes: list[etree._Element] | None = None,
        *,
        without: Collection[etree._Element] = (),
    ) -> str:
        """The text of a title, a cell or a term in one line; footnotes in it are added to `footnotes`."""

        def stand_in(child: etree._Element) -> str | None:
            if child in without:
                return ""
            footnote = self.footnote_at(child)
            if footnote is None:
                return self.inline(child)
            if footnotes is not None:
                footnotes.append(footnote)
            return ""

        return text_of(element, skip=self.skip, breaks=self.breaks, replace=stand_in).replace(_MATH, "")

    def footnotes(self, found: Iterable[etree._Element], place: Place) -> None:
        """Read footnotes; one that is repeated, as cells of a table do, is read once."""
        seen = set()
        kept, self._label = self._label, None
        for footnote in found:
            text = self.plain(footnote)
            if text not in seen:
                seen.add(text)
                inside = replace(place, override=place.footnote)
                self.labelled(self.footnote_label(footnote), footnote, inside)
        self._label = kept

    def math(self, element: etree._Element) -> str:
        """A formula inside text, marked so that a paragraph of nothing else is known."""
        return f"{_MATH}{formula_text(element)}{_MATH}"

    def rows(self, table: etree._Element, place: Place, footnotes: list[etree._Element]) -> None:
        """Read the rows of a table: head, body, foot. A row of the foot with one cell is a paragraph in the table."""
        parts = {"thead": 0, "tbody": 1, "tr": 1, "tfoot": 2}
        order = sorted((part for part in table if local_name(part) in parts), key=lambda part: parts[local_name(part)])
        for part in order:
            rows = [part] if local_name(part) == "tr" else [row for row in part if local_name(row) == "tr"]
            for row in rows:
                cells = [cell for cell in row if local_name(cell) in ("td", "th")]
                if local_name(part) == "tfoot" and len(cells) == 1:
                    self.mixed(cells[0], place)
                    continue
                texts = [self.plain(cell, footnotes) for cell in cells]
                if any(texts):
                    self.emit(place.row, " | ".join(texts))


def formula_text(element: etree._Element) -> str:
    """The text of an element that holds a formula, perhaps in several notations of which one is read."""
    for wanted, read in (("math", math_text), ("asciimath", text_of), ("tex-math", text_of)):
        for part in element.iter():
            if local_name(part) == wanted:
                return read(part)
    return text_of(element)


def child_of(element: etree._Element, *names: str) -> etree._Element | None:
    """The first child with one of the local names."""
    return next((child for child in element if local_name(child) in names), None)


def child_text(element: etree._Element, *names: str) -> str | None:
    """The text of the first child with one of the local names, or None where it has none."""
    child = child_of(element, *names)
    return (text_of(child) or None) if child is not None else None
