"""What every training of a network here does at each step."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def set_rates(optimizer: torch.optim.Optimizer, peaks: Sequence[float], share: float) -> None:
    """Set the learning rates of the optimizer's groups to this share of their peaks."""
    for group, peak in zip(optimizer.param_groups, peaks, strict=True):
        group["lr"] = peak * share


def descend(model: nn.Module, loss: Tensor, optimizer: torch.optim.Optimizer) -> float:
    """Take one step down the gradient of `loss`, clipped to norm 1; the loss."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()
