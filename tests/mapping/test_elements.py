from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.claims import CLAIM, CLAUSES, texts
from workbench.mapping.elements import best_provisions, split_elements, word_rarity
from workbench.mapping.ranking import ClauseText, ProvisionText
from workbench.mapping.terms import Term


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ["A method comprising:", "scoring a model;", "signing the score; and", "sending it."]),
        (
            "en",
            [
                "The method of claim 1, further comprising",
                "storing it,",
                "wherein it is signed,",
                "and whereby it holds.",
            ],
        ),
        ("en", ["A method comprising the steps of:", "(a) receiving,", "(b) sending,", "and (c) storing 1:2 of it."]),
        ("en", ["A device including a hub and comprising:", "a key,", "wherein: the key is new."]),
        ("en", ["The claim 2 method,", "in which a packet is used."]),
        ("en", ["A system consisting of", "a processor (10), a memory (20)."]),
        ("en", ["A method comprising:\n", "a. scoring\n", "b. signing"]),
        ("en", ["A model."]),
        ("ja", ["計算機において、", "取得部と、", "評価部と", "を備える装置。"]),
        ("ja", ["プロセッサと、", "メモリと、", "を備える装置。"]),
        (
            "ja",
            [
                "取得部と、",
                "評価部とを備え、",
                "前記評価部は、指標を算出し、",
                "前記指標を出力する",
                "ことを特徴とする装置。",
            ],
        ),
        ("ja", ["請求項１に記載の装置であって、", "前記評価部は、受信すると、判定する装置。"]),
        ("de", ["Verfahren umfassend:", "Messen;", "Senden."]),
    ],
)
def test_a_claim_is_split_where_a_reader_would(language: str, parts: list[str]) -> None:
    claim = ("" if language == "ja" else " ").join(parts)
    assert [element.text for element in split_elements(claim, language)] == [part.strip() for part in parts]


@given(texts, st.sampled_from(["en", "ja", "zh"]))
def test_elements_cover_the_claim_in_order(text: str, language: str) -> None:
    elements = split_elements(text, language)
    assert [element.index for element in elements] == list(range(len(elements)))
    place = 0
    for element in elements:
        assert text[place : element.start].strip() == ""
        assert text[element.start : element.end] == element.text
        assert element.text == element.text.strip() != ""
        assert any(character.isalnum() or character == "_" for character in element.text) or len(elements) == 1
        place = element.end
    assert text[place:].strip() == ""


def test_each_element_is_answered_by_its_best_provision() -> None:
    clause = CLAUSES[0]
    elements = split_elements(CLAIM.text, "en")
    preamble, returning, signing = best_provisions(elements, clause, word_rarity(CLAUSES))
    assert (preamble.provision, preamble.score, preamble.terms) == (None, 0.0, ())
    assert (returning.index, returning.clause, returning.provision) == (1, "5.1", 0)
    assert signing.provision == 1
    assert [term.term for term in signing.terms] == ["signing", "scores"]
    for found in (returning, signing):
        assert found.score > 0
        assert sum(term.weight for term in found.terms) == pytest.approx(found.score)


def test_the_earlier_of_equal_provisions_is_taken() -> None:
    provisions = [ProvisionText(index, "requirement", "It shall score.") for index in (4, 7)]
    clause = ClauseText("c", None, "", provisions=provisions)
    (found,) = best_provisions(split_elements("A score.", "en"), clause, word_rarity([clause]))
    assert found.provision == 4
    assert found.terms == (Term("score", found.score),)


@pytest.mark.parametrize("provisions", [(), (ProvisionText(0, None, ""),), (ProvisionText(0, None, "Other words."),)])
def test_an_element_without_an_answer_says_so(provisions: tuple[ProvisionText, ...]) -> None:
    clause = ClauseText("c", None, "", provisions=provisions)
    (found,) = best_provisions(split_elements("A score.", "en"), clause, word_rarity([]))
    assert (found.provision, found.score, found.terms) == (None, 0.0, ())
