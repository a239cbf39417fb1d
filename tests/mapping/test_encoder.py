from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from workbench.mapping.encoder import GRID, ModelError, installed_encoder, on_grid
from workbench.mapping.encoder_onnx import OnnxEncoder, load_encoder
from workbench.settings import Settings

SIGNED = "Evaluation results shall be signed by the party that made them."


@pytest.fixture(scope="module")
def encoder(model_folder: Path) -> OnnxEncoder:
    return load_encoder(model_folder)


@given(hnp.arrays(np.float64, (3, 8), elements=st.floats(-10, 10, width=32)))
def test_on_the_grid_half_precision_keeps_everything_and_products_are_exact(vectors: np.ndarray) -> None:
    found = on_grid(vectors)
    assert np.array_equal(found.astype(np.float16).astype(np.float32), found)
    assert np.array_equal(found * GRID, np.round(found * GRID))
    exact = (found * GRID).astype(np.int64) @ (found * GRID).astype(np.int64).T
    assert np.array_equal(found @ found.T, exact / GRID**2)
    for row, before in zip(found, vectors, strict=True):
        assert np.linalg.norm(row) == pytest.approx(1 if np.linalg.norm(before) > 0 else 0, abs=0.01)


@settings(max_examples=15)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_a_text_has_one_vector_whatever_it_is_encoded_with(encoder: OnnxEncoder, texts: list[str]) -> None:
    together = encoder.encode([*texts, SIGNED, *texts])
    assert together.shape == (2 * len(texts) + 1, encoder.dimensions)
    assert together.dtype == np.float32
    assert np.array_equal(together[: len(texts)], together[len(texts) + 1 :])
    for text, vector in zip(texts, together, strict=False):
        assert np.array_equal(encoder.encode([text])[0], vector)
    assert np.array_equal(on_grid(together), together)


def test_texts_that_say_the_same_are_near(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode(
        [SIGNED, "Whoever measures must put a signature under the outcome.", "Routers drop packets."]
    )
    near, far = vectors[0] @ vectors[1:].T
    assert near > 0.4 > 0.2 > far


def test_no_texts_have_no_vectors(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_a_script_that_the_model_cannot_read_has_no_meaning(encoder: OnnxEncoder) -> None:
    assert not encoder.encode(["試験機関は、評価手法を文書化しなければならない。"]).any()
    assert encoder.encode(["The 評価 of models", "42"]).any(axis=1).all()


def test_hostile_texts_are_cut_and_read(encoder: OnnxEncoder) -> None:
    assert encoder.encode(["a" * 5_000_000, "\ud800", "\x00"]).any(axis=1).all()


def test_the_name_holds_the_model_and_its_content(encoder: OnnxEncoder, model_folder: Path) -> None:
    name, dash, digest = encoder.name.rpartition("-")
    assert (name, dash, len(digest)) == (model_folder.name, "-", 12)


def test_which_encoder_is_in_force(model_folder: Path, tmp_path: Path) -> None:
    assert installed_encoder(Settings(home=tmp_path)) is None
    assert installed_encoder(Settings(home=tmp_path, models=model_folder.parent, model="")) is None
    default = installed_encoder(Settings(home=tmp_path, models=model_folder.parent))
    assert default is not None
    assert default is installed_encoder(Settings(home=tmp_path, model=str(model_folder)))
    with pytest.raises(ModelError, match=r"setting model: no folder other and no model of that name .*models list"):
        installed_encoder(Settings(home=tmp_path, model="other"))


def test_a_folder_without_a_model_is_refused_in_one_line(tmp_path: Path, model_folder: Path) -> None:
    with pytest.raises(ModelError, match=r"tokenizer\.json: cannot be read as a tokenizer") as refused:
        OnnxEncoder(tmp_path)
    assert "\n" not in str(refused.value)
    (tmp_path / "tokenizer.json").write_bytes((model_folder / "tokenizer.json").read_bytes())
    with pytest.raises(ModelError, match=r"model\.onnx: there is no such file"):
        OnnxEncoder(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"model\.onnx: cannot be read as a model") as refused:
        OnnxEncoder(tmp_path)
    assert "\n" not in str(refused.value)
