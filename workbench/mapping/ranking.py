"""Rank the clauses of drafts for claims: BM25 over words, with the words that made each score.

The score is a reading priority, not a probability. It is a sum over the words that claim and clause share:

    own(t) + parent_weight * parent(t)            how much the claim speaks of t; each counts t's occurrences n in that
                                                  text as n (k3 + 1) / (n + k3)
  * ln(1 + (N - n_t + 0.5) / (n_t + 0.5))         how rare t is among the N clauses
  * f (k1 + 1) / (f + k1 (1 - b + b length/mean)) how much the clause speaks of t; f counts a word of the title
                                                  title_weight times
  * front_matter_weight                           for forewords, introductions and bibliographies

BM25 is S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3.

`workbench eval mapping` on the development set mapping_dev (38 claims, 3,461 clauses) gives nDCG@10 .384, interval
[.285, .498], against .338 of `PLAIN`; gain interval [.013, .085]. On its 7 "ai" claims .086 against .018. One number
changed at a time (differences under .03 are noise on this set, so the textbook's k1 and b stay):

    k1   0.9 .372   1.6 .390            title_weight   1 .383   2 .380   5 .391
    b    0.5 .361   0.9 .397            parent_weight  0 .392   0.5 .382
    k3   0 .383     None .351           no stop words  .344

The development set has no kinds of clauses, so front_matter_weight is a judgement: such clauses hold no provisions.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from scrapers.records import ClauseKind
from workbench.mapping.terms import Span, Term, Wording, highlight
from workbench.mapping.text import STOP_WORDS, tokens

__all__ = [
    "ENGINE",
    "PLAIN",
    "ClaimText",
    "ClauseIndex",
    "ClauseText",
    "Match",
    "ProvisionText",
    "Scheme",
    "Span",
    "Term",
    "highlight",
    "rank",
]

FRONT_MATTER = frozenset({ClauseKind.FOREWORD, ClauseKind.INTRODUCTION, ClauseKind.BIBLIOGRAPHY})
"""Kinds of clauses that hold no provisions (ISO/IEC Directives Part 2, 12, 13 and 21)."""

_BLOCK = 256
_CLAIM_REFERENCE = re.compile(
    r"\bclaims?\s{1,9}\d{1,4}(?:\s{0,9}(?:-|–|,|to|or|and)\s{0,9}\d{1,4})*|請求項\s{0,9}\d{1,4}", re.IGNORECASE
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ProvisionText:
    """A provision of a clause: its place in the clause, its kind as in `export clauses`, its text."""

    index: int
    kind: str | None
    text: str


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A clause to be ranked; `standard` is the reference of its draft, `kind` a `ClauseKind` or None where unknown."""

    id: Hashable
    title: str | None
    text: str
    standard: str | None = None
    kind: str | None = None
    provisions: Sequence[ProvisionText] = ()


@dataclass(frozen=True, slots=True)
class ClaimText:
    """A claim that clauses are ranked for; `parent_text` is the text of the claims that it depends on."""

    id: Hashable
    text: str
    parent_text: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Match:
    """A clause found for a claim: `rank` counts from 1, `score` is above 0 and is the sum of the terms' weights."""

    claim: Hashable
    clause: Hashable
    rank: int
    score: float
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Scheme:
    """The numbers of the ranking (see the module). `k3` None counts every occurrence in the claim in full."""

    k1: float
    b: float
    k3: float | None
    title_weight: int
    parent_weight: float
    front_matter_weight: float
    stop_words: frozenset[str]


ENGINE = Scheme(
    k1=1.2, b=0.75, k3=2.0, title_weight=3, parent_weight=0.25, front_matter_weight=0.5, stop_words=STOP_WORDS
)
"""What `workbench map` ranks with."""

PLAIN = Scheme(
    k1=1.2, b=0.75, k3=None, title_weight=1, parent_weight=0.0, front_matter_weight=1.0, stop_words=frozenset()
)
"""Textbook BM25 over the same stems, for comparison: no stop words, the title as part of the text, no parent claim."""


def rank(
    claims: Sequence[ClaimText], clauses: Sequence[ClauseText], *, top: int = 50, scheme: Scheme = ENGINE
) -> list[list[Match]]:
    """For each claim its `top` best clauses, best first; equal scores in the order of the clauses.

    Clauses that share no word with the claim are not matches, so a list may be shorter than `top` or empty.
    The score of a pair depends on the set of clauses, never on the other claims or on the order of anything.
    """
    return list(ClauseIndex(clauses, scheme).matches(claims, top=top))


