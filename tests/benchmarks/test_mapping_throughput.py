"""What mapping a portfolio costs beside the bare search and the bare encoder that it is made of, in one run.

BENCHMARK_CLAIMS, BENCHMARK_CLAUSES and BENCHMARK_ROUNDS make it larger; `python -m tests.benchmarks.full_size` does
650,000 claims against 3,000 clauses once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CLAIMS = int(os.environ.get("BENCHMARK_CLAIMS", "60"))
CLAUSES = int(os.environ.get("BENCHMARK_CLAUSES", "30"))
ROUNDS = int(os.environ.get("BENCHMARK_ROUNDS", "2"))
PROMISED_CLAIMS = 650_000
TELLING = 1_000
"""Claims from which what is paid once weighs little beside what is paid a claim."""


@pytest.mark.slow
def test_mapping_costs_little_more_than_what_it_is_made_of(
    tmp_path: Path, model_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.mapping_child", str(tmp_path), str(model_folder)]
    sizes = map(str, (CLAIMS, CLAUSES, ROUNDS))
    child = subprocess.run([*command, *sizes], stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(child.stdout)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{CLAIMS:,} claims × {found['clauses']:,} clauses, processor time: mapping "
            f"{found['mapping_seconds']:.1f} s; bare encoding of the claims {found['claims_seconds']:.1f} s, of the "
            f"clauses {found['clauses_seconds']:.1f} s, bare bm25s {found['search_seconds']:.1f} s, ratio "
            f"{found['ratio']:.2f}; {_promised(found) if CLAIMS >= TELLING else ''}memory {found['peak_mib']:.0f} MiB\n"
        )
    assert found["ratio"] < (1.25 if CLAIMS >= TELLING else 2)
    assert found["peak_mib"] < 4096


def _promised(found: dict[str, float]) -> str:
    """The promised number of claims at the rate that was found; all but the bare encoding of clauses grows with it."""
    processor = (found["processor_a_claim"] * PROMISED_CLAIMS + found["clauses_seconds"]) / 3600
    clock = (found["clock_a_claim"] * PROMISED_CLAIMS + found["clauses_clock"]) / 3600
    return f"{PROMISED_CLAIMS:,} claims at that rate {processor:.1f} h of it, {clock:.1f} h on the clock; "
