"""The audit of the locked requirements: fails on a known flaw, and never calls audited what nobody looked up."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

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
    assert ("!" * 100 in done.stdout) is ("NOT audited" in said), "what nobody looked up is said loudly"


REQUIREMENTS = """\
invented-thing==1.4.2 \\
    --hash=sha256:00
Other_Thing[extra]==2.0 ; python_version > "3" \\
    --hash=sha256:00
"""


def advisory(name: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    affected = {"package": {"ecosystem": "PyPI", "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": [*events]}]}
    return {"id": "PYSEC-0000-1", "affected": [affected]} | more


def audited(folder: Path, *advisories: object) -> tuple[int, str]:
    """Exit code and output with a file of advisories, where the service is not reached."""
    (folder / "pip_audit.py").write_text("import sys; sys.exit('no route to the service')", encoding="utf-8")
    (folder / "requirements.txt").write_text(REQUIREMENTS, encoding="utf-8")
    with zipfile.ZipFile(folder / "all.zip", "w") as packed:
        for number, each in enumerate(advisories):
            packed.writestr(f"{number}.json", each if isinstance(each, str) else json.dumps(each))
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / ".ci" / "audit"), "requirements.txt"], cwd=folder,
        check=False, capture_output=True, text=True, timeout=60,
        env={"PYTHONPATH": str(folder), "ADVISORIES": "all.zip"},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("told", "vulnerable"),
    [
        (advisory("invented.thing", {"introduced": "0"}, {"fixed": "1.4.3"}), True),
        (advisory("Invented_Thing", {"introduced": "0"}, {"fixed": "1.4.2"}), False),
        (advisory("invented-thing", {"introduced": "1.5"}), False),
        (advisory("invented-thing", {"introduced": "0"}, {"last_affected": "1.4.2"}), True),
        (advisory("invented-thing", {"introduced": "0"}, {"last_affected": "1.4.1"}), False),
        (advisory("invented-thing", {"fixed": "1.0"}, {"introduced": "0"}, {"introduced": "1.4"}), True),
        (advisory("other-thing", {"introduced": "2.0"}), True),
        (advisory("other-thing", {"introduced": "0"}, withdrawn="2026-01-01T00:00:00Z"), False),
        (advisory("another", {"introduced": "0"}), False),
        ({"id": "PYSEC-0000-1", "affected": [
            {"package": {"ecosystem": "PyPI", "name": "other-thing"}, "versions": ["1.9", "2.0"]}]}, True),
        ({"id": "PYSEC-0000-1", "affected": [
            {"package": {"ecosystem": "npm", "name": "other-thing"}, "versions": ["2.0"]}]}, False),
    ],
)  # fmt: skip
def test_a_file_of_advisories_is_compared_with_what_is_locked(
    tmp_path: Path, told: dict[str, Any], vulnerable: bool
) -> None:
    code, said = audited(tmp_path, advisory("unrelated", {"introduced": "0"}), told)
    assert code == int(vulnerable), said
    assert ("PYSEC-0000-1; mended in" in said) is vulnerable
    assert "NOT audited" not in said


@pytest.mark.parametrize("told", [["no json"], [advisory("other-thing", {"introduced": "soon"})], [], ["[]"]])
def test_a_file_that_cannot_be_read_fails_the_audit(tmp_path: Path, told: list[object]) -> None:
    code, said = audited(tmp_path, *told)
    assert code == 1
    assert said.startswith("all.zip: ")
    assert said.count("\n") == 1


def test_every_locked_requirement_is_found_in_the_file() -> None:
    text = (CHECKOUT / "requirements.txt").read_text(encoding="utf-8")
    spec = importlib.util.spec_from_loader("audit", SourceFileLoader("audit", str(CHECKOUT / ".ci" / "audit")))
    assert spec is not None
    audit = importlib.util.module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(audit)
    assert len(audit.LOCKED.findall(text)) == len(re.findall(r"^[A-Za-z]", text, re.MULTILINE)) > 50
