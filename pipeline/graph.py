"""The encoder as an ONNX graph with 8-bit weights, made from its weights in about a second.

Weights are rounded to 8 bits, symmetric, one scale for each output, as training has rounded them already;
what a matrix is multiplied with, to 8 bits with one scale for each piece, found as it is read (Jacob et al.,
« Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference », CVPR 2018).
All else stays fp32. Fused operators of ONNX Runtime (`com.microsoft`) do products, attention and activations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

#: 7 bits and a sign would overflow the 16-bit sums of CPUs without VNNI instructions: one bit less does not.
_LARGEST = 63
#: GELU gives nothing less than this: its values take the whole of 8 bits from here on.
_LEAST_GELU = np.float32(-0.17)
_FUSED = "com.microsoft"

#: Of an encoder's arrays, those that are rounded.
ROUNDED = re.compile(
    r"encoder\.layer\.\d+\.(attention\.(self\.(query|key|value)|output\.dense)|(intermediate|output)\.dense)\.weight"
)
#: Weight and bias.
Pair = tuple[np.ndarray, np.ndarray]


def quantised(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A matrix (outputs, inputs) as int8 and the scale of each output (outputs,), fp32."""
    # Scales that fp16 holds: what training has rounded comes out as it went in.
    scales = (np.maximum(np.abs(weight).max(axis=1), 1e-6) / _LARGEST).astype(np.float16).astype(np.float32)
    integers = np.clip(np.round(weight / scales[:, None]), -_LARGEST, _LARGEST)
    return integers.astype(np.int8), scales


