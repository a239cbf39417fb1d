"""Which matches of a draft are kept: for each claim its best clauses, and for each clause its best claims. Pure.

The second bound keeps the table to a readable size, whatever the size of the portfolio: nobody reads the claims after
the 5,000th for a clause, and 650,000 claims would otherwise hold twenty rows each in every draft.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

CLAUSES_KEPT: Final = 20
"""How many of its best clauses a claim keeps in a draft."""

CLAIMS_KEPT: Final = 5_000
"""How many of its best claims a clause keeps."""

SCORE_DIGITS: Final = 6

_HALF: Final = np.uint64(32)
_LAST_BITS: Final = np.uint64(2**32 - 1)

Scores = NDArray[np.float32]


class KeptMatches:
    """Collects matches block by block, the claims in ascending order; how they were parted into blocks changes nothing.

    `signals` names those that are kept with each match. `cut` becomes True once a clause had more claims than it keeps.
    """

    def __init__(
        self, clauses: int, signals: Sequence[str], *, top: int = CLAUSES_KEPT, claims_kept: int = CLAIMS_KEPT
    ) -> None:
        self._top, self._claims_kept = top, claims_kept
        self._dtype = np.dtype(
            [("claim", "i8"), ("clause", "i4"), ("rank", "i4"), ("score", "f4"), *((name, "f4") for name in signals)]
        )
        self.signals = tuple(signals)
        self._parts: list[NDArray[np.void]] = []
        self._held = 0
        self._most = 2 * claims_kept * max(clauses, 1)
        # A score below that of the last claim that a full clause keeps will never be kept.
        self._bar = np.full(clauses, -np.inf, dtype=np.float32)
        self.cut = False

    def add(self, claims: NDArray[np.int64], scores: Scores, signals: Mapping[str, Scores]) -> None:
        """Take in a block: `scores` and each signal are claims × clauses. Scores of 0 and less are no matches."""
        self.take(self.best_of(claims, scores, signals))

    def best_of(self, claims: NDArray[np.int64], scores: Scores, signals: Mapping[str, Scores]) -> NDArray[np.void]:
        """What of a block may be kept, to be taken in later; safe to be called by several threads."""
        rows, columns, ranks = best_clauses(scores, self._top)
        part = np.empty(len(rows), dtype=self._dtype)
        part["claim"], part["clause"], part["rank"], part["score"] = claims[rows], columns, ranks, scores[rows, columns]
        for name in self.signals:
            part[name] = signals[name][rows, columns]
        return part

    def take(self, part: NDArray[np.void]) -> None:
        """Take in what `best_of` found in a block."""
        good = part["score"] >= self._bar[part["clause"]]
        if not good.all():
            self.cut = True
            part = part[good]
        self._parts.append(part)
        self._held += len(part)
        if self._held > self._most:
            self._prune()

    def matches(self) -> NDArray[np.void]:
        """What is kept, by claim and rank: fields claim, clause (its place), rank, score and the signals."""
        self._prune()
        return self._parts[0]

    def _prune(self) -> None:
        held = np.concatenate(self._parts) if self._parts else np.empty(0, dtype=self._dtype)
        # Equal ones stay as they came: by claim.
        order = np.argsort(held["clause"].astype(np.uint64) << _HALF | _descending(held["score"]), kind="stable")
        clauses = held["clause"][order]
        place = _place_in_group(clauses)
        last = place == self._claims_kept - 1
        self._bar[clauses[last]] = held["score"][order[last]]
        kept = np.zeros(len(held), dtype=np.bool_)
        kept[order[place < self._claims_kept]] = True
        self.cut = self.cut or not kept.all()
        self._parts = [held[kept]]
        self._held = len(self._parts[0])


def best_clauses(scores: Scores, top: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
    """Of each row its `top` highest scores above 0, equal ones by column: rows, columns, and ranks from 1."""
    # One integer tells score and column.
    ordered = _descending(np.maximum(scores, np.float32(0))) << _HALF | np.arange(scores.shape[1], dtype=np.uint64)
    if scores.shape[1] > top:
        ordered = np.partition(ordered, top - 1, axis=1)[:, :top]
    ordered = np.sort(ordered, axis=1)
    rows, places = np.nonzero(ordered >> _HALF != _LAST_BITS)
    columns = (ordered[rows, places] & _LAST_BITS).astype(np.intp)
    return rows, columns, places.astype(np.int64) + 1


def _descending(scores: Scores) -> NDArray[np.uint64]:
    """Integers of 32 bits, the smaller the higher a score is: the bits of numbers from 0 up are in their order."""
    return _LAST_BITS - np.ascontiguousarray(scores).view(np.uint32).astype(np.uint64)


def _place_in_group(groups: NDArray[np.integer]) -> NDArray[np.int64]:
    """For each of the groups' members, equal ones together, how many of its group are before it."""
    places = np.arange(len(groups))
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]]) if len(groups) else places
    return places - np.repeat(starts, np.diff(np.r_[starts, len(groups)]))
