"""Fine-tunes the encoder with its heads on annotated passages; chooses epoch and thresholds on dev."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from rich.progress import Progress
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from transformers import BertModel

from pipeline.corpus import to_line
from pipeline.document import Document
from pipeline.encoding import PAD, Encoding, all_windows, rows, special
from pipeline.engines import OnnxEngine, batches, encoder_arrays, padded
from pipeline.errors import StatutsError
from pipeline.graph import ROUNDED, quantised
from pipeline.heads import Decisions, Heads
from pipeline.reading import Reader
from pipeline.training.augment import epoch, pools
from pipeline.training.checkpoint import BEST, load, resume, save
from pipeline.training.descent import descend, set_rates
from pipeline.training.examples import Example, build, trigger_pattern
from pipeline.training.model import StatutsConfig, StatutsModel, pool_words
from pipeline.training.selection import evaluate, tune

#: Pieces that are read together, padding included.
_BATCH_PIECES = 4096
#: Dropout of attention weights costs a third of the training's time and gains nothing measurable.
_ENCODER_CHANGES = {"attention_probs_dropout_prob": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train. Learning rates are peaks; `batch` counts passages. `bf16` multiplies the encoder's
    matrices in bfloat16, weights and sums staying fp32: twice as fast on a CPU that has the instructions.

    The rates rise linearly and fall to zero over `epochs`, then again, from half the peaks, over `refining`
    epochs (a warm restart: Loshchilov and Hutter, « SGDR », ICLR 2017).
    """

    epochs: int = 10
    refining: int = 5
    batch: int = 8
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    warmup: float = 0.06
    weight_decay: float = 0.01
    trigger_weight: float = 0.7
    pair_weight: float = 1.5
    bf16: bool = False
    seed: int = 13


def example_loss(model: StatutsModel, example: Example, hidden: Tensor, recipe: Recipe) -> Tensor:
    """Summed loss of one passage: tags of words, statuses of triggers, relations of pairs."""
    loss = functional.cross_entropy(model.tag(hidden), torch.from_numpy(example.tags), reduction="sum") / 40
    spans = torch.from_numpy(example.spans)
    if len(example.triggers):
        logits = model.classify_triggers(hidden, spans[torch.from_numpy(example.triggers)])
        classes = torch.from_numpy(example.classes)
        loss = loss + recipe.trigger_weight * functional.cross_entropy(logits, classes, reduction="sum")
    if len(example.pairs):
        pairs, features = torch.from_numpy(example.pairs), torch.from_numpy(example.features)
        scores = model.score_pairs(hidden, spans, pairs, features)
        chosen = scores.gather(1, torch.from_numpy(example.kinds).unsqueeze(1)).squeeze(1)
        targets = torch.from_numpy(example.targets)
        pair_loss = functional.binary_cross_entropy_with_logits(chosen, targets, reduction="sum")
        loss = loss + recipe.pair_weight * pair_loss / 10
    return loss


def passages(examples: Sequence[Example], size: int, random: Random) -> list[list[Example]]:
    """Batches of passages of like length, in random order."""
    ordered = sorted(examples, key=lambda example: len(example.encoding.pieces) + random.random() * 30)
    cut = [ordered[at : at + size] for at in range(0, len(ordered), size)]
    random.shuffle(cut)
    return cut


