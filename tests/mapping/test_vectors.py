"""Vectors are computed once and come back as they were."""

from __future__ import annotations

import numpy as np
import pytest
from sqlmodel import select

from tests.mapping.fake_encoder import WordEncoder
from workbench.db import Store
from workbench.mapping.models import EncoderModel, TextVectors
from workbench.mapping.vectors import KnownVectors, StoredEncoder, text_hash

TEXTS = ["A score of a test case.", "評価手法", "", "A score of a test case.", "An interface"]


def test_a_text_is_encoded_once_and_its_vector_is_that_of_the_encoder(store: Store) -> None:
    encoder = WordEncoder()
    direct = encoder.encode(TEXTS)
    encoder.encoded = 0
    stored = StoredEncoder(store, encoder)
    assert np.array_equal(stored.encode(TEXTS), direct)
    assert encoder.encoded == len(set(TEXTS))
    again = StoredEncoder(store, encoder)
    assert np.array_equal(again.encode(TEXTS[::-1]), direct[::-1])
    assert encoder.encoded == len(set(TEXTS))
    assert again.encode([]).shape == (0, encoder.dimensions)


def test_passages_are_kept_together_and_a_text_that_was_never_kept_is_told(store: Store) -> None:
    encoder = WordEncoder()
    stored = StoredEncoder(store, encoder)
    groups = [("one score", "two interfaces"), (), ("three",)]
    assert stored.keep(groups) == 3
    assert stored.keep(groups) == 0
    with store.read() as session:
        vectors, counts = stored.stored(session, [text_hash(*group) for group in groups])
        with pytest.raises(KeyError, match="1 texts have no vectors of words-of-tests"):
            stored.stored(session, [text_hash("never kept")])
    assert counts == [2, 0, 1]
    assert np.array_equal(vectors, encoder.encode(["one score", "two interfaces", "three"]))


def test_each_encoder_has_its_own_vectors_and_who_only_looks_keeps_nothing(store: Store) -> None:
    first, second = WordEncoder("first"), WordEncoder("second")
    StoredEncoder(store, first).encode(TEXTS)
    known = KnownVectors(store, second)
    assert np.array_equal(known.encode(TEXTS), second.encode(TEXTS))
    with store.read() as session:
        assert [model.name for model in session.exec(select(EncoderModel))] == ["first"]
        assert len(session.exec(select(TextVectors)).all()) == len(set(TEXTS))
