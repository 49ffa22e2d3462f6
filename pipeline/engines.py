"""What runs the encoder: ONNX Runtime with 8-bit weights, or PyTorch, also on a GPU.

An engine takes rows of piece ids, each with its special tokens, and gives the last states of each, shape
(pieces, hidden size), fp32.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pipeline.errors import StatutsError

#: Pieces in a batch, padding included, on a CPU and on any other device.
_BATCH_PIECES = {"cpu": 4096, "other": 32768}


class Engine(Protocol):
    """Reads rows of piece ids, on a `device`; the states of a row do not depend on the rows beside it."""

    device: str

    def __call__(self, rows: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The states (pieces, hidden size) of each row of ids (pieces,)."""
        ...


class OnnxEngine:
    """The encoder in ONNX Runtime, on a CPU.

    Rows are read one by one, as many at a time as there are threads: no padding, and an answer that is the
    same to the bit whatever stands beside a row.
    """

    device = "cpu"

    def __init__(
        self, state: Mapping[str, np.ndarray], encoder: Mapping[str, Any], *, threads: int | None = None
    ) -> None:
        # Else it keeps an identifier of the machine and a log of events in the home folder, and sends them.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime

        from pipeline.graph import encoder_graph

        if encoder.get("model_type", "bert") != "bert" or encoder.get("hidden_act", "gelu") != "gelu":
            raise StatutsError("engine onnx: reads BERT encoders only; set `engine: torch` in the config")
        graph = encoder_graph(
            state,
            layers=encoder["num_hidden_layers"],
            attention_heads=encoder["num_attention_heads"],
            eps=encoder["layer_norm_eps"],
        )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # The arena keeps what the longest row ever needed, for each thread.
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.pool = ThreadPoolExecutor(threads or available_cores())

    def __call__(self, rows: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The states (pieces, hidden size) of each row of ids (pieces,)."""
        # The longest first, so that no thread is left with a long one at the end.
        order = sorted(range(len(rows)), key=lambda index: -len(rows[index]))
        found = self.pool.map(self._read, [rows[index] for index in order])
        states: dict[int, np.ndarray] = dict(zip(order, found, strict=True))
        return [states[index] for index in range(len(rows))]

    def _read(self, row: np.ndarray) -> np.ndarray:
        inputs = {"input_ids": row[None].astype(np.int64), "positions": np.arange(len(row), dtype=np.int64)}
        return self.session.run(None, inputs)[0][0]


class TorchEngine:
    """The encoder in PyTorch, fp32, on any of its devices, in padded batches of rows of like length."""

    def __init__(self, encoder: Any, pad: int, *, device: str = "cpu") -> None:
        self.encoder = encoder.to(device).eval()
        self.pad = pad
        self.device = device

    @classmethod
    def from_state(
        cls,
        state: Mapping[str, np.ndarray],
        encoder: Mapping[str, Any],
        pad: int,
        *,
        device: str = "cpu",
        threads: int | None = None,
    ) -> TorchEngine:
        """From the arrays and the configuration of a `BertModel`.

        Raises StatutsError where there is no such device.
        """
        import torch
        from transformers import BertConfig, BertModel

        if threads:
            torch.set_num_threads(threads)
        try:
            torch.empty(0, device=device)
        except (RuntimeError, AssertionError) as error:
            raise StatutsError(f"device {device}: not to be had here; use `cpu`") from error
        model = BertModel(BertConfig(**encoder), add_pooling_layer=False)
        model.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
        return cls(model, pad, device=device)

    def __call__(self, rows: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The states (pieces, hidden size) of each row of ids (pieces,)."""
        import torch

        states: dict[int, np.ndarray] = {}
        with torch.inference_mode():
            for batch in batches(rows, _BATCH_PIECES["cpu" if self.device == "cpu" else "other"]):
                ids, mask = padded([rows[index] for index in batch], self.pad)
                inputs = (torch.from_numpy(array).to(self.device) for array in (ids, mask))
                output = self.encoder(*inputs).last_hidden_state.float().cpu().numpy()
                for row, index in enumerate(batch):
                    states[index] = output[row, : len(rows[index])]
        return [states[index] for index in range(len(rows))]


def available_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def batches(rows: Sequence[np.ndarray], pieces: int) -> Iterator[list[int]]:
    """Indices of rows of like length, so many that no batch holds more than `pieces` when padded."""
    batch: list[int] = []
    for index in sorted(range(len(rows)), key=lambda index: len(rows[index])):
        if batch and (len(batch) + 1) * len(rows[index]) > pieces:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def padded(rows: Sequence[np.ndarray], pad: int) -> tuple[np.ndarray, np.ndarray]:
    """Input ids and attention mask, shape (rows, longest)."""
    longest = max(len(row) for row in rows)
    ids = np.full((len(rows), longest), pad, dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
        mask[index, : len(row)] = 1
    return ids, mask


def encoder_arrays(state: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The encoder's arrays among those of a `StatutsModel`, under the names that `BertModel` has for them."""
    prefix = "encoder."
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}


def load_weights(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The configuration and the arrays in a folder that `make train` wrote.

    Raises StatutsError, in one line, where it holds none, or not whole.
    """
    import json

    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if not folder.is_dir():
        raise StatutsError(f"{folder}: no such model folder; name one that `make train` wrote")
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        if not (folder / name).is_file():
            raise StatutsError(f"{folder}: no {name} there; name a folder that `make train` wrote")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config.get("model_type") != "statuts":
            raise ValueError("its config.json is of another kind of model")
        return config, load_file(folder / "model.safetensors")
    except (OSError, ValueError, AttributeError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0]
        raise StatutsError(f"{folder}: cannot be loaded as a Statuts model: {reason}") from error