def optimiser(model: StatutsModel, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW with a rate for the encoder and one for the heads; no decay of embeddings, biases and norms."""
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, parameter in model.named_parameters():
        plain = parameter.ndim < 2 or "embeddings" in name
        groups.setdefault((name.startswith("encoder."), plain), []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "lr": recipe.encoder_rate if encoder else recipe.head_rate,
                "weight_decay": 0.0 if plain else recipe.weight_decay,
            }
            for (encoder, plain), parameters in groups.items()
        ],
        fused=True,
    )


def schedule(epoch: float, recipe: Recipe) -> float:
    """Share of the peak learning rates at a point of the training, counted in epochs."""
    if epoch > recipe.epochs:
        return 0.5 * (1 - (epoch - recipe.epochs) / recipe.refining)
    rise = recipe.warmup * recipe.epochs
    return min(epoch / rise, (recipe.epochs - epoch) / (recipe.epochs - rise))


def train(
    training: Sequence[Document],
    dev: Sequence[Document],
    *,
    encoder: Path,
    work: Path,
    recipe: Recipe,
) -> StatutsModel:
    """Train from the folder `encoder`; return the best epoch's model with its thresholds tuned on `dev`.

    `work` holds the checkpoint of the last epoch and the best model: a call with the same recipe goes on from
    there. The same recipe and data give the same model on one machine. Raises StatutsError where there is
    nothing to learn from or no encoder.
    """
    if not training or not dev:
        raise StatutsError("no passage to learn from, or none to choose by; check --training and --dev")
    if not (encoder / "model.safetensors").is_file():
        raise StatutsError(f"{encoder}: no encoder there; run `make encoder`")
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    model = _fresh(encoder, recipe.seed)
    names, lures = pools(training), trigger_pattern(training)
    optimizer = optimiser(model, recipe)
    state: dict[str, Any] = {
        "recipe": asdict(recipe),
        "inputs": _digest(training, dev, encoder),
        "epochs": [],
    }
    state = resume(work, state, model, optimizer)
    peaks = [group["lr"] for group in optimizer.param_groups]
    total = recipe.epochs + recipe.refining
    with Progress() as progress:
        for number in range(len(state["epochs"]), total):
            random = Random(recipe.seed * 1000 + number)
            torch.manual_seed(recipe.seed * 1000 + number)
            examples = build(epoch(training, names, random), tokenizer, lures, random)
            cut = passages(examples, recipe.batch, random)
            losses = []
            for at, batch in enumerate(progress.track(cut, description=f"epoch {number + 1}/{total}")):
                part = schedule(number + (at + 1) / len(cut), recipe)
                set_rates(optimizer, peaks, part)
                losses.append(_step(model, tokenizer, batch, optimizer, recipe))
            result = evaluate(reader_of(model, tokenizer), dev)
            model.train()
            state["epochs"].append({"loss": round(float(np.mean(losses)), 4), **result})
            progress.console.print(f"epoch {number + 1}: {json.dumps(state['epochs'][-1])}")
            save(work, state, model, optimizer, best=_is_best(state["epochs"]))
    load(work / BEST, model)
    round_weights(model)
    model.config.decide(tune(reader_of(model, tokenizer), dev))
    return model


def round_weights(model: StatutsModel) -> None:
    """Round the encoder's matrices as `graph` does, so that all engines read with the same ones."""
    for name, weight in model.encoder.named_parameters():
        if ROUNDED.fullmatch(name):
            integers, scales = quantised(weight.detach().numpy())
            weight.data = torch.from_numpy(integers * scales[:, None])


def reader_of(model: StatutsModel, tokenizer: Tokenizer) -> Reader:
    """The model as it stands, the way that it will run, with the default decisions."""
    arrays = {name: value.detach().float().numpy() for name, value in model.state_dict().items()}
    return Reader(
        OnnxEngine(encoder_arrays(arrays), model.config.encoder),
        tokenizer,
        Heads.from_state(arrays, Decisions()),
    )


def _digest(training: Sequence[Document], dev: Sequence[Document], encoder: Path) -> str:
    """SHA-256 of what a training starts from: another one does not go on from its checkpoint."""
    digest = hashlib.sha256((encoder / "model.safetensors").read_bytes())
    for document in (*training, *dev):
        digest.update(to_line(document).encode("utf-8"))
    return digest.hexdigest()


def _fresh(encoder: Path, seed: int) -> StatutsModel:
    torch.manual_seed(seed)
    pretrained = BertModel.from_pretrained(encoder, add_pooling_layer=False, dtype=torch.float32)
    model = StatutsModel(StatutsConfig(encoder={**pretrained.config.to_diff_dict(), **_ENCODER_CHANGES}))
    model.encoder.load_state_dict(pretrained.state_dict())
    model.train()
    return model


def _step(
    model: StatutsModel,
    tokenizer: Tokenizer,
    batch: Sequence[Example],
    optimizer: torch.optim.Optimizer,
    recipe: Recipe,
) -> float:
    with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bf16):
        states = word_states(model, tokenizer, [example.encoding for example in batch])
    losses = [
        example_loss(model, example, hidden, recipe) for example, hidden in zip(batch, states, strict=True)
    ]
    return descend(model, torch.stack(losses).mean(), optimizer)


def word_states(model: StatutsModel, tokenizer: Tokenizer, encodings: Sequence[Encoding]) -> list[Tensor]:
    """`Reader.read` with gradients: one word matrix (words, hidden size) for each encoding."""
    cut, pad = list(all_windows(encodings)), special(tokenizer, PAD)
    read = rows(cut, encodings, tokenizer)
    size = model.encoder.config.hidden_size
    states = [torch.zeros(len(encoding.pieces), size) for encoding in encodings]
    for batch in batches(read, _BATCH_PIECES):
        output = model(*(torch.from_numpy(array) for array in padded([read[i] for i in batch], pad)))
        for row, window in enumerate(cut[index] for index in batch):
            kept = torch.from_numpy(window.kept)
            states[window.document][window.start + kept] = output[row, 1 + kept].float()
    return [
        pool_words(state, torch.from_numpy(encoding.links), len(encoding.words))
        for state, encoding in zip(states, encodings, strict=True)
    ]


def _is_best(epochs: Sequence[dict[str, float]]) -> bool:
    return epochs[-1]["selection"] >= max(each["selection"] for each in epochs)
