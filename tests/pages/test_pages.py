"""Each source gives what is expected of its recorded-style pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scrapers.registry import sources
from tests.pages import FOLDER, Case, cases

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.source}/{case.name}")
def test_the_records_are_those_expected(case: Case) -> None:
    expected = case.expected()
    assert expected, f"{case.expected_file} is missing; run python -m tests.pages and review it"
    assert expected.pop("reviewed") is True, (
        f"{case.expected_file} was not reviewed yet; look at it, then set it to true"
    )
    assert case.run() == expected


def test_every_source_has_cases() -> None:
    assert {case.source for case in CASES} >= set(sources())


@pytest.mark.parametrize("folder", sorted({FOLDER / case.source for case in CASES}), ids=lambda folder: folder.name)
def test_nothing_in_a_folder_is_left_over(folder: Path) -> None:
    named = {"index.json", "cases.json"}
    named |= {
        name for name in json.loads((folder / "index.json").read_text("utf-8")) if not name.startswith("(no file)")
    }
    named |= {case.expected_file.name for case in CASES if case.source == folder.name}
    assert {file.name for file in folder.iterdir()} == named
