"""The text of a PDF page as lines with places, sizes and type faces; coordinates in points, y upwards."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

MAX_CHARACTERS = 60_000
"""On one page; the densest real ones hold about 8 000."""
COLUMN = "\t"
_SPACE_GAP = 0.14
_COLUMN_GAP = 1.15
_SAME_LINE = 0.45
_BOLD = re.compile(r"bold|black|heavy|demi|semib", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique", re.IGNORECASE)
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_FAMILY = re.compile(r"[,-].*$|(?:PS)?MT$")
_MARK = re.compile(r"^(?:[a-z]|\d{1,2}\))$")
_DASHES = frozenset("—–-•")
_LIGHT = 170
_FORCE_BOLD = 1 << 18
_ITALIC_FLAG = 1 << 6
_SOFT_HYPHENS = frozenset({0x02, 0xAD, 0xFFFE})
_NOTHING = frozenset({0x0D, 0x0A, 0xFEFF, 0x200B, 0x00})


@dataclass(frozen=True)
class Face:
    """How characters look: `light` is white or pale, as on a dark ground; `turned` is the angle in degrees."""

    family: str
    size: float
    bold: bool
    italic: bool
    light: bool
    turned: int


@dataclass
class Run:
    """Characters of one face on one baseline."""

    text: str
    x0: float
    x1: float
    y: float
    face: Face


@dataclass
class Line:
    """A line of text; wide gaps in it are tabs. `top` is the height of the page."""

    runs: list[Run]
    page: int
    top: float = 842.0

    marks: list[str] = field(init=False)
    text: str = field(init=False)
    x0: float = field(init=False)
    x1: float = field(init=False)
    y: float = field(init=False)
    size: float = field(init=False)

    def __post_init__(self) -> None:
        self.runs.sort(key=lambda run: run.x0)
        main = max(self.runs, key=lambda run: (round(run.face.size, 1), len(run.text)))
        self.size, self.y = main.face.size, main.y
        self.x0, self.x1 = self.runs[0].x0, max(run.x1 for run in self.runs)
        raised = [run for run in self.runs[1:] if self._is_mark(run)]
        self.marks = [run.text.strip().rstrip(")") for run in raised]
        self.runs = [run for run in self.runs if run not in raised]
        self.text = self.join(self.runs)

    def _is_mark(self, run: Run) -> bool:
        """Whether a run is the mark of a footnote: a raised letter, or a raised number with a parenthesis."""
        raised = run.face.size < 0.85 * self.size and run.y > self.y + 0.15 * self.size
        return raised and bool(_MARK.match(run.text.strip()))

    def join(self, runs: list[Run]) -> str:
        """The text of some runs of this line."""
        pieces: list[str] = []
        last: Run | None = None
        for run in runs:
            gap = run.x0 - last.x1 if last else 0.0
            index = last is not None and run.face.size < 0.85 * last.face.size and run.y < last.y - 0.5
            if gap > _COLUMN_GAP * self.size:
                pieces.append(COLUMN)
            elif gap > (3 if index else 1) * _SPACE_GAP * self.size and not pieces[-1].endswith(" "):
                pieces.append(" ")
            pieces.append(run.text)
            last = run
        return re.sub(r" *\t[ \t]*", COLUMN, re.sub(r" +", " ", "".join(pieces))).strip()

    @property
    def plain(self) -> str:
        """The text with all white space folded."""
        return " ".join(self.text.split())

    @property
    def bold_lead(self) -> str:
        """The part in bold type that the line begins with."""
        lead = []
        for run in self.runs:
            if not run.face.bold and run.text.strip(" .,"):
                break
            lead.append(run)
        while lead and not lead[-1].face.bold:
            lead.pop()
        return " ".join(self.join(lead).split())

    @property
    def bold(self) -> bool:
        """Whether the whole line is in bold type."""
        return all(run.face.bold for run in self.runs if run.text.strip(" .,()"))

    def columns(self) -> list[tuple[float, float, str]]:
        """The parts of the line between wide gaps: left edge, right edge, text."""
        groups: list[list[Run]] = []
        for run in self.runs:
            # The dash of a list in a cell belongs to the text after it.
            dash = bool(groups) and len(groups[-1]) == 1 and groups[-1][0].text.strip() in _DASHES
            if dash or (groups and run.x0 - groups[-1][-1].x1 <= _COLUMN_GAP * self.size):
                groups[-1].append(run)
            else:
                groups.append([run])
        return [(group[0].x0, max(run.x1 for run in group), " ".join(self.join(group).split())) for group in groups]


@dataclass
class Page:
    """A page: its lines from top to bottom, text that is turned (watermarks), and ruled lines."""

    number: int
    width: float
    height: float
    lines: list[Line]
    turned: list[str]
    rules: list[tuple[float, float, float]]
    characters: int


def read_page(document: pdfium.PdfDocument, index: int, callouts: frozenset[str]) -> Page:
    """Read one page; faces of the families in `callouts` are left out."""
    page = document[index]
    try:
        width, height = page.get_size()
        text = page.get_textpage()
        try:
            runs = list(_runs(text))
            characters = text.count_chars()
        finally:
            text.close()
        rules = _rules(page)
    finally:
        page.close()
    turn = _main_turn(runs)
    upright, turned = [], []
    seen: set[tuple[str, int, int]] = set()
    for run in runs:
        place = (run.text.strip(), round(run.x0), round(run.y))
        if run.face.turned == turn:
            # Text printed twice in one place, as some programs make it bold, is read once.
            if run.face.family not in callouts and place not in seen:
                upright.append(run)
            seen.add(place)
        elif run.text.strip():
            turned.append(run.text.strip())
    lines = [Line(group, index, height) for group in _group(upright)]
    lines.sort(key=lambda line: (-line.y, line.x0))
    return Page(index, width, height, lines, turned, rules, characters)


def families(document: pdfium.PdfDocument, index: int) -> Iterator[tuple[str, bool, int]]:
    """Family, whether it is pale, and number of characters of each run on a page."""
    page = document[index]
    try:
        text = page.get_textpage()
        try:
            for run in _runs(text):
                yield run.face.family, run.face.light, len(run.text.strip())
        finally:
            text.close()
    finally:
        page.close()


def _runs(text: Any) -> Iterator[Run]:
    page = text.raw
    count = min(text.count_chars(), MAX_CHARACTERS)
    faces: dict[int, Face] = {}
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    current: Run | None = None
    for at in range(count):
        code = raw.FPDFText_GetUnicode(page, at)
        if code in _NOTHING:
            continue
        holder = raw.FPDFText_GetTextObject(page, at)
        if not holder:
            if current is not None and code == 0x20 and not current.text.endswith(" "):
                current.text += " "
            continue
        key = ctypes.addressof(holder.contents)
        face = faces.get(key)
        if face is None:
            face = faces[key] = _face(page, at)
        raw.FPDFText_GetLooseCharBox(page, at, box)
        raw.FPDFText_GetCharOrigin(page, at, x, y)
        character = "\u00ad" if code in _SOFT_HYPHENS else chr(code) if code < 0x110000 else "\ufffd"
        left, right, baseline = min(box.left, box.right), max(box.left, box.right), y.value
        if face.turned in (90, 270):
            left, right, baseline = _across(box, x.value, face.turned)
        gap = left - current.x1 if current is not None else 0.0
        aslant = face.turned % 90 != 0
        same = current is not None and current.face == face and aslant
        same = same or (
            current is not None
            and current.face == face
            and abs(current.y - baseline) < 0.1 * face.size
            and -0.5 * face.size < gap < _COLUMN_GAP * face.size
        )
        if same and current is not None:
            spaced = gap > _SPACE_GAP * face.size and not current.text.endswith(" ") and character != " "
            current.text += f" {character}" if spaced else character
            if character not in " \u00ad" or right - current.x1 < face.size:
                current.x1 = max(current.x1, right)
        else:
            if current is not None and current.text.strip():
                yield current
            current = None if character == " " else Run(character, left, right, baseline, face)
    if current is not None and current.text.strip():
        yield current


def _across(box: Any, x: float, turned: int) -> tuple[float, float, float]:
    """Left, right and baseline of a character that is turned by a quarter, as if the page were turned back."""
    low, high = min(box.bottom, box.top), max(box.bottom, box.top)
    return (low, high, -x) if turned == 90 else (-high, -low, x)


def _face(page: Any, at: int) -> Face:
    matrix, name, flags = raw.FS_MATRIX(), ctypes.create_string_buffer(128), ctypes.c_int()
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    raw.FPDFText_GetFontInfo(page, at, name, 128, flags)
    raw.FPDFText_GetFillColor(page, at, red, green, blue, alpha)
    raw.FPDFText_GetMatrix(page, at, matrix)
    size = raw.FPDFText_GetFontSize(page, at) * (math.hypot(matrix.c, matrix.d) or 1.0)
    printed = _SUBSET.sub("", name.value.decode("utf-8", errors="replace"))
    weight = raw.FPDFText_GetFontWeight(page, at)
    pale = min(red.value, green.value, blue.value) >= _LIGHT - 20 or (alpha.value < 110 and alpha.value > 0)
    turned = round(math.degrees(math.atan2(matrix.b, matrix.a))) % 360
    return Face(
        _FAMILY.sub("", printed) or "?",
        max(round(size, 2), 0.5),
        bool(_BOLD.search(printed)) or weight >= 600 or bool(flags.value & _FORCE_BOLD),
        bool(_ITALIC.search(printed)) or bool(flags.value & _ITALIC_FLAG),
        pale,
        turned,
    )


def _main_turn(runs: list[Run]) -> int:
    counts: dict[int, int] = {0: 1}
    for run in runs:
        if run.face.turned % 90 == 0:
            counts[run.face.turned] = counts.get(run.face.turned, 0) + len(run.text)
    return max(counts, key=lambda turn: counts[turn])


def _group(runs: list[Run]) -> list[list[Run]]:
    """Runs of one printed line together; indices and exponents go with the line they stand in."""
    groups: list[tuple[float, float, list[Run]]] = []
    for run in sorted(runs, key=lambda run: -run.y):
        size = run.face.size
        for place in range(len(groups) - 1, max(-1, len(groups) - 4), -1):
            y, height, members = groups[place]
            if abs(y - run.y) <= _SAME_LINE * max(height, size):
                members.append(run)
                if size > height:
                    groups[place] = (run.y, size, members)
                break
        else:
            groups.append((run.y, size, [run]))
    return [members for _, _, members in groups]


def _is_coloured(thing: Any) -> bool:
    """Whether a path is drawn in a colour other than black and grey, as frames of remarks are."""
    channels = [ctypes.c_uint() for _ in range(4)]
    stroked, mode = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(thing, mode, stroked)
    read = raw.FPDFPageObj_GetStrokeColor if stroked.value else raw.FPDFPageObj_GetFillColor
    if not read(thing, *channels):
        return False
    values = [channel.value for channel in channels[:3]]
    return max(values) - min(values) > 60 or min(values) > 240


def _rules(page: Any) -> list[tuple[float, float, float]]:
    """Horizontal ruled lines as (left, right, y), longer than 20 points."""
    found = []
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for at in range(min(raw.FPDFPage_CountObjects(page.raw), 20_000)):
        thing = raw.FPDFPage_GetObject(page.raw, at)
        if raw.FPDFPageObj_GetType(thing) != raw.FPDF_PAGEOBJ_PATH:
            continue
        if not raw.FPDFPageObj_GetBounds(thing, left, bottom, right, top) or _is_coloured(thing):
            continue
        wide, high = right.value - left.value, top.value - bottom.value
        if wide > 20 and high < 4:
            found.append((left.value, right.value, (top.value + bottom.value) / 2))
        elif wide > 60 and high > 12 and wide < 600 and high < 800:
            found += [(left.value, right.value, top.value), (left.value, right.value, bottom.value)]
    return sorted(found, key=lambda rule: -rule[2])
