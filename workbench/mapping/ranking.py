"""Rank the clauses of drafts for claims. The score is a reading priority, not a probability.

The signals are those of `signals_words` and, where a sentence encoder is at hand, `signals_meaning`; `signals` makes
one score of them. `workbench eval mapping` measures it; docs/mapping.md has the figures.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.mapping.encoder import Encoder, Vectors
from workbench.mapping.signals import Fusion
from workbench.mapping.signals_meaning import MeaningIndex, claim_passages, clause_passages
from workbench.mapping.signals_words import (
    ENGINE,
    PLAIN,
    AlignedWords,
    ClaimWords,
    Matrix,
    Scheme,
    WordIndex,
    claim_words,
    matrix,
    rarity,
    saturation,
    weighted,
    wording,
)
from workbench.mapping.terms import Span, Term, Wording, highlight
from workbench.mapping.texts import ClaimText, ClauseText, ProvisionText

__all__ = [
    "ENGINE",
    "ENGINE_VERSION",
    "PLAIN",
    "ClaimText",
    "ClauseIndex",
    "ClauseText",
    "Match",
    "ProvisionText",
    "Scheme",
    "Span",
    "Term",
    "claim_passages",
    "claim_words",
    "clause_passages",
    "highlight",
    "rank",
    "rank_by_words",
    "rarity",
    "saturation",
]

ENGINE_VERSION = "fusion-2"
"""Changes whenever the same texts may be ranked otherwise."""

_BLOCK = 256

Scores = NDArray[np.float32]
"""Claims × clauses."""


@dataclass(frozen=True, slots=True)
class Match:
    """A clause found for a claim: `rank` counts from 1, `score` is above 0, `terms` are the words that both say.

    The weights of the terms sum to the signal `words`. `signals` are the signals by name, as they were before fusion.
    """

    claim: Hashable
    clause: Hashable
    rank: int
    score: float
    terms: tuple[Term, ...]
    signals: Mapping[str, float]


def rank(
    claims: Sequence[ClaimText], clauses: Sequence[ClauseText], *, top: int = 50, encoder: Encoder | None = None
) -> list[list[Match]]:
    """For each claim its `top` best clauses, best first; equal scores in the order of the clauses.

    Clauses that stand out in nothing are not matches, so a list may be shorter than `top` or empty. The score of a
    pair depends on the set of clauses, never on the other claims.
    """
    return list(ClauseIndex(clauses, encoder).matches(claims, top=top))


def rank_by_words(
    claims: Sequence[ClaimText], clauses: Sequence[ClauseText], *, top: int = 50, scheme: Scheme = PLAIN
) -> list[list[Match]]:
    """As `rank`, by BM25 alone."""
    words = WordIndex(clauses, scheme)
    found = []
    for claim in claims:
        said = wording(claim, scheme)
        block, vocabulary = _block([weighted(said, scheme)])
        scores = AlignedWords(words, vocabulary).scores(block)[0][0]
        found.append(
            [
                Match(claim.id, clauses[at].id, place, score, _terms(words, at, said), {"words": score})
                for place, (at, score) in enumerate(best(scores, top), start=1)
            ]
        )
    return found


class ClauseIndex:
    """Clauses made ready for ranking; without an encoder by words and characters only.

    `signals` names what they are ranked by.
    """

    def __init__(self, clauses: Sequence[ClauseText], encoder: Encoder | None = None) -> None:
        self._clauses = clauses
        self._encoder = encoder
        self._words = WordIndex(clauses)
        self._meaning = None if encoder is None else MeaningIndex(clauses, encoder)
        self._fusion = Fusion(clauses)
        self.signals = ("words", "characters") if encoder is None else ("words", "characters", "meaning")

    def aligned(self, vocabulary: Sequence[str]) -> AlignedWords:
        """The index for claims whose words (`claim_words`) are the columns of a vocabulary."""
        return AlignedWords(self._words, vocabulary)

    def score(
        self, words: ClaimWords, aligned: AlignedWords, vectors: Vectors | None, counts: Sequence[int]
    ) -> tuple[Scores, dict[str, Scores]]:
        """The scores of a block of claims, and the signals they are made of, each claims × clauses.

        `words` is claims × the vocabulary of `aligned`; `vectors` are those of the passages (`claim_passages`) of all
        the claims in turn, `counts` how many each claim has, where the index has an encoder.
        """
        by_words, by_characters = aligned.scores(words)
        signals = {"words": by_words, "characters": by_characters}
        if self._meaning is not None and vectors is not None:
            signals["meaning"] = self._meaning.scores(vectors, counts)
        return self._fusion.score(signals), signals

    def scores(self, claims: Sequence[ClaimText]) -> tuple[Scores, dict[str, Scores]]:
        """As `score`, of claims as they are."""
        return self._scores(claims, [wording(claim) for claim in claims])

    def _scores(self, claims: Sequence[ClaimText], said: Sequence[Wording]) -> tuple[Scores, dict[str, Scores]]:
        block, vocabulary = _block([weighted(each, self._words.scheme) for each in said])
        vectors, counts = None, [0] * len(claims)
        if self._encoder is not None:
            passages = [claim_passages(claim) for claim in claims]
            counts = [len(each) for each in passages]
            vectors = self._encoder.encode([text for each in passages for text in each])
        return self.score(block, self.aligned(vocabulary), vectors, counts)

    def matches(self, claims: Sequence[ClaimText], *, top: int = 50) -> Iterator[list[Match]]:
        """As `rank`, one claim after the other; memory holds the scores of 256 claims at a time."""
        for first, last in pairwise(accumulate(_block_sizes(len(claims)), initial=0)):
            block = claims[first:last]
            said = [wording(claim) for claim in block]
            scores, signals = self._scores(block, said)
            for row, claim in enumerate(block):
                yield [
                    Match(
                        claim.id,
                        self._clauses[at].id,
                        place,
                        score,
                        _terms(self._words, at, said[row]),
                        {name: float(signal[row, at]) for name, signal in signals.items()},
                    )
                    for place, (at, score) in enumerate(best(scores[row], top), start=1)
                ]


def best(scores: NDArray[np.floating], top: int) -> list[tuple[int, float]]:
    """The `top` highest positive scores with their places, highest first, equal ones by place."""
    if top < 1:
        return []
    places = np.flatnonzero(scores > 0)
    if len(places) > top:
        bar = np.partition(scores[places], len(places) - top)[len(places) - top]
        places = places[scores[places] >= bar]
    order = places[np.lexsort((places, -scores[places]))][:top]
    return [(int(at), float(scores[at])) for at in order]


def _block_sizes(claims: int) -> Iterator[int]:
    while claims > 0:
        yield min(claims, _BLOCK)
        claims -= _BLOCK


def _block(claims: Sequence[Mapping[str, float]]) -> tuple[Matrix, list[str]]:
    """Weighted words as a matrix claims × words, and the words."""
    vocabulary = sorted({key for words in claims for key in words})
    columns = {key: column for column, key in enumerate(vocabulary)}
    return matrix([{columns[key]: n for key, n in words.items()} for words in claims], len(vocabulary)), vocabulary


def _terms(index: WordIndex, clause: int, said: Wording) -> tuple[Term, ...]:
    """The words that a claim shares with a clause, each with its share of the score in BM25."""
    spoken = weighted(said, index.scheme)
    held = slice(index.weights.indptr[clause], index.weights.indptr[clause + 1])
    told = {
        key: spoken[key] * float(weight)
        for key, weight in (
            (index.keys[column], weight)
            for column, weight in zip(index.weights.indices[held], index.weights.data[held], strict=True)
        )
        if key in spoken
    }
    return said.terms(told)
