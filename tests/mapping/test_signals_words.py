from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mapping.claims import CLAIM, claim_texts, clause_lists
from workbench.mapping.ranking import ENGINE, PLAIN, ClaimText, ClauseText, Scheme, rank_by_words
from workbench.mapping.signals_words import AlignedWords, WordIndex, claim_words, matrix, rarity, runs
from workbench.mapping.text import tokens


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
        scores.append(score)
    return scores


@settings(max_examples=60)
@given(claim_texts, clause_lists, st.sampled_from([ENGINE, PLAIN]))
def test_scores_are_those_of_the_formula(claim: ClaimText, clauses: list[ClauseText], scheme: Scheme) -> None:
    if "claim" in claim.text.lower() or not clauses:
        return
    (matches,) = rank_by_words([claim], clauses, scheme=scheme)
    expected = second_statement(claim, clauses, scheme)
    assert {match.clause for match in matches} == {place for place, score in enumerate(expected) if score > 0}
    for match in matches:
        assert match.score == pytest.approx(expected[int(str(match.clause))], rel=1e-5)


def test_a_title_weighs_more_than_the_text() -> None:
    clauses = [ClauseText("text", "Other", "scores"), ClauseText("title", "Scores", "other")]
    assert rank_by_words([CLAIM], clauses, scheme=ENGINE)[0][0].clause == "title"


def test_own_words_weigh_more_than_those_of_the_parent() -> None:
    clauses = [ClauseText("parent", None, "scores"), ClauseText("own", None, "labels")]
    claim = ClaimText("c", "The method of claim 1, wherein labels are kept.", "A method of returning scores.")
    own, parent = rank_by_words([claim], clauses, scheme=ENGINE)[0]
    assert (own.clause, parent.clause) == ("own", "parent")
    assert parent.score == pytest.approx(own.score / 4, rel=1e-5)


def test_references_to_other_claims_are_not_words() -> None:
    clauses = [ClauseText("n", None, "claim 1 2 3 4 請求項1 2 scores")]
    for text in ("The scores of claims 1 to 3, 4 and 2", "The scores of Claim 1", "請求項１ scores", "請求項 2 scores"):
        (match,) = rank_by_words([ClaimText("c", text)], clauses)[0]
        assert [term.term for term in match.terms] == ["scores"]


def test_runs_are_four_characters_with_the_ends_of_the_word() -> None:
    assert runs("score") == [" sco", "scor", "core", "ore "]
    assert runs("ai") == [" ai "]
    assert runs("a") == [" a "]


@settings(max_examples=40)
@given(claim_texts, clause_lists, st.randoms(use_true_random=False))
def test_characters_are_a_product_of_rare_runs_whatever_the_vocabulary(
    claim: ClaimText, clauses: list[ClauseText], source: object
) -> None:
    said = claim_words(claim)
    vocabulary = [*said, "another", "words"]
    source.shuffle(vocabulary)  # type: ignore[attr-defined]
    row = matrix([{vocabulary.index(key): weight for key, weight in said.items()}], len(vocabulary))
    words, characters = AlignedWords(WordIndex(clauses), vocabulary).scores(row)
    straight = AlignedWords(WordIndex(clauses), sorted(said)).scores(
        matrix([{sorted(said).index(key): weight for key, weight in said.items()}], len(said))
    )
    assert np.array_equal(words, straight[0])
    assert np.array_equal(characters, straight[1])
    counts = [
        Counter(run for token in tokens(f"{c.text}\n{c.title or ''}") for run in runs(token.key)) for c in clauses
    ]
    rare = {run: rarity(sum(run in other for other in counts), len(counts)) for run in set().union(*counts)}
    for column, count in enumerate(counts):
        vector = {run: (1 + math.log(n)) * rare[run] for run, n in count.items()}
        length = math.sqrt(sum(value**2 for value in vector.values())) or 1
        expected = sum(w * rare[r] * vector[r] / length for key, w in said.items() for r in runs(key) if r in vector)
        assert characters[0, column] == pytest.approx(expected, rel=1e-4)
