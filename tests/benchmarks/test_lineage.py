"""What aligning two long drafts costs beside the bare sparse product of their texts, in one run; never seconds."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable

import pytest

from scrapers.records import ClauseKind
from tests.standards.lineage_edits import edited
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.lineage import align
from workbench.standards.similarity import Weighed

# BENCHMARK_CLAUSES=3000 measures the size that the product promises.
CLAUSES = int(os.environ.get("BENCHMARK_CLAUSES", "1000"))
EDITS = 100
WORDS = 110


def _draft(seed: int, vocabulary: int) -> list[ClauseNode]:
    """Clauses of nine subclauses, a third of them untitled, in words as unevenly frequent as those of language."""
    source = random.Random(seed)
    words = [f"w{place}x" for place in range(vocabulary)]
    weights = [1 / (place + 1) for place in range(vocabulary)]
    nodes: list[ClauseNode] = []
    for at in range(1, CLAUSES // 10 + 1):
        above = len(nodes)
        title = " ".join(source.choices(words, weights, k=3))
        nodes.append(ClauseNode(above, str(at), title, ClauseKind.CLAUSE, 1, None, ""))
        for below in range(1, 10):
            text = " ".join(source.choices(words, weights, k=source.randint(20, 2 * WORDS - 20)))
            name = None if at % 3 == 0 else "General" if below == 1 else " ".join(source.choices(words, weights, k=3))
            nodes.append(ClauseNode(len(nodes), f"{at}.{below}", name, ClauseKind.CLAUSE, 2, above, text))
    return nodes


def _quickest(work: Callable[[], object], times: int = 2) -> float:
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def _bare(old: list[ClauseNode], new: list[ClauseNode]) -> object:
    weighed = Weighed([node.text for node in old], [node.text for node in new])
    return weighed.old @ weighed.new.T


@pytest.mark.slow
@pytest.mark.parametrize("case", ["edited", "unrelated", "alike"])
def test_aligning_costs_a_small_multiple_of_weighing_and_comparing(
    case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old = _draft(1, 300 if case == "alike" else 8000)
    new = edited(old, "en", 3, EDITS).nodes if case == "edited" else _draft(2, 300 if case == "alike" else 8000)
    bare = _quickest(lambda: _bare(old, new))
    whole = _quickest(lambda: align(old, new), times=1)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{CLAUSES} clauses, {case}: aligning / weighing and comparing {whole / bare:.2f} "
            f"({whole:.1f} s of processor time here)\n"
        )
    assert whole / bare < 5
