"""Passages in clauses, and rows of a form that came back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.comments import CommentRow, CommentType
from workbench.comments.matching import Known, matched, member_of, outcome_of
from workbench.comments.models import Outcome
from workbench.comments.passages import cleaned, locate

ROW = CommentRow("JP", "12", "6.2.1", "Table 2", CommentType.TECHNICAL, "The limit is missing.", "Add “≤ 5 %”.")
SIGNS = st.text(st.sampled_from("ab |\n測"), max_size=40)


def counting(text: str) -> str:
    return "".join(each for each in text if not each.isspace() and each != "|")


@given(SIGNS, SIGNS, SIGNS)
def test_a_passage_is_found_where_it_was_selected(before: str, passage: str, after: str) -> None:
    text = before + passage + after
    found = locate(text, passage, len(counting(before)))
    if not counting(passage):
        assert found is None
    else:
        assert found is not None
        assert counting(text[: found[0]]) == counting(before)
        assert counting(text[slice(*found)]) == counting(passage)


def test_white_space_and_bars_of_a_browser_do_not_matter() -> None:
    text = "The limit should be 5 %.\nKind | Limit | Unit"
    assert locate(text, "5 %. Kind Limit") == (20, 37)
    assert locate(text, "no such words") is None


@given(st.text(max_size=50))
def test_what_was_cleaned_is_clean(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)
    assert not set(cleaned(text)) & {"\x00", "\r", "\x0b", "\ufffe", "\x85"}


@pytest.mark.parametrize(
    ("text", "member", "number"),
    [
        ("JP", "JP", ""),
        (" jp ", "JP", ""),
        ("JP-012", "JP", "JP-012"),
        ("JP 012", "JP", "JP 012"),
        ("DE-01-002", "DE", "DE-01-002"),
        ("JP1-003", "JP", "JP1-003"),
        ("**", "**", ""),
        ("ITU-T-004", "ITU-T", "ITU-T-004"),
        ("?!", "?!", ""),
    ],
)
def test_the_member_stands_before_the_number(text: str, member: str, number: str) -> None:
    assert member_of(text) == (member, number)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Accepted", Outcome.ACCEPTED),
        ("ACCEPTED. See 6.3.", Outcome.ACCEPTED),
        ("Accept", Outcome.ACCEPTED),
        ("Accepted with modifications: “≤ 4 %”", Outcome.MODIFIED),
        ("Accepted in principle", Outcome.MODIFIED),
        ("Partially accepted", Outcome.MODIFIED),
        ("Not accepted: out of scope", Outcome.REJECTED),
        ("Rejected", Outcome.REJECTED),
        ("Noted.", Outcome.NOTED),
        ("Acceptable to whom?", None),
        ("To be discussed in Tokyo", None),
        ("", None),
    ],
)
def test_an_observation_begins_with_its_outcome(text: str, outcome: Outcome | None) -> None:
    assert outcome_of(text) is outcome


def test_a_row_is_known_though_a_compilation_changed_its_looks() -> None:
    known = [Known(1, ROW), Known(2, replace(ROW, comment="Another one")), Known(3, replace(ROW, member="US"))]
    compiled = replace(
        ROW, member="JP-012", clause="Clause 6.2.1", line="", comment="The limit  is\nmissing.", proposal='Add "≤ 5 %".'
    )
    assert matched([compiled], known) == {0: 1}
    assert matched([replace(compiled, clause="6.2")], known) == {0: 1}
    assert matched([replace(compiled, comment="Unknown")], known) == {}


def test_identical_rows_are_each_one_comment() -> None:
    known = [Known(1, ROW), Known(2, ROW)]
    assert sorted(matched([ROW, ROW, ROW], known).values()) == [1, 2]


def test_where_more_than_one_could_be_meant_none_is() -> None:
    known = [Known(1, replace(ROW, clause="4")), Known(2, replace(ROW, clause="5"))]
    assert matched([ROW], known) == {}


def test_a_number_finds_a_comment_whose_text_was_edited() -> None:
    known = [Known(1, replace(ROW, member="US"), "US-007")]
    edited = replace(ROW, member="US-007", comment="The limit is missing here.")
    assert matched([edited], known) == {0: 1}
    assert matched([replace(edited, comment="Quite another matter", proposal="")], known) == {}


@given(st.permutations(range(8)), st.data())
def test_in_whatever_order_each_row_finds_its_comment(order: list[int], data: st.DataObject) -> None:
    texts = [data.draw(st.text("ab ", max_size=3)) for _ in range(8)]
    known = [Known(key, replace(ROW, comment=texts[key], clause=str(key % 3))) for key in range(8)]
    rows = [known[key].row for key in order]
    found = matched(rows, known)
    assert sorted(found.values()) == list(range(8))
    assert all(_plain(rows[place]) == _plain(known[key].row) for place, key in found.items())


def _plain(row: CommentRow) -> tuple[str, str]:
    return row.clause, " ".join(row.comment.split())
