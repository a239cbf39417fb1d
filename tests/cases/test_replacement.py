"""When a declaration may take the place of another: all pairs of terms, against the policy's words said plainly."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases.filled import PATENT, TEMPLATE, filled
from workbench.cases.replacement import (
    CORRECTION_HOLDER,
    CORRECTION_TERMS,
    Declared,
    Terms,
    conflicts,
    correct,
    supersede,
    terms_of,
)

NONE: frozenset[str] = frozenset()
RECIPROCITY = frozenset({"reciprocity"})
PAID = frozenset({"paid_if_paid"})
EVERY = (
    *(Terms("1", ticks) for ticks in (NONE, RECIPROCITY, PAID, RECIPROCITY | PAID)),
    *(Terms("2", ticks) for ticks in (NONE, RECIPROCITY)),
    Terms("3"),
)


def _told(terms: Terms) -> str:
    """The same words in every process: two that share the tests must name them alike."""
    return "-".join([terms.option, *sorted(terms.ticks)])


@pytest.mark.parametrize(("old", "new"), list(product(EVERY, EVERY)), ids=_told)
def test_only_what_is_more_favourable_supersedes(old: Terms, new: Terms) -> None:
    moves = {("3", "1"), ("3", "2"), ("2", "1")}
    fewer = old.option == new.option != "3" and new.ticks < old.ticks
    found = supersede(old, new)
    assert found.allowed == ((old.option, new.option) in moves or fewer)
    added = any(tick not in old.ticks for tick in new.ticks)
    assert found.legal == ((old.option, new.option) == ("2", "1") and added)


@given(st.sampled_from(EVERY), st.lists(st.sampled_from(EVERY), max_size=6))
def test_a_chain_of_declarations_never_gets_worse(first: Terms, later: list[Terms]) -> None:
    """However often one is superseded: the option never rises, and inside one the conditions only go."""
    held = [first]
    for each in later:
        if supersede(held[-1], each).allowed:
            held.append(each)
    assert [int(each.option) for each in held] == sorted((int(each.option) for each in held), reverse=True)
    for one, other in pairwise(held):
        assert one.option != other.option or other.ticks < one.ticks
    assert len(held) == len(set(held)), "nobody comes back to terms that were left"


def test_terms_count_the_marks_of_their_option_alone() -> None:
    ticked = frozenset({"opt1_reciprocity", "opt1_paid_if_paid", "opt2_reciprocity"})
    assert terms_of(TEMPLATE, filled(option="1", marks=ticked)) == Terms("1", RECIPROCITY | PAID)
    assert terms_of(TEMPLATE, filled(option="2", marks=ticked)) == Terms("2", RECIPROCITY)
    assert terms_of(TEMPLATE, filled(option="3", marks=ticked)) == Terms("3")


def test_a_correction_keeps_what_is_promised() -> None:
    old = filled(PATENT)
    assert correct(TEMPLATE, old, filled(PATENT, doc_number="ISO/IEC 99010")) == []
    worse = correct(TEMPLATE, old, filled(PATENT, option="3"))
    assert [(fault.field, fault.message) for fault in worse] == [("option", CORRECTION_TERMS)]
    better = correct(TEMPLATE, old, filled(PATENT, option="1"))
    assert [fault.field for fault in better] == ["option"], "to better the terms is to supersede"
    marked = correct(TEMPLATE, old, filled(PATENT, marks=frozenset({"opt2_reciprocity"})))
    assert [fault.field for fault in marked] == ["option"]
    fewer = correct(TEMPLATE, old, filled())
    assert [(fault.field, fault.message) for fault in fewer] == [("patents", CORRECTION_HOLDER)]


def test_one_patent_under_two_options_needs_its_claims_split() -> None:
    whole, other = Declared(1, "JP.1", "1"), Declared(2, "JP.1", "2")
    assert conflicts([whole, other]) == [(whole, other)]
    assert conflicts([whole, Declared(2, "JP.1", "1")]) == []
    assert conflicts([whole, Declared(2, "JP.2", "2")]) == []
    split = [Declared(1, "JP.1", "1", frozenset({1, 2})), Declared(2, "JP.1", "2", frozenset({3}))]
    assert conflicts(split) == []
    across = [split[0], Declared(2, "JP.1", "2", frozenset({2, 3}))]
    assert len(conflicts(across)) == 1
