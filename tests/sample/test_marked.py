"""Whoever opens a file of the sample data sees at once that it is a sample."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from workbench import sample
from workbench.digest.models import Edition, Language

REPLAY = sample.folder() / "replay"
FILES = sorted(
    each
    for each in sample.folder().rglob("*")
    if each.is_file() and each.suffix not in {".py", ".pyc"} and each.name != "index.json"
)
MARKS = ("SAMPLE", "EXEMPLE", "見本")


def _shown(path: Path) -> str:
    return path.relative_to(sample.folder()).as_posix()


@pytest.mark.parametrize("path", [each for each in FILES if each.suffix != ".jsonl"], ids=_shown)
def test_the_first_lines_of_a_file_say_that_it_is_a_sample(path: Path) -> None:
    assert "SAMPLE" in "".join(path.read_text("utf-8").splitlines()[:3])


def test_each_recording_is_noted_as_a_sample() -> None:
    index = json.loads((REPLAY / "index.json").read_text("utf-8"))
    recorded = {_shown(each) for each in FILES if each.is_relative_to(REPLAY)}

    assert {f"replay/{name}" for name in index} == recorded
    assert all(entry["note"].startswith("SAMPLE") for entry in index.values())


def test_invented_work_items_say_so_in_each_title() -> None:
    found = set()
    for path in REPLAY.glob("deliverables@*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line)
            if item["id"] >= min(sample.PAGE_IDS):
                found.add(item["id"])
                assert all(title.startswith(MARKS) for title in item["title"].values())
                assert item["scope"]["en"].startswith("<p>Sample, invented")
    assert found == set(sample.PAGE_IDS)


def test_no_abstract_of_a_real_work_item_is_carried_over() -> None:
    for path in REPLAY.glob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            entry = json.loads(line)
            assert entry["id"] in sample.PAGE_IDS or entry["scope"] == {"en": None}


def test_the_source_of_the_catalogue_is_named() -> None:
    readme = (sample.folder() / "README.md").read_text("utf-8")

    assert "ODC-By 1.0" in readme
    assert "relaton-data-iso" in readme


def test_people_are_samples_whom_no_mail_can_reach() -> None:
    people = tomllib.loads((sample.folder() / "people.toml").read_text("utf-8"))["person"]

    assert len({each["name"] for each in people}) == len({each["email"] for each in people}) == 3
    assert all(each["name"].lower().startswith("sample ") for each in people)
    assert all(each["email"].endswith(("@example.com", "@example.org")) for each in people)
    assert {Language(each["language"]) for each in people} == set(Language)
    assert {Edition(each["edition"]) for each in people} == set(Edition)


def test_the_drafts_that_are_named_are_those_there_are() -> None:
    drafts = sample.folder() / "drafts"

    assert {each.file for each in sample.DRAFTS} == {each.name for each in drafts.iterdir()}
