"""What is kept of the scores of a pass does not depend on blocks, and is what plain sorting keeps."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench.mapping.keys import pack_keys, unpack_keys
from workbench.mapping.passes import KeptMatches, Scores

Row = tuple[int, int, int, float, float]


def _kept(scores: Scores, sizes: list[int], top: int, claims_kept: int) -> tuple[list[Row], bool]:
    kept = KeptMatches(scores.shape[1], ("words",), top=top, claims_kept=claims_kept)
    claims = 10 * np.arange(len(scores), dtype=np.int64) + 3
    first = 0
    for size in [*sizes, len(scores)]:
        part = slice(first, first + size)
        kept.add(claims[part], scores[part], {"words": scores[part] * 2})
        first += size
    return [tuple(row) for row in kept.matches().tolist()], kept.cut


def _plainly(scores: Scores, top: int, claims_kept: int) -> list[Row]:
    ranked = []
    for row, of_claim in enumerate(scores.tolist()):
        best = sorted((at for at, score in enumerate(of_claim) if score > 0), key=lambda at: (-of_claim[at], at))[:top]
        ranked += [(10 * row + 3, at, rank, of_claim[at], 2 * of_claim[at]) for rank, at in enumerate(best, start=1)]
    kept = []
    for clause in range(scores.shape[1]):
        of_clause = sorted((each for each in ranked if each[1] == clause), key=lambda each: (-each[3], each[0]))
        kept += of_clause[:claims_kept]
    return sorted(kept, key=lambda each: (each[0], each[2]))


# Few different values, so that many are equal.
_score = st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0, 2.0])


@given(
    st.integers(1, 6).flatmap(lambda width: st.lists(st.lists(_score, min_size=width, max_size=width), max_size=30)),
    st.lists(st.integers(0, 9), max_size=6),
    st.integers(1, 6),
    st.integers(1, 4),
)
def test_the_best_are_kept_however_the_claims_are_parted(
    rows: list[list[float]], sizes: list[int], top: int, claims_kept: int
) -> None:
    scores = np.array(rows, dtype=np.float32).reshape(len(rows), len(rows[0]) if rows else 3)
    found, cut = _kept(scores, sizes, top, claims_kept)
    assert found == _plainly(scores, top, claims_kept)
    assert cut == (len(found) < len(_plainly(scores, top, len(rows) + 1)))


@given(st.sets(st.integers(0, 5000)))
def test_keys_come_back_as_they_were_packed(keys: set[int]) -> None:
    held = np.array(sorted(keys), dtype=np.int64)
    assert unpack_keys(pack_keys(held)).tolist() == sorted(keys)
