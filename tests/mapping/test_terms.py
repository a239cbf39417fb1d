from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.claims import WORDS, texts
from workbench.mapping.terms import Span, Term, Wording, highlight
from workbench.mapping.text import tokens


def test_terms_are_told_in_the_claims_own_words_heaviest_first() -> None:
    wording = Wording("Scoring interfaces, scores", "parent interface tests")
    assert wording.keys == (("score", "interfac", "score"), ("parent", "interfac", "test"))
    assert wording.terms({"score": 1.0, "interfac": 2.0, "test": 0.5}) == (
        Term("interfaces", 2.0),
        Term("Scoring", 1.0),
        Term("tests", 0.5),
    )


def test_neighbouring_pairs_become_one_term_and_none_counts_twice() -> None:
    wording = Wording("相互運用性の評価と、運用")
    assert wording.terms({"相互": 1.0, "互運": 1.0, "運用": 2.0, "評価": 0.5}) == (
        Term("相互運用", 4.0),
        Term("評価", 0.5),
    )


def test_every_inflection_is_highlighted() -> None:
    text = "The score, scores and SCORING of the board"
    assert highlight(text, [Term("scored", 1.0)]) == [
        Span(4, 9, "scored"),
        Span(11, 17, "scored"),
        Span(22, 29, "scored"),
    ]


def test_overlapping_pairs_are_one_span_named_by_the_heaviest() -> None:
    assert highlight("相互運用性を", [Term("相互", 1.0), Term("互運用", 2.0)]) == [Span(0, 4, "互運用")]


def test_nothing_is_highlighted_for_nothing() -> None:
    assert highlight("any text", []) == []
    assert highlight("", [Term("score", 1.0)]) == []


@given(texts, st.lists(st.sampled_from(WORDS), max_size=5))
def test_spans_are_exact_apart_and_complete(text: str, words: list[str]) -> None:
    terms = [Term(word, float(place)) for place, word in enumerate(words)]
    sought = {token.key: word for word in words for token in tokens(word)}
    spans = highlight(text, terms)
    for before, after in pairwise(spans):
        assert before.end <= after.start
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        found = {token.key for token in tokens(text) if span.start <= token.start and token.end <= span.end}
        assert found <= set(sought)
        assert found & {token.key for token in tokens(span.term)}
    for token in tokens(text):
        inside = any(span.start <= token.start and token.end <= span.end for span in spans)
        assert inside == (token.key in sought)


@given(texts, texts, st.data())
def test_terms_keep_the_sum_and_are_found_in_the_claim(own: str, parent: str, data: st.DataObject) -> None:
    wording = Wording(own, parent)
    keys = sorted({key for text in wording.keys for key in text})
    chosen = data.draw(st.lists(st.sampled_from(keys), unique=True)) if keys else []
    shares = {key: float(place + 1) for place, key in enumerate(chosen)}
    terms = wording.terms(shares)
    assert sum(term.weight for term in terms) == pytest.approx(sum(shares.values()))
    for term in terms:
        assert term.term in own or term.term in parent
        assert highlight(own, [term]) or highlight(parent, [term])
