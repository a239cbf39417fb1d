"""Two versions of a page or file side by side, where they differ. Pure, and bounded whatever the texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice, zip_longest
from typing import Final

from workbench.standards.word_diff import DiffKind, DiffPiece, word_diff

CONTEXT: Final = 3
MOST_LINES: Final = 2500
"""Lines of each side that are compared, from a little before the first difference."""
MOST_ROWS: Final = 300
LONGEST_LINE: Final = 400
_JOINT: Final = re.compile(r"(?<=>)(?=<)|(?<=[,{\[])(?=\"|\{)")
_WORD: Final = re.compile(r"[\w-]{3,}")


@dataclass(frozen=True, slots=True)
class Row:
    """A line on each side, numbered from 1; None where a side has no such line. `gap`: lines alike are left out before.

    `here` marks a line that lost a word of what no longer matches.
    """

    old_number: int | None
    new_number: int | None
    old: Sequence[DiffPiece]
    new: Sequence[DiffPiece]
    gap: bool
    here: bool

    @property
    def changed(self) -> bool:
        """Whether the two sides differ."""
        return any(piece.kind is not DiffKind.SAME for piece in (*self.old, *self.new))


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The rows where two texts differ; `more` tells that there are further differences."""

    rows: Sequence[Row]
    more: bool


def pieces_of_lines(lines: Iterable[str]) -> Iterator[str]:
    """Lines fit for reading: long ones are parted between elements of markup or members of JSON, then by length."""
    for line in lines:
        text = line.rstrip("\r\n")
        parts = [text] if len(text) <= LONGEST_LINE else _JOINT.split(text)
        for part in parts:
            yield from (part[at : at + LONGEST_LINE] for at in range(0, max(1, len(part)), LONGEST_LINE))


def side_by_side(old: Iterable[str], new: Iterable[str], selector: str = "") -> SideBySide:
    """Compare two texts line by line, and word by word within lines that stand in for each other.

    `selector` is what no longer matches: rows that lost a word of it are marked.
    """
    words = set(_WORD.findall(selector.rpartition(".")[2] if selector.count(".") == 1 else selector))
    skipped, ours, theirs, cut = _from_first_difference(old, new)
    rows: list[Row] = []
    last = -1
    matcher = SequenceMatcher(None, ours, theirs)
    for group in matcher.get_grouped_opcodes(CONTEXT) if ours != theirs else ():
        for tag, low, high, other_low, other_high in group:
            for at, other_at in zip_longest(range(low, high), range(other_low, other_high)):
                gap = bool(rows) and at is not None and tag == "equal" and at > last + 1
                rows.append(_row(ours, theirs, at, other_at, skipped, words, tag == "equal", gap))
                last = last if at is None else at
                if len(rows) >= MOST_ROWS:
                    return SideBySide(rows, more=True)
    return SideBySide(rows, more=cut)


def _row(
    ours: Sequence[str],
    theirs: Sequence[str],
    at: int | None,
    other_at: int | None,
    skipped: int,
    words: set[str],
    same: bool,
    gap: bool,
) -> Row:
    old, new = ("" if at is None else ours[at]), ("" if other_at is None else theirs[other_at])
    pieces = [DiffPiece(DiffKind.SAME, old)] if same and old else word_diff(old, new) if old or new else []
    return Row(
        old_number=None if at is None else skipped + at + 1,
        new_number=None if other_at is None else skipped + other_at + 1,
        old=[piece for piece in pieces if piece.kind is not DiffKind.ADDED],
        new=[piece for piece in pieces if piece.kind is not DiffKind.REMOVED],
        gap=gap,
        here=bool((words & set(_WORD.findall(old))) - set(_WORD.findall(new))) if words and not same else False,
    )


def _from_first_difference(old: Iterable[str], new: Iterable[str]) -> tuple[int, list[str], list[str], bool]:
    """How many lines alike are passed over, both sides from there, and whether a side goes on beyond what is read."""
    ours, theirs = iter(old), iter(new)
    alike: list[str] = []
    skipped = 0
    for first, second in zip_longest(ours, theirs):
        if first != second:
            rest = [[*alike, *([] if start is None else [start])] for start in (first, second)]
            rest[0] += islice(ours, MOST_LINES)
            rest[1] += islice(theirs, MOST_LINES)
            cut = next(ours, None) is not None or next(theirs, None) is not None
            return skipped, rest[0], rest[1], cut
        alike.append(first)
        if len(alike) > CONTEXT:
            alike.pop(0)
            skipped += 1
    return skipped, [], [], False
