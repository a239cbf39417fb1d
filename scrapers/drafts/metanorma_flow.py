"""The clauses of Metanorma's presentation XML.

The text is there twice, as written (`title`, `xref`, `stem`) and as printed (`fmt-title`, `fmt-xref`, `fmt-stem`);
what was printed is read, so numbers and cross-references are those of the document.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from lxml import etree

from scrapers.drafts.flow import Flow, Place, child_of, formula_text
from scrapers.drafts.marks import link
from scrapers.drafts.tree import Tree, annex_is_normative, clause_number, kind_by_title
from scrapers.records import BlockKind, ClauseKind
from scrapers.xml import local_name, text_of

_FRONT = {"foreword": ClauseKind.FOREWORD, "introduction": ClauseKind.INTRODUCTION}
_FRONT_MATTER = frozenset({"foreword", "introduction", "abstract", "acknowledgements", "executivesummary"})
_INFORMATIVE_KINDS = frozenset({ClauseKind.FOREWORD, ClauseKind.INTRODUCTION, ClauseKind.BIBLIOGRAPHY})
_SECTIONS = ("clause", "terms", "definitions", "references", "annex", "appendix")
_LABEL = "fmt-caption-label"
_CAPTION = frozenset({_LABEL, "fmt-caption-delim", "fmt-obligation", "fmt-label-delim"})


class MetanormaFlow(Flow):
    """Reads the parts of a Metanorma document into a tree."""

    skip: ClassVar[frozenset[str]] = frozenset(
        {
            *("title", "name", "xref", "eref", "link", "stem", "concept", "preferred", "admitted", "deprecates"),
            *("definition", "domain", "source", "origin", "author", "attribution", "image", "index", "bookmark"),
            *("fmt-title", "fmt-name", "fmt-xref-label", "fmt-fn-label", "fmt-footnote-container", "fmt-fn-body"),
            *("fmt-annotation-start", "fmt-annotation-end", "callout", "callout-annotation"),
        }
    )

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree)
        self.handlers = {
            "p": self.mixed,
            "term": self._term,
            "fn": self._footnote,
            "bibitem": self._reference,
            "ul": self._list,
            "ol": self._list,
            "dl": self._legend,
            "table": self._table,
            "figure": self._figure,
            "formula": self._formula,
            "note": self._note,
            "example": self._example,
            "admonition": self._warning,
            "quote": self._quotation,
            "sourcecode": self._code,
            "termnote": self._note_to_entry,
            "termexample": self._example,
            "fmt-preferred": self._nothing,
            "fmt-admitted": self._names,
            "fmt-deprecates": self._names,
            "fmt-definition": self._definition,
            "fmt-termsource": self._source,
            **dict.fromkeys(_SECTIONS, self._section),
        }

    def part(self, element: etree._Element) -> None:
        """Read a clause, annex or bibliography at the top of the document."""
        name = local_name(element)
        if name not in (*_SECTIONS, *_FRONT_MATTER) or element.get("type") == "toc":
            return
        number, title = _heading(self, element)
        kind = _FRONT.get(name) or (kind_by_title(title) if number is None else None)
        if name == "annex":
            kind = ClauseKind.ANNEX
            normative = annex_is_normative(element.get("obligation"))
        else:
            kind = kind or (ClauseKind.FOREWORD if name in _FRONT_MATTER else ClauseKind.CLAUSE)
            if any(local_name(part) == "term" for part in element.iter()):
                kind = ClauseKind.TERMS
            if name == "references" and element.get("normative") != "true":
                kind = ClauseKind.BIBLIOGRAPHY
            normative = kind not in _INFORMATIVE_KINDS and name != "references"
        self.at = self.tree.open(number, title, kind, normative=normative)
        self._name(element)
        self._content(element)

    def inline(self, child: etree._Element) -> str | None:
        """Mathematics, and links, whose text may be their target."""
        name = local_name(child)
        if name in ("fmt-stem", "math"):
            return self.math(child)
        if name == "fmt-xref":
            return link(child.get("target"), self.plain(child))
        if name == "fmt-link":
            return text_of(child) or child.get("target", "")
        return None

    def footnote_at(self, child: etree._Element) -> etree._Element | None:
        """A footnote, which holds its text where the mark stands."""
        return child if local_name(child) == "fn" else None

    def footnote_label(self, footnote: etree._Element) -> str | None:
        """The mark of a footnote as printed."""
        return footnote.get("reference")

    def _nothing(self, element: etree._Element, _place: Place) -> None:
        """The preferred term is the title already."""

    def _section(self, element: etree._Element, _place: Place) -> None:
        outer = self.at
        number, title = _heading(self, element)
        if local_name(element) == "appendix":
            number = None
        self.at = self.tree.open(
            number, title, self.tree.kind(outer), normative=self.tree.normative(outer), parent=outer
        )
        self._name(element)
        self._content(element)
        self.at = outer

    def _content(self, element: etree._Element) -> None:
        for child in element:
            self.block(child, Place())

    def _term(self, element: etree._Element, _place: Place) -> None:
        outer = self.at
        printed = child_of(element, "fmt-name")
        number = clause_number(_label(printed) or "")
        preferred = child_of(element, "fmt-preferred")
        names = [] if preferred is None else [self.plain(line) for line in preferred if local_name(line) == "p"]
        self.at = self.tree.open(number, names[0] if names else None, ClauseKind.TERM, normative=True, parent=outer)
        for name in names[1:]:
            self.emit(BlockKind.TERM_NAME, name)
        self._name(element)
        self._content(element)
        self.at = outer

    def _name(self, element: etree._Element) -> None:
        for part in element.iter():
            self.tree.name(self.at, part.get("id"), part.get("anchor"))

    def _names(self, element: etree._Element, _place: Place) -> None:
        deprecated = local_name(element) == "fmt-deprecates"
        for line in element:
            marked = [part for part in line.iter() if part.get("element") in ("admitted", "deprecates")]
            text = self.plain(marked[0] if marked else line)
            self._label = "DEPRECATED" if deprecated else None
            self.emit(BlockKind.TERM_NAME, text)
        self._label = None

    def _definition(self, element: etree._Element, _place: Place) -> None:
        self.labelled(None, element, Place(BlockKind.DEFINITION))

    def _source(self, element: etree._Element, _place: Place) -> None:
        text = self.plain(element).removeprefix("[SOURCE:").removesuffix("]")
        self._label = "SOURCE"
        self.emit(BlockKind.TERM_SOURCE, text)
        self._label = None

    def _note_to_entry(self, element: etree._Element, _place: Place) -> None:
        self.labelled(_printed_label(element), element, Place(BlockKind.NOTE_TO_ENTRY))

    def _reference(self, element: etree._Element, place: Place) -> None:
        tag, text = child_of(element, "biblio-tag"), child_of(element, "formattedref")
        footnotes: list[etree._Element] = []
        label = self.plain(tag, footnotes) if tag is not None else ""
        # A bibliography prints "[1] ISO 3696:1987, ", a list of normative references "ISO 712, ".
        mark, _, rest = label.partition("]")
        identifier = rest if mark.startswith("[") else label
        parts = (identifier.strip(), self.plain(text, footnotes) if text is not None else "")
        self._label = f"{mark}]" if mark.startswith("[") else None
        self.emit(BlockKind.REFERENCE, " ".join(parts))
        self._label = None
        self.footnotes(footnotes, place)

    def _footnote(self, element: etree._Element, place: Place) -> None:
        self.footnotes([element], place)

    def _list(self, element: etree._Element, place: Place) -> None:
        for child in element:
            if local_name(child) == "li":
                printed = child_of(child, "fmt-name")
                label = text_of(printed) if printed is not None else None
                self.labelled(label, child, replace(place, override=place.list_item))
            else:
                self.block(child, place)

    def _legend(self, element: etree._Element, place: Place) -> None:
        term = ""
        footnotes: list[etree._Element] = []
        for child in element:
            name = local_name(child)
            if name == "dt":
                term = self.plain(child, footnotes)
            elif name == "dd":
                text = self.plain(child, footnotes)
                if text:
                    self.emit(place.list_item, f"{term} {text}")
            else:
                self.block(child, place)
        self.footnotes(footnotes, place)

    def _caption(self, element: etree._Element, kind: BlockKind, footnotes: list[etree._Element]) -> None:
        printed = child_of(element, "fmt-name")
        if printed is not None:
            self._label = _label(printed)
            self.emit(kind, _without_label(self, printed, footnotes) or self._label or "")
            self._label = None

    def _table(self, element: etree._Element, place: Place) -> None:
        inside = replace(place, host="table")
        footnotes: list[etree._Element] = []
        self._caption(element, BlockKind.TABLE_TITLE, footnotes)
        self.rows(element, inside, footnotes)
        for child in element:
            if local_name(child) not in ("thead", "tbody", "tfoot", "colgroup"):
                self.block(child, inside)
        self.footnotes(footnotes, inside)

    def _figure(self, element: etree._Element, place: Place) -> None:
        inside = replace(place, host="figure")
        footnotes: list[etree._Element] = []
        self._caption(element, BlockKind.FIGURE_TITLE, footnotes)
        for child in element:
            following = child.getnext()
            heads_key = local_name(child) == "p" and following is not None and local_name(following) == "dl"
            if not heads_key:
                self.block(child, inside)
        self.footnotes(footnotes, inside)

    def _formula(self, element: etree._Element, place: Place) -> None:
        printed = child_of(element, "fmt-name")
        for child in element:
            if local_name(child) == "fmt-stem":
                self._label = _label(printed)
                self.emit(BlockKind.FORMULA, formula_text(child))
                self._label = None
            else:
                self.block(child, place)

    def _note(self, element: etree._Element, place: Place) -> None:
        self.labelled(_printed_label(element), element, replace(place, override=place.note))

    def _example(self, element: etree._Element, place: Place) -> None:
        inside = replace(place, override=BlockKind.EXAMPLE)
        self._label = _printed_label(element)
        printed = child_of(element, "fmt-name")
        if printed is not None:
            self.emit(BlockKind.EXAMPLE, _without_label(self, printed))
        self.labelled(self._label, element, inside)

    def _warning(self, element: etree._Element, place: Place) -> None:
        label = _printed_label(element) or (element.get("type") or "").upper()
        self.labelled(label, element, replace(place, override=BlockKind.WARNING))

    def _quotation(self, element: etree._Element, place: Place) -> None:
        # Quoted text binds nobody, as an example does not (Part 2, 25.5).
        self.mixed(element, replace(place, override=BlockKind.EXAMPLE))

    def _code(self, element: etree._Element, _place: Place) -> None:
        body = child_of(element, "body")
        self.emit(BlockKind.CODE, text_of(body if body is not None else element, skip=self.skip))


def _heading(flow: Flow, element: etree._Element) -> tuple[str | None, str | None]:
    printed = child_of(element, "fmt-title")
    if printed is None:
        return None, None
    return clause_number(_label(printed) or ""), _without_label(flow, printed) or None


def _label(printed: etree._Element | None) -> str | None:
    """The label in a printed name: `Annex A`, `Table 1`, `NOTE 2`."""
    if printed is None:
        return None
    spans = (part for part in printed.iter() if part.get("class") == _LABEL)
    return next(filter(None, map(text_of, spans)), None)


def _printed_label(element: etree._Element) -> str | None:
    return _label(child_of(element, "fmt-name"))


def _without_label(flow: Flow, printed: etree._Element, footnotes: list[etree._Element] | None = None) -> str:
    spans = [part for part in printed.iter() if part.get("class") in _CAPTION]
    return flow.plain(printed, footnotes, without=spans)
