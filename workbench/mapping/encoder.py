"""Sentence encoders: texts as unit vectors whose dot product says how near two texts are in meaning.

A vector lies on a grid of 1/2048 (`on_grid`). So half precision keeps it exactly, and dot products in single precision
are exact: the same numbers whatever the order of the sum, the shape of the block or the number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from workbench.settings import Settings

GRID = 2048

DEFAULT_MODEL = "all-MiniLM-L6-v2"
"""The model that `workbench models install` puts in place."""

Vectors = NDArray[np.float32]
"""(n, dimensions); rows of unit length to within the grid, or zeros."""


class ModelError(Exception):
    """A sentence encoder is not there or cannot be used; `str(error)` is one line with the remedy."""


class Encoder(Protocol):
    """Turns texts into vectors. A text's vector depends on that text alone, never on the others of the call."""

    @property
    def name(self) -> str:
        """The model and a hash of its files; the key under which vectors are stored."""

    @property
    def dimensions(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text, in the order of the texts; exactly representable in float16.

        A text in a script that the model cannot read has a row of zeros.
        """


def on_grid(vectors: NDArray[np.floating]) -> Vectors:
    """Rows scaled to unit length and rounded to multiples of 1/2048; a row of zeros stays so."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    found = vectors / np.where(norms > 0, norms, 1)
    found *= GRID
    np.rint(found, out=found)
    found /= GRID
    return found.astype(np.float32, copy=False)


def installed_encoder(settings: Settings) -> Encoder | None:
    """The encoder of the setting `model`; without the setting the default one, None where that is not installed.

    Raises ModelError where the setting names one that is not there, or where a model cannot be used.
    """
    # Loading the runtime takes half a second, which most commands need not wait for.
    from workbench.mapping.encoder_onnx import load_encoder

    if settings.model == "":
        return None
    folder = model_folder(settings, settings.model or DEFAULT_MODEL)
    if folder is not None:
        return load_encoder(folder)
    if settings.model is not None:
        raise ModelError(
            f"setting model: no folder {settings.model} and no model of that name in {settings.models_folder}; "
            "`workbench models list` shows those there are"
        )
    return None


def model_folder(settings: Settings, model: str) -> Path | None:
    """Where a model is: a name in the folder of models, else a folder; None where there is neither."""
    for folder in (settings.models_folder / model, Path(model).expanduser()):
        if folder.is_dir():
            return folder
    return None
