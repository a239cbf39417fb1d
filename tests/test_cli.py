"""The command line keeps its contract: exit codes, JSON alone on stdout, one line for each failure."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from workbench import sample
from workbench.cli import main
from workbench.cli.base import EXPECTED_ERRORS

HEAVY = {
    "PIL", "docx", "matplotlib", "onnx", "onnxruntime", "openpyxl", "ortools", "pandas", "reportlab", "scipy",
    "sklearn", "snowballstemmer", "tokenizers",
}  # fmt: skip
REPLAY = str(sample.folder() / "replay")
DRAFT = str(sample.folder() / "drafts/iso-iec-cd-99001.sample.xml")
WEEKLY = str(sample.folder() / "patents/uspto-weekly.sample.xml")
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    return invoke


def _json(result: Result) -> list[dict[str, Any]]:
    """Every line of stdout is JSON, and nothing else is there."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_poll_prints_one_line_of_json_a_source_and_makes_its_own_store(run: Run) -> None:
    result = run("poll", "iso_open_data", "--replay", REPLAY, "--as-of", "2026-11-08", "--json")
    assert result.exit_code == 0, result.stderr
    (line,) = _json(result)
    assert list(line) == [
        "source", "status", "records", "inserted", "updated", "unchanged", "removed", "warnings", "error",
        "started_at", "finished_at", "measures",
    ]  # fmt: skip
    assert (line["source"], line["status"], line["inserted"]) == ("iso_open_data", "ok", line["records"])
    again = _json(run("poll", "iso_open_data", "--replay", REPLAY, "--as-of", "2026-11-08", "--json"))
    assert (again[0]["status"], again[0]["unchanged"]) == ("unchanged", line["records"])


def test_the_chain_runs_from_poll_to_digest(run: Run, tmp_path: Path) -> None:
    for day in sample.DAYS:
        assert run("poll", "iso_open_data", "--replay", REPLAY, "--as-of", str(day)).exit_code == 0
    assert run("import", "draft", DRAFT, "--work-item", "9900001", "--label", "CD 1").exit_code == 0
    assert run("import", "patents", WEEKLY, "--portfolio", "ours").exit_code == 0
    assert run("map", "--portfolio", "ours").exit_code == 0
    matches = _json(run("export", "matches", "--work-item", "9900001", "--label", "CD 1", "--top", "1"))
    assert {match["rank"] for match in matches} == {1}
    draft = ("--work-item", "9900001", "--label", "CD 1")
    cells = _json(run("export", "coverage", *draft, "--filter", "own=others", "--filter", "normative=1"))
    assert {cell["standing"] for cell in cells} == {"candidate"}
    assert {cell["normative"] for cell in cells} == {True}
    assert _json(run("export", "trail"))[-2]["details"]["filters"]["own"] == "others"
    assert run("digest", "people", str(sample.folder() / "people.toml")).exit_code == 0
    mails = _json(run("digest", "preview", "--at", "2026-11-16T08:00", "--json"))
    assert mails
    assert any("ISO/IEC DIS 99001" in mail["text"] and "ISO/IEC DIS 99001" in mail["html"] for mail in mails)
    sent = _json(run("digest", "send", "--at", "2026-11-16T08:00", "--json"))
    assert sent[0]["sent"] == len(mails)
    assert len(list((tmp_path / "home/mails").glob("*.eml"))) == len(mails)
    changes = _json(run("export", "changes", "--since", "2026-11-15"))
    assert {"work_item"} <= {change["entity"] for change in changes}


