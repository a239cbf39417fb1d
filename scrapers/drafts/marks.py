"""Links inside the text of a draft, marked while it is read and set apart once its white space is folded.

The marks are characters that neither XML nor any other format of drafts can hold.
"""

from __future__ import annotations

import re

_OPEN, _MIDDLE, _END = "\2", "\3", "\4"
_LINK = re.compile(f"{_OPEN}([^{_OPEN}{_MIDDLE}{_END}]*){_MIDDLE}([^{_OPEN}{_MIDDLE}{_END}]*){_END}")
_STRAY = re.compile(f"{_OPEN}[^{_OPEN}{_MIDDLE}{_END}]*{_MIDDLE}|[{_OPEN}{_MIDDLE}{_END}]")
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
    found: list[tuple[int, int, str]] = []
    pieces: list[str] = []
    length = at = 0
    for match in _LINK.finditer(text):
        before = _folded(without_links(text[at : match.start()]), pieces)
        pieces.append(before)
        length += len(before)
        shown = " ".join(match[2].split())
        pieces.append(shown)
        if shown:
            found.append((length, length + len(shown), match[1]))
        length += len(shown)
        at = match.end()
    pieces.append(_folded(without_links(text[at:]), pieces).rstrip())
    whole = "".join(pieces)
    return whole.rstrip(), [(start, end, target) for start, end, target in found if end <= len(whole.rstrip())]


def _folded(text: str, before: list[str]) -> str:
    """Fold the white space of a piece as it stands after others: one space at an edge is kept, none at the start."""
    folded = " ".join(text.split())
    written = next((piece for piece in reversed(before) if piece), "")
    if text[:1].isspace() and written and not written.endswith(" "):
        folded = f" {folded}"
    if text[-1:].isspace() and not folded.endswith(" ") and (folded or written):
        folded = f"{folded} "
    return folded


def _name(target: str) -> str:
    return _MARKS.sub("", "".join(target.split()))
