"""What supports each element of a claim, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.claims import CLAIM, CLAUSES, texts
from workbench.mapping.elements import split_elements
from workbench.mapping.encoder import Vectors, on_grid
from workbench.mapping.evidence import (
    NEAR,
    SUPPORT_WORDS,
    Near,
    Support,
    WordRarity,
    element_evidence,
    missing,
    places,
    shared_terms,
    word_rarity,
)
from workbench.mapping.ranking import ClauseText, ProvisionText
from workbench.mapping.terms import Term

AMONG = word_rarity(f"{clause.title}\n{clause.text}" for clause in CLAUSES)


class SampleEncoder:
    """Texts with a word of one group point the same way; a text of no group points its own way."""

    name = "sample"
    dimensions = 8
    groups = ("grade grading score scores", "car cars vehicle vehicles")

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimensions))
        for row, text in enumerate(texts):
            words = set(re.findall(r"[a-z]+", text.lower()))
            for at, group in enumerate(self.groups):
                rows[row, at] = float(bool(words & set(group.split())))
            if not rows[row].any():
                rows[row, 2 + len(text) % 6] = 1.0
        return on_grid(rows)


def test_each_element_is_answered_by_its_best_provision() -> None:
    clause = CLAUSES[0]
    preamble, returning, signing = element_evidence(split_elements(CLAIM.text, "en"), clause, AMONG)
    assert (preamble.provision, preamble.score, preamble.terms, preamble.support) == (None, 0.0, (), Support.EMPTY)
    assert (returning.element.index, returning.provision, returning.support) == (1, 0, Support.WORDS)
    assert returning.provision_text == clause.provisions[0].text
    assert signing.provision == 1
    assert [term.term for term in signing.terms] == ["signing", "scores"]
    for found in (returning, signing):
        assert found.score > 0
        assert SUPPORT_WORDS <= found.coverage <= 1
        assert found.meaning is None
        assert sum(term.weight for term in found.terms) == pytest.approx(found.score)


def test_the_earlier_of_equal_provisions_is_taken() -> None:
    provisions = [ProvisionText(index, "requirement", "It shall score.") for index in (4, 7)]
    clause = ClauseText("c", None, "", provisions=provisions)
    (found,) = element_evidence(split_elements("A score.", "en"), clause, AMONG)
    assert found.provision == 4
    assert found.terms == (Term("score", found.score),)
    assert found.coverage == 1


@pytest.mark.parametrize("provisions", [(), (ProvisionText(0, None, ""),), (ProvisionText(0, None, "Other words."),)])
def test_an_element_without_an_answer_says_so(provisions: tuple[ProvisionText, ...]) -> None:
    clause = ClauseText("c", None, "", provisions=provisions)
    evidence = element_evidence(split_elements("A score.", "en"), clause, word_rarity([]))
    (found,) = evidence
    assert (found.provision, found.score, found.terms, found.support) == (None, 0.0, (), Support.MISSING)
    assert missing(evidence) == evidence


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The claim according to claim 1.", "en"),
        ("を備える装置。", "ja"),
        ("を備えることを特徴とする記録媒体。", "ja"),
        ("A system.", "en"),
        ("根据权利要求1或2所述的方法，其特征在于，", "zh"),
    ],
)
def test_an_element_of_boilerplate_alone_is_not_missing(text: str, language: str) -> None:
    evidence = element_evidence(split_elements(text, language), CLAUSES[0], AMONG)
    assert [each.support for each in evidence] == [Support.EMPTY]
    assert missing(evidence) == []


def test_few_shared_words_do_not_support_an_element() -> None:
    (found,) = element_evidence(
        split_elements("A turbine blade with a rib on its tip beside a signed score.", "en"), CLAUSES[0], AMONG
    )
    assert found.provision is not None
    assert 0 < found.coverage < SUPPORT_WORDS
    assert found.support is Support.MISSING


def test_an_encoder_finds_what_words_do_not_and_says_which_words_are_near() -> None:
    provisions = [
        ProvisionText(0, "requirement", "Cars shall stop."),
        ProvisionText(1, "requirement", "A grade shall be kept."),
    ]
    clause = ClauseText("c", None, " ".join(each.text for each in provisions), provisions=provisions)
    elements = split_elements("A method comprising: a vehicle; and storing a score.", "en")
    in_words = element_evidence(elements, clause, AMONG)
    assert [each.support for each in in_words[1:]] == [Support.MISSING] * 2
    _, vehicle, score = element_evidence(elements, clause, AMONG, encoder=SampleEncoder())
    assert (vehicle.provision, vehicle.support, vehicle.near) == (0, Support.MEANING, (Near("vehicle", "cars", 1.0),))
    assert (score.provision, score.support, score.near) == (1, Support.MEANING, (Near("score", "grade", 1.0),))
    assert score.terms == ()
    assert score.meaning == 1.0


@given(texts, st.lists(texts, max_size=4), st.booleans())
def test_any_text_has_evidence_element_by_element(claim: str, provisions: list[str], encoded: bool) -> None:
    told = [ProvisionText(index, None, text) for index, text in enumerate(provisions)]
    clause = ClauseText("c", None, "\n".join(provisions), provisions=told)
    elements = split_elements(claim, "und")
    found = element_evidence(elements, clause, AMONG, encoder=SampleEncoder() if encoded else None)
    assert [each.element for each in found] == elements
    for each in found:
        assert 0 <= each.coverage <= 1.000001
        assert (each.support is Support.WORDS) <= (each.coverage >= SUPPORT_WORDS)
        assert all(NEAR <= near.likeness <= 1.01 for near in each.near)
        if each.provision is not None:
            assert each.provision_text == provisions[each.provision]


def test_shared_terms_of_a_claim_and_a_whole_clause_come_heaviest_first() -> None:
    terms = shared_terms(CLAIM.text, CLAUSES[0], AMONG)
    assert {"returning", "evaluation", "interface", "signing"} <= {term.term for term in terms}
    assert [term.weight for term in terms] == sorted((term.weight for term in terms), reverse=True)
    assert shared_terms(CLAIM.text, ClauseText("c", None, "Nothing."), AMONG) == ()
    assert WordRarity(3, {"a": 1}).of("a") < WordRarity(3, {"a": 1}).of("b")


def test_the_place_of_a_clause_by_each_signal() -> None:
    ranked: list[tuple[str, Mapping[str, float | None]]] = [
        ("a", {"words": 3.0, "meaning": 0.1}),
        ("b", {"words": 2.0, "meaning": 0.9}),
        ("c", {"words": 2.0, "meaning": None}),
    ]
    assert places(ranked, "b") == {"words": 2, "meaning": 1}
    assert places(ranked, "c") == {"words": 2}
    assert places(ranked, "d") == {}
