"""Where stored readings meet the engine: what is read of a claim, and a draft that readings are scored on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from workbench.mapping.encoder import Encoder, Vectors
from workbench.mapping.ranking import ENGINE, ClaimText, ClauseIndex, ClauseText, without_references
from workbench.mapping.terms import Wording

READER_VERSION = "bm25-1"

Scores = NDArray[np.float32]


def claim_words(claim: ClaimText) -> Mapping[str, float]:
    texts = [claim.text] if claim.parent_text is None else [claim.text, claim.parent_text]
    wording = Wording(*map(without_references, texts), stop_words=ENGINE.stop_words)
    found: dict[str, float] = {}
    for share, keys in zip((1.0, ENGINE.parent_weight), wording.keys, strict=False):
        for key, n in Counter(keys).items():
            found[key] = found.get(key, 0.0) + share * n * ((ENGINE.k3 or 0) + 1) / (n + (ENGINE.k3 or 0))
    return found


def claim_passages(claim: ClaimText) -> tuple[str, ...]:
    return (without_references(claim.text),)


class DraftIndex:
    """A draft's clauses, ready for blocks of readings over a vocabulary (keys by word)."""

    def __init__(
        self, clauses: Sequence[ClauseText], vocabulary: Mapping[str, int], width: int, encoder: Encoder | None
    ) -> None:
        self.signals = ("words",) if encoder is None else ("words", "meaning")
        index = ClauseIndex(clauses)
        places = np.array([vocabulary.get(key, -1) for key in index._keys])
        known = np.flatnonzero(places >= 0)
        postings = index.postings.tocsr()[known].tocoo()
        self._words = sparse.csr_array(
            (postings.data, (places[known][postings.row], postings.col)), shape=(width, len(clauses))
        )
        self._vectors = None if encoder is None else encoder.encode([clause.text for clause in clauses])

    def score(self, words: sparse.csr_array[np.float32], vectors: Vectors | None) -> tuple[Scores, dict[str, Scores]]:
        lexical = (words.astype(np.float64) @ self._words).toarray().astype(np.float32)
        signals = {"words": lexical}
        if vectors is not None and self._vectors is not None:
            signals["meaning"] = vectors @ self._vectors.T
        return sum(signals.values(), np.zeros_like(lexical)), signals
