"""The clauses of an HTML page: headings, paragraphs, lists, tables, notes, as Asciidoctor and Metanorma write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from lxml import etree

from scrapers.drafts.flow import Place
from scrapers.drafts.headings import annex_heading, annex_status, is_sentence, numbered_heading
from scrapers.drafts.html_lists import item_labels
from scrapers.drafts.labels import DASH, deprecated_term, is_continued, read_label
from scrapers.drafts.marks import link
from scrapers.drafts.mathml import math_text
from scrapers.drafts.outline import Outline, depth_of, is_contents
from scrapers.drafts.terms import read_term_macros
from scrapers.drafts.tree import kind_by_title
from scrapers.records import BlockKind, ClauseKind
from scrapers.xml import local_name, text_of

HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SKIPPED = frozenset(
    "script style head nav svg button form template noscript iframe object video audio img hr input select".split()
)
_SKIPPED_CLASSES = frozenset("toc sidebarblock annotation reviewer boilerplate-place footnotes footnote colist".split())
_SKIPPED_IDS = frozenset({"toc", "footer", "footnotes", "nav", "toc-list"})
_BLOCKS = frozenset(
    "p div section article main body ul ol dl table figure pre blockquote aside header footer address details summary "
    "figcaption center fieldset math h1 h2 h3 h4 h5 h6 li".split()
)
_BREAKS = frozenset({"br", "p", "div", "li", "td", "th", "tr", "dt", "dd"})
_TITLES = frozenset({"zzstdtitle", "zzstdtitle1", "zzstdtitle2", "coverltitle", "doctitle-en"})
_ADMONITIONS = frozenset({"warning", "caution", "danger", "important", "safety"})
_FORMULA = re.compile(r"^(?:\\\$.*\\\$|\\\(.*\\\)|\\\[.*\\\]|\(#\(.*\)#\)|\$\$.*\$\$)$", re.DOTALL)
_DELIMITERS = re.compile(r"\\\$|\\[()\[\]]|\(#\(|\)#\)|\$\$")
_FORMULA_LABEL = re.compile(r"\s*(\((?:[A-Z]{1,2}[.-])?\d+(?:[.-]\d+)*\))\s*$")
_CAPTION = re.compile(r"^((?:Table|Figure|表|図)\s*(?:[A-Z]{1,2}\.)?\d[\d.]*?)[.:]?\s+(?=\S)")
_REFERENCE_LABEL = re.compile(r"^(\[\d+\])\s*")
_IDENTIFIER = re.compile(r"^\[((?:[A-Z]{2,})[^\]]*)\]\s*,?\s*")
_LOOKS_LIKE_REFERENCE = re.compile(r"^[A-Z]{2,}[A-Za-z]*(?:[ /-][A-Z]+)*[ /-]\S*\d")

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class HtmlFlow:
    """Reads the body of a page into an outline.

    `base` is the level of the headings of clauses (1 for `h1`); headings above it are titles of the document.
    `footnotes` holds the elements that marks in the text point to, by their id.
    """

    def __init__(self, name: str, base: int, footnotes: dict[str, etree._Element]) -> None:
        self.outline = Outline(name)
        self.titles: list[str] = []
        self._base = base
        self._notes = footnotes
        self._seen: set[str] = set()
        self._domain: str | None = None
        self._contents = False

    def walk(self, element: etree._Element, place: Place | None = None) -> None:
        """Read what an element holds: text and inline elements run together, blocks stand alone."""
        place = place or Place()
        run = etree.Element("run")
        run.text = _safe(element.text)
        for child in list(element):
            if self._is_block(child):
                self._flush(run, place)
                self._block(child, place)
                run = etree.Element("run")
                run.text = _safe(child.tail)
            else:
                tail = child.tail
                run.append(child)
                child.tail = tail
        self._flush(run, place)

    @staticmethod
    def _is_block(element: etree._Element) -> bool:
        name = local_name(element)
        return name in _BLOCKS or (name in _SKIPPED and name not in ("img", "svg", "input"))

    def _flush(self, run: etree._Element, place: Place) -> None:
        if len(run) or (run.text or "").strip():
            self._text(run, place, None)

    def _block(self, element: etree._Element, place: Place) -> None:
        name, classes = local_name(element), _classes(element)
        key = element.get("id") or ""
        if name in _SKIPPED or key in _SKIPPED_IDS or classes & _SKIPPED_CLASSES or _is_hidden(element):
            return
        headed = name not in HEADINGS and any(local_name(part) in HEADINGS for part in element.iter())
        self.outline.name(key, of_next=headed or name in HEADINGS)
        if name in HEADINGS and not (classes & {"termnum"}):
            self._heading(element, HEADINGS[name], classes)
        elif self._contents and name not in ("div", "section", "main", "article", "header"):
            pass
        elif "termnum" in classes:
            found = numbered_heading(self.plain(element))
            depth = depth_of(found.number) if found.number else self.outline.depth + 1
            self.outline.open(depth, found.number, found.title, ClauseKind.TERM)
        elif classes & {"terms", "altterms", "deprecatedterms"}:
            self._term_name(self.plain(element))
        elif classes & _TITLES:
            self.titles.append(self.plain(element))
        elif name in ("ul", "ol"):
            self._list(element, place)
        elif name == "dl":
            self._definitions(element, place)
        elif name == "table":
            self._table(element, place)
        elif name == "pre":
            self.outline.add(BlockKind.CODE, text_of(element, replace=_without_callout))
        elif name == "math":
            self.outline.add(BlockKind.FORMULA, math_text(element))
        elif name == "blockquote" or "quoteblock" in classes:
            # Quoted text binds nobody, as an example does not (Part 2, 25.5).
            self.walk(_without(element, "attribution"), replace(place, override=BlockKind.EXAMPLE))
        else:
            self._division(element, name, classes, place)

    def _division(self, element: etree._Element, name: str, classes: set[str], place: Place) -> None:
        admonition = classes & _ADMONITIONS
        if "admonitionblock" in classes or "admonition" in classes:
            self._admonition(element, admonition, place)
        elif classes & {"note", "termnote"} and name != "p":
            self._note(element, place)
        elif "exampleblock" in classes or classes & {"example", "termexample"}:
            self._example(element, place)
        elif name == "figure" or classes & {"imageblock", "figure"}:
            self._figure(element, place)
        elif classes & {"stemblock", "formula"}:
            self._formula(element)
        elif "title" in classes or name == "figcaption":
            self._title(element, place)
        elif name == "p" or classes & {"tabletitle", "figuretitle"}:
            kind = BlockKind.TERM_SOURCE if "source" in _classes(element.getparent()) else None
            self._text(element, place, kind)
        else:
            self.walk(element, place)

    def _heading(self, element: etree._Element, level: int, classes: set[str]) -> None:
        text = self.plain(element)
        if level < self._base and not self.outline.started:
            self.titles.append(text)
            self.outline.add(BlockKind.PARAGRAPH, text)
            return
        if is_contents(text):
            self._contents = True
            return
        self._contents = False
        annex = annex_heading(text)
        if annex is not None:
            self.outline.open(1, annex.number, annex.title, ClauseKind.ANNEX, normative=annex.normative)
            return
        found = numbered_heading(text)
        if not text:
            return
        depth = depth_of(found.number) if found.number else max(level - self._base + 1, 1)
        front = "forewordtitle" in classes or "introtitle" in classes
        kind = kind_by_title(found.title) if found.number is None and (front or depth == 1) else None
        if found.number and found.title and is_sentence(found.title):
            self.outline.open(depth, found.number, None, kind)
            self.outline.add(BlockKind.PARAGRAPH, found.title)
        else:
            self.outline.open(depth, found.number, found.title, kind)

    def _title(self, element: etree._Element, place: Place) -> None:
        """A title of a block; Asciidoctor writes the one of the foreword so, before any heading."""
        text = self.plain(element)
        if kind_by_title(text) is not None:
            self.outline.open(1, None, text, kind_by_title(text))
        elif text:
            self._caption(text, place)

    def _caption(self, text: str, place: Place) -> None:
        marked = read_label(text)
        if marked.kind in (BlockKind.TABLE_TITLE, BlockKind.FIGURE_TITLE):
            self.outline.add(marked.kind, marked.text, marked.label)
            return
        found = _CAPTION.match(text)
        kind = {"clause": place.paragraph, "table": BlockKind.TABLE_TITLE, "figure": BlockKind.FIGURE_TITLE}[place.host]
        if found:
            kind = BlockKind.TABLE_TITLE if found[1].startswith(("Table", "表")) else BlockKind.FIGURE_TITLE
        self.outline.add(kind, text[found.end() :] if found else text, found[1] if found else None)

    def _admonition(self, element: etree._Element, kinds: set[str], place: Place) -> None:
        kind = BlockKind.WARNING if kinds else place.note
        if kind is BlockKind.NOTE and self._in_term:
            kind = BlockKind.NOTE_TO_ENTRY
        label = next((word.upper() for word in sorted(kinds)), "NOTE")
        content = next((part for part in element.iter() if "content" in _classes(part)), None)
        if content is None:
            self.walk(element, replace(place, override=kind))
        else:
            if kind is BlockKind.NOTE_TO_ENTRY:
                label = f"Note {self.outline.labelled(kind) + 1} to entry"
            self._with_label(label, content, kind, place)

    def _note(self, element: etree._Element, place: Place) -> None:
        """A note whose label is part of its text."""
        kind = BlockKind.NOTE_TO_ENTRY if self._in_term else place.note
        self.walk(element, replace(place, override=kind))

    def _with_label(self, label: str, element: etree._Element, kind: BlockKind, place: Place) -> None:
        before = self.outline.count
        self.walk(element, replace(place, override=kind))
        self.outline.label(before, label)

    def _example(self, element: etree._Element, place: Place) -> None:
        titles = [part for part in element if "title" in _classes(part)]
        title = self.plain(titles[0]) if titles else ""
        body = _without(element, "title") if titles else element
        if _CAPTION.match(title) or any(local_name(part) == "img" for part in element.iter()):
            self._caption(title, replace(place, host="figure"))
            self.walk(body, replace(place, host="figure"))
        else:
            label = read_label(f"{title} .").label if title else None
            self._with_label(label or "EXAMPLE", body, BlockKind.EXAMPLE, place)

    def _figure(self, element: etree._Element, place: Place) -> None:
        self.walk(element, replace(place, host="figure"))

    def _formula(self, element: etree._Element) -> None:
        text = self.plain(element)
        found = _FORMULA_LABEL.search(text) if not _FORMULA.match(text) else None
        formula = text[: found.start()] if found else text
        self.outline.add(BlockKind.FORMULA, formula, found[1] if found else None)

    def _list(self, element: etree._Element, place: Place) -> None:
        items = [child for child in element if local_name(child) == "li"]
        references = "bibliography" in _classes(element) or self.outline.in_references
        for label, item in zip(item_labels(element, items), items, strict=True):
            inside = replace(place, override=BlockKind.REFERENCE if references else place.list_item)
            before = self.outline.count
            self.walk(item, inside)
            if not references or label != DASH:
                self.outline.label(before, label)

    def _definitions(self, element: etree._Element, place: Place) -> None:
        term = ""
        for child in element.iter("dt", "dd"):
            if local_name(child) == "dt":
                term = self.plain(child)
            else:
                notes: list[str] = []
                text = self.plain(child, notes)
                self.outline.add(place.list_item, f"{term} {text}")
                self._read_notes(notes, place)

    def _table(self, element: etree._Element, place: Place) -> None:
        inside = replace(place, host="table")
        notes: list[str] = []
        for caption in element.iter("caption"):
            self._caption(self.plain(caption, notes), inside)
        parts = {"thead": 0, "tbody": 1, "tfoot": 2}
        rows = sorted(element.iter("tr"), key=lambda row: parts.get(_parent_name(row), 1))
        widest = max((len(row) for row in rows), default=0)
        for row in rows:
            if _table_of(row) is not element:
                continue
            cells = [cell for cell in row if local_name(cell) in ("td", "th")]
            if len(cells) == 1 and (widest > 1 or _parent_name(row) == "tfoot"):
                self._whole_row(cells[0], inside)
                continue
            texts = [self.plain(cell, notes) for cell in cells]
            if any(texts):
                self.outline.add(place.row, " | ".join(texts))
        self._read_notes(notes, inside)

    def _whole_row(self, cell: etree._Element, place: Place) -> None:
        """A row of one cell: notes and paragraphs of the table, or a heading inside it."""
        text = text_of(cell, breaks=_BREAKS)
        blocks = any(local_name(part) in ("p", "div") for part in cell)
        if blocks or text.endswith((".", "。")):
            self.walk(cell, place)
        elif text:
            self.outline.add(BlockKind.TABLE_ROW, text)

    def _term_name(self, text: str) -> None:
        deprecated = deprecated_term(text)
        if self.outline.title is None and self.outline.kind is ClauseKind.TERM and deprecated is None:
            self.outline.retitle(text)
        else:
            self.outline.add(BlockKind.TERM_NAME, deprecated or text, "DEPRECATED" if deprecated else None)

    def _text(self, element: etree._Element, place: Place, kind: BlockKind | None) -> None:
        """One paragraph with its footnotes."""
        notes: list[str] = []
        raw = text_of(element, skip=_SKIPPED, breaks=_BREAKS, replace=lambda child: self._inline(child, notes))
        text = _tidy(raw)
        if text and not self._annex_status(text) and not is_continued(text):
            self._paragraph(raw, text, place, kind)
        self._read_notes(notes, place)

    def _annex_status(self, text: str) -> bool:
        if self.outline.kind is not ClauseKind.ANNEX or not self.outline.empty:
            return False
        status = annex_status(text)
        if status is not None:
            self.outline.restate(status)
        return status is not None

    def _paragraph(self, raw: str, text: str, place: Place, kind: BlockKind | None) -> None:
        macros = read_term_macros(text)
        if macros is not None and self.outline.in_terms:
            for name, deprecated in macros.names:
                self.outline.add(BlockKind.TERM_NAME, name, "DEPRECATED" if deprecated else None)
            self._domain = macros.domain or self._domain
            text = macros.rest
        elif self._domain and place.override is None and kind is None:
            text, self._domain = f"<{self._domain}> {text}", None
            kind = BlockKind.DEFINITION
        if kind is not None or place.override is BlockKind.REFERENCE:
            self._reference(text, kind or BlockKind.REFERENCE)
            return
        marked = read_label(text)
        found = marked.kind
        if found is BlockKind.NOTE and (self._in_term or place.override is BlockKind.NOTE_TO_ENTRY):
            found = BlockKind.NOTE_TO_ENTRY
        elif found is BlockKind.NOTE:
            found = place.note
        if found is BlockKind.LIST_ITEM and place.override is not None:
            found = place.override
        if found is not None:
            self.outline.add(found, marked.text, marked.label)
        elif _FORMULA.match(raw):
            self.outline.add(BlockKind.FORMULA, text)
        elif self.outline.in_references and (_REFERENCE_LABEL.match(text) or _LOOKS_LIKE_REFERENCE.match(text)):
            self._reference(text, BlockKind.REFERENCE)
        else:
            self.outline.add(place.paragraph, text)

    def _reference(self, text: str, kind: BlockKind) -> None:
        found = _REFERENCE_LABEL.match(text)
        text = text[found.end() :] if found else _IDENTIFIER.sub(r"\1, ", text)
        self.outline.add(kind, text, found[1] if found else "SOURCE" if kind is BlockKind.TERM_SOURCE else None)

    @property
    def _in_term(self) -> bool:
        return self.outline.kind is ClauseKind.TERM or (self.outline.in_terms and self.outline.depth > 1)

    def plain(self, element: etree._Element, notes: list[str] | None = None) -> str:
        """The text of a heading, cell or term in one line; the footnotes it refers to are added to `notes`."""
        found: list[str] = [] if notes is None else notes
        return _tidy(text_of(element, skip=_SKIPPED, breaks=_BREAKS, replace=lambda child: self._inline(child, found)))

    def _inline(self, child: etree._Element, notes: list[str]) -> str | None:
        name = local_name(child)
        if name == "math":
            return math_text(child)
        if name not in ("a", "sup", "span"):
            return None
        for anchor in child.iter("a"):
            target = (anchor.get("href") or "").partition("#")[2]
            if target in self._notes and (name == "a" or "footnote" in " ".join(_classes(child)) or name == "sup"):
                notes.append(target)
                return ""
        href = child.get("href") or ""
        self.outline.name(child.get("id"))
        if name == "a" and href.startswith("#"):
            return link(href[1:], text_of(child, skip=_SKIPPED, breaks=_BREAKS))
        return None

    def _read_notes(self, notes: Iterable[str], place: Place) -> None:
        for key in notes:
            if key in self._seen:
                continue
            self._seen.add(key)
            text = _tidy(text_of(self._notes[key], breaks=_BREAKS))
            found = re.match(r"^\[?(\d{1,3}|[a-z])\]?[.)]?\s+|^\^\s*", text)
            self.outline.add(place.footnote, text[found.end() :] if found else text, found[1] if found else None)


def _safe(text: str | None) -> str | None:
    return _NOT_XML.sub("", text) if text else text


def _tidy(text: str) -> str:
    return " ".join(_DELIMITERS.sub("", text).replace("↩", "").split())


def _classes(element: etree._Element | None) -> set[str]:
    return set() if element is None else set((element.get("class") or "").lower().split())


def _is_hidden(element: etree._Element) -> bool:
    return element.get("hidden") is not None or "display:none" in (element.get("style") or "").replace(" ", "")


def _parent_name(element: etree._Element) -> str:
    parent = element.getparent()
    return "" if parent is None else local_name(parent)


def _table_of(element: etree._Element) -> etree._Element | None:
    return next(iter(element.iterancestors("table")), None)


def _without(element: etree._Element, name: str) -> etree._Element:
    for part in [part for part in element if name in _classes(part)]:
        element.remove(part)
    return element


def _without_callout(element: etree._Element) -> str | None:
    return "" if "conum" in _classes(element) else None
