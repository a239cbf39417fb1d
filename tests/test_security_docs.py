"""What docs/security.md says of the ASVS is whole, and every test that it names is there."""

from __future__ import annotations

import re

import pytest

from tests.conftest import CHECKOUT

TEXT = (CHECKOUT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")
STATES = {"met", "n/a"}
# OWASP ASVS 4.0.3, chapters 3, 4, 5 and 12: requirements of levels 1 and 2, by section how many; 4.1.4 was taken out.
SECTIONS = {
    "3.1": 1, "3.2": 4, "3.3": 4, "3.4": 5, "3.5": 3, "3.7": 1,
    "4.1": 5, "4.2": 2, "4.3": 3,
    "5.1": 5, "5.2": 8, "5.3": 10, "5.4": 3, "5.5": 4,
    "12.1": 3, "12.2": 1, "12.3": 6, "12.4": 2, "12.5": 2, "12.6": 1,
}  # fmt: skip
REQUIRED = {f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)} - {"4.1.4"}


def test_every_requirement_is_spoken_of_once() -> None:
    numbers = [number for number, *_ in ROW.findall(TEXT)]
    assert sorted(numbers) == sorted(REQUIRED)


def test_what_is_met_names_a_test_and_what_is_not_gives_a_reason() -> None:
    for number, _, state, reason in ROW.findall(TEXT):
        assert state in STATES, number
        assert reason.strip(), number
        if state == "met":
            assert NAMED.search(reason), f"{number} is met, and no test is named"


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED.findall(TEXT)}))
def test_every_test_that_is_named_is_there(file: str) -> None:
    path = CHECKOUT / file
    assert path.is_file()
    written = path.read_text(encoding="utf-8")
    for named, test in NAMED.findall(TEXT):
        if named == file and test:
            assert f"def {test}(" in written, test


def test_every_test_that_is_named_alone_is_somewhere() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in (CHECKOUT / "tests").rglob("test_*.py"))
    for test in re.findall(r"`(test_\w+)`", TEXT):
        assert f"def {test}(" in written, test
