"""Stores of any size for measurements: an invented portfolio and drafts, and what a mapping would have left there."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from sqlmodel import col

from tests.mapping.invented import NOW, add_draft, add_publications, claim_text
from workbench.db import Store, in_blocks
from workbench.history.log import start_run
from workbench.history.models import RunKind, RunState
from workbench.mapping.bulk import insert_rows
from workbench.mapping.chosen_claims import Choice, mark_of, remember
from workbench.mapping.draft_pass import engine_name
from workbench.mapping.draft_texts import DraftName
from workbench.mapping.encoder import Encoder, on_grid
from workbench.mapping.keys import pack_keys
from workbench.mapping.models import ClaimReading, DraftPass, Match, TextVectors
from workbench.mapping.passes import CLAIMS_KEPT
from workbench.mapping.ranking import ClaimText, claim_passages, claim_words
from workbench.mapping.readings import Vocabulary
from workbench.mapping.runs import source_of
from workbench.mapping.sums import keep_sums
from workbench.mapping.vectors import StoredEncoder
from workbench.patents.models import Claim
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.models import Clause

IN_A_DRAFT: Final = 100
"""Clauses."""
_SAMPLE: Final = 2_000
_POOL: Final = 4_096
_BLOCK: Final = 10_000


def plant(home: Path, claims: int, clauses: int, url: str | None = None) -> Store:
    """A store in an empty folder or database with so many claims, and so many clauses in drafts of a hundred."""
    store = Store(Settings(home=home, database_url=url, dependent_claims=True), Viewer.system())
    store.migrate()
    add_publications(store, claims)
    for seed, first in enumerate(range(0, clauses, IN_A_DRAFT), start=1):
        add_draft(store, min(IN_A_DRAFT, clauses - first), seed)
    return store


def plant_matches(store: Store, draft: DraftName, seed: int = 1, claims_kept: int = CLAIMS_KEPT) -> int:
    """Matches of chance: each clause of the draft has its `claims_kept` claims. Returns how many there are."""
    chance = np.random.default_rng([seed, draft.draft_id])
    run_id = start_run(store, RunKind.MAP, source_of(draft), "invented", NOW)
    with store.read() as session:
        claims = np.array(session.execute(sa.select(col(Claim.id))).scalars().all(), dtype=np.int64)
        statement = sa.select(col(Clause.id)).where(col(Clause.draft_id) == draft.draft_id)
        clauses = session.execute(statement).scalars().all()
    kept = min(claims_kept, len(claims))
    found = [chance.choice(claims, kept, replace=False) for _ in clauses]
    claim, clause = np.concatenate(found), np.repeat(np.array(clauses), kept)
    score = np.round(chance.exponential(1.0, len(claim)), 6)
    order = np.lexsort((-score, claim))
    claim, clause, score = claim[order], clause[order], score[order]
    first = np.flatnonzero(np.r_[True, claim[1:] != claim[:-1]])
    rank = np.arange(len(claim)) - np.repeat(first, np.diff(np.r_[first, len(claim)])) + 1
    columns = ("claim_id", "clause_id", "rank", "score", "words", "characters", "meaning", "run_id", "draft_id")
    values = (each.tolist() for each in (claim, clause, rank, score, 9 * score, score / 3, score / 5))
    rows = ((*row, run_id, draft.draft_id) for row in zip(*values, strict=True))
    with store.write() as session:
        for block in in_blocks(rows, _BLOCK):
            insert_rows(session, Match, columns, block)
        mapped = np.unique(claim)
        covered = pack_keys(mapped)
        session.add(
            DraftPass(draft_id=draft.draft_id, run_id=run_id, engine="invented", clauses=b"", covered=covered, cut=True)
        )
        keep_sums(session, draft.draft_id, mapped)
        session.execute(sa.text("UPDATE run SET state = :ok, finished_at = clock"), {"ok": RunState.OK.value})
    return len(claim)


def plant_readings(store: Store, encoder: Encoder) -> None:
    """Readings and vectors of every claim, as if mapped: words and lengths of a sample, vectors of chance."""
    stored = StoredEncoder(store, encoder)
    source = random.Random(7)
    sample = [ClaimText(place, claim_text(source)) for place in range(_SAMPLE)]
    passages = [len(claim_passages(claim)) for claim in sample]
    pool = on_grid(np.random.default_rng(1).standard_normal((_POOL, encoder.dimensions))).astype("<f2")
    run_id = start_run(store, RunKind.MAP, "map:invented", "invented", NOW)
    with store.write() as session:
        vocabulary = Vocabulary(session)
        words = [_packed(claim_words(claim), vocabulary) for claim in sample]
        vocabulary.write(session)
        claims = session.execute(sa.select(col(Claim.id)).order_by(col(Claim.id))).scalars().all()
    model = stored.model_id
    for block in in_blocks(claims, _BLOCK):
        with store.write() as session:
            insert_rows(
                session,
                ClaimReading,
                ("claim_id", "run_id", "fingerprint", "words", "passages"),
                ((key, run_id, b"", words[key % _SAMPLE], _hash(key)) for key in block),
            )
            insert_rows(
                session, TextVectors, ("encoder_model_id", "hash", "vectors"), _vectors(block, model, passages, pool)
            )
    with store.write() as session:
        session.execute(sa.text("UPDATE run SET state = :ok, finished_at = clock"), {"ok": RunState.OK.value})
    with store.write() as session:
        mark = mark_of(session, engine_name(stored))
        remember(session, Choice("en", None, dependent=True), mark, np.array(claims, dtype=np.int64))


def _packed(words: dict[str, float], vocabulary: Vocabulary) -> bytes:
    keys = np.array([vocabulary.key(word) for word in words], dtype="<i4")
    order = np.argsort(keys)
    return keys[order].tobytes() + np.array(list(words.values()), dtype="<f4")[order].tobytes()


def _vectors(
    claims: Sequence[int], model: int, passages: Sequence[int], pool: np.ndarray[Any, Any]
) -> Iterator[tuple[int, bytes, bytes]]:
    chance = np.random.default_rng(claims[0])
    for key in claims:
        yield model, _hash(key), pool[chance.integers(0, _POOL, passages[key % _SAMPLE])].tobytes()


def _hash(key: int) -> bytes:
    # Hashes come in no order; a number times an odd constant does neither.
    return (key * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big") * 2
