"""Cells of a matrix by the million: pairs of a row and a column, each with its standing. Pure.

A pair is written as the places of its row and column, the place of its standing in `coverage.STRENGTH` (0 the
strongest) and its overlays as bits. Every function gives each row and column once, with the strongest standing and
all overlays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

_FEW: Final = 1_000_000
"""Cells up to which a table of all of them costs less than putting pairs in order."""
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
    cells = rows * width + columns
    size = (int(rows.max()) + 1) * width
    if size <= max(len(rows), _FEW):
        return _counted(cells, size, width, strengths, laid)
    # Overlays ride along in the low bits, so that one sort puts everything in order.
    keys = (cells << 8) | (strengths.astype(np.int64) << 4) | laid
    keys.sort()
    cells = keys >> 8
    first = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
    at_row, at_column = np.divmod(cells[first], width)
    return Pairs(
        at_row,
        at_column,
        ((keys[first] >> 4) & 0xF).astype(np.uint8),
        np.bitwise_or.reduceat((keys & 0xF).astype(np.uint8), first),
        np.diff(np.r_[first, len(keys)]),
    )


def _counted(cells: Places, size: int, width: int, strengths: NDArray[np.uint8], overlays: NDArray[np.uint8]) -> Pairs:
    """Where there are few cells, each has a place in a table, and nothing needs to be sorted."""
    sizes = np.bincount(cells, minlength=size)
    best = np.full(size, 0xFF, dtype=np.uint8)
    np.minimum.at(best, cells, strengths)
    laid = np.zeros(size, dtype=np.uint8)
    some = np.flatnonzero(overlays)
    np.bitwise_or.at(laid, cells[some], overlays[some])
    found = np.flatnonzero(sizes)
    rows, columns = np.divmod(found, width)
    return Pairs(rows, columns, best[found], laid[found], sizes[found])


def renumbered(pairs: Pairs, *, rows: Places | None = None, columns: Places | None = None) -> Pairs:
    """The pairs with other places that are in the same order as before: `rows[r]` for row `r`, nothing put together."""
    return replace(
        pairs,
        rows=pairs.rows if rows is None else rows[pairs.rows],
        columns=pairs.columns if columns is None else columns[pairs.columns],
    )


def folded(pairs: Pairs, rows: Places) -> Pairs:
    """The pairs with rows put together: `rows[r]` is the place that row `r` goes to, -1 for nowhere."""
    to_rows = rows[pairs.rows]
    kept = to_rows >= 0
    return pairs_of(to_rows[kept], pairs.columns[kept], pairs.strengths[kept], pairs.overlays[kept])


def spread(pairs: Pairs, columns: Places, groups: Places) -> Pairs:
    """The pairs with each column replaced by all its groups: column `columns[i]` is in group `groups[i]`."""
    order = np.argsort(columns, kind="stable")
    sorted_groups = groups[order]
    width = int(max(pairs.columns.max(initial=-1), columns.max(initial=-1))) + 1
    held = np.bincount(columns, minlength=width)
    first, sizes = (np.cumsum(held) - held)[pairs.columns], held[pairs.columns]
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
