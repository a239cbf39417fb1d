"""Whose word counts: a source changes a fact only when it says something new."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workbench.history.merge import Difference, merge

DAY = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)


def _say(state: dict[str, Any], said: dict[str, Any], source: str, word: dict[str, Any], day: int) -> dict[str, Any]:
    """Apply one word of a source to a row, as the writers do; returns the new `said`."""
    differences, said = merge(
        state, word, source=source, at=DAY + dt.timedelta(days=day), said=said, trusted=("stage",)
    )
    for difference in differences:
        state[difference.field] = difference.new
    return said


def test_two_sources_that_disagree_do_not_overwrite_each_other_at_every_poll() -> None:
    state: dict[str, Any] = {"title": None}
    said = _say(state, {}, "catalogue", {"title": "A - B"}, 0)
    for day in range(1, 5):
        said = _say(state, said, "page", {"title": "A — B"}, day)
        assert state == {"title": "A - B"}
        said = _say(state, said, "catalogue", {"title": "A - B"}, day)
        assert state == {"title": "A - B"}


def test_a_source_that_says_something_new_is_heard() -> None:
    state: dict[str, Any] = {"title": None}
    said = _say(state, {}, "catalogue", {"title": "A"}, 0)
    said = _say(state, said, "page", {"title": "a"}, 1)
    said = _say(state, said, "page", {"title": "A, second edition"}, 2)
    assert state["title"] == "A, second edition"


def test_the_first_word_of_a_source_fills_what_is_empty_and_changes_what_it_is_trusted_for() -> None:
    state: dict[str, Any] = {"stage": None, "pages": None, "title": None}
    said = _say(state, {}, "catalogue", {"stage": "40.20", "pages": None, "title": "A"}, 0)
    _say(state, said, "page", {"stage": "40.60", "pages": 12, "title": "B"}, 1)
    assert state == {"stage": "40.60", "pages": 12, "title": "A"}


def test_a_lagging_catalogue_does_not_take_a_stage_back() -> None:
    state: dict[str, Any] = {"stage": None}
    said = _say(state, {}, "catalogue", {"stage": "40.20"}, 0)
    said = _say(state, said, "page", {"stage": "40.60"}, 1)
    said = _say(state, said, "catalogue", {"stage": "40.20"}, 2)
    assert state == {"stage": "40.60"}
    _say(state, said, "catalogue", {"stage": "40.99"}, 8)
    assert state == {"stage": "40.99"}


def test_a_word_older_than_the_last_one_of_the_source_changes_nothing() -> None:
    state: dict[str, Any] = {"stage": None}
    said = _say(state, {}, "page", {"stage": "60.60"}, 9)
    differences, after = merge(state, {"stage": "40.60"}, source="page", at=DAY, said=said)
    assert differences == []
    assert after == said


def test_a_field_that_a_source_does_not_speak_of_stays() -> None:
    differences, said = merge({"title": "A", "pages": 3}, {"title": "B"}, source="x", at=DAY, said={})
    assert differences == [Difference("title", "A", "B")]
    assert said["x"]["fields"] == {"title": "B"}


words = st.lists(
    st.tuples(st.sampled_from(["catalogue", "page"]), st.dictionaries(st.sampled_from("ab"), st.integers(0, 3))),
    max_size=12,
)


@given(words)
def test_saying_the_same_again_never_changes_anything(sequence: list[tuple[str, dict[str, Any]]]) -> None:
    state: dict[str, Any] = {}
    said: dict[str, Any] = {}
    last: dict[str, dict[str, Any]] = {}
    for day, (source, word) in enumerate(sequence):
        said = _say(state, said, source, word, day)
        last[source] = {**last.get(source, {}), **word}
    before = dict(state)
    for source, word in last.items():
        said = _say(state, said, source, word, len(sequence))
    assert state == before


@given(words)
def test_with_one_source_the_row_holds_its_last_word(sequence: list[tuple[str, dict[str, Any]]]) -> None:
    state: dict[str, Any] = {}
    said: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    for day, (_, word) in enumerate(sequence):
        said = _say(state, said, "page", word, day)
        expected |= word
    assert state == expected
