"""The signal `meaning` of the ranking: how near claim and clause are by a sentence encoder.

A model reads a few hundred tokens at most, and a vector of a long text says little of any of it; so both sides are cut
into passages. The signal is the mean of three views, each a cosine after the mean of all clauses is taken away (what
every clause says tells nothing; each counts once, so that a long clause of a short draft is not all that they say):

- each passage of the claim beside the passage of the clause that is nearest to it, on average;
- the claim as a whole (the mean of its passages) beside the passage of the clause that is nearest;
- the claim as a whole beside the clause as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.deferred import deferred
from workbench.mapping.claims_boilerplate import core_text
from workbench.mapping.elements import split_elements
from workbench.mapping.encoder import Encoder, Vectors, on_grid
from workbench.mapping.texts import ClaimText, ClauseText

if TYPE_CHECKING:
    from scipy import sparse
else:
    sparse = deferred("scipy.sparse")

CLAUSE_WORDS = 100
"""How long a passage of a clause may be: about what the model was trained on, with room for the title before it."""

CLAIM_WORDS = (12, 40)
"""Elements of fewer words are joined with the next, those of more words cut into equal parts."""

_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]{{1,2}}|[^\s{_UNSPACED}]{{1,64}}")
_SENTENCE_END = re.compile(r"(?<=[.;:!?])\s+(?=[^\Wa-z]|\(|\[|-|\*)|\n\s{0,99}\n|(?<=[。；！？])")
_AT_ONCE = 512
"""Passages of claims that are compared at a time: what is made of them on the way stays near the processor."""
_HELD = 2**24
"""Similarities that are held at a time at most: 64 MB."""

Scores = NDArray[np.float32]
"""Claims × clauses."""


def clause_passages(clause: ClauseText) -> tuple[str, ...]:
    """The texts that stand for a clause: sentences together, up to 100 words, each behind the clause's title."""
    parts = _joined(
        (piece for sentence in _SENTENCE_END.split(clause.text) for piece in _cut(sentence, CLAUSE_WORDS)), CLAUSE_WORDS
    )
    title = " ".join((clause.title or "").split())
    if not title:
        return tuple(parts)
    return tuple(f"{title}. {part}" for part in parts) or (title,)


def claim_passages(claim: ClaimText) -> tuple[str, ...]:
    """The texts that stand for a claim: its elements without boilerplate, joined or cut to 12 to 40 words.

    Parents are left out: measured, they add nothing to the meaning of a claim.
    """
    least, most = CLAIM_WORDS
    passages: list[str] = []
    short = ""
    for element in split_elements(claim.text, claim.language):
        short = f"{short} {core_text(element.text, claim.language)}".strip()
        if _length(short) >= least:
            passages.append(short)
            short = ""
    if short:
        if passages and _length(short) < least / 2:
            passages[-1] = f"{passages[-1]} {short}"
        else:
            passages.append(short)
    return tuple(piece for passage in passages for piece in _cut(passage, most))


class MeaningIndex:
    """Clauses made ready for comparison by meaning."""

    def __init__(self, clauses: Sequence[ClauseText], encoder: Encoder) -> None:
        passages = [clause_passages(clause) for clause in clauses]
        counts = [len(each) for each in passages]
        vectors = encoder.encode([text for each in passages for text in each])
        wholes = _means(counts) @ vectors
        told = wholes[wholes.any(axis=1)]
        self._centre = told.mean(axis=0) if len(told) else np.zeros(encoder.dimensions, dtype=np.float32)
        self._wholes = self._centred(on_grid(wholes)).T.copy()
        # Clauses of many passages first, and their first passages before all second ones: the nearest passage of every
        # clause is then found by a few comparisons of whole blocks.
        self._order = np.argsort(-np.array(counts, dtype=np.int64), kind="stable")
        starts = np.cumsum([0, *counts], dtype=np.int64)
        columns, self._having = [], []
        for place in range(max(counts, default=0)):
            having = [at for at in self._order.tolist() if counts[at] > place]
            columns += [starts[at] + place for at in having]
            self._having.append(len(having))
        self._passages = self._centred(vectors)[columns].T.copy()

    def scores(self, vectors: Vectors, counts: Sequence[int]) -> Scores:
        """`meaning` of a block of claims: `vectors` of the passages of all of them, `counts` how many each has.

        The scores of a claim do not depend on the other claims of the block: every product is exact.
        """
        means = _means(counts)
        wholes = on_grid(means @ vectors)
        nearest = np.empty((len(counts), self._wholes.shape[1]), dtype=np.float32)
        nearest[:, self._order] = means @ self._nearest(vectors) + self._nearest(wholes)
        views = nearest + self._centred(wholes) @ self._wholes
        return np.asarray(views / np.float32(3), dtype=np.float32)

    def _nearest(self, vectors: Vectors) -> Scores:
        """The highest product with a passage of each clause, in `_order`; 0 for a clause without passages."""
        found = np.zeros((len(vectors), len(self._order)), dtype=np.float32)
        if not self._having:
            return found
        rows = max(1, min(_AT_ONCE, _HELD // self._passages.shape[1]))
        for first in range(0, len(vectors), rows):
            products = self._centred(vectors[first : first + rows]) @ self._passages
            best = found[first : first + rows, : self._having[0]]
            best[:] = products[:, : self._having[0]]
            done = self._having[0]
            for having in self._having[1:]:
                np.maximum(best[:, :having], products[:, done : done + having], out=best[:, :having])
                done += having
        return found

    def _centred(self, vectors: Vectors) -> Vectors:
        """Without the centre; a text that the encoder cannot read (zeros) stays so."""
        centred = vectors - self._centre
        centred[~vectors.any(axis=1)] = 0
        return on_grid(centred)


def _means(counts: Sequence[int]) -> sparse.csr_array[np.float32]:
    """groups × members: the mean of the members of each group, zeros for an empty one."""
    shares = np.repeat(1 / np.maximum(counts, 1), counts).astype(np.float32)
    starts = np.cumsum([0, *counts])
    return sparse.csr_array((shares, np.arange(len(shares)), starts), shape=(len(counts), len(shares)))


def _length(text: str) -> int:
    """How many words a text has; two characters of unspaced script count as one."""
    return sum(1 for _ in _WORD.finditer(text))


def _cut(text: str, most: int) -> Iterator[str]:
    """The text in as few equal parts as have up to `most` words each; nothing for a text without any."""
    starts = [word.start() for word in _WORD.finditer(text)]
    if not starts:
        return
    parts = -(-len(starts) // most)
    step = -(-len(starts) // parts)
    cuts = [*starts[::step], len(text)]
    for start, end in pairwise(cuts):
        yield " ".join(text[start:end].split())


def _joined(pieces: Iterable[str], most: int) -> Iterator[str]:
    """Pieces joined as long as they have up to `most` words together."""
    held: list[str] = []
    words = 0
    for piece in pieces:
        length = _length(piece)
        if held and words + length > most:
            yield " ".join(held)
            held, words = [], 0
        held.append(piece)
        words += length
    if held:
        yield " ".join(held)
