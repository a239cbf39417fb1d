"""Links inside the text of a draft, marked while it is read and set apart once its white space is folded.

The marks are characters that neither XML nor any other format of drafts can hold.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate

_OPEN, _MIDDLE, _END = "\2", "\3", "\4"
_LINK = re.compile(f"{_OPEN}([^{_OPEN}{_MIDDLE}{_END}]*){_MIDDLE}([^{_OPEN}{_MIDDLE}{_END}]*){_END}")
_STRAY = re.compile(f"{_OPEN}[^{_OPEN}{_MIDDLE}{_END}]*{_MIDDLE}|[{_OPEN}{_MIDDLE}{_END}]")
_WORD = re.compile(r"\S+")
_MARKS = re.compile(f"[{_OPEN}{_MIDDLE}{_END}]")


def link_start(target: str) -> str:
    """What opens a link to the part of the file with this name; `LINK_END` closes it."""
    return f"{_OPEN}{_name(target)}{_MIDDLE}"


LINK_END = _END


def link(target: str | None, text: str) -> str:
    """A text marked as a link; links inside it count no more, and one without target or text is the text alone."""
    bare = without_links(text)
    core = bare.strip()
    if not target or not core:
        return bare
    lead, tail = bare[: len(bare) - len(bare.lstrip())], bare[len(bare.rstrip()) :]
    return f"{lead}{link_start(target)}{core}{LINK_END}{tail}"


def without_links(text: str) -> str:
    """The text alone."""
    return _STRAY.sub("", text) if _MARKS.search(text) else text


def take_links(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The text with white space folded, and (start, end, target) of its links in order."""
    if not _MARKS.search(text):
        return " ".join(text.split()), []
    raw: list[str] = []
    spans: list[tuple[int, int, str]] = []
    length = at = 0
    for match in _LINK.finditer(text):
        for piece in (without_links(text[at : match.start()]), match[2]):
            raw.append(piece)
            length += len(piece)
        spans.append((length - len(match[2]), length, match[1]))
        at = match.end()
    raw.append(without_links(text[at:]))
    return _fold("".join(raw), spans)


def _fold(text: str, spans: list[tuple[int, int, str]]) -> tuple[str, list[tuple[int, int, str]]]:
    """Fold white space and move the spans along; those of nothing but white space are left out."""
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    starts = [start for start, _ in words]
    folded_at = list(accumulate((end - start + 1 for start, end in words), initial=0))
    found = []
    for start, end, target in spans:
        first, last = bisect_right(starts, start) - 1, bisect_left(starts, end) - 1
        if first < 0 or words[first][1] <= start:
            first += 1
        if first > last or start == end:
            continue
        begin = folded_at[first] + max(0, start - starts[first])
        found.append((begin, folded_at[last] + min(end, words[last][1]) - starts[last], target))
    return " ".join(text.split()), found


def _name(target: str) -> str:
    return _MARKS.sub("", "".join(target.split()))
