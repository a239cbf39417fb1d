"""Maps invented portfolios from nothing beside bare encoding and bare search, and prints what both took as JSON.

    python -m tests.benchmarks.mapping_child FOLDER MODEL CLAIMS CLAUSES ROUNDS

FOLDER is an empty folder for the stores, MODEL the folder of a sentence encoder. Seconds are processor time of all
threads, which hardly depends on what else the machine does; of each kind the best round counts.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import bm25s
import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from tests.benchmarks.invented_store import plant
from workbench.db import Store
from workbench.mapping import runs
from workbench.mapping.chosen_claims import Choice, chosen_claims
from workbench.mapping.draft_texts import clause_texts
from workbench.mapping.encoder_onnx import OnnxEncoder
from workbench.mapping.ranking import claim_passages, clause_passages

_THREADS = 2


def _seconds(work: Callable[..., object], *given: object) -> float:
    started = time.process_time()
    work(*given)
    return time.process_time() - started


class Bare:
    """What a mapping cannot do without: the same texts through tokenizer and model, and through bm25s."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(256)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        self._names = {each.name for each in self._session.get_inputs()}

    def encode(self, texts: Sequence[str]) -> None:
        """A text at a time, as the product does, on two threads."""
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(self._encode, texts))

    def search(self, clauses: Sequence[str], claims: Sequence[str]) -> None:
        """Read clauses and claims and retrieve the best twenty."""
        index = bm25s.BM25()
        index.index(bm25s.tokenize(list(clauses), show_progress=False), show_progress=False)
        asked = bm25s.tokenize(list(claims), show_progress=False)
        index.retrieve(asked, k=min(20, len(clauses)), show_progress=False, n_threads=_THREADS)

    def _encode(self, text: str) -> None:
        ids = self._tokenizer.encode(text).ids
        given = {"input_ids": ids, "attention_mask": [1] * len(ids), "token_type_ids": [0] * len(ids)}
        self._session.run(None, {name: np.array([given[name]], dtype=np.int64) for name in self._names})


def _mapping(store: Store, encoder: OnnxEncoder) -> float:
    with store.read() as session:
        drafts = runs.drafts_of(session, None)
    with mock.patch("workbench.mapping.runs.installed_encoder", return_value=encoder):
        return _seconds(lambda: list(runs.map_drafts(store, drafts)))


def main(folder: Path, model: Path, claims: int, clauses: int, rounds: int) -> dict[str, float]:
    """Seconds of the mapping and of what it is made of, and the memory of the whole."""
    encoder, bare = OnnxEncoder(model), Bare(model)
    mapping, encoding, once, search = [], [], [], []
    for place in range(rounds):
        store = plant(folder / str(place), claims, clauses)
        asked = list(chosen_claims(store, Choice("en", None, dependent=True)))
        with store.read() as session:
            texts = [each for draft in runs.drafts_of(session, None) for each in clause_texts(session, draft)]
        of_claims = [text for claim in asked for text in claim_passages(claim)]
        of_clauses = [text for clause in texts for text in clause_passages(clause)]
        once.append(_seconds(bare.encode, of_clauses))
        encoding.append(once[-1] + _seconds(bare.encode, of_claims))
        mapping.append(_mapping(store, encoder))
        search.append(_seconds(bare.search, [clause.text for clause in texts], [claim.text for claim in asked]))
        store.close()
    return {
        "claims": claims,
        "clauses": len(texts),
        "passages": len(of_claims) + len(of_clauses),
        "mapping_seconds": min(mapping),
        "encoding_seconds": min(encoding),
        "clauses_seconds": min(once),
        "search_seconds": min(search),
        "ratio": min(mapping) / (min(encoding) + min(search)),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:6]))) + "\n")
