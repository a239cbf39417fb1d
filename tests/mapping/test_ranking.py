from __future__ import annotations

import math
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mapping.claims import CLAIM, CLAUSES, JAPANESE_CLAIM, texts
from workbench.mapping.ranking import ENGINE, PLAIN, ClaimText, ClauseText, Scheme, best, highlight, rank
from workbench.mapping.text import tokens

clause_lists = st.lists(
    st.builds(
        ClauseText,
        st.just(""),
        st.none() | texts,
        texts,
        st.none(),
        st.sampled_from([None, "clause", "foreword", "bibliography"]),
    ),
    max_size=6,
).map(lambda clauses: [replace(clause, id=place) for place, clause in enumerate(clauses)])
claim_texts = st.builds(ClaimText, st.just("c"), texts, st.none() | texts)


def second_statement(claim: ClaimText, clauses: list[ClauseText], scheme: Scheme) -> list[float]:
    """The formula of the module, word by word and without matrices. Claims here refer to no other claim."""

    def words(text: str | None) -> list[str]:
        return [token.key for token in tokens(text or "", stop_words=scheme.stop_words)]

    def spoken(n: int) -> float:
        return n if scheme.k3 is None else n * (scheme.k3 + 1) / (n + scheme.k3)

    own, parent = Counter(words(claim.text)), Counter(words(claim.parent_text))
    lengths = [len(words(clause.title) + words(clause.text)) for clause in clauses]
    mean = sum(lengths) / len(lengths) if any(lengths) else 1
    scores = []
    for clause, length in zip(clauses, lengths, strict=True):
        score = 0.0
        for word in own | parent:
            f = words(clause.text).count(word) + scheme.title_weight * words(clause.title).count(word)
            holding = sum(word in words(other.title) + words(other.text) for other in clauses)
            if f:
                rare = math.log(1 + (len(clauses) - holding + 0.5) / (holding + 0.5))
                norm = f + scheme.k1 * (1 - scheme.b + scheme.b * length / mean)
                said = (spoken(own[word]) if own[word] else 0) + (
                    scheme.parent_weight * spoken(parent[word]) if parent[word] else 0
                )
                score += said * rare * f * (scheme.k1 + 1) / norm
        front = clause.kind in ("foreword", "introduction", "bibliography")
        scores.append(score * (scheme.front_matter_weight if front else 1))
    return scores


@settings(max_examples=60)
@given(claim_texts, clause_lists, st.sampled_from([ENGINE, PLAIN]))
def test_scores_are_those_of_the_formula(claim: ClaimText, clauses: list[ClauseText], scheme: Scheme) -> None:
    if "claim" in claim.text.lower() or not clauses:
        return
    (matches,) = rank([claim], clauses, scheme=scheme)
    expected = second_statement(claim, clauses, scheme)
    assert {match.clause for match in matches} == {place for place, score in enumerate(expected) if score > 0}
    for match in matches:
        assert match.score == pytest.approx(expected[int(str(match.clause))])


@settings(max_examples=60)
@given(st.lists(claim_texts, max_size=3), clause_lists, st.integers(1, 4))
def test_ranks_terms_and_ties(claims: list[ClaimText], clauses: list[ClauseText], top: int) -> None:
    results = rank(claims, clauses, top=top)
    assert len(results) == len(claims)
    for claim, matches, whole in zip(claims, results, rank(claims, clauses), strict=True):
        assert matches == whole[:top]
        assert [match.rank for match in matches] == list(range(1, len(matches) + 1))
        for before, after in pairwise(matches):
            assert (-before.score, int(str(before.clause))) < (-after.score, int(str(after.clause)))
        for match in matches:
            assert sum(term.weight for term in match.terms) == pytest.approx(match.score)
            clause = clauses[int(str(match.clause))]
            for term in match.terms:
                assert highlight(claim.text, [term]) or highlight(claim.parent_text or "", [term])
                assert highlight(clause.text, [term]) or highlight(clause.title or "", [term])


@given(st.lists(claim_texts, min_size=1, max_size=3), clause_lists)
def test_a_claim_is_ranked_the_same_alone_and_in_company(claims: list[ClaimText], clauses: list[ClauseText]) -> None:
    assert rank(claims, clauses) == [rank([claim], clauses)[0] for claim in claims]


