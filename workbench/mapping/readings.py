"""What the engine reads of claims, once a claim: its weighted words, and the passages whose vectors stand for it.

A new draft is then ranked for every claim without reading a single one again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col

from workbench.db import Store, in_blocks
from workbench.deferred import deferred
from workbench.mapping.bulk import insert_rows
from workbench.mapping.encoder import Vectors
from workbench.mapping.keys import Keys
from workbench.mapping.models import ClaimReading, Word
from workbench.mapping.ranking import ClaimText
from workbench.mapping.reader import READER_VERSION, claim_passages, claim_words
from workbench.mapping.vectors import KnownVectors, Passages, StoredEncoder, text_hash
from workbench.patents.models import Claim

if TYPE_CHECKING:
    from scipy import sparse
else:
    sparse = deferred("scipy.sparse")

BLOCK: Final = 2048

_Read = tuple[int, bytes, dict[str, float], bytes]
"""Of a claim its key, its fingerprint, its words, the hash of its passages."""


@dataclass(frozen=True, slots=True)
class ClaimBlock:
    """Some claims as they were read: `words` is claims × vocabulary.

    With an encoder `vectors` are those of the passages of all the claims in turn, `counts` how many each claim has;
    `lacking` claims have none yet that it made.
    """

    claims: Keys
    words: sparse.csr_array[np.float32]
    vectors: Vectors | None
    counts: list[int]
    lacking: int


class Vocabulary:
    """The words of all readings and their keys; it only grows."""

    def __init__(self, session: Session) -> None:
        self._keys: dict[str, int] = {}
        self._new: list[tuple[int, str]] = []
        self._next = 1
        self.catch_up(session)

    def __len__(self) -> int:
        """One more than the highest key: the width of a matrix whose columns are keys."""
        return self._next

    def catch_up(self, session: Session) -> None:
        """Learn the words that others have kept meanwhile; in a transaction that writes, before the first `key`."""
        fresh = sa.select(col(Word.id), col(Word.word)).where(col(Word.id) >= self._next)
        self._keys.update({word: key for key, word in session.execute(fresh)})
        self._next = max(self._keys.values(), default=0) + 1

    def key(self, word: str) -> int:
        """The key of a word, a new one where it has none."""
        key = self._keys.get(word)
        if key is None:
            key = self._keys[word] = self._next
            self._next += 1
            self._new.append((key, word))
        return key

    def words(self) -> dict[str, int]:
        """The keys by word."""
        return self._keys

    def write(self, session: Session) -> None:
        """Keep the words that became known since the last time."""
        insert_rows(session, Word, ("id", "word"), self._new)
        self._new = []


def read_claims(
    store: Store,
    encoder: StoredEncoder | None,
    claims: Iterable[ClaimText],
    run_id: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Keys:
    """Read the claims that are new or changed and keep what was read; returns the keys of all of them, ascending.

    Each block is kept in a transaction of its own, so a run that was killed goes on where it stopped. `progress` hears
    how many claims were looked at.
    """
    with store.read() as session:
        vocabulary = Vocabulary(session)
    keys: list[int] = []
    # The next block is read while the passages of this one are encoded.
    with ThreadPoolExecutor(1) as pool:
        encoding: Future[int] | None = None
        for block in in_blocks(claims, BLOCK):
            found = _compare(store, encoder, block)
            if encoding is not None:
                encoding.result()
            if encoder is not None:
                encoding = pool.submit(encoder.keep, [found.passages[key] for key in found.without_vectors])
            if found.changed:
                _write(store, [_read(*each, found) for each in found.changed.items()], run_id, vocabulary)
            keys += [int(str(claim.id)) for claim in block]
            progress(len(keys))
        if encoding is not None:
            encoding.result()
    return np.array(sorted(keys), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Compared:
    """A block beside what is kept: the claims that are new or changed, and whose vectors are missing, by key.

    `passages` and `marks` (fingerprints) are there for whatever of them needs one.
    """

    changed: dict[int, ClaimText]
    without_vectors: list[int]
    passages: dict[int, Passages]
    marks: dict[int, bytes]


def _compare(store: Store, encoder: StoredEncoder | None, block: Sequence[ClaimText]) -> _Compared:
    by_key = {int(str(claim.id)): claim for claim in block}
    marks = {key: _fingerprint(claim) for key, claim in by_key.items()}
    columns = map(col, (ClaimReading.claim_id, ClaimReading.fingerprint, ClaimReading.passages))
    with store.read() as session:
        rows = session.execute(sa.select(*columns).where(col(ClaimReading.claim_id).in_(list(by_key)))).all()
        standing = {key: passages for key, fingerprint, passages in rows if fingerprint == marks[key]}
        missing = set() if encoder is None else encoder.missing(session, standing.values())
    changed = {key: claim for key, claim in by_key.items() if key not in standing}
    lacking = [key for key in by_key if key in changed or standing[key] in missing]
    return _Compared(changed, lacking, {key: claim_passages(by_key[key]) for key in lacking}, marks)


def _read(key: int, claim: ClaimText, compared: _Compared) -> _Read:
    return key, compared.marks[key], claim_words(claim), text_hash(*compared.passages[key])


def _write(store: Store, read: Sequence[_Read], run_id: int, vocabulary: Vocabulary) -> None:
    with store.write() as session:
        vocabulary.catch_up(session)
        keys = [key for key, *_ in read]
        # A claim that an import took away meanwhile needs no reading.
        present = set(session.execute(sa.select(col(Claim.id)).where(col(Claim.id).in_(keys))).scalars())
        rows = [
            (key, run_id, mark, _packed(words, vocabulary), passages)
            for key, mark, words, passages in read
            if key in present
        ]
        vocabulary.write(session)
        session.execute(sa.delete(ClaimReading).where(col(ClaimReading.claim_id).in_(keys)))
        insert_rows(session, ClaimReading, ("claim_id", "run_id", "fingerprint", "words", "passages"), rows)


def _packed(found: dict[str, float], vocabulary: Vocabulary) -> bytes:
    """Words as they are kept: their keys in ascending order, then the weight of each."""
    keys = np.array([vocabulary.key(word) for word in found], dtype="<i4")
    order = np.argsort(keys)
    return keys[order].tobytes() + np.array(list(found.values()), dtype="<f4")[order].tobytes()


def stored_block(session: Session, claims: Keys, width: int, encoder: KnownVectors | None) -> ClaimBlock:
    """What was read of these claims, in ascending order of their keys; claims never read are left out.

    `width` is the length of the vocabulary.
    """
    wanted = claims.tolist()
    key = col(ClaimReading.claim_id)
    columns = [key, col(ClaimReading.words)]
    # A range is found at once; a few claims out of many are asked for one by one.
    among = wanted and wanted[-1] - wanted[0] < 2 * len(wanted)
    these = key.between(wanted[0], wanted[-1]) if among else key.in_(wanted)
    statement = sa.select(*columns) if encoder is None else encoder.beside(sa.select(*columns), ClaimReading.passages)
    asked = set(wanted)
    rows = sorted((row for row in session.execute(statement.where(these)) if row[0] in asked), key=itemgetter(0))
    vectors, counts = (None, []) if encoder is None else encoder.unpacked([row[2] or b"" for row in rows])
    return ClaimBlock(
        np.array([row[0] for row in rows], dtype=np.int64),
        _matrix([row[1] for row in rows], width),
        vectors,
        counts,
        0 if encoder is None else sum(row[2] is None for row in rows),
    )


def _matrix(packed: Sequence[bytes], width: int) -> sparse.csr_array[np.float32]:
    """Rows of packed words as a matrix claims × vocabulary."""
    counts = [len(each) // 8 for each in packed]
    starts = np.cumsum([0, *counts], dtype=np.int64)
    columns = b"".join(each[: 4 * count] for each, count in zip(packed, counts, strict=True))
    weights = b"".join(each[4 * count :] for each, count in zip(packed, counts, strict=True))
    return sparse.csr_array(
        (np.frombuffer(weights, dtype="<f4"), np.frombuffer(columns, dtype="<i4"), starts), shape=(len(packed), width)
    )


def _fingerprint(claim: ClaimText) -> bytes:
    return text_hash(READER_VERSION, claim.language, claim.text, claim.parent_text or "")
