"""Cells of a matrix by the million: pairs of a row and a column, each with its standing. Pure.

A pair is written as the places of its row and column, the place of its standing in `coverage.STRENGTH` (0 the
strongest) and its overlays as bits. Every function gives each row and column once, with the strongest standing and
all overlays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

STALE: Final = 1
HELD: Final = 2


@dataclass(frozen=True)
class Pairs:
    """Parallel arrays, ordered by row and then column, each pair once; `sizes`: of how many it was put together."""

    rows: Places
    columns: Places
    strengths: NDArray[np.uint8]
    overlays: NDArray[np.uint8]
    sizes: Places

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, chosen: NDArray[np.bool_]) -> Pairs:
        """The pairs that are chosen."""
        return Pairs(
            self.rows[chosen], self.columns[chosen], self.strengths[chosen], self.overlays[chosen], self.sizes[chosen]
        )


def pairs_of(
    rows: Places, columns: Places, strengths: NDArray[np.uint8], overlays: NDArray[np.uint8] | None = None
) -> Pairs:
    """Pairs in any order, some more than once, put together."""
    laid = np.zeros(len(rows), dtype=np.uint8) if overlays is None else overlays
    if not len(rows):
        return Pairs(rows, columns, strengths, laid, np.empty(0, dtype=np.int64))
    width = int(columns.max()) + 1
    # Overlays ride along in the low bits, so that one sort puts everything in order.
    keys = ((rows * width + columns) << 8) | (strengths.astype(np.int64) << 4) | laid
    keys.sort()
    cells = keys >> 8
    first = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
    laid = (keys & 0xF).astype(np.uint8)
    return Pairs(
        cells[first] // width,
        cells[first] % width,
        ((keys[first] >> 4) & 0xF).astype(np.uint8),
        np.bitwise_or.reduceat(laid, first),
        np.diff(np.r_[first, len(keys)]),
    )


def folded(pairs: Pairs, *, rows: Places | None = None, columns: Places | None = None) -> Pairs:
    """The pairs with rows, or columns, put together: `rows[r]` is the place that row `r` goes to, -1 for nowhere."""
    to_rows = pairs.rows if rows is None else rows[pairs.rows]
    to_columns = pairs.columns if columns is None else columns[pairs.columns]
    kept = (to_rows >= 0) & (to_columns >= 0)
    return pairs_of(to_rows[kept], to_columns[kept], pairs.strengths[kept], pairs.overlays[kept])


def spread(pairs: Pairs, columns: Places, groups: Places) -> Pairs:
    """The pairs with each column replaced by all its groups: column `columns[i]` is in group `groups[i]`."""
    order = np.argsort(columns, kind="stable")
    sorted_columns, sorted_groups = columns[order], groups[order]
    first = np.searchsorted(sorted_columns, pairs.columns, side="left")
    sizes = np.searchsorted(sorted_columns, pairs.columns, side="right") - first
    at = np.repeat(np.arange(len(pairs)), sizes)
    within = np.arange(len(at)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return pairs_of(pairs.rows[at], sorted_groups[first[at] + within], pairs.strengths[at], pairs.overlays[at])


def per_row(pairs: Pairs, height: int) -> NDArray[np.int64]:
    """How many columns each row has a pair with."""
    return np.bincount(pairs.rows, minlength=height)


def per_column(pairs: Pairs, width: int) -> NDArray[np.int64]:
    """How many rows each column has a pair with."""
    return np.bincount(pairs.columns, minlength=width)


def strongest_of_rows(pairs: Pairs, height: int, none: int) -> NDArray[np.uint8]:
    """The strongest standing on each row; `none` where there is no pair."""
    found = np.full(height, none, dtype=np.uint8)
    np.minimum.at(found, pairs.rows, pairs.strengths)
    return found