class _Graph:
    """Collects nodes and constants; every method returns the name of what it computes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, array: np.ndarray | np.generic) -> str:
        self.constants.append(
            numpy_helper.from_array(np.ascontiguousarray(array) if np.ndim(array) else np.array(array), name)
        )
        return name

    def node(self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def linear(self, name: str, states: str, weight: np.ndarray, bias: np.ndarray) -> str:
        """`states` times an 8-bit matrix, from `weight` (outputs, inputs), plus `bias` (outputs,)."""
        largest = self.node(
            "ReduceMax", [self.node("Abs", [states], f"{name}.size")], f"{name}.largest", axes=[-1]
        )
        return self._multiplied(name, states, largest, (np.float32(127), np.uint8(128)), weight, bias)

    def linear_of_gelu(self, name: str, states: str, weight: np.ndarray, bias: np.ndarray) -> str:
        """The same for `states` that are `_LEAST_GELU` or more."""
        least = self.constant(f"{name}.least", _LEAST_GELU)
        largest = self.node("ReduceMax", [states], f"{name}.most", axes=[-1])
        lifted, reach = (
            self.node("Sub", [each, least], f"{name}.{to}")
            for each, to in ((states, "lifted"), (largest, "reach"))
        )
        integers, scales = quantised(weight)
        rest = _LEAST_GELU * (integers.astype(np.float32) * scales[:, None]).sum(axis=1)
        return self._multiplied(name, lifted, reach, (np.float32(255), np.uint8(0)), weight, bias + rest)

    def _multiplied(
        self,
        name: str,
        states: str,
        reach: str,
        steps: tuple[np.float32, np.uint8],
        weight: np.ndarray,
        bias: np.ndarray,
    ) -> str:
        """`states`, at most `reach` in size, in so many steps of it around a zero point, times the matrix."""
        integers, scales = quantised(weight)
        matrix = self.constant(f"{name}.weight", integers.T)
        count = self.constant(f"{name}.steps", steps[0])
        zero = self.constant(f"{name}.zero", steps[1])
        scaled = self.node("Mul", [states, self.node("Div", [count, reach], f"{name}.by")], f"{name}.scaled")
        rounded = self.node("QuantizeLinear", [scaled, "1", zero], f"{name}.rounded")
        scale = self.constant(f"{name}.scale", scales / steps[0])
        by_output = self.node(
            "MatMulIntegerToFloat", [rounded, matrix, "1", scale, zero], f"{name}.by_output", domain=_FUSED
        )
        by_word = self.node("Mul", [by_output, reach], f"{name}.by_word")
        return self.node("Add", [by_word, self.constant(f"{name}.bias", bias)], name)

    def add_and_norm(self, name: str, states: str, residual: str, norm: Pair, eps: float) -> str:
        """The layer norm (Ba et al., 2016) of a sum, with `norm` its weight and bias.

        Spelled out: ONNX Runtime's own operator for it takes five times as long as all these steps.
        """
        total = self.node("Add", [states, residual], f"{name}.total")
        mean = self.node("ReduceMean", [total], f"{name}.mean", axes=[-1])
        apart = self.node("Sub", [total, mean], f"{name}.apart")
        squares = self.node("Mul", [apart, apart], f"{name}.squares")
        variance = self.node("ReduceMean", [squares], f"{name}.variance", axes=[-1])
        least = self.constant(f"{name}.eps", np.float32(eps))
        deviation = self.node("Sqrt", [self.node("Add", [variance, least], f"{name}.lifted")], f"{name}.sd")
        by = self.node("Reciprocal", [deviation], f"{name}.by")
        weight, bias = (self.constant(f"{name}.norm{i}", norm[i]) for i in (0, 1))
        scaled = self.node("Mul", [self.node("Mul", [apart, by], f"{name}.unit"), weight], f"{name}.scaled")
        return self.node("Add", [scaled, bias], name)


def encoder_graph(state: Mapping[str, np.ndarray], *, layers: int, attention_heads: int, eps: float) -> bytes:
    """A serialised ONNX model from the arrays of a `BertModel`, its names without a prefix.

    Inputs `input_ids` (1, pieces) and `positions` (pieces,), int64; output `states` (1, pieces, hidden size),
    fp32. `eps` is the layer norms'. Raises KeyError where an array is missing.
    """
    arrays = {name: np.asarray(array, dtype=np.float32) for name, array in state.items()}
    graph = _Graph()
    graph.constant("1", np.float32(1))
    hidden = arrays["embeddings.word_embeddings.weight"].shape[1]
    words = graph.constant("words", arrays["embeddings.word_embeddings.weight"])
    places = (
        arrays["embeddings.position_embeddings.weight"] + arrays["embeddings.token_type_embeddings.weight"][0]
    )
    graph.node("Gather", [words, "input_ids"], "word")
    graph.node("Gather", [graph.constant("places", places), "positions"], "place")
    thirds = graph.constant("thirds", np.full(3, hidden, dtype=np.int64))

    def pair(name: str) -> Pair:
        return arrays[f"{name}.weight"], arrays[f"{name}.bias"]

    states = graph.add_and_norm("embedded", "word", "place", pair("embeddings.LayerNorm"), eps)
    for layer in range(layers):
        at, name = f"encoder.layer.{layer}", f"layer{layer}"
        parts = [pair(f"{at}.attention.self.{part}") for part in ("query", "key", "value")]
        weight, bias = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
        joined = graph.linear(f"{name}.parts", states, weight, bias)
        split = [f"{name}.{part}" for part in ("query", "key", "value")]
        graph.nodes.append(helper.make_node("Split", [joined, thirds], split, axis=-1))
        attended = graph.node(
            "MultiHeadAttention", split, f"{name}.attended", domain=_FUSED, num_heads=attention_heads
        )
        output = graph.linear(f"{name}.output", attended, *pair(f"{at}.attention.output.dense"))
        states = graph.add_and_norm(
            f"{name}.middle", output, states, pair(f"{at}.attention.output.LayerNorm"), eps
        )
        wide = graph.linear(f"{name}.wide", states, *pair(f"{at}.intermediate.dense"))
        active = graph.node("Gelu", [wide], f"{name}.active", domain=_FUSED)
        narrow = graph.linear_of_gelu(f"{name}.narrow", active, *pair(f"{at}.output.dense"))
        states = graph.add_and_norm(f"{name}.states", narrow, states, pair(f"{at}.output.LayerNorm"), eps)
    graph.node("Identity", [states], "states")
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "encoder",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "pieces"]),
                helper.make_tensor_value_info("positions", TensorProto.INT64, ["pieces"]),
            ],
            [helper.make_tensor_value_info("states", TensorProto.FLOAT, [1, "pieces", hidden])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1)],
        ir_version=9,
    )
    return model.SerializeToString()
