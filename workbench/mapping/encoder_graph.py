"""Write the graph of a BERT encoder as ONNX from its weights, so that a model in safetensors needs no other framework.

The architecture is J. Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding", 2019, section 3, and A. Vaswani et al., "Attention Is All You Need", 2017, section 3, with the names
that weights of such models carry in safetensors files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

OPSET = 23
"""The first in which attention is one node."""
IR_VERSION = 11
"""The format version that goes with opset 23."""

Weights = Mapping[str, NDArray[np.float32]]


class UnsupportedModelError(Exception):
    """A model is not the kind that can be written as a graph; `str(error)` names the file and what it lacks."""


@dataclass(frozen=True, slots=True)
class BertConfig:
    """The sizes of a BERT encoder, by their names in `config.json`."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    layer_norm_eps: float

    @classmethod
    def read(cls, path: Path) -> BertConfig:
        """Raises UnsupportedModelError for a model of another architecture."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            kind, activation = fields["model_type"], fields["hidden_act"]
            config = cls(
                int(fields["hidden_size"]),
                int(fields["num_hidden_layers"]),
                int(fields["num_attention_heads"]),
                float(fields["layer_norm_eps"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UnsupportedModelError(f"{path}: cannot be read as the description of a model ({error!r})") from error
        positions = fields.get("position_embedding_type", "absolute")
        if (kind, activation, positions) != ("bert", "gelu", "absolute"):
            raise UnsupportedModelError(
                f"{path}: a model of type {kind} with {activation} and {positions} positions; weights can be converted "
                "of bert with gelu and absolute positions, so bring others as model.onnx"
            )
        if min(config.hidden_size, config.num_hidden_layers, config.num_attention_heads) < 1 or (
            config.hidden_size % config.num_attention_heads
        ):
            raise UnsupportedModelError(f"{path}: {config.num_attention_heads} heads do not part {config.hidden_size}")
        return config


def bert_graph(weights_path: Path, config: BertConfig) -> onnx.ModelProto:
    """The encoder without its pooler: input_ids (n, tokens) int64 to last_hidden_state (n, tokens, hidden) float32.

    It has no attention mask: every text of a call has the same number of tokens.

    Raises UnsupportedModelError where a weight is missing or has another shape than the configuration says.
    """
    try:
        weights = load_file(weights_path)
    except Exception as error:
        raise UnsupportedModelError(f"{weights_path}: cannot be read as safetensors ({error})") from error
    return _Writer(weights_path, weights, config).model()


class _Writer:
    def __init__(self, path: Path, weights: Weights, config: BertConfig) -> None:
        self._path = path
        self._weights = weights
        self._config = config
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: dict[str, onnx.TensorProto] = {}

    def model(self) -> onnx.ModelProto:
        value = self._embeddings()
        for layer in range(self._config.num_hidden_layers):
            value = self._layer(f"encoder.layer.{layer}", value)
        self._node("Identity", [value], "last_hidden_state")
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "tokens"])],
            [
                helper.make_tensor_value_info(
                    "last_hidden_state", TensorProto.FLOAT, ["n", "tokens", self._config.hidden_size]
                )
            ],
            list(self._tensors.values()),
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model)
        return model

    def _embeddings(self) -> str:
        width = self._config.hidden_size
        words = self._weight("embeddings.word_embeddings.weight", (-1, width))
        positions = self._weight("embeddings.position_embeddings.weight", (-1, width))
        kinds = self._weight("embeddings.token_type_embeddings.weight", (-1, width))
        # Every token of a lone text is of the first kind, so that row goes into the positions.
        self._constant("positions", positions + kinds[0])
        value = self._node("Gather", [self._constant("words", words), "input_ids"])
        shape = self._node("Shape", ["input_ids"], start=1, end=2)
        ones = [self._constant(name, np.array([number], np.int64)) for name, number in (("zero", 0), ("one", 1))]
        placed = self._node("Slice", ["positions", ones[0], shape, ones[0], ones[1]])
        return self._normalised("embeddings.LayerNorm", self._node("Add", [value, placed]))

    def _layer(self, name: str, value: str) -> str:
        value = self._normalised(
            f"{name}.attention.output.LayerNorm", self._node("Add", [value, self._attention(name, value)])
        )
        width = self._config.hidden_size
        inner = self._linear(f"{name}.intermediate.dense", value, width, None)
        inner = self._linear(f"{name}.output.dense", self._node("Gelu", [inner]), None, width)
        return self._normalised(f"{name}.output.LayerNorm", self._node("Add", [value, inner]))

    def _attention(self, name: str, value: str) -> str:
        width, heads = self._config.hidden_size, self._config.num_attention_heads
        parts = [
            self._linear(f"{name}.attention.self.{part}", value, width, width) for part in ("query", "key", "value")
        ]
        mixed = self._node("Attention", parts, q_num_heads=heads, kv_num_heads=heads)
        return self._linear(f"{name}.attention.output.dense", mixed, width, width)

    def _linear(self, name: str, value: str, width: int | None, out: int | None) -> str:
        matrix = self._weight(f"{name}.weight", (out or -1, width or -1))
        product = self._node("MatMul", [value, self._constant(f"{name}.matrix", np.ascontiguousarray(matrix.T))])
        return self._node("Add", [product, self._constant(f"{name}.bias", self._weight(f"{name}.bias", (out or -1,)))])

    def _normalised(self, name: str, value: str) -> str:
        width = self._config.hidden_size
        scale = self._constant(f"{name}.weight", self._weight(f"{name}.weight", (width,)))
        bias = self._constant(f"{name}.bias", self._weight(f"{name}.bias", (width,)))
        return self._node("LayerNormalization", [value, scale, bias], axis=-1, epsilon=self._config.layer_norm_eps)

    def _weight(self, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """A weight by its name, with or without the model's own name before it; -1 stands for any size."""
        weight = self._weights.get(name, self._weights.get(f"bert.{name}"))
        if weight is None:
            raise UnsupportedModelError(f"{self._path}: the weight {name} is missing")
        if len(weight.shape) != len(shape) or any(
            wanted not in (-1, size) for wanted, size in zip(shape, weight.shape, strict=True)
        ):
            raise UnsupportedModelError(f"{self._path}: the weight {name} has the shape {weight.shape}, not {shape}")
        return np.asarray(weight, dtype=np.float32)

    def _constant(self, name: str, value: NDArray[np.generic]) -> str:
        if name not in self._tensors:
            self._tensors[name] = numpy_helper.from_array(value, name)
        return name

    def _node(self, kind: str, inputs: Sequence[str], output: str | None = None, **attributes: Any) -> str:
        name = output or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name
