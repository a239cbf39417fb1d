"""The clauses of STS XML, with terms in TBX (ISO 30042).

Converters leave faults that are read around: terms are known by `term-sec`, not by `sec-type`; the status of an annex
by `annex-type`; a warning by its label; footnotes of a table by where they stand, not by their numbers; notes that
follow a table are the table's.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

from lxml import etree

from scrapers.drafts.flow import Flow, Place, child_of, child_text, formula_text
from scrapers.drafts.marks import link
from scrapers.drafts.sts_links import Targets
from scrapers.drafts.tree import Tree, annex_is_normative, clause_number, kind_by_title
from scrapers.records import BlockKind, ClauseKind
from scrapers.xml import local_name, text_of

_KINDS = {
    "foreword": ClauseKind.FOREWORD,
    "intro": ClauseKind.INTRODUCTION,
    "introduction": ClauseKind.INTRODUCTION,
    "terms": ClauseKind.TERMS,
    "bibl": ClauseKind.BIBLIOGRAPHY,
}
_INFORMATIVE_KINDS = frozenset({ClauseKind.FOREWORD, ClauseKind.INTRODUCTION, ClauseKind.BIBLIOGRAPHY})
_NORMATIVE_REFERENCES = frozenset({"normative references", "références normatives", "引用規格"})
_WARNINGS = ("WARNING", "CAUTION", "DANGER", "警告", "注意", "危険")
_BARE_LABEL = re.compile(r"(?:[A-Z]{1,2}[.-])?\d.*")
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class StsFlow(Flow):
    """Reads the parts of an STS document into a tree."""

    skip: ClassVar[frozenset[str]] = frozenset(
        {"label", "alt-text", "long-desc", "object-id", "graphic", "inline-graphic", "media", "index-term"}
    )

    def __init__(self, tree: Tree, root: etree._Element, language: str) -> None:
        super().__init__(tree)
        self._language = language
        self._taken: set[etree._Element] = set()
        self._targets = Targets(root, language)
        groups = (element for element in root.iter() if local_name(element) == "fn-group")
        self._endnotes = {note.get("id"): note for group in groups for note in group if local_name(note) == "fn"}
        self.handlers = {
            "p": self.mixed,
            "sec": self._section,
            "notes": self._section,
            "term-sec": self._term,
            "app": self._annex,
            "ref-list": self._references,
            "list": self._list,
            "def-list": self._definition_list,
            "array": self._legend,
            "table-wrap": self._table,
            "table": self._bare_table,
            "fig": self._figure,
            "fig-group": self._figure,
            "disp-formula": self._formula,
            "non-normative-note": self._note,
            "non-normative-example": self._example,
            "normative-note": self._labelled,
            "normative-example": self._labelled,
            "disp-quote": self._quotation,
            "code": self._code,
            "preformat": self._code,
            "fn": self._footnote,
            "fn-group": self._endnotes_in_place,
        }

    def part(self, part: etree._Element) -> None:
        """Read front matter, body or back matter."""
        defaults = {"body": ClauseKind.CLAUSE, "back": ClauseKind.BIBLIOGRAPHY}
        default = defaults.get(local_name(part), ClauseKind.FOREWORD)
        for child in part:
            name = local_name(child)
            if name in ("sec", "notes", "ref-list"):
                self._clause(child, ClauseKind.BIBLIOGRAPHY if name == "ref-list" else default)
            elif name == "app-group":
                for annex in child:
                    if local_name(annex) == "app":
                        self._annex(annex, Place())
            elif name == "app":
                self._annex(child, Place())
            elif default is ClauseKind.CLAUSE and text_of(child):
                self.at = self.tree.open(None, None, default, normative=True)
                self.block(child, Place())

    def inline(self, child: etree._Element) -> str | None:
        """Mathematics, the mark of a footnote, a reference, and a formula that stands inside a sentence."""
        name = local_name(child)
        if name in ("math", "inline-formula"):
            return self.math(child)
        if self._is_mark(child):
            return ""
        if name == "xref":
            return link(child.get("rid"), self._targets.printed(child, self.plain(child)))
        if name == "std" and all(local_name(part) != "fn" for part in child.iter()):
            return text_of(child)  # trimmed: converters break lines inside
        if name == "disp-formula" and not child.get("id") and child_of(child, "label") is None:
            parent = child.getparent()
            return None if parent is None or local_name(parent) in ("sec", "app") else self.math(child)
        return None

    def footnote_at(self, child: etree._Element) -> etree._Element | None:
        """A footnote in the text, or the one of a group that a mark in the text refers to."""
        if local_name(child) == "fn":
            return child
        return self._endnotes.get(child.get("rid")) if self._is_mark(child) else None

    def footnote_label(self, footnote: etree._Element) -> str | None:
        """The mark as the file numbers it."""
        return child_text(footnote, "label")

    def mixed(self, element: etree._Element, place: Place, *, lead: str = "") -> None:
        """As in `Flow`; notes that were read with the table before them are left out."""
        if element not in self._taken:
            super().mixed(element, place, lead=lead)

    @staticmethod
    def _is_mark(element: etree._Element) -> bool:
        return local_name(element) == "xref" and element.get("ref-type") in ("fn", "table-fn")

    def _clause(self, element: etree._Element, default: ClauseKind, parent: int | None = None) -> None:
        title_element = child_of(element, "title")
        footnotes: list[etree._Element] = []
        title = self.plain(title_element, footnotes) if title_element is not None else None
        number = clause_number(child_text(element, "label") or "")
        kind_name = element.get("sec-type") or element.get("content-type") or ""
        if kind_name == "index":
            return
        if parent is None:
            kind = _KINDS.get(kind_name) or (kind_by_title(title) if number is None else None) or default
            if any(local_name(child) == "term-sec" for child in element.iter()):
                kind = ClauseKind.TERMS
            listed = kind_name == "norm-refs" or (title or "").casefold() in _NORMATIVE_REFERENCES
            normative = kind not in _INFORMATIVE_KINDS and not listed and default is not ClauseKind.BIBLIOGRAPHY
        else:
            kind, normative = self.tree.kind(parent), self.tree.normative(parent)
        outer = self.at
        self.at = self.tree.open(number, title, kind, normative=normative, parent=parent)
        self._name(element)
        self.footnotes(footnotes, Place())
        if local_name(element) == "ref-list":
            self._entries(element)
        else:
            self._content(element)
        self.at = outer

    def _name(self, element: etree._Element) -> None:
        for part in element.iter():
            self.tree.name(self.at, part.get("id"))

    def _content(self, element: etree._Element) -> None:
        for child in element:
            if local_name(child) not in ("title", "annex-type", "sec-type", "meta"):
                self.block(child, Place())

    def _section(self, element: etree._Element, _place: Place) -> None:
        self._clause(element, ClauseKind.CLAUSE, parent=self.at)

    def _annex(self, annex: etree._Element, _place: Place) -> None:
        title_element = child_of(annex, "title")
        title = self.plain(title_element) if title_element is not None else None
        label = child_text(annex, "label") or ""
        if annex.get("content-type") == "bibl":
            self._clause(annex, ClauseKind.BIBLIOGRAPHY)
            return
        status = child_text(annex, "annex-type")
        normative = annex_is_normative(status or annex.get("content-type"), label)
        self.at = self.tree.open(clause_number(label), title, ClauseKind.ANNEX, normative=normative)
        self._name(annex)
        self._content(annex)

    def _footnote(self, element: etree._Element, place: Place) -> None:
        self.footnotes([element], place)

    def _endnotes_in_place(self, _group: etree._Element, _place: Place) -> None:
        """Endnotes are read where the text refers to them."""

    def _references(self, element: etree._Element, _place: Place) -> None:
        title = child_of(element, "title")
        if title is not None and self.plain(title) not in ("", self.tree.title(self.at)):
            self._clause(element, ClauseKind.BIBLIOGRAPHY, parent=self.at)
        else:
            self._entries(element)

    def _entries(self, element: etree._Element) -> None:
        for child in element:
            if local_name(child) == "ref":
                self._reference(child)
            elif local_name(child) != "title":
                self.block(child, Place())

    def _reference(self, element: etree._Element) -> None:
        label = child_text(element, "label")
        footnotes: list[etree._Element] = []
        texts = [self.plain(part, footnotes) for part in element if local_name(part) not in self.skip]
        text = " ".join(filter(None, texts))
        if label and text.startswith(label):
            text = text.removeprefix(label).lstrip(" ,")
        self._label = label
        self.emit(BlockKind.REFERENCE, text)
        self._label = None
        self.footnotes(footnotes, Place())

    def _list(self, element: etree._Element, place: Place) -> None:
        for child in element:
            if local_name(child) == "list-item":
                item = replace(place, override=place.list_item)
                self.labelled(child_text(child, "label"), child, item)
            else:
                self.block(child, place)

    def _definition_list(self, element: etree._Element, place: Place) -> None:
        for item in element:
            if local_name(item) == "def-item":
                self._pair([part for part in item if local_name(part) in ("term", "def")], place)
            else:
                self.block(item, place)

    def _legend(self, element: etree._Element, place: Place) -> None:
        for row in element.iter():
            if local_name(row) == "tr":
                self._pair([cell for cell in row if local_name(cell) in ("td", "th")], place)

    def _pair(self, parts: list[etree._Element], place: Place) -> None:
        footnotes: list[etree._Element] = []
        self.emit(place.list_item, " ".join(self.plain(part, footnotes) for part in parts))
        self.footnotes(footnotes, place)

    def _caption(self, element: etree._Element, kind: BlockKind, word: str, footnotes: list[etree._Element]) -> None:
        label = child_text(element, "label")
        caption = child_of(element, "caption")
        text = self.plain(caption, footnotes) if caption is not None else ""
        if label and _BARE_LABEL.fullmatch(label):
            label = f"{word} {label}"
        self._label = label
        self.emit(kind, text or label or "")
        self._label = None

    def _table(self, element: etree._Element, place: Place) -> None:
        inside = replace(place, host="table")
        footnotes: list[etree._Element] = []
        self._caption(element, BlockKind.TABLE_TITLE, "Table", footnotes)
        for child in element:
            name = local_name(child)
            if name == "table":
                self.rows(child, inside, footnotes)
            elif name == "table-wrap-foot":
                for part in child:
                    if local_name(part) in ("fn", "fn-group"):
                        footnotes.extend([part] if local_name(part) == "fn" else part)
                    else:
                        self.block(part, inside)
            elif name not in ("label", "caption"):
                self.block(child, inside)
        follower = element.getnext()
        while follower is not None and local_name(follower) == "non-normative-note":
            self._note(follower, inside)
            self._taken.add(follower)
            follower = follower.getnext()
        self.footnotes(footnotes, inside)

    def _bare_table(self, element: etree._Element, place: Place) -> None:
        inside = replace(place, host="table")
        footnotes: list[etree._Element] = []
        self.rows(element, inside, footnotes)
        self.footnotes(footnotes, inside)

    def _figure(self, element: etree._Element, place: Place) -> None:
        inside = replace(place, host="figure")
        footnotes: list[etree._Element] = []
        self._caption(element, BlockKind.FIGURE_TITLE, "Figure", footnotes)
        for child in element:
            if local_name(child) not in ("label", "caption"):
                self.block(child, inside)
        self.footnotes(footnotes, inside)

    def _formula(self, element: etree._Element, _place: Place) -> None:
        self._label = child_text(element, "label")
        self.emit(BlockKind.FORMULA, formula_text(element))
        self._label = None

    def _note(self, element: etree._Element, place: Place) -> None:
        if element in self._taken:
            return
        label = child_text(element, "label")
        warning = (label or "").upper().startswith(_WARNINGS)
        kind = BlockKind.WARNING if warning else place.note
        self.labelled(label, element, replace(place, override=kind))

    def _example(self, element: etree._Element, place: Place) -> None:
        self.labelled(child_text(element, "label"), element, replace(place, override=BlockKind.EXAMPLE))

    def _labelled(self, element: etree._Element, place: Place) -> None:
        self.labelled(child_text(element, "label"), element, place)

    def _quotation(self, element: etree._Element, place: Place) -> None:
        # Quoted text binds nobody, as an example does not (Part 2, 25.5).
        quoted = replace(place, override=BlockKind.EXAMPLE)
        for child in element:
            if local_name(child) not in ("attrib", "related-object"):
                self.block(child, quoted)

    def _code(self, element: etree._Element, _place: Place) -> None:
        self.emit(BlockKind.CODE, text_of(element, skip={"xref", "element-citation"}))

    def _term(self, element: etree._Element, _place: Place) -> None:
        outer = self.at
        number = clause_number(child_text(element, "label") or "")
        entry = self._language_set(element)
        names = [] if entry is None else _names(entry)
        texts = [self.plain(name) for name, _ in names]
        title = texts[0] if texts else None
        self.at = self.tree.open(number, title, ClauseKind.TERM, normative=True, parent=outer)
        self._name(element)
        for (_, status), text in list(zip(names, texts, strict=True))[1:]:
            self._label = status
            self.emit(BlockKind.TERM_NAME, text)
            self._label = None
        if entry is not None:
            self._entry(entry)
        for child in element:
            if local_name(child) not in ("label", "termEntry"):
                self.block(child, Place())
        self.at = outer

    def _language_set(self, element: etree._Element) -> etree._Element | None:
        sets = [child for child in element.iter() if local_name(child) == "langSet"]
        return min(sets, key=lambda one: one.get(_LANGUAGE) != self._language, default=None)

    def _entry(self, entry: etree._Element) -> None:
        notes = 0
        domain = child_text(entry, "subjectField")
        for child in entry:
            name = local_name(child)
            if name == "definition":
                lead = f"<{domain}> " if domain else ""
                self.labelled(None, child, Place(BlockKind.DEFINITION), lead=lead)
            elif name == "note":
                notes += 1
                label = child_text(child, "label") or f"Note {notes} to entry"
                self.labelled(label, child, Place(BlockKind.NOTE_TO_ENTRY))
            elif name == "example":
                self.labelled(child_text(child, "label") or "EXAMPLE", child, Place(BlockKind.EXAMPLE))
            elif name == "source":
                self.labelled("SOURCE", child, Place(BlockKind.TERM_SOURCE))
            elif name not in ("tig", "ntig", "subjectField"):
                self.block(child, Place())


def _names(entry: etree._Element) -> list[tuple[etree._Element, str | None]]:
    """The terms of an entry, preferred ones first, each with DEPRECATED where it is."""
    ranks = {"preferredTerm": 0, "": 1, "admittedTerm": 2, "deprecatedTerm": 3, "supersededTerm": 3}
    found = []
    for group in entry:
        if local_name(group) in ("tig", "ntig"):
            term = next((part for part in group.iter() if local_name(part) == "term"), None)
            mark = next((part for part in group.iter() if local_name(part) == "normativeAuthorization"), None)
            value = "" if mark is None else (mark.get("value") or text_of(mark))
            if term is not None:
                found.append((ranks.get(value, 1), term))
    found.sort(key=lambda pair: pair[0])
    return [(term, "DEPRECATED" if rank == 3 else None) for rank, term in found]
