"""`workbench import declarations` and `workbench export declarations` keep the contract of the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.cli import main

MAP = """
name = "our-list"
register = "ISO"
[columns]
holder = "Who"
deliverable = "What"
option = "How"
number = "Patent"
[values.option]
2 = ["RAND"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    (tmp_path / "list.csv").write_text(
        "Who,What,How,Patent\nSample AG,ISO/IEC 99001,RAND,EP 2999003 A1\n,ISO/IEC 99002,RAND,\n", encoding="utf-8"
    )
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_a_list_goes_in_and_comes_out(folder: Path) -> None:
    done = run("import", "declarations", str(folder / "list.csv"), "--columns", str(folder / "map.toml"), "--json")
    (line,) = map(json.loads, done.stdout.splitlines())
    assert (done.exit_code, line["status"], line["inserted"], line["source"]) == (0, "ok", 1, "file:list.csv")
    assert line["warnings"] == ["list.csv, row 3: has no holder; fill the cell"]
    out = run("export", "declarations", "--option", "2", "--holder", "sample")
    (row,) = map(json.loads, out.stdout.splitlines())
    assert (row["holder"], row["option"], row["patents"][0]["publication"]) == ("Sample AG", 2, "EP.2999003.A1")
    assert run("export", "declarations", "--option", "3").stdout == ""


def test_what_cannot_be_read_is_one_line_and_exit_code_1(folder: Path) -> None:
    done = run("import", "declarations", str(folder / "list.csv"))
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].endswith("give a column map for it")
    assert run("import", "declarations", str(folder / "none.csv")).exit_code == 1
    wrong = run("export", "declarations", "--option", "4")
    assert (wrong.exit_code, len(wrong.stderr.splitlines())) == (1, 1)
