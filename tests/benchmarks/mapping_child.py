"""Maps invented portfolios from nothing beside bare encoding and bare search, and prints what both took as JSON.

    python -m tests.benchmarks.mapping_child FOLDER MODEL CLAIMS CLAUSES ROUNDS

FOLDER is an empty folder for the stores, MODEL the folder of a sentence encoder. Ratios are of processor time of all
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
from typing import NamedTuple
from unittest import mock

import bm25s
import numpy as np
from tokenizers import Tokenizer

from tests.benchmarks.invented_store import plant
from workbench.db import Store
from workbench.mapping import runs
from workbench.mapping.chosen_claims import Choice, chosen_claims
from workbench.mapping.draft_texts import clause_texts
from workbench.mapping.encoder_onnx import MODEL_FILE, TOKENIZER_FILE, OnnxEncoder, open_session
from workbench.mapping.ranking import claim_passages, clause_passages

_THREADS = 2


class Seconds(NamedTuple):
    """What something took of all processors, and on the clock."""

    processor: float
    clock: float


def _seconds(work: Callable[..., object], *given: object) -> Seconds:
    processor, clock = time.process_time(), time.perf_counter()
    work(*given)
    return Seconds(time.process_time() - processor, time.perf_counter() - clock)


class Bare:
    """What a mapping cannot do without: the same texts through tokenizer and model, and through bm25s."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(256)
        self._session = open_session(folder / MODEL_FILE)
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


def _mapping(store: Store, encoder: OnnxEncoder) -> None:
    with store.read() as session:
        drafts = runs.drafts_of(session, None)
    with mock.patch("workbench.mapping.runs.installed_encoder", return_value=encoder):
        list(runs.map_drafts(store, drafts))


def main(folder: Path, model: Path, claims: int, clauses: int, rounds: int) -> dict[str, float]:
    """Seconds of the mapping and of what it is made of, and the memory of the whole."""
    encoder, bare = OnnxEncoder(model), Bare(model)
    mapping, of_clauses, of_claims, search = [], [], [], []
    for place in range(rounds):
        store = plant(folder / str(place), claims, clauses)
        asked = list(chosen_claims(store, Choice("en", None, dependent=True)))
        with store.read() as session:
            texts = [each for draft in runs.drafts_of(session, None) for each in clause_texts(session, draft)]
        of_clauses.append(_seconds(bare.encode, [text for clause in texts for text in clause_passages(clause)]))
        of_claims.append(_seconds(bare.encode, [text for claim in asked for text in claim_passages(claim)]))
        mapping.append(_seconds(_mapping, store, encoder))
        search.append(_seconds(bare.search, [clause.text for clause in texts], [claim.text for claim in asked]))
        store.close()
    best, once = min(mapping), min(of_clauses)
    bare_seconds = {"clauses": once.processor, "claims": min(of_claims).processor, "search": min(search).processor}
    return {
        "clauses": len(texts),
        "mapping_seconds": best.processor,
        **{f"{name}_seconds": taken for name, taken in bare_seconds.items()},
        "ratio": best.processor / sum(bare_seconds.values()),
        # The clauses are encoded once, however many claims there are.
        "processor_a_claim": (best.processor - once.processor) / claims,
        "clock_a_claim": (best.clock - once.clock) / claims,
        "clauses_clock": once.clock,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:6]))) + "\n")
