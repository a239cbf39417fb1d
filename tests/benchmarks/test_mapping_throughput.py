"""What mapping a portfolio costs beside the bare search and the bare encoder that it is made of, in one run.

BENCHMARK_CLAIMS=650000 BENCHMARK_CLAUSES=3000 is the size that the product promises to manage in 2.5 hours; with
BENCHMARK_ENCODED=20000 only so many claims are really encoded and the rest is extrapolated.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.mapping.encoder import DEFAULT_MODEL, model_folder
from workbench.settings import Settings

CLAIMS = int(os.environ.get("BENCHMARK_CLAIMS", "300"))
CLAUSES = int(os.environ.get("BENCHMARK_CLAUSES", "100"))
ENCODED = int(os.environ.get("BENCHMARK_ENCODED", str(CLAIMS)))
PROMISED_CLAIMS = 650_000
# From here on what is paid once weighs little beside what is paid a claim.
TELLING = 20_000


@pytest.mark.slow
def test_mapping_costs_little_more_than_what_it_is_made_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = model_folder(Settings(), DEFAULT_MODEL)
    if model is None:
        pytest.skip("no sentence encoder is installed; `workbench models install` brings one")
    command = [sys.executable, "-m", "tests.benchmarks.mapping_child", str(tmp_path), str(model)]
    child = subprocess.run(
        [*command, str(CLAIMS), str(CLAUSES), str(ENCODED)], stdout=subprocess.PIPE, text=True, check=True
    )
    found = json.loads(child.stdout)
    scale = PROMISED_CLAIMS / CLAIMS
    with capsys.disabled():
        sys.stdout.write(
            f"\n{CLAIMS:,} claims ({min(CLAIMS, ENCODED):,} really encoded) × {found['clauses']:,} clauses: "
            f"mapping / bare encoding and bare bm25s {found['cold_over_bare']:.2f}; "
            f"cold {found['cold_seconds']:.0f} s, that is {found['cold_seconds'] * scale / 3600:.2f} h for "
            f"{PROMISED_CLAIMS:,} claims; a new draft {found['new_draft_seconds']:.1f} s, that is at most "
            f"{found['new_draft_seconds'] * scale:.0f} s; page of a clause {found['page_ms']:.0f} ms; "
            f"memory {found['peak_mib']:.0f} MiB, store {found['store_mib']:.0f} MiB\n"
        )
    assert found["cold_over_bare"] < (1.25 if CLAIMS >= TELLING else 3)
    assert found["peak_mib"] < 4096
