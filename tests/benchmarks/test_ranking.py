"""What the ranking costs beside reading the claims, in one run; never a time in seconds."""

from __future__ import annotations

import random
import sys
import time
import tracemalloc
from collections.abc import Callable

import pytest

from workbench.mapping.ranking import ClaimText, ClauseIndex, ClauseText, claim_words

CLAIMS = 512
FEW = 64
CLAUSES = 1000
WORDS_IN_A_CLAIM = 150
WORDS_IN_A_CLAUSE = 200


def _texts(number: int, length: int, seed: int) -> list[str]:
    """Texts whose words are as unevenly frequent as those of language (Zipf)."""
    source = random.Random(seed)
    words = [f"w{place}x" for place in range(20_000)]
    weights = [1 / (place + 1) for place in range(len(words))]
    return [" ".join(source.choices(words, weights, k=length)) for _ in range(number)]


def _quickest(work: Callable[[], object], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def test_ranking_costs_a_small_multiple_of_reading(capsys: pytest.CaptureFixture[str]) -> None:
    index = ClauseIndex([ClauseText(at, None, text) for at, text in enumerate(_texts(CLAUSES, WORDS_IN_A_CLAUSE, 1))])
    claims = [ClaimText(at, text) for at, text in enumerate(_texts(CLAIMS, WORDS_IN_A_CLAIM, 2))]
    read = _quickest(lambda: [claim_words(claim) for claim in claims])
    scored = _quickest(lambda: index.scores(claims))
    explained = _quickest(lambda: list(index.matches(claims[:FEW], top=50))) * CLAIMS / FEW
    with capsys.disabled():
        sys.stdout.write(f"\nranking / reading: scores {scored / read:.2f}, 50 clauses told {explained / read:.2f}\n")
    assert scored / read < 12
    assert explained / read < 40


def test_memory_does_not_grow_with_the_claims(capsys: pytest.CaptureFixture[str]) -> None:
    index = ClauseIndex([ClauseText(at, None, text) for at, text in enumerate(_texts(CLAUSES, 20, 1))])
    claims = [ClaimText(at, text) for at, text in enumerate(_texts(2 * CLAIMS, 10, 2))]

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in index.matches(claims[:count], top=1):
            pass
        reached = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return reached

    ratio = peak(2 * CLAIMS) / peak(CLAIMS // 2)
    with capsys.disabled():
        sys.stdout.write(f"\npeak memory of {2 * CLAIMS} claims / of {CLAIMS // 2}: {ratio:.2f}\n")
    assert ratio < 1.5
