from __future__ import annotations

import pytest

from tests.mapping.claims import CLAIM, CLAUSES
from workbench.mapping.elements import split_elements
from workbench.mapping.evidence import best_provisions, word_rarity
from workbench.mapping.ranking import ClauseText, ProvisionText
from workbench.mapping.terms import Term


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
