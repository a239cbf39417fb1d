"""Plain text: one clean line, and lines broken by width."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.digest.layout import LINE_WIDTH, one_line, rule, width, wrap


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("ISO", 3), ("投票", 4), ("ＤＩＳ", 6), ("ｶﾅ", 2), ("e\u0301", 1), ("DIS投票：", 9)],
)
def test_wide_characters_take_two_columns(text: str, columns: int) -> None:
    assert width(text) == columns


def test_a_rule_is_as_wide_as_its_heading() -> None:
    assert rule("投票期限") == "-" * 8


@given(st.text())
def test_one_line_holds_nothing_that_could_break_or_reverse_a_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in line)
    assert one_line(line) == line
    line.encode("utf-8")


def test_one_line_keeps_the_words_apart() -> None:
    assert one_line(" A\r\nBcc: b\x00\u2028c\u202ed ") == "A Bcc: b cd"


@given(st.text(alphabet=st.sampled_from("ab 投票期限。、（）「」1年月日-/"), max_size=300))
def test_wrapping_keeps_every_character_and_no_line_is_too_wide(text: str) -> None:
    wrapped = wrap(text, "  ")
    assert "".join(wrapped.split()) == "".join(text.split())
    for line in wrapped.splitlines():
        assert line == "" or line.startswith("  ")
        # What may not be broken may stand out: a word, or closing marks after a character.
        assert width(line) <= LINE_WIDTH or " " not in line.strip()


def test_japanese_breaks_anywhere_but_before_closing_and_after_opening_marks() -> None:
    lines = wrap("あ" * 37 + "い。" + "（う）" * 30).splitlines()
    assert len(lines) > 1
    assert all(width(line) <= LINE_WIDTH for line in lines)
    assert not any(line[0] in "。、）" or line[-1] == "（" for line in lines)


@given(st.integers(0, 80))
def test_a_date_or_an_address_is_never_broken(before: int) -> None:
    for whole in ("2026年12月4日(金)", "https://example.org/standards/items/90001"):
        assert whole in wrap("あ" * before + " " + whole + "まで")
        assert whole in wrap("あ" * before + whole + " まで")


def test_latin_text_breaks_at_spaces() -> None:
    lines = wrap("word " * 40).splitlines()
    assert all(line.split() == ["word"] * len(line.split()) for line in lines)
    assert max(map(width, lines)) <= LINE_WIDTH