def test_the_digest_can_be_previewed_before_anybody_receives_it(run: Run) -> None:
    for day in sample.DAYS:
        run("poll", "iso_open_data", "--replay", REPLAY, "--as-of", str(day))
    result = run("digest", "preview")
    assert result.exit_code == 0
    assert "ISO/IEC DIS 99001" in result.stdout
    assert "workbench digest people" in result.stderr
    assert _json(run("digest", "send", "--json"))[0]["composed"] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "draft", "/nowhere.xml", "--work-item", "1", "--label", "CD"),
        ("import", "draft", WEEKLY, "--work-item", "1", "--label", "CD"),
        ("import", "draft", DRAFT, "--work-item", "the one on testing", "--label", "CD"),
        ("import", "patents", DRAFT),
        ("import", "patents", "/nowhere.xml"),
        ("map",),
        ("map", "--work-item", "ISO/IEC 42001"),
        ("export", "clauses", "--work-item", "ISO/IEC 42001"),
        ("export", "changes", "--since", "yesterday"),
        ("export", "work-items", "--label", "CD 1"),
        ("export", "metrics"),
        ("export", "work-items", "--output", "/nowhere/x.csv"),
        ("poll",),
        ("digest", "send", "--recipient", "Nobody"),
        ("digest", "people", DRAFT),
        ("eval", "mapping", "--queries", DRAFT, "--corpus", DRAFT, "--qrels", DRAFT),
        ("serve", "--host", "0.0.0.0"),
    ],
)
def test_a_failure_is_exit_code_1_and_one_line_that_says_what_to_do(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if not line.endswith(("…", "left out"))]
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr


def test_errors_that_people_mend_are_known_by_names_that_exist() -> None:
    for name in EXPECTED_ERRORS:
        module, _, error = name.rpartition(".")
        found = getattr(importlib.import_module(module), error)
        assert issubclass(found, Exception)
        assert f"{found.__module__}.{found.__qualname__}" == name


def test_a_start_imports_no_heavy_library(tmp_path: Path) -> None:
    """What takes long to import is imported by what uses it: help and light commands come at once, pages soon."""
    script = f"""
import sys
from click.testing import CliRunner
from workbench.cli import main
assert CliRunner().invoke(main, ["--help"]).exit_code == 0
print(*sorted({{"sqlmodel", "pydantic", *{HEAVY}}} & sys.modules.keys()))
import workbench.tables
print(*sorted({{"alembic", *{HEAVY}}} & sys.modules.keys()))
from workbench.db import Store
from workbench.settings import Settings
from workbench.web import create_app
settings = Settings(home={str(tmp_path)!r})
create_app(settings, Store(settings))
print(*sorted({HEAVY} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "\n\n\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("poll", "iso_everything"),
        ("poll", "--as-of", "2026-11-08"),
        ("poll", "--replay", "/nowhere"),
        ("export", "everything"),
        ("export", "metrics", "--filter", "stale"),
        ("import", "patents"),
        ("unheard-of",),
    ],
)
def test_wrong_usage_is_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_doctor_shows_settings_with_their_origin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_SMTP_PASSWORD", "hunter2")
    lines = _json(run("doctor", "--json"))
    settings = {line["name"]: line for line in lines if line["check"] == "setting"}
    assert settings["smtp_password"]["origin"] == "WORKBENCH_SMTP_PASSWORD"
    assert "hunter2" not in json.dumps(lines)
    assert next(line for line in lines if line["check"] == "database")["ok"]


def test_sources_are_listed_before_anything_was_polled(run: Run) -> None:
    lines = _json(run("sources", "--json"))
    assert {"iso_open_data", "iso_pages"} <= {line["source"] for line in lines}
    assert {line["state"] for line in lines} <= {"never polled", "not configured"}
    assert all(line["next_run"] for line in lines)


def test_an_export_to_a_file_is_whole_or_not_there(run: Run, tmp_path: Path) -> None:
    run("poll", "iso_open_data", "--replay", REPLAY, "--as-of", "2026-11-08")
    for form in ("csv", "xlsx", "jsonl"):
        target = tmp_path / f"items.{form}"
        assert run("export", "work-items", "--format", form, "--output", str(target)).exit_code == 0
        assert target.stat().st_size > 1000
    assert not list(tmp_path.glob(".*.part"))
