from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mapping.claims import CLAIM, CLAUSES, JAPANESE_CLAIM, claim_texts, clause_lists
from tests.mapping.fake_encoder import WordEncoder
from workbench.mapping.encoder import Encoder
from workbench.mapping.ranking import ClaimText, ClauseIndex, ClauseText, best, highlight, rank

ENCODER = WordEncoder()
encoders = st.sampled_from([None, ENCODER])


@settings(max_examples=60)
@given(st.lists(claim_texts, max_size=3), clause_lists, st.integers(1, 4), encoders)
def test_ranks_terms_and_ties(
    claims: list[ClaimText], clauses: list[ClauseText], top: int, encoder: Encoder | None
) -> None:
    results = rank(claims, clauses, top=top, encoder=encoder)
    assert len(results) == len(claims)
    for claim, matches, whole in zip(claims, results, rank(claims, clauses, encoder=encoder), strict=True):
        assert matches == whole[:top]
        assert [match.rank for match in matches] == list(range(1, len(matches) + 1))
        for before, after in pairwise(matches):
            assert (-before.score, int(str(before.clause))) < (-after.score, int(str(after.clause)))
        for match in matches:
            assert match.score > 0
            assert sum(term.weight for term in match.terms) == pytest.approx(match.signals["words"], rel=1e-5)
            clause = clauses[int(str(match.clause))]
            for term in match.terms:
                assert highlight(claim.text, [term]) or highlight(claim.parent_text or "", [term])
                assert highlight(clause.text, [term]) or highlight(clause.title or "", [term])


@settings(max_examples=60)
@given(st.lists(claim_texts, min_size=1, max_size=3), clause_lists, encoders)
def test_a_claim_is_ranked_the_same_alone_and_in_company(
    claims: list[ClaimText], clauses: list[ClauseText], encoder: Encoder | None
) -> None:
    together = rank(claims, clauses, encoder=encoder)
    assert together == [rank([claim], clauses, encoder=encoder)[0] for claim in claims]


@settings(max_examples=60)
@given(claim_texts, clause_lists, encoders)
def test_the_order_of_the_clauses_changes_no_score(
    claim: ClaimText, clauses: list[ClauseText], encoder: Encoder | None
) -> None:
    scores, _ = ClauseIndex(clauses, encoder).scores([claim])
    turned, _ = ClauseIndex(clauses[::-1], encoder).scores([claim])
    assert scores[0].tolist() == pytest.approx(turned[0, ::-1].tolist(), abs=1e-3)


def test_the_clause_that_says_what_the_claim_says_comes_first() -> None:
    for encoder in (None, ENCODER):
        english, japanese = rank([CLAIM, JAPANESE_CLAIM], CLAUSES, encoder=encoder)
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


def test_a_match_tells_its_signals() -> None:
    assert set(rank([CLAIM], CLAUSES)[0][0].signals) == {"words", "characters"}
    assert set(rank([CLAIM], CLAUSES, encoder=ENCODER)[0][0].signals) == {"words", "characters", "meaning"}
    assert ClauseIndex(CLAUSES, ENCODER).signals == ("words", "characters", "meaning")


def test_equal_clauses_keep_their_order() -> None:
    clauses = [ClauseText(name, "Scores", "The score is signed.") for name in ("b", "a", "c")]
    assert [match.clause for match in rank([CLAIM], clauses, top=2)[0]] == ["b", "a"]


def test_a_lone_clause_can_be_a_match() -> None:
    (matches,) = rank([CLAIM], CLAUSES[:1])
    assert [match.clause for match in matches] == ["5.1"]


def test_front_matter_is_demoted_and_a_requirement_raised() -> None:
    plain = ClauseText("plain", None, "scores", None, "clause")
    front = replace(plain, id="front", kind="terms")
    required = replace(CLAUSES[0], id="required", title=None, text="scores")
    assert [m.clause for m in rank([CLAIM], [front, plain, required])[0]][:2] == ["required", "plain"]


def test_parts_of_words_are_found() -> None:
    clauses = [ClauseText("part", None, "the cryptography"), ClauseText("other", None, "the scheduler")]
    (match,) = rank([ClaimText("c", "A cryptographic vehicle")], clauses)[0]
    assert (match.clause, match.terms) == ("part", ())


def test_what_an_encoder_finds_near_is_a_match_without_a_shared_word() -> None:
    class Synonyms(WordEncoder):
        def encode(self, texts):  # type: ignore[no-untyped-def]
            return super().encode([text.replace("automobile", "car") for text in texts])

    clauses = [ClauseText("near", None, "automobile"), ClauseText("far", None, "bridge")]
    claim = ClaimText("c", "car")
    assert rank([claim], clauses) == [[]]
    assert rank([claim], clauses, encoder=Synonyms())[0][0].clause == "near"


def test_one_telling_clause_speaks_for_its_standard() -> None:
    scores = [ClauseText(f"a{at}", None, text, "A") for at, text in enumerate(["signed scores of test cases", "label"])]
    others = [ClauseText(f"b{at}", None, text, "B") for at, text in enumerate(["a bridge", "label"])]
    claim = ClaimText("c", "Signing the scores of test cases with a label")
    found, _ = ClauseIndex(others + scores).scores([claim])
    label_of_b, label_of_a = found[0, [1, 3]]
    assert label_of_a > label_of_b


@pytest.mark.parametrize("clauses", [[], [ClauseText("e", None, "")], [ClauseText("o", None, "xylograph")]])
def test_what_shares_nothing_is_no_match(clauses: list[ClauseText]) -> None:
    assert rank([CLAIM, ClaimText("empty", "")], clauses) == [[], []]


def test_no_claims_and_no_places() -> None:
    assert rank([], CLAUSES) == []
    assert rank([CLAIM], CLAUSES, top=0) == [[]]


def test_more_claims_than_a_block() -> None:
    claims = [replace(CLAIM, id=number, text=f"score {number}") for number in range(600)]
    clauses = [*CLAUSES, ClauseText("599", None, "599")]
    results = rank(claims, clauses)
    assert results[599][0].clause == "599"
    assert results[598] == rank([claims[598]], clauses)[0]


@given(st.lists(st.integers(-2, 3), max_size=12), st.integers(1, 5))
def test_best_is_a_full_sort_cut_short(scores: list[int], top: int) -> None:
    expected = sorted(((place, float(s)) for place, s in enumerate(scores) if s > 0), key=lambda x: (-x[1], x[0]))
    assert best(np.array(scores, dtype=np.float64), top) == expected[:top]


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
