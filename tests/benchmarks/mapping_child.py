"""Maps an invented portfolio from nothing in a process of its own, and prints what it took as one line of JSON.

    python -m tests.benchmarks.mapping_child FOLDER MODEL CLAIMS CLAUSES ENCODED

FOLDER is an empty folder for the store, MODEL the folder of a sentence encoder. The first ENCODED claims are encoded by
the model, the others get made-up vectors; seconds are extrapolated as if all had been encoded.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import bm25s
import numpy as np
import onnxruntime
import sqlalchemy as sa
from sqlmodel import col
from tokenizers import Tokenizer

from tests.mapping.invented import add_draft, add_publications, claim_text
from workbench.db import Store
from workbench.mapping import runs
from workbench.mapping.draft_texts import DraftName, clause_texts
from workbench.mapping.encoder import Vectors, on_grid
from workbench.mapping.encoder_onnx import OnnxEncoder
from workbench.mapping.models import Match
from workbench.mapping.ranking import ClaimText, claim_passages
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.models import Clause
from workbench.web import create_app

IN_A_DRAFT = 100
COMPARED = 2_000


class PartlyMadeUp:
    """An encoder that is asked for so many texts in earnest; what follows gets vectors that cost next to nothing."""

    def __init__(self, encoder: OnnxEncoder, texts: int) -> None:
        self._encoder, self._left = encoder, texts
        self.name, self.dimensions = encoder.name, encoder.dimensions
        self._made_up = on_grid(np.random.default_rng(1).standard_normal((4096, encoder.dimensions)))
        self.encoded = self.made_up = 0
        self.seconds_encoding = self.seconds_making_up = 0.0

    def encode(self, texts: Sequence[str]) -> Vectors:
        started = time.perf_counter()
        if self._left > 0:
            vectors = self._encoder.encode(texts)
            self._left -= len(texts)
            self.encoded += len(texts)
            self.seconds_encoding += time.perf_counter() - started
            return vectors
        vectors = self._made_up[[hash(text) % len(self._made_up) for text in texts]]
        self.made_up += len(texts)
        self.seconds_making_up += time.perf_counter() - started
        return vectors

    def as_if_encoded(self, seconds: float) -> float:
        """What took `seconds` since this was last asked would have taken so long with every text encoded."""
        each = self.seconds_encoding / max(self.encoded, 1)
        seconds += each * self.made_up - self.seconds_making_up
        self.made_up, self.seconds_making_up = 0, 0.0
        return seconds


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _bare_encoding(folder: Path, texts: Sequence[str]) -> float:
    """Seconds for tokenizer and model alone, a text at a time on as many threads as the product uses."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
    names = {each.name for each in session.get_inputs()}

    def encode(text: str) -> object:
        ids = tokenizer.encode(text).ids
        given = {"input_ids": ids, "attention_mask": [1] * len(ids), "token_type_ids": [0] * len(ids)}
        return session.run(None, {name: np.array([given[name]], dtype=np.int64) for name in names})

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return _timed(lambda: list(pool.map(encode, texts)))


def _bare_bm25(clauses: Sequence[str], claims: Sequence[str]) -> float:
    """Seconds for reading clauses and claims and retrieving the best twenty with bm25s alone."""

    def work() -> None:
        index = bm25s.BM25()
        index.index(bm25s.tokenize(list(clauses), show_progress=False), show_progress=False)
        asked = bm25s.tokenize(list(claims), show_progress=False)
        index.retrieve(asked, k=min(20, len(clauses)), show_progress=False, n_threads=2)

    return _timed(work)


def _page_ms(store: Store, draft: DraftName) -> float:
    """Milliseconds for the page of the clause with the most claims; the median of five."""
    with store.read() as session:
        counted = sa.select(col(Match.clause_id)).where(col(Match.draft_id) == draft.draft_id)
        fullest = counted.group_by(col(Match.clause_id)).order_by(sa.func.count().desc()).limit(1)
        clause = session.get_one(Clause, session.execute(fullest).scalar_one())
    client = create_app(store.settings, store, open_local=True).test_client()
    address = f"/mapping/clauses/{clause.draft_id}/{clause.order}"
    assert client.get(address).status_code == 200
    return 1000 * statistics.median(_timed(lambda: client.get(address)) for _ in range(5))


def main(folder: Path, model: Path, claims: int, clauses: int, encoded: int) -> dict[str, float]:
    store = Store(Settings(home=folder, dependent_claims=True), Viewer.system())
    store.migrate()
    add_publications(store, claims)
    drafts = [add_draft(store, IN_A_DRAFT, seed) for seed in range(1, max(2, clauses // IN_A_DRAFT + 1))]
    real = OnnxEncoder(model)
    source = random.Random(7)
    sample = [claim_text(source) for _ in range(min(claims, COMPARED))]
    passages = [text for place, text in enumerate(sample) for text in claim_passages(ClaimText(place, text))]
    encoder = PartlyMadeUp(real, round(len(passages) / len(sample) * encoded))
    bare_before = _bare_encoding(model, passages[: len(passages) // 2])
    with mock.patch("workbench.mapping.runs.installed_encoder", return_value=encoder):
        cold = encoder.as_if_encoded(_timed(lambda: list(runs.map_drafts(store, drafts))))
    bare_encoding = bare_before + _bare_encoding(model, passages[len(passages) // 2 :])
    with store.read() as session:
        texts = [clause.text for draft in drafts for clause in clause_texts(session, draft)]
    scale = claims / len(sample)
    bare = scale * (bare_encoding + _bare_bm25(texts, sample))
    new = add_draft(store, IN_A_DRAFT, 9_000)
    with mock.patch("workbench.mapping.runs.installed_encoder", return_value=encoder):
        new_draft = encoder.as_if_encoded(_timed(lambda: runs.map_draft(store, new)))
    return {
        "claims": claims,
        "clauses": len(texts),
        "cold_seconds": cold,
        "bare_seconds": bare,
        "bare_encoding_share": scale * bare_encoding / bare,
        "cold_over_bare": cold / bare,
        "new_draft_seconds": new_draft,
        "page_ms": _page_ms(store, new),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10,
        "store_mib": sum(path.stat().st_size for path in folder.glob("workbench.db*")) / 2**20,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:6]))) + "\n")
