"""Pure helpers of pages: marking words, reading addresses, words for values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.web import labels
from workbench.web.display import list_difference, marked
from workbench.web.links import outside
from workbench.web.listing import page_number, sort_key


@given(st.text(), st.lists(st.text(max_size=8), max_size=5))
def test_marking_loses_no_character(text: str, words: list[str]) -> None:
    assert "".join(piece for piece, _ in marked(text, words)) == text


def test_words_are_marked_whatever_their_case_and_the_longest_first() -> None:
    assert marked("Records of a record", ["record", "records"]) == [
        ("Records", True),
        (" of a ", False),
        ("record", True),
    ]
    assert marked("評価の記録", ["記録"]) == [("評価の", False), ("記録", True)]
    assert marked("a+b", ["+"]) == [("a", False), ("+", True), ("b", False)]
    assert marked("text", []) == [("text", False)]


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        (["a", "b"], ["b", "c"], ("a", "c")),
        (None, ["a"], ("", "a")),
        (["a"], None, ("a", "")),
        (["a", "b"], ["b", "a"], ("", "")),
        (None, None, None),
        ("a", ["a"], None),
        ("a", "b", None),
    ],
)
def test_lists_tell_what_left_and_what_came(old: object, new: object, difference: tuple[str, str] | None) -> None:
    assert list_difference(old, new) == difference


@given(st.text())
def test_a_page_is_a_number_above_zero(text: str) -> None:
    assert page_number(text) >= 1


def test_pages_and_orders_from_the_address() -> None:
    assert [page_number(text) for text in (None, "", "0", "3", "-3", "3.5", "9999999", "99999999")] == [
        1, 1, 1, 3, 1, 1, 9_999_999, 1,
    ]  # fmt: skip
    assert [sort_key(text, ("a", "b"), "-a") for text in (None, "", "b", "-b", "c", "--b")] == [
        "-a", "-a", "b", "-b", "-a", "-a",
    ]  # fmt: skip


def test_only_addresses_of_the_web_become_links() -> None:
    assert outside("https://example.org/") == "https://example.org/"
    for address in (None, "", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//example.org"):
        assert outside(address) is None


def test_no_vocabulary_stands_in_two_areas() -> None:
    names = [name for area in labels.AREAS for name in area.WORDS]
    assert len(names) == len(set(names))
