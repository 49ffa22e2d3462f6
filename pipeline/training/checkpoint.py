"""Checkpoints of a training: what a run that was stopped goes on from."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

log = logging.getLogger(__name__)

PROGRESS = "progress.json"
#: The weights of the best epoch so far.
BEST = "best.safetensors"


def _optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    return {
        f"{index}.{name}": value
        for index, entry in optimizer.state_dict()["state"].items()
        for name, value in entry.items()
    }


def save(
    work: Path,
    state: dict[str, Any],
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    best: bool = False,
) -> None:
    """Write the checkpoint to `work` beside the last one, then take its place: a kill leaves one whole.

    `state` (what JSON can hold) tells the run apart from others; its list `epochs` grows with the run. `best`
    also keeps the weights as `BEST`.
    """
    fresh, last = work / "checkpoint.new", work / "checkpoint"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    weights = {name: value.contiguous() for name, value in model.state_dict().items()}
    save_file(weights, fresh / "model.safetensors")
    save_file(_optimizer_tensors(optimizer), fresh / "optimizer.safetensors")
    (fresh / PROGRESS).write_text(json.dumps(state, indent=1), encoding="utf-8")
    if best:
        save_file(weights, work / "best.new")
        (work / "best.new").replace(work / BEST)
    if last.exists():
        old = work / "checkpoint.old"
        shutil.rmtree(old, ignore_errors=True)
        last.rename(old)
    fresh.rename(last)
    shutil.rmtree(work / "checkpoint.old", ignore_errors=True)


def load(path: Path, model: nn.Module) -> None:
    """Put the weights of a safetensors file into `model`."""
    model.load_state_dict(load_file(path))


def resume(
    work: Path, state: dict[str, Any], model: nn.Module, optimizer: torch.optim.Optimizer
) -> dict[str, Any]:
    """The state of the checkpoint in `work`, with its weights and moments put in place, if it is of the same
    run as `state`; else the given one.
    """
    for name in ("checkpoint", "checkpoint.new", "checkpoint.old"):
        folder = work / name
        try:
            saved = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if {**saved, "epochs": []} != state:
            log.warning("%s: of another recipe or corpus; training starts afresh", folder)
            continue
        try:
            weights, moments = (load_file(folder / f"{part}.safetensors") for part in ("model", "optimizer"))
        except (OSError, SafetensorError):
            continue  # killed while it was written or removed
        model.load_state_dict(weights)
        entries: dict[int, dict[str, Tensor]] = {}
        for key, value in moments.items():
            index, _, field = key.partition(".")
            entries.setdefault(int(index), {})[field] = value
        optimizer.load_state_dict({**optimizer.state_dict(), "state": entries})
        return dict(saved)
    return state
