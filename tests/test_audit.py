"""The audit of the locked requirements: fails on a known flaw, and never calls audited what nobody looked up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

CLEAN = {"name": "one", "version": "1", "vulns": []}
FLAWED = {"name": "two", "version": "2", "vulns": [{"id": "CVE-0000-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "three", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("told", "code", "said"),
    [
        ([CLEAN, SKIPPED], 0, "1 of 2 requirements looked up, 0 flaws known"),
        ([CLEAN, FLAWED], 1, "two 2: CVE-0000-1; mended in 3"),
        ([SKIPPED], 0, "NOT audited: the advisory service knows none of the 1 requirements"),
        (None, 0, "NOT audited: no route to the service"),
    ],
)
def test_what_was_looked_up_decides(tmp_path: Path, told: list[object] | None, code: int, said: str) -> None:
    """pip-audit is stood in for, since what it finds changes from day to day."""
    answer = f"print({json.dumps(json.dumps({'dependencies': told}))})"
    failure = "import sys; sys.exit('no route to the service')"
    (tmp_path / "pip_audit.py").write_text(failure if told is None else answer, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / ".ci" / "audit"), "requirements.txt"],
        check=False, capture_output=True, text=True, timeout=60, env={"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert said in done.stdout
