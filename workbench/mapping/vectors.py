"""Vectors of texts, kept in the store once per text and encoder and never computed again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import Store, in_blocks, key_of
from workbench.mapping.bulk import insert_rows
from workbench.mapping.encoder import Encoder, Vectors
from workbench.mapping.models import EncoderModel, TextVectors

HASH_BYTES: Final = 16
# Kept together: what a killed run loses at most, and what one transaction writes.
BLOCK: Final = 256
# Under the least number of values that a database takes in one statement (SQLite: 32,766).
_ASKED_AT_ONCE: Final = 8192


def text_hash(*texts: str) -> bytes:
    """The key of a text, or of several in this order: the first 16 bytes of a SHA-256."""
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).digest()[:HASH_BYTES]


Passages = tuple[str, ...]


class KnownVectors:
    """An `Encoder` that looks vectors up in the store, and computes those that are not there without keeping them.

    The passages of a claim are kept together, in one row under the hash of all of them: they are always read together.
    """

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self._store, self._encoder = store, encoder

    @property
    def name(self) -> str:
        return self._encoder.name

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode`."""
        keys = [text_hash(text) for text in texts]
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        with self._store.read() as session:
            missing = self.missing(session, keys)
            held = [place for place, key in enumerate(keys) if key not in missing]
            vectors[held] = self.stored(session, [keys[place] for place in held])[0]
        left = [place for place, key in enumerate(keys) if key in missing]
        if left:
            vectors[left] = self._encoder.encode([texts[place] for place in left])
        return vectors

    def missing(self, session: Session, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that no vectors were kept for."""
        missing = set(keys)
        for asked in in_blocks(sorted(missing), _ASKED_AT_ONCE):
            statement = self._where(sa.select(col(TextVectors.hash)), asked)
            missing.difference_update(session.execute(statement).scalars())
        return missing

    def stored(self, session: Session, keys: Sequence[bytes]) -> tuple[Vectors, list[int]]:
        """The vectors of groups that have been kept, group after group, and how many each has.

        Raises KeyError where one was never kept.
        """
        found: dict[bytes, bytes] = {}
        for asked in in_blocks(dict.fromkeys(keys), _ASKED_AT_ONCE):
            statement = self._where(sa.select(col(TextVectors.hash), col(TextVectors.vectors)), asked)
            found.update(dict(session.execute(statement).all()))
        if len(found) < len(set(keys)):
            raise KeyError(f"{len(set(keys)) - len(found)} texts have no vectors of {self.name}")
        return self.unpacked([found[key] for key in keys])

    def beside(self, statement: Any, keys: Any) -> Any:
        """A statement with one column more: the vectors kept under the hashes in the column `keys`, null for none."""
        kept = sa.and_(col(TextVectors.encoder_model_id) == self._of_model(), col(TextVectors.hash) == col(keys))
        return statement.add_columns(col(TextVectors.vectors)).outerjoin(TextVectors, kept)

    def unpacked(self, groups: Sequence[bytes]) -> tuple[Vectors, list[int]]:
        """The vectors of groups as they are kept, group after group, and how many each has."""
        vectors = np.frombuffer(b"".join(groups), dtype="<f2").astype(np.float32)
        size = 2 * self.dimensions
        return vectors.reshape(-1, self.dimensions), [len(group) // size for group in groups]

    def _where(self, statement: Any, keys: Sequence[bytes]) -> Any:
        return statement.where(col(TextVectors.encoder_model_id) == self._of_model(), col(TextVectors.hash).in_(keys))

    def _of_model(self) -> Any:
        return sa.select(col(EncoderModel.id)).where(col(EncoderModel.name) == self.name).scalar_subquery()


class StoredEncoder(KnownVectors):
    """An `Encoder` that also keeps what it computes."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        super().__init__(store, encoder)
        self.model_id = _model_id(store, encoder)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode`; each block of new vectors is kept in a transaction of its own."""
        self.keep((text,) for text in texts)
        return super().encode(texts)

    def keep(self, groups: Iterable[Passages]) -> int:
        """Compute and keep the vectors of groups of passages that are missing; returns how many groups those were."""
        by_hash = {text_hash(*group): group for group in groups}
        with self._store.read() as session:
            missing = self.missing(session, by_hash)
        wanted = [(key, group) for key, group in by_hash.items() if key in missing]
        for block in in_blocks(wanted, BLOCK):
            vectors = self._encoder.encode([text for _, group in block for text in group]).astype("<f2")
            ends = np.cumsum([len(group) for _, group in block])
            rows = [
                (self.model_id, key, vectors[end - len(group) : end].tobytes())
                for (key, group), end in zip(block, ends, strict=True)
            ]
            with self._store.write() as session:
                # Another process may have kept some of them meanwhile; theirs are the same.
                fresh = self.missing(session, [key for key, _ in block])
                columns = ("encoder_model_id", "hash", "vectors")
                insert_rows(session, TextVectors, columns, (row for row in rows if row[1] in fresh))
        return len(wanted)


def _model_id(store: Store, encoder: Encoder) -> int:
    with store.write() as session:
        model = session.exec(select(EncoderModel).where(EncoderModel.name == encoder.name)).one_or_none()
        if model is None:
            model = EncoderModel(name=encoder.name, dimensions=encoder.dimensions)
            session.add(model)
            session.flush()
        return key_of(model)
