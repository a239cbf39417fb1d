"""One sweep over claims: what was read of them is fetched once and scored on the clauses of several drafts.

A score depends on the claim and the draft alone, so each draft gets what a sweep of its own would give.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import compress
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from workbench.db import Store
from workbench.mapping.draft_pass import Pass
from workbench.mapping.keys import Keys, union
from workbench.mapping.passes import KeptMatches
from workbench.mapping.progress import Reporter, Stage
from workbench.mapping.reader import DraftIndex
from workbench.mapping.readings import BLOCK, ClaimBlock, Vocabulary, stored_block
from workbench.mapping.vectors import StoredEncoder

_AT_WORK: Final = 2


def sweep(
    store: Store, encoder: StoredEncoder | None, passes: Sequence[Pass], reporter: Reporter
) -> Iterator[KeptMatches]:
    """What is found for each of the passes in turn, once all claims have been scored."""
    claims = union(*(each.todo for each in passes))
    reporter.begin(Stage.RANKING, len(claims))
    if not len(claims):
        yield from (KeptMatches(0, ()) for _ in passes)
        return
    one = _Sweep(store, encoder, passes)
    for done in one.run(claims):
        reporter.reached(done)
    # The first to be written need not be held while the others are.
    while one.kept:
        yield one.kept.popleft()


class _Sweep:
    def __init__(self, store: Store, encoder: StoredEncoder | None, passes: Sequence[Pass]) -> None:
        self._store, self._encoder, self._todo = store, encoder, [each.todo for each in passes]
        with store.read() as session:
            vocabulary = Vocabulary(session)
        self._width = len(vocabulary)
        self._indices = [
            DraftIndex(each.clauses, vocabulary.words(), self._width, encoder)
            if len(each.todo) and each.clauses
            else None
            for each in passes
        ]
        self.kept = deque(
            KeptMatches(len(each.clauses), () if index is None else index.signals)
            for each, index in zip(passes, self._indices, strict=True)
        )

    def run(self, claims: Keys) -> Iterator[int]:
        """Score block by block, in order, some blocks at a time however many wait; tells how many are through."""
        done = 0
        for parts, size in self._scored(claims):
            for kept, part in zip(self.kept, parts, strict=True):
                if part is not None:
                    kept.take(part)
            done += size
            yield done

    def _scored(self, claims: Keys) -> Iterator[tuple[list[NDArray[np.void] | None], int]]:
        # Our threads share the cores; products that were parted among more of them would only wait for each other.
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(_AT_WORK) as pool:
            waiting: deque[tuple[Future[list[NDArray[np.void] | None]], int]] = deque()
            for first in range(0, len(claims), BLOCK):
                block = claims[first : first + BLOCK]
                waiting.append((pool.submit(self._score, block), len(block)))
                if len(waiting) > _AT_WORK:
                    future, size = waiting.popleft()
                    yield future.result(), size
            while waiting:
                future, size = waiting.popleft()
                yield future.result(), size

    def _score(self, claims: Keys) -> list[NDArray[np.void] | None]:
        """What each draft may keep of a block; None where it asks for none of it."""
        with self._store.read() as session:
            block = stored_block(session, claims, self._width, self._encoder)
        if block.lacking:
            raise KeyError(f"{block.lacking} claims that were read have no vectors")
        return [
            None if index is None else self._of_draft(index, kept, todo, block)
            for index, kept, todo in zip(self._indices, self.kept, self._todo, strict=True)
        ]

    @staticmethod
    def _of_draft(index: DraftIndex, kept: KeptMatches, todo: Keys, block: ClaimBlock) -> NDArray[np.void]:
        claims, words, vectors, counts = block.claims, block.words, block.vectors, block.counts
        asked = np.isin(claims, todo, assume_unique=True)
        if not asked.all():
            claims, words = claims[asked], words[asked]
            if vectors is not None:
                vectors, counts = vectors[np.repeat(asked, counts)], list(compress(counts, asked))
        return kept.best_of(claims, *index.score(words, vectors, counts))
