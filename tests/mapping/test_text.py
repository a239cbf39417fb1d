from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.claims import texts
from workbench.mapping.text import stem, tokens


def keys(text: str) -> list[str]:
    return [token.key for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Evaluating the interfaces", ["evalu", "interfac"]),
        ("said method comprising a plurality of scores", ["method", "score"]),
        ("評価手法を文書化する。", ["評価", "価手", "手法", "文書", "書化"]),
        ("前記評価と当該試験", ["評価", "試験"]),
        ("値を含む", ["値"]),
        ("AIシステムのtest", ["ai", "シス", "ステ", "テム", "test"]),
        ("시험 결과", ["시험", "결과"]),
        ("", []),
        ("、。;", []),
    ],
)
def test_words_are_stemmed_and_unspaced_runs_become_pairs(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_width_case_and_composition_make_no_difference() -> None:
    assert keys("ＡＩ ﾃﾞｰﾀ") == keys("ai データ")
    assert keys("e\u0301tat STRASSE") == keys("État Straße")


def test_stop_words_can_be_kept() -> None:
    assert [token.key for token in tokens("the said score", stop_words=frozenset())] == ["the", "said", "score"]


@given(texts)
def test_every_token_stands_where_it_says(text: str) -> None:
    previous = 0
    for token in tokens(text):
        assert previous <= token.start < token.end <= len(text)
        previous = token.start
        assert token.key in keys(text[token.start : token.end])


@given(st.text("aeoEßkがかハ\uff8a\uff9e\uff9f \u0301\u0308", max_size=20))
def test_normalised_text_gives_the_same_words(text: str) -> None:
    assert keys(unicodedata.normalize("NFC", text)) == keys(text) == keys(unicodedata.normalize("NFD", text))


def test_endless_marks_take_no_endless_time() -> None:
    assert keys("a" + "\u0301\u0316" * 500_000 + " score")[-1] == "score"


def test_a_word_of_great_length_is_not_stemmed() -> None:
    assert stem("a" * 100_000 + "ing").endswith("ing")


def test_stems_are_the_same_from_many_threads() -> None:
    words = [
        f"{start}{end}" for start in ("connect", "evaluat", "relat", "process") for end in ("ing", "ed", "ions", "")
    ]
    words = [f"{word}{number}x{word}" for word in words for number in range(50)]
    stem.cache_clear()
    alone = list(map(stem, words))
    stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(stem, words)) == alone
