"""An encoder for tests: a vector is the sum of directions of a text's words, so texts that share words are near."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence

import numpy as np

from workbench.mapping.encoder import Vectors, on_grid
from workbench.mapping.text import tokens


class WordEncoder:
    """Deterministic and small; `encoded` counts the texts it was asked for, `seconds` is what each takes."""

    def __init__(self, name: str = "words-of-tests", dimensions: int = 16, seconds: float = 0.0) -> None:
        self.name, self.dimensions, self.seconds = name, dimensions, seconds
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        if self.seconds:
            time.sleep(self.seconds * len(texts))
        return on_grid(np.array([self._vector(text) for text in texts]).reshape(len(texts), self.dimensions))

    def _vector(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        vector = np.zeros(self.dimensions)
        for token in tokens(text):
            seed = int.from_bytes(hashlib.sha256(f"{self.name} {token.key}".encode()).digest()[:4])
            vector += np.random.default_rng(seed).standard_normal(self.dimensions)
        return vector
