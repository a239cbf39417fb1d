"""Two signals of the ranking, by what claim and clause write: the words they share, and parts of words.

`words` is BM25 (S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009,
section 3), summed over the words t that claim and clause share:

    own(t) + parent_weight * parent(t)            how much the claim speaks of t; each counts t's occurrences n in that
                                                  text as n (k3 + 1) / (n + k3)
  * ln(1 + (N - n_t + 0.5) / (n_t + 0.5))         how rare t is among the N clauses
  * f (k1 + 1) / (f + k1 (1 - b + b length/mean)) how much the clause speaks of t; f counts a word of the title
                                                  title_weight times

`characters` compares the same words, stemmed, by runs of four characters, so that "authenticate" meets "authenticator".
A claim speaks of a run as much as of the words that hold it; a clause that has it n times says it 1 + ln n times, and
the vector of a clause has unit length. Runs weigh by their rarity, as words do.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from workbench.deferred import deferred
from workbench.mapping.claims_boilerplate import without_references
from workbench.mapping.terms import Wording
from workbench.mapping.text import STOP_WORDS, tokens
from workbench.mapping.texts import ClaimText, ClauseText

if TYPE_CHECKING:
    from scipy import sparse
else:
    sparse = deferred("scipy.sparse")

RUN_LENGTH = 4

Floats = NDArray[np.float64]
Matrix: TypeAlias = "sparse.csr_array[np.float64]"
ClaimWords: TypeAlias = "sparse.csr_array[np.float64] | sparse.csr_array[np.float32]"
Scores = NDArray[np.float32]
"""Claims × clauses."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """The numbers of BM25 (see the module). `k3` None counts every occurrence in the claim in full."""

    k1: float
    b: float
    k3: float | None
    title_weight: int
    parent_weight: float
    stop_words: frozenset[str]


ENGINE = Scheme(k1=1.2, b=0.75, k3=2.0, title_weight=3, parent_weight=0.25, stop_words=STOP_WORDS)
"""What `workbench map` compares words with. docs/mapping.md has what other numbers give."""

PLAIN = Scheme(k1=1.2, b=0.75, k3=None, title_weight=1, parent_weight=0.0, stop_words=frozenset())
"""Textbook BM25 over the same stems, for comparison: no stop words, the title as part of the text, no parent claim."""


def rarity(holding: int, total: int) -> float:
    """How much a word that `holding` of `total` clauses have tells; always above 0."""
    return math.log1p((total - holding + 0.5) / (holding + 0.5))


def saturation(n: float, length: float, scheme: Scheme) -> float:
    """How much a text speaks of a word that it has `n` times; `length` is its length in mean lengths."""
    return n * (scheme.k1 + 1) / (n + scheme.k1 * (1 - scheme.b + scheme.b * length))


def wording(claim: ClaimText, scheme: Scheme = ENGINE) -> Wording:
    """How a claim and, behind it, its parents are worded."""
    texts = [claim.text] if claim.parent_text is None else [claim.text, claim.parent_text]
    return Wording(*map(without_references, texts), stop_words=scheme.stop_words)


def claim_words(claim: ClaimText, scheme: Scheme = ENGINE) -> dict[str, float]:
    """How much a claim speaks of each word, by the word as compared."""
    return weighted(wording(claim, scheme), scheme)


def weighted(said: Wording, scheme: Scheme) -> dict[str, float]:
    """`claim_words` of a claim whose wording is at hand."""
    found: dict[str, float] = {}
    for share, keys in zip((1.0, scheme.parent_weight), said.keys, strict=False):
        if share:
            for key, n in Counter(keys).items():
                spoken = n if scheme.k3 is None else n * (scheme.k3 + 1) / (n + scheme.k3)
                found[key] = found.get(key, 0.0) + share * spoken
    return found


def runs(key: str) -> list[str]:
    """The runs of four characters of a word with a space at either end; the whole of a shorter one."""
    padded = f" {key} "
    return [padded[at : at + RUN_LENGTH] for at in range(max(1, len(padded) - RUN_LENGTH + 1))]


class WordIndex:
    """Clauses made ready for comparison by words and by runs of characters.

    `keys` are the words in order, `weights` is clauses × words, `postings` the same turned and `run_postings`
    runs × clauses.
    """

    def __init__(self, clauses: Sequence[ClauseText], scheme: Scheme = ENGINE) -> None:
        self.scheme = scheme
        texts = [_count(clause.text, scheme) for clause in clauses]
        titles = [_count(clause.title or "", scheme) for clause in clauses]
        self._words(texts, titles)
        self._runs([text + title for text, title in zip(texts, titles, strict=True)])

    def _words(self, texts: Sequence[Counter[str]], titles: Sequence[Counter[str]]) -> None:
        lengths = np.array([text.total() + title.total() for text, title in zip(texts, titles, strict=True)], float)
        mean = float(lengths.mean()) if lengths.any() else 1.0
        counts = [Counter(text) for text in texts]
        for count, title in zip(counts, titles, strict=True):
            for key, n in title.items():
                count[key] += self.scheme.title_weight * n
        holding = Counter(key for count in counts for key in count)
        self.keys = sorted(holding)
        columns = {key: column for column, key in enumerate(self.keys)}
        rare = {key: rarity(n, len(texts)) for key, n in holding.items()}
        self.weights = matrix(
            [
                {columns[key]: rare[key] * saturation(n, length / mean, self.scheme) for key, n in count.items()}
                for count, length in zip(counts, lengths, strict=True)
            ],
            len(self.keys),
        )
        self.postings = self.weights.T.tocsr()

    def _runs(self, counts: Sequence[Counter[str]]) -> None:
        columns = {key: column for column, key in enumerate(self.keys)}
        said = matrix([{columns[key]: n for key, n in count.items()} for count in counts], len(columns))
        self._run_columns = {
            run: place for place, run in enumerate(sorted({r for key in self.keys for r in runs(key)}))
        }
        found = (said @ self._runs_in(self.keys)).tocsr()
        found.sort_indices()
        holding = np.bincount(found.indices, minlength=len(self._run_columns))
        self._run_rarity = np.array([rarity(int(n), len(counts)) for n in holding])
        found.data = (1 + np.log(found.data)) * self._run_rarity[found.indices]
        lengths = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
        found.data /= np.repeat(lengths, np.diff(found.indptr))
        self.run_postings = found.T.tocsr()

    def _runs_in(self, keys: Iterable[str]) -> Matrix:
        """words × runs: how often each word holds each run."""
        held = (Counter(runs(key)) for key in keys)
        return matrix(
            [{self._run_columns[run]: n for run, n in each.items() if run in self._run_columns} for each in held],
            len(self._run_columns),
        )

    def rare_runs(self, keys: Iterable[str]) -> Matrix:
        """words × runs: how often each word holds each run that a clause holds, times the rarity of the run."""
        held = self._runs_in(keys)
        held.data *= self._run_rarity[held.indices]
        return held


class AlignedWords:
    """An index made ready for claims whose words are the columns of a vocabulary.

    Sums are taken in the order of the words' letters, so scores do not depend on the order of the vocabulary.
    """

    def __init__(self, index: WordIndex, vocabulary: Sequence[str]) -> None:
        self._index = index
        order = sorted(range(len(vocabulary)), key=vocabulary.__getitem__)
        self._sorted = [vocabulary[at] for at in order]
        self._places = np.empty(len(vocabulary), dtype=np.int64)
        self._places[order] = np.arange(len(vocabulary))
        known = {key: row for row, key in enumerate(index.keys)}
        # What no clause says has the row behind the last, which is empty.
        self._rows = np.array([known.get(key, len(known)) for key in self._sorted], dtype=np.int64)
        nothing = sparse.csr_array((1, index.postings.shape[1]), dtype=np.float64)
        self._postings = sparse.csr_array(sparse.vstack([index.postings, nothing]))
        self._held_runs = index.rare_runs(self._sorted)

    def scores(self, claims: ClaimWords) -> tuple[Scores, Scores]:
        """`words` and `characters` of claims × vocabulary.

        Weights are taken in single precision, as they are stored.
        """
        places = self._places[claims.indices]
        columns = np.zeros(len(self._places), dtype=np.int64)
        columns[places] = 1
        used = np.flatnonzero(columns)
        columns[used] = np.arange(len(used))
        block = sparse.csr_array(
            (claims.data.astype(np.float32).astype(np.float64), columns[places], claims.indptr),
            shape=(claims.shape[0], len(used)),
        )
        block.sort_indices()
        words = block @ self._postings[self._rows[used]].toarray()
        alike = block @ (self._held_runs[used] @ self._index.run_postings).toarray()
        return np.asarray(words, dtype=np.float32), np.asarray(alike, dtype=np.float32)


def matrix(rows: Sequence[dict[int, float]], width: int) -> Matrix:
    """Rows of {column: value} as a matrix, columns in order so that sums never depend on how the rows were made."""
    ordered = [sorted(row.items()) for row in rows]
    starts = np.cumsum([0, *map(len, ordered)])
    columns = np.array([column for row in ordered for column, _ in row], dtype=np.int32)
    values = np.array([value for row in ordered for _, value in row], dtype=np.float64)
    return sparse.csr_array((values, columns, starts), shape=(len(ordered), width))


def _count(text: str, scheme: Scheme) -> Counter[str]:
    return Counter(token.key for token in tokens(text, stop_words=scheme.stop_words))
