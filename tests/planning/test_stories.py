"""The stories of `docs/sequencing-stories.md`: the rules find in each plan what the table below it says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from workbench.planning.plans import read_plan
from workbench.planning.rules import Verdict, check, load_rules

STORIES = Path(__file__).parents[2] / "docs" / "sequencing-stories.md"
BOOK = load_rules()
WORDS = {"pass": Verdict.PASS, "fail": Verdict.FAIL, "unknown": Verdict.UNKNOWN, "none": Verdict.NOT_APPLICABLE}
LOOK = re.compile(
    r"^Looked at on (?P<day>\S+):\n\n```toml\n(?P<plan>.*?)```\n\n(?P<table>(?:\|[^\n]*\n)+)", re.MULTILINE | re.DOTALL
)


class Look(NamedTuple):
    """A plan of a story, the day it is looked at, and the verdict that the story tells by rule and office."""

    today: dt.date
    plan: str
    told: dict[tuple[str, str | None], Verdict]


def looks() -> Iterator[Any]:
    for story in re.split(r"^## ", STORIES.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        for number, found in enumerate(LOOK.finditer(story + "\n"), 1):
            rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in found["table"].splitlines()[2:]]
            told = {(rule, None if office == "–" else office): WORDS[word] for rule, office, word in rows}
            title = story.partition("\n")[0]
            yield pytest.param(Look(dt.date.fromisoformat(found["day"]), found["plan"], told), id=f"{title}, {number}")


def test_there_are_twelve_stories() -> None:
    titles = re.findall(r"^## (\d+)\.", STORIES.read_text("utf-8"), flags=re.MULTILINE)
    assert titles == [str(number) for number in range(1, 13)]
    assert len(list(looks())) == STORIES.read_text("utf-8").count("Looked at on ")


@pytest.mark.parametrize("look", list(looks()))
def test_the_rules_find_what_the_story_tells(look: Look, tmp_path: Path) -> None:
    path = tmp_path / "story.toml"
    path.write_text(look.plan, encoding="utf-8")
    found = {(each.rule.id, each.office): each.verdict for each in check(read_plan(path, look.today), BOOK)}
    assert {key: found[key] for key in look.told} == look.told
    failed = {key for key, verdict in found.items() if verdict is Verdict.FAIL}
    assert failed == {key for key, verdict in look.told.items() if verdict is Verdict.FAIL}