class ClauseIndex:
    """Clauses made ready for ranking.

    `postings` is a sparse words × clauses matrix of how much each clause speaks of each word, in double precision.
    """

    def __init__(self, clauses: Sequence[ClauseText], scheme: Scheme = ENGINE) -> None:
        self._ids = [clause.id for clause in clauses]
        self._scheme = scheme
        counts = []
        lengths = np.zeros(len(clauses))
        for row, clause in enumerate(clauses):
            text = Counter(token.key for token in tokens(clause.text, stop_words=scheme.stop_words))
            title = Counter(token.key for token in tokens(clause.title or "", stop_words=scheme.stop_words))
            lengths[row] = text.total() + title.total()
            for key, count in title.items():
                text[key] += scheme.title_weight * count
            counts.append(text)
        holding = Counter(key for count in counts for key in count)
        self._keys = sorted(holding)
        self._columns = {key: column for column, key in enumerate(self._keys)}
        self._rarity = np.array([rarity(holding[key], len(clauses)) for key in self._keys])
        self._weights = self._clause_weights(counts, lengths, clauses)
        self.postings = self._weights.T.tocsr()

    def _clause_weights(
        self, counts: Sequence[Counter[str]], lengths: Floats, clauses: Sequence[ClauseText]
    ) -> sparse.csr_array[np.float64]:
        scheme = self._scheme
        mean = float(lengths.mean()) if lengths.any() else 1.0
        rows = []
        for count, length, clause in zip(counts, lengths, clauses, strict=True):
            factor = scheme.front_matter_weight if clause.kind in FRONT_MATTER else 1.0
            rows.append(
                {
                    column: factor * self._rarity[column] * saturation(n, length / mean, scheme)
                    for column, n in ((self._columns[key], n) for key, n in count.items())
                }
            )
        return _sparse(rows, len(self._keys))

    def claim_weights(self, claims: Sequence[ClaimText]) -> sparse.csr_array[np.float64]:
        """How much each claim speaks of each word that the clauses have; a sparse claims × words matrix."""
        return self._claim_weights([self._wording(claim) for claim in claims])

    def _claim_weights(self, wordings: Sequence[Wording]) -> sparse.csr_array[np.float64]:
        rows = []
        for wording in wordings:
            row: dict[int, float] = {}
            for share, keys in zip((1.0, self._scheme.parent_weight), wording.keys, strict=False):
                for key, n in Counter(keys).items():
                    column = self._columns.get(key)
                    if column is not None and share:
                        row[column] = row.get(column, 0.0) + share * self._occurrences(n)
            rows.append(row)
        return _sparse(rows, len(self._keys))

    def _occurrences(self, n: int) -> float:
        k3 = self._scheme.k3
        return float(n) if k3 is None else n * (k3 + 1) / (n + k3)

    def matches(self, claims: Sequence[ClaimText], *, top: int = 50) -> Iterator[list[Match]]:
        """As `rank`, one claim after the other; memory holds the scores of 256 claims at a time."""
        shares = np.zeros(len(self._keys))
        for first in range(0, len(claims), _BLOCK):
            block = claims[first : first + _BLOCK]
            wordings = [self._wording(claim) for claim in block]
            weights = self._claim_weights(wordings)
            scores = weights @ self.postings
            for row, (claim, wording) in enumerate(zip(block, wordings, strict=True)):
                said = slice(weights.indptr[row], weights.indptr[row + 1])
                shares[weights.indices[said]] = weights.data[said]
                yield self._best(claim, wording, shares, _row(scores, row), top)
                shares[weights.indices[said]] = 0.0

    def _wording(self, claim: ClaimText) -> Wording:
        texts = [claim.text] if claim.parent_text is None else [claim.text, claim.parent_text]
        return Wording(*map(without_references, texts), stop_words=self._scheme.stop_words)

    def _best(
        self, claim: ClaimText, wording: Wording, shares: Floats, scored: tuple[NDArray[np.int32], Floats], top: int
    ) -> list[Match]:
        """The best clauses of one claim, given its weight for each word and its scores."""
        matches = []
        for place, (clause, score) in enumerate(best(*scored, top), start=1):
            columns, weights = _row(self._weights, clause)
            parts = weights * shares[columns]
            shared = np.flatnonzero(parts)
            told = {self._keys[columns[at]]: float(parts[at]) for at in shared}
            matches.append(Match(claim.id, self._ids[clause], place, score, wording.terms(told)))
        return matches


def rarity(holding: int, total: int) -> float:
    """How much a word that `holding` of `total` clauses have tells; always above 0."""
    return math.log1p((total - holding + 0.5) / (holding + 0.5))


def saturation(n: float, length: float, scheme: Scheme) -> float:
    """How much a text speaks of a word that it has `n` times; `length` is its length in mean lengths."""
    return n * (scheme.k1 + 1) / (n + scheme.k1 * (1 - scheme.b + scheme.b * length))


def without_references(text: str) -> str:
    """A claim with "claim 1", "claims 2 to 4" or 請求項１ blanked out; everything else stays where it was."""
    return _CLAIM_REFERENCE.sub(lambda reference: " " * len(reference[0]), text)


def best(places: NDArray[np.int32], scores: Floats, top: int) -> list[tuple[int, float]]:
    """The `top` highest positive scores with their places, highest first, equal ones by place."""
    if top < 1:
        return []
    if len(scores) > top:
        kept = scores >= np.partition(scores, len(scores) - top)[len(scores) - top]
        places, scores = places[kept], scores[kept]
    order = np.lexsort((places, -scores))[:top]
    return [(int(places[at]), float(scores[at])) for at in order if scores[at] > 0]


def _row(matrix: sparse.csr_array[np.float64], row: int) -> tuple[NDArray[np.int32], Floats]:
    held = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[held], matrix.data[held]


def _sparse(rows: Sequence[dict[int, float]], width: int) -> sparse.csr_array[np.float64]:
    """Rows of {column: value} as a matrix, columns in order so that sums never depend on how the rows were made."""
    ordered = [sorted(row.items()) for row in rows]
    starts = np.cumsum([0, *map(len, ordered)])
    columns = np.array([column for row in ordered for column, _ in row], dtype=np.int32)
    values = np.array([value for row in ordered for _, value in row], dtype=np.float64)
    return sparse.csr_array((values, columns, starts), shape=(len(ordered), width))
