"""Where stored readings meet the engine: what is read of a claim, and a draft that readings are scored on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.deferred import deferred
from workbench.mapping.encoder import Encoder, Vectors
from workbench.mapping.ranking import ENGINE_VERSION, ClauseIndex, ClauseText, Scores, claim_passages, claim_words

if TYPE_CHECKING:
    from scipy import sparse
else:
    sparse = deferred("scipy.sparse")

__all__ = ["READER_VERSION", "DraftIndex", "claim_passages", "claim_words"]

READER_VERSION = ENGINE_VERSION


class DraftIndex:
    """A draft's clauses, ready for blocks of readings over a vocabulary (keys by word, each below `width`)."""

    def __init__(
        self, clauses: Sequence[ClauseText], vocabulary: Mapping[str, int], width: int, encoder: Encoder | None
    ) -> None:
        self._index = ClauseIndex(clauses, encoder)
        self.signals = self._index.signals
        words = [""] * width
        for word, key in vocabulary.items():
            words[key] = word
        self._aligned = self._index.aligned(words)

    def score(
        self, words: sparse.csr_array[np.float32], vectors: Vectors | None, counts: Sequence[int]
    ) -> tuple[Scores, dict[str, Scores]]:
        """The scores of a block and the signals, each claims × clauses; see `ClauseIndex.score`."""
        return self._index.score(words, self._aligned, vectors, counts)
