"""Adapts the encoder to French prose: it learns to tell hidden words of text without annotation.

Masked-language modelling as in Devlin et al., « BERT » (NAACL 2019), and, as a step between pretraining and
fine-tuning, Gururangan et al., « Don't Stop Pretraining » (ACL 2020).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import Progress
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from pipeline.document import Document
from pipeline.encoding import BEGIN, END, MASK, special
from pipeline.errors import StatutsError
from pipeline.files import new_folder
from pipeline.training.checkpoint import resume, save
from pipeline.training.descent import descend, set_rates

#: After each of so many parts of an adaptation, a run that is stopped goes on.
PARTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptation:
    """How to adapt. `length` counts the pieces of a row, `batch` the rows read together; `hidden` is the
    share of pieces to be told. Rates are peaks, reached after `warmup` of the steps, and fall to zero. `bf16`
    is that of `pipeline.training.train.Recipe`.
    """

    length: int = 128
    batch: int = 32
    hidden: float = 0.2
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    warmup: float = 0.05
    weight_decay: float = 0.01
    bf16: bool = False
    seed: int = 13


class MaskedModel(nn.Module):
    """The encoder with a head over its own word embeddings."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        size, vocabulary = encoder.config.hidden_size, encoder.config.vocab_size
        self.encoder = encoder
        self.transform = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.LayerNorm(size))
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, pieces: Tensor, chosen: Tensor) -> Tensor:
        """Logits (chosen, vocabulary) of those `chosen` (bool) among `pieces` (ids), both (rows, length)."""
        states = self.transform(self.encoder(input_ids=pieces).last_hidden_state[chosen])
        return functional.linear(states, self.encoder.embeddings.word_embeddings.weight, self.bias)


def packed(tokenizer: Tokenizer, texts: Iterable[Document], length: int) -> np.ndarray:
    """The texts' pieces, one text after the other, in rows (rows, `length`) between the special tokens. What
    does not fill a row is left out.
    """
    begin, end = special(tokenizer, BEGIN), special(tokenizer, END)
    found = tokenizer.encode_batch([text.text for text in texts], add_special_tokens=False)
    stream = np.array([piece for each in found for piece in (*each.ids, end)], dtype=np.int64)
    count = len(stream) // (length - 2)
    rows = stream[: count * (length - 2)].reshape(count, length - 2)
    return np.pad(rows, ((0, 0), (1, 1)), constant_values=((0, 0), (begin, end)))


def hide(
    rows: np.ndarray, tokenizer: Tokenizer, share: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The rows as they are read, and which of their pieces (bool) are to be told: a `share`, none of them
    special. Of these, 80 % are masked, 10 % are replaced by any piece, 10 % stay.
    """
    chosen = random.random(rows.shape) < share
    chosen &= ~np.isin(rows, [special(tokenizer, name) for name in (BEGIN, END)])
    draw = random.random(rows.shape)
    read = np.where(chosen & (draw < 0.8), special(tokenizer, MASK), rows)
    anything = random.integers(0, tokenizer.get_vocab_size(), rows.shape)
    return np.where(chosen & (draw >= 0.9), anything, read), chosen


def adapt(
    encoder: Path, texts: Iterable[Document], output: Path, *, work: Path, recipe: Adaptation
) -> list[float]:
    """Adapt the encoder in the folder `encoder` to `texts` and write it to the folder `output`; the mean loss
    (nats a hidden piece) of each part of the run.

    Every text is read once. `work` holds the checkpoint: a call with the same recipe and texts goes on from
    there. Raises StatutsError where there is no encoder, or not a row of text for each part.
    """
    if not (encoder / "model.safetensors").is_file():
        raise StatutsError(f"{encoder}: no encoder there; run `make encoder`")
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    rows = packed(tokenizer, texts, recipe.length)
    steps = len(rows) // recipe.batch
    if steps < PARTS:
        raise StatutsError("not enough text to adapt the encoder to; check --texts")
    torch.manual_seed(recipe.seed)
    model = MaskedModel(BertModel.from_pretrained(encoder, add_pooling_layer=False, dtype=torch.float32))
    # No text is read often enough to be learned by heart, and dropout costs a sixth of the time.
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    model.train()
    optimizer = _optimiser(model, recipe)
    peaks = [group["lr"] for group in optimizer.param_groups]
    inputs = hashlib.sha256((encoder / "model.safetensors").read_bytes() + rows.tobytes()).hexdigest()
    state: dict[str, Any] = {"recipe": asdict(recipe), "inputs": inputs, "epochs": []}
    state = resume(work, state, model, optimizer)
    order = np.random.default_rng(recipe.seed).permutation(len(rows))[: steps * recipe.batch]
    batches = order.reshape(steps, recipe.batch)
    with Progress() as progress:
        for part in range(len(state["epochs"]), PARTS):
            random = np.random.default_rng((recipe.seed, part))
            losses = []
            numbers = np.array_split(np.arange(steps), PARTS)[part]
            for step in progress.track(numbers, description=f"part {part + 1}/{PARTS}"):
                done = (step + 1) / steps
                set_rates(optimizer, peaks, min(done / recipe.warmup, (1 - done) / (1 - recipe.warmup)))
                losses.append(_step(model, tokenizer, rows[batches[step]], optimizer, recipe, random))
            state["epochs"].append({"loss": round(float(np.mean(losses)), 4)})
            progress.console.print(f"part {part + 1}: {state['epochs'][-1]}")
            save(work, state, model, optimizer)
    with new_folder(output, over="*") as fresh:
        model.encoder.save_pretrained(fresh)
        for file in encoder.glob("tokenizer*.json"):
            shutil.copyfile(file, fresh / file.name)
    return [part["loss"] for part in state["epochs"]]


def _optimiser(model: MaskedModel, recipe: Adaptation) -> torch.optim.AdamW:
    groups: dict[bool, list[Tensor]] = {True: [], False: []}
    for name, parameter in model.named_parameters():
        groups[name.startswith("encoder.")].append(parameter)
    return torch.optim.AdamW(
        [
            {"params": groups[True], "lr": recipe.encoder_rate},
            {"params": groups[False], "lr": recipe.head_rate},
        ],
        weight_decay=recipe.weight_decay,
        fused=True,
    )


def _step(
    model: MaskedModel,
    tokenizer: Tokenizer,
    rows: np.ndarray,
    optimizer: torch.optim.Optimizer,
    recipe: Adaptation,
    random: np.random.Generator,
) -> float:
    read, chosen = hide(rows, tokenizer, recipe.hidden, random)
    with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bf16):
        logits = model(torch.from_numpy(read), torch.from_numpy(chosen))
    loss = functional.cross_entropy(logits.float(), torch.from_numpy(rows[chosen]))
    return descend(model, loss, optimizer)
