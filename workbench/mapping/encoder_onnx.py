"""Sentence encoders of a folder with `tokenizer.json` and `model.onnx`, run on the processor by ONNX Runtime.

Every text is run alone. Together, texts would be padded to the longest, and the numbers of a quantised model depend on
everything that is run at once; alone, a vector is the same today and after a run that was killed. Texts share the
processor's cores instead.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from workbench.mapping.encoder import ModelError, Vectors, on_grid

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
DESCRIPTION_FILES = ("sentence_bert_config.json", "1_Pooling/config.json")
"""What sentence-transformers keeps beside a model: how many tokens it reads, and how it makes one vector of them."""

MAX_TOKENS = 256
"""What a model reads of a text where its folder does not say."""

_INPUTS = frozenset({"input_ids", "attention_mask", "token_type_ids"})
_CHARACTERS_A_TOKEN = 20
_LAST_LATIN = 0x24F
_LEAST_SHARE = 0.05


class OnnxEncoder:
    """An `Encoder` of a folder. Safe for several threads.

    Raises ModelError where the folder has no usable model.
    """

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        self._folder = folder
        self._threads = threads or _cores()
        self._tokenizer = self._read_tokenizer()
        self._session = self._read_session()
        self._inputs = self._known_inputs()
        self._first_token = self._pooling()
        self._reads_all_scripts = _reads_all_scripts(self._tokenizer)
        self.name = f"{folder.name}-{_hash_of(folder)}"
        self.dimensions = len(self._run("a"))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        each = list(dict.fromkeys(texts))
        if not each:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        # The longest first, so that no thread is left alone with one at the end.
        order = sorted(range(len(each)), key=lambda at: -len(each[at]))
        vectors = np.empty((len(each), self.dimensions), dtype=np.float64)
        with ThreadPoolExecutor(min(self._threads, len(each))) as pool:
            for at, vector in zip(order, pool.map(self._vector, (each[at] for at in order)), strict=True):
                vectors[at] = vector
        places = {text: place for place, text in enumerate(each)}
        return on_grid(vectors)[[places[text] for text in texts]]

    def _vector(self, text: str) -> NDArray[np.floating]:
        if not self._reads_all_scripts and _is_beyond_latin(text):
            return np.zeros(self.dimensions)
        return self._run(text)

    def _run(self, text: str) -> NDArray[np.floating]:
        limit = _CHARACTERS_A_TOKEN * int(self._tokenizer.truncation["max_length"])
        # A lone half of a surrogate pair is no character, and the tokenizer takes none.
        ids = self._tokenizer.encode(text[:limit].encode("utf-8", "replace").decode()).ids
        given = {"input_ids": ids, "attention_mask": [1] * len(ids), "token_type_ids": [0] * len(ids)}
        inputs = {name: np.array([given[name]], dtype=np.int64) for name in self._inputs}
        output: NDArray[np.floating] = self._session.run(None, inputs)[0][0]
        if output.ndim == 1:
            return output
        return np.asarray(output[0] if self._first_token else output.mean(axis=0))

    def _read_tokenizer(self) -> Any:
        path = self._folder / TOKENIZER_FILE
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:
            raise ModelError(f"{path}: cannot be read as a tokenizer ({error}); bring the model's own") from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(self._max_tokens())
        return tokenizer

    def _read_session(self) -> Any:
        path = self._folder / MODEL_FILE
        if not path.is_file():
            raise ModelError(f"{path}: there is no such file; `workbench models install --from` makes one of weights")
        try:
            return open_session(path)
        except Exception as error:
            found = " ".join(str(error).split())[:200]
            raise ModelError(f"{path}: cannot be read as a model ({found}); bring an ONNX model") from error

    def _known_inputs(self) -> tuple[str, ...]:
        names = tuple(each.name for each in self._session.get_inputs())
        output = self._session.get_outputs()[0]
        if "input_ids" not in names or not _INPUTS.issuperset(names) or len(output.shape or ()) not in (2, 3):
            raise ModelError(
                f"{self._folder / MODEL_FILE}: takes {', '.join(names)} and gives {output.name} {output.shape}; "
                f"expected are {', '.join(sorted(_INPUTS))} and a vector first; bring a sentence encoder"
            )
        return names

    def _max_tokens(self) -> int:
        tokens = _described(self._folder / DESCRIPTION_FILES[0]).get("max_seq_length")
        return tokens if isinstance(tokens, int) and 0 < tokens <= 2 * MAX_TOKENS else MAX_TOKENS

    def _pooling(self) -> bool:
        """Whether the first token stands for the text; else the mean of all does."""
        found = {name for name, on in _described(self._folder / DESCRIPTION_FILES[1]).items() if on is True}
        ways = {name for name in found if name.startswith("pooling_mode_")}
        if ways - {"pooling_mode_mean_tokens", "pooling_mode_cls_token"} or len(ways) > 1:
            raise ModelError(f"{self._folder / DESCRIPTION_FILES[1]}: only the mean or the first token can be taken")
        return "pooling_mode_cls_token" in ways


def open_session(path: Path) -> Any:
    """A session of the runtime for one text on one core at a time. Raises what the runtime raises."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Sums and their normalisation take a sixth of a run's time when the runtime merges them, a twentieth apart.
    apart = ["SkipLayerNormFusion"]
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=apart
    )


@cache
def load_encoder(folder: Path) -> OnnxEncoder:
    """The encoder of a folder, read once a process. Raises ModelError."""
    return OnnxEncoder(folder)


def _described(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read as JSON ({error}); take the model's own") from error
    return found if isinstance(found, dict) else {}


def _hash_of(folder: Path) -> str:
    """The first 12 digits of the SHA-256 of everything that a vector depends on."""
    digest = hashlib.sha256()
    for name in (MODEL_FILE, TOKENIZER_FILE, *DESCRIPTION_FILES):
        path = folder / name
        digest.update(f"{name}\0".encode())
        if path.is_file():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


def _reads_all_scripts(tokenizer: Any) -> bool:
    """Whether the vocabulary has pieces of words, not mere letters, beyond the Latin script."""
    pieces = tokenizer.get_vocab()
    return sum(1 for piece in pieces if _letters_beyond_latin(piece) > 1) >= _LEAST_SHARE * len(pieces)


def _is_beyond_latin(text: str) -> bool:
    return 2 * _letters_beyond_latin(text) > sum(map(str.isalpha, text))


def _letters_beyond_latin(text: str) -> int:
    return 0 if text.isascii() else sum(1 for letter in text if ord(letter) > _LAST_LATIN and letter.isalpha())


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
