"""What a PDF page holds besides the text: running heads, page and line numbers, call-outs, watermarks, contents."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field

import pypdfium2 as pdfium

from scrapers.drafts.headings import annex_heading, numbered_heading
from scrapers.drafts.outline import is_contents
from scrapers.drafts.pdf_text import MAX_CHARACTERS, Line, Page, families, read_page
from scrapers.errors import UnreadableFileError

MAX_SECONDS = 300.0
_SAMPLE = 40
_BAND = 0.085
_PAGE_NUMBER = re.compile(r"^(?:\d{1,4}|[ivxlc]{1,7})$", re.IGNORECASE)
_FEW_LINES = 5
_LONG_LINE = 60
_FURNITURE = re.compile(
    r"©.*(?:all rights reserved|tous droits|\d{4})|^(?:(?:FINAL )?DRAFT )?INTERNATIONAL STANDARD\b|無断転載",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:\.\s?){5,}|…{2,}|(?:・){4,}")
_ENTRY = re.compile(r"^(.*?)\s*(?:(?:\.\s?){3,}|…+|・{3,}|\t)\s*(?:\d{1,4}|[ivxlc]{1,7})$", re.IGNORECASE)
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")


@dataclass
class Layout:
    """The pages of a document without furniture, and what was taken off them."""

    pages: list[Page]
    size: float
    margins: list[str] = field(default_factory=list)
    watermarks: list[str] = field(default_factory=list)
    contents: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lefts, self._rights = self._common_edges()

    def edges(self, page: Page) -> tuple[float, float]:
        """Left and right edge of the text of a page: of the common ones that which most of its lines share."""
        own = Counter(round(line.x0) for line in page.lines)
        most = max(own, key=lambda x: own[x], default=70)
        left = max(self._lefts, key=lambda x: (own[x] + own[x - 1] + own[x + 1], -abs(x - most)), default=most)
        ends = Counter(round(line.x1 / 2) * 2 for line in page.lines)
        furthest = max(ends, default=round(page.width) - left)
        right = max(
            self._rights, key=lambda x: (ends[x] + ends[x - 2] + ends[x + 2], -abs(x - furthest)), default=furthest
        )
        # Text that is not justified has no common right edge: the longest line then tells.
        longest = max((line.x1 for line in page.lines if len(line.text) > _LONG_LINE), default=0.0)
        return float(left), max(float(right), longest)

    def _common_edges(self) -> tuple[list[int], list[int]]:
        lefts, rights = Counter[int](), Counter[int]()
        for page in self.pages:
            lefts.update(round(line.x0) for line in page.lines if abs(line.size - self.size) < 1.5)
            rights.update(round(line.x1 / 2) * 2 for line in page.lines if len(line.text) > _LONG_LINE)
        return _share(lefts), _share(rights)


def _share(counts: Counter[int]) -> list[int]:
    return [x for x, count in counts.items() if count >= 0.12 * counts.total()]


def read_layout(document: pdfium.PdfDocument, name: str) -> Layout:
    """Read all pages; raises UnreadableFileError where one is absurdly full or all take longer than MAX_SECONDS."""
    begun = time.monotonic()
    callouts = _callouts(document)
    pages: list[Page] = []
    for index in range(len(document)):
        if time.monotonic() - begun > MAX_SECONDS:
            raise UnreadableFileError(
                f"{name}, page {index + 1}: reading took longer than {MAX_SECONDS:.0f} s; split the file"
            )
        page = read_page(document, index, callouts)
        if page.characters > MAX_CHARACTERS:
            raise UnreadableFileError(
                f"{name}, page {index + 1}: {page.characters:,} characters on one page; no draft has that many"
            )
        pages.append(page)
    pages = _without_repeats(pages)
    layout = Layout(pages, _body_size(pages))
    _take_watermarks(layout)
    _take_margins(layout)
    _take_line_numbers(layout.pages)
    layout.pages = _take_contents(layout)
    return layout


def _callouts(document: pdfium.PdfDocument) -> frozenset[str]:
    """Families of type that are mostly pale: remarks on coloured ground in model documents and reviews."""
    step = max(len(document) // _SAMPLE, 1)
    pale, all_ = Counter[str](), Counter[str]()
    for index in range(0, len(document), step):
        for family, light, count in families(document, index):
            all_[family] += count
            pale[family] += count * light
    most = max(all_.values(), default=0)
    return frozenset(family for family in all_ if pale[family] > 0.6 * all_[family] and all_[family] < most)


def _body_size(pages: list[Page]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _take_watermarks(layout: Layout) -> None:
    for page in layout.pages:
        layout.watermarks += page.turned
        pale = {
            id(line)
            for line in page.lines
            if line.size > 1.8 * layout.size and all(run.face.light for run in line.runs)
        }
        layout.watermarks += [line.plain for line in page.lines if id(line) in pale]
        page.lines = [line for line in page.lines if id(line) not in pale]
    layout.watermarks = list(dict.fromkeys(layout.watermarks))[:200]


def _without_repeats(pages: list[Page]) -> list[Page]:
    """Model documents show the same page again with one remark after the other; one of them is kept."""
    kept: list[Page] = []
    before: frozenset[str] = frozenset()
    for page in pages:
        texts = frozenset(line.plain for line in page.lines)
        if len(texts) < _FEW_LINES or len(texts & before) < 0.9 * len(texts):
            kept.append(page)
            before = texts
    return kept


def _take_margins(layout: Layout) -> None:
    """Take off lines in the upper and lower margin that come again on other pages, and page numbers."""
    seen: Counter[tuple[str, int]] = Counter()
    for page in layout.pages:
        seen.update({(_shape(line), round(line.y / 8)) for line in _in_bands(page)})
    wanted = max(2, min(len(layout.pages) // 5, 20))
    for page in layout.pages:
        gone = [line for line in _in_bands(page) if _is_furniture(line, seen, wanted)]
        layout.margins += [line.text for line in gone]
        removed = {id(line) for line in gone}
        page.lines = [line for line in page.lines if id(line) not in removed]
    layout.margins = list(dict.fromkeys(layout.margins))[:500]


def _in_bands(page: Page) -> list[Line]:
    high, low = page.height * (1 - _BAND), page.height * _BAND
    return [line for line in page.lines if line.y > high or line.y < low]


def _is_furniture(line: Line, seen: Counter[tuple[str, int]], wanted: int) -> bool:
    if _PAGE_NUMBER.match(line.plain) or _FURNITURE.search(line.plain):
        return True
    place = round(line.y / 8)
    times = sum(seen[_shape(line), place + step] for step in (-1, 0, 1))
    return times >= wanted and not _LEADER.search(line.text)


def _shape(line: Line) -> str:
    return _DIGITS.sub("#", line.plain)


def _take_line_numbers(pages: list[Page]) -> None:
    """Take off numbers that stand left of everything else and grow down the page, on pages with few lines too."""
    edges = [edge for page in pages if (edge := _number_edge(page)) is not None]
    if len(edges) < max(1, len(pages) // 4):
        return
    edge = max(edges)
    for page in pages:
        page.lines = [line for each in page.lines if (line := _without_number(each, edge)) is not None]


def _number_edge(page: Page) -> float | None:
    """The right edge of the line numbers of a page, or None where it has none."""
    numbered = [line.runs[0] for line in page.lines if _begins_with_number(line)]
    others = [line.runs[1].x0 if _begins_with_number(line) else line.x0 for line in page.lines if not _is_bare(line)]
    if len(numbered) < _FEW_LINES or not others:
        return None
    values = [int(run.text) for run in numbered]
    edge = max(run.x1 for run in numbered)
    return edge if values == sorted(set(values)) and edge < sorted(others)[len(others) // 20] - 2 else None


def _begins_with_number(line: Line) -> bool:
    first = line.runs[0]
    return first.text.strip().isdecimal() and (len(line.runs) == 1 or line.runs[1].x0 - first.x1 > 5)


def _is_bare(line: Line) -> bool:
    return len(line.runs) == 1 and line.runs[0].text.strip().isdecimal()


def _without_number(line: Line, edge: float) -> Line | None:
    if not _begins_with_number(line) or line.runs[0].x1 > edge + 2:
        return line
    return Line(line.runs[1:], line.page, line.top) if len(line.runs) > 1 else None


def _take_contents(layout: Layout) -> list[Page]:
    """Take off the table of contents, whose entries tell which headings to expect."""
    inside = False
    for page in layout.pages:
        entries = [at for at, line in enumerate(page.lines) if _LEADER.search(line.text)]
        start = next((at for at, line in enumerate(page.lines) if _is_contents_heading(line)), None)
        loose = [at for at, line in enumerate(page.lines) if _ENTRY.match(line.text)]
        if start is not None and len(entries) < 3 and len(loose) >= 3:
            entries = loose
        if len(entries) < 3 and not (inside and entries) and (start is None or not entries):
            inside = False
            continue
        inside = True
        first = start if start is not None else 0
        last = entries[-1]
        layout.contents.update(_entries(page.lines[first : last + 1]))
        page.lines = page.lines[:first] + page.lines[last + 1 :]
    return layout.pages


def _is_contents_heading(line: Line) -> bool:
    text = line.text.split("\t")[0]
    return is_contents(text) or is_contents(re.sub(r"\s*(?:Page|ページ)$", "", line.plain))


def _entries(lines: list[Line]) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting = ""
    for line in lines:
        entry = _ENTRY.match(line.text)
        text = f"{waiting} {entry[1] if entry else line.plain}".strip()
        if entry is None:
            waiting = "" if _is_contents_heading(line) else text
            continue
        waiting = ""
        heading = annex_heading(text) or numbered_heading(" ".join(text.split()))
        if heading.number and heading.title:
            found[heading.number] = heading.title
    return found