@given(claim_texts, clause_lists)
def test_the_order_of_the_clauses_changes_no_score(claim: ClaimText, clauses: list[ClauseText]) -> None:
    turned = list(reversed(clauses))
    scores = {match.clause: match.score for match in rank([claim], clauses)[0]}
    assert scores == {match.clause: match.score for match in rank([claim], turned)[0]}


def test_the_clause_that_says_what_the_claim_says_comes_first() -> None:
    english, japanese = rank([CLAIM, JAPANESE_CLAIM], CLAUSES)
    assert english[0].clause == "5.1"
    assert {term.term for term in english[0].terms} == {
        "returning",
        "scores",
        "test",
        "cases",
        "evaluation",
        "interface",
        "signing",
    }
    assert japanese[0].clause == "5.3"
    assert japanese[0].terms[0].term == "評価手法"


def test_equal_clauses_keep_their_order() -> None:
    clauses = [ClauseText(name, "Scores", "The score is signed.") for name in ("b", "a", "c")]
    assert [match.clause for match in rank([CLAIM], clauses, top=2)[0]] == ["b", "a"]


def test_a_title_weighs_more_than_the_text() -> None:
    clauses = [ClauseText("text", "Other", "scores"), ClauseText("title", "Scores", "other")]
    assert rank([CLAIM], clauses)[0][0].clause == "title"


def test_front_matter_is_demoted() -> None:
    clauses = [
        ClauseText("front", None, "scores", None, "foreword"),
        ClauseText("clause", None, "scores", None, "clause"),
    ]
    front, clause = sorted(rank([CLAIM], clauses)[0], key=lambda match: match.score)
    assert front.clause == "front"
    assert front.score == pytest.approx(clause.score / 2)


def test_own_words_weigh_more_than_those_of_the_parent() -> None:
    clauses = [ClauseText("parent", None, "scores"), ClauseText("own", None, "labels")]
    claim = ClaimText("c", "The method of claim 1, wherein labels are kept.", "A method of returning scores.")
    own, parent = rank([claim], clauses)[0]
    assert (own.clause, parent.clause) == ("own", "parent")
    assert parent.score == pytest.approx(own.score / 4)


def test_references_to_other_claims_are_not_words() -> None:
    clauses = [ClauseText("n", None, "claim 1 2 3 4 請求項1 2 scores")]
    for text in ("The scores of claims 1 to 3, 4 and 2", "The scores of Claim 1", "請求項１ scores", "請求項 2 scores"):
        (match,) = rank([ClaimText("c", text)], clauses)[0]
        assert [term.term for term in match.terms] == ["scores"]


@pytest.mark.parametrize("clauses", [[], [ClauseText("e", None, "")], [ClauseText("o", None, "unrelated")]])
def test_what_shares_no_word_is_no_match(clauses: list[ClauseText]) -> None:
    assert rank([CLAIM, ClaimText("empty", "")], clauses) == [[], []]


def test_no_claims_and_no_places() -> None:
    assert rank([], CLAUSES) == []
    assert rank([CLAIM], CLAUSES, top=0) == [[]]


def test_more_claims_than_a_block() -> None:
    claims = [replace(CLAIM, id=number, text=f"score {number}") for number in range(600)]
    clauses = [*CLAUSES, ClauseText("599", None, "599")]
    results = rank(claims, clauses)
    assert results[599][0].clause == "599"
    assert results[598] == [replace(match, claim=598) for match in results[0]]


@given(st.lists(st.integers(-2, 3), max_size=12), st.integers(1, 5))
def test_best_is_a_full_sort_cut_short(scores: list[int], top: int) -> None:
    places = np.arange(len(scores), dtype=np.int32)[::-1].copy()
    expected = sorted(
        ((int(p), float(s)) for p, s in zip(places, scores, strict=True) if s > 0), key=lambda x: (-x[1], x[0])
    )
    assert best(places, np.array(scores, dtype=np.float64), top) == expected[:top]


def test_every_process_ranks_alike() -> None:
    program = (
        "from tests.mapping.claims import *; from workbench.mapping.ranking import rank;"
        "print(rank([CLAIM, JAPANESE_CLAIM], CLAUSES))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
