"""Vectors of texts, kept in the store once per text and encoder and never computed again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import Store, key_of
from workbench.mapping.bulk import insert_rows
from workbench.mapping.encoder import Encoder, Vectors
from workbench.mapping.models import EncoderModel, TextVector

HASH_BYTES: Final = 16
# Kept together: what a killed run loses at most, and what one transaction writes.
BLOCK: Final = 1024
# Under the least number of values that a database takes in one statement (SQLite: 32,766).
_ASKED_AT_ONCE: Final = 8192

_Item = TypeVar("_Item")


def in_blocks(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """The items in order, `size` at a time; the last block may be shorter."""
    left = iter(items)
    while block := list(islice(left, size)):
        yield block


def text_hash(text: str) -> bytes:
    """The key of a text: the first 16 bytes of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:HASH_BYTES]


class StoredEncoder:
    """An `Encoder` that looks vectors up in the store, and computes and keeps those that are not there."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self._store, self._encoder = store, encoder
        self._model_id = _model_id(store, encoder)

    @property
    def name(self) -> str:
        return self._encoder.name

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encoder.encode`; each block of new vectors is kept in a transaction of its own."""
        self.keep(texts)
        with self._store.read() as session:
            return self.stored(session, [text_hash(text) for text in texts])

    def keep(self, texts: Iterable[str], progress: Callable[[int], None] = lambda _: None) -> int:
        """Compute and keep the vectors that are missing; returns how many. `progress` hears how many so far."""
        texts_by_hash = {text_hash(text): text for text in texts}
        with self._store.read() as session:
            missing = self.missing(session, texts_by_hash)
        done = 0
        for block in in_blocks([each for each in texts_by_hash.items() if each[0] in missing], BLOCK):
            vectors = self._encoder.encode([text for _, text in block]).astype("<f2")
            rows = [(self._model_id, key, vector.tobytes()) for (key, _), vector in zip(block, vectors, strict=True)]
            with self._store.write() as session:
                # Another process may have kept some of them meanwhile; theirs are the same.
                fresh = self.missing(session, [key for key, _ in block])
                columns = ("encoder_model_id", "hash", "vector")
                insert_rows(session, TextVector, columns, (row for row in rows if row[1] in fresh))
            done += len(block)
            progress(done)
        return done

    def missing(self, session: Session, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that no vector was kept for."""
        missing = set(keys)
        for asked in in_blocks(sorted(missing), _ASKED_AT_ONCE):
            missing.difference_update(session.execute(self._where(sa.select(col(TextVector.hash)), asked)).scalars())
        return missing

    def stored(self, session: Session, keys: Sequence[bytes]) -> Vectors:
        """The vectors of texts that have been kept, by the hash of each; a row a key.

        Raises KeyError where one was never kept.
        """
        places: dict[bytes, list[int]] = {}
        for place, key in enumerate(keys):
            places.setdefault(key, []).append(place)
        vectors = np.empty((len(keys), self.dimensions), dtype=np.float32)
        for asked in in_blocks(list(places), _ASKED_AT_ONCE):
            statement = self._where(sa.select(col(TextVector.hash), col(TextVector.vector)), asked)
            for key, vector in session.execute(statement):
                vectors[places.pop(key)] = np.frombuffer(vector, dtype="<f2")
        if places:
            raise KeyError(f"{len(places)} texts have no vector of {self.name}")
        return vectors

    def _where(self, statement: Any, keys: Sequence[bytes]) -> Any:
        return statement.where(col(TextVector.encoder_model_id) == self._model_id, col(TextVector.hash).in_(keys))


def _model_id(store: Store, encoder: Encoder) -> int:
    with store.write() as session:
        model = session.exec(select(EncoderModel).where(EncoderModel.name == encoder.name)).one_or_none()
        if model is None:
            model = EncoderModel(name=encoder.name, dimensions=encoder.dimensions)
            session.add(model)
            session.flush()
        return key_of(model)
