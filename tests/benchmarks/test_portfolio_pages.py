"""What the portfolio views of a draft cost when there is eight times as much: by far not eight times; never seconds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.benchmarks.portfolio_pages import LANDSCAPE, MATRIX, client_of, plant, timed

FAMILIES = 150
CLAUSES = 150
TIMES = 8


@pytest.mark.slow
def test_views_of_a_larger_portfolio_cost_little_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    addresses = [address for address in (*MATRIX, *LANDSCAPE[:1]) if "lines=" not in address]
    found = []
    for name, size in (("small", 1), ("large", TIMES)):
        store = plant(tmp_path / name, FAMILIES * size, CLAUSES, 40 * size)
        found.append({address: min(processor) for address, _, processor, _ in timed(client_of(store), addresses)})
        store.close()
    small, large = found
    ratios = {address: large[address] / small[address] for address in addresses}
    with capsys.disabled():
        told = ", ".join(f"{address} {ratio:.2f}" for address, ratio in ratios.items())
        sys.stdout.write(f"\n{TIMES} times the families: {told}\n")
    assert max(ratios.values()) < TIMES / 2
