"""What was added to a text and removed from it, word by word; character by character in Chinese and Japanese. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import accumulate

from workbench.standards.similarity import UNSPACED

MOST_STEPS = 2_000_000
"""Comparisons of words before the rest of two texts is shown as removed and added as a whole: about a second."""

_TOKEN = re.compile(rf"\s+|[{UNSPACED}]|\d+(?:[.,]\d+)*(?![^\W{UNSPACED}])|[^\W{UNSPACED}]+|.", re.DOTALL)
_UNSPACED = re.compile(f"[{UNSPACED}]")


class DiffKind(StrEnum):
    """Whether a piece stands in both texts, only in the new one or only in the old one."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A piece of text; never empty."""

    kind: DiffKind
    text: str


def word_diff(old: str, new: str) -> list[DiffPiece]:
    """The pieces of both texts in order, what was removed before what was added in its place.

    Pieces that are not added are `old`, pieces that are not removed are `new`, to the character. No two neighbours are
    of one kind. Time is bounded whatever the texts: see MOST_STEPS.
    """
    ours, theirs = _TOKEN.findall(old), _TOKEN.findall(new)
    pieces: list[DiffPiece] = []
    at, other_at = 0, 0
    for start, other_start, size in (*_worth_showing(_matches(ours, theirs), ours), (len(ours), len(theirs), 0)):
        for kind, words in (
            (DiffKind.REMOVED, ours[at:start]),
            (DiffKind.ADDED, theirs[other_at:other_start]),
            (DiffKind.SAME, ours[start : start + size]),
        ):
            if words:
                pieces.append(DiffPiece(kind, "".join(words)))
        at, other_at = start + size, other_start + size
    return pieces


Match = tuple[int, int, int]


def _matches(ours: Sequence[str], theirs: Sequence[str]) -> list[Match]:
    """Stretches of words in both texts (place in the one, in the other, length), in order and joined."""
    head = _common(ours, theirs)
    tail = _common(ours[head:][::-1], theirs[head:][::-1])
    found = [(0, 0, head), (len(ours) - tail, len(theirs) - tail, tail)]
    matcher = SequenceMatcher(str.isspace, ours, theirs, autojunk=False)
    counts = Counter(word for word in theirs if not word.isspace())
    steps = [0, *accumulate(1 + counts[word] for word in ours)]
    left = MOST_STEPS
    ranges = [(head, len(ours) - tail, head, len(theirs) - tail)]
    while ranges:
        low, high, other_low, other_high = ranges.pop()
        left -= steps[high] - steps[low] if low < high else 0
        if left < 0 or low >= high or other_low >= other_high:
            continue
        start, other_start, size = matcher.find_longest_match(low, high, other_low, other_high)
        if size:
            found.append((start, other_start, size))
            ranges += [
                (low, start, other_low, other_start),
                (start + size, high, other_start + size, other_high),
            ]
    return _joined(sorted(match for match in found if match[2]))


def _common(ours: Sequence[str], theirs: Sequence[str]) -> int:
    size = 0
    for first, second in zip(ours, theirs, strict=False):
        if first != second:
            break
        size += 1
    return size


def _joined(matches: Sequence[Match]) -> list[Match]:
    joined: list[Match] = []
    for start, other_start, size in matches:
        first, other_first, length = joined[-1] if joined else (-1, -1, 0)
        if first + length == start and other_first + length == other_start:
            joined[-1] = (first, other_first, length + size)
        else:
            joined.append((start, other_start, size))
    return joined


def _worth_showing(matches: Sequence[Match], ours: Sequence[str]) -> Iterator[Match]:
    """Without stretches between changes that only chop a change into pieces: spaces, punctuation, a lone character of
    a script without spaces."""
    for at, match in enumerate(matches):
        start, _, size = match
        words = [word for word in ours[start : start + size] if word[0].isalnum()]
        chops = not words or (len(words) == 1 and _UNSPACED.match(words[0]))
        if not chops or at in (0, len(matches) - 1):
            yield match
