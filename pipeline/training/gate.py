"""Fits the gate: which sentences may hold a trigger, by the trained model itself and the annotations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn
from torch.nn import functional

from pipeline.document import Document
from pipeline.encoding import Encoding
from pipeline.engines import load_weights
from pipeline.extractor import bare
from pipeline.gate import GATE_ARRAYS, REACH, Gate, edges, sentences_of
from pipeline.heads import status_probabilities
from pipeline.reading import Reader
from pipeline.stages import batched
from pipeline.training.selection import predict, read_all

_WIDTH, _CHANNELS = 32, 96
_EPOCHS, _BATCH_PIECES = 16, 12000
#: Sentences that the model is so sure of count as with or without a trigger; those between, not at all.
_WITHOUT, _WITH = 0.02, 0.15
#: A trigger that is missed costs so many times what a sentence read in vain does.
_MISSED = 40.0
#: Words left out at random, so that a trigger is also known by those around it.
_DROPPED = 0.15
#: The words' vectors start from the encoder's own and move slowly: a word that was not seen in training
#: counts like those that mean the same.
_RATE, _EMBEDDING_RATE, _DECAY = 3e-3, 1e-3, 0.8
#: The threshold lies so far under the least score that dev needs.
_ROOM = 0.5


@dataclass(frozen=True, slots=True)
class Sentences:
    """A document's pieces, the place at which each of its sentences starts, and the probability (0 to 1) that
    it holds a trigger.
    """

    pieces: np.ndarray
    starts: np.ndarray
    probabilities: np.ndarray


def texts_of(folder: Path) -> Iterator[Document]:
    """The texts in a folder: the `text` of each line of its `.jsonl` files, each line of its `.txt` files.

    Raises OSError, ValueError or KeyError where one cannot be read.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".jsonl", ".txt"):
            continue
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                text = json.loads(line)["text"] if path.suffix == ".jsonl" else line.rstrip("\n")
                yield Document(f"{path.name}:{number}", text)


def add_gate(
    folder: Path,
    training: Sequence[Document],
    dev: Sequence[Document],
    raw: Iterable[Document] = (),
    *,
    seed: int,
) -> None:
    """Fit a gate for the model in `folder` and put it there. Raises StatutsError where there is no model."""
    config, state = load_weights(folder)
    embeddings = state["encoder.embeddings.word_embeddings.weight"].astype(np.float32)
    gate = fit_gate(Reader.from_pretrained(folder), embeddings, training, dev, raw, seed=seed)
    for name in GATE_ARRAYS:
        state[f"gate.{name}"] = getattr(gate, name).astype(np.float16)
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    settings = json.dumps(config | {"gate": round(gate.threshold, 3)}, indent=2, sort_keys=True)
    (folder / "config.json").write_text(settings + "\n", encoding="utf-8")


def fit_gate(
    reader: Reader,
    embeddings: np.ndarray,
    training: Sequence[Document],
    dev: Sequence[Document],
    raw: Iterable[Document] = (),
    *,
    seed: int,
) -> Gate:
    """A gate for the model of `reader`, from annotated passages and what the model finds in `raw` text.

    `embeddings` (vocabulary, hidden size) are the encoder's, fp32.

    A sentence scores as its highest piece does (multiple-instance learning: Dietterich et al., Artificial
    Intelligence 89, 1997). The threshold lets through every trigger of a right triple in `dev`.
    """
    torch.manual_seed(seed)
    examples = [each for group in batched([*training, *raw]) for each in _examples(reader, group)]
    net = _Net(embeddings)
    slow = [net.embedding.weight]
    fast = [parameter for name, parameter in net.named_parameters() if name != "embedding.weight"]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": _EMBEDDING_RATE}, {"params": fast, "lr": _RATE}], weight_decay=0.0
    )
    random = np.random.default_rng(seed)
    for _ in range(_EPOCHS):
        for batch in _batches([examples[index] for index in random.permutation(len(examples))]):
            loss = _loss(net, batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] *= _DECAY
    return _with_threshold(net.gate(), reader, dev)


class _Net(nn.Module):
    """`Gate`, with gradients."""

    def __init__(self, embeddings: np.ndarray) -> None:
        super().__init__()
        centred = embeddings - embeddings.mean(0)
        left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
        width = min(_WIDTH, embeddings.shape[1])
        start = left[:, :width] * sizes[:width]
        self.embedding = nn.Embedding.from_pretrained(
            torch.from_numpy(0.5 * start / start.std()).float(), freeze=False
        )
        self.kernel = nn.Linear((2 * REACH + 1) * width, _CHANNELS)
        self.output = nn.Linear(_CHANNELS, 1)

    def forward(self, pieces: Tensor) -> Tensor:
        """A logit for each piece (pieces,)."""
        states = self.embedding(pieces) * (torch.rand(len(pieces), 1) > _DROPPED)
        around = functional.pad(states, (0, 0, REACH, REACH)).unfold(0, 2 * REACH + 1, 1)
        flat = around.transpose(1, 2).reshape(len(pieces), -1)
        return self.output(functional.relu(self.kernel(flat)))[:, 0]

    def gate(self) -> Gate:
        """What was learned; the threshold is that of even odds."""
        arrays = (self.embedding.weight, self.kernel.weight, self.kernel.bias, self.output.weight[0])
        embedding, kernel, bias, output = (each.detach().half().float().numpy() for each in arrays)
        return Gate(embedding, kernel, bias, output, -self.output.bias.item())


def _examples(reader: Reader, documents: Sequence[Document]) -> list[Sentences]:
    """What the model and, where there are any, the annotations have of each sentence."""
    states = reader.states([bare(document) for document in documents])
    examples = []
    for document, (encoding, hidden) in zip(documents, states, strict=True):
        if not len(encoding.pieces):
            continue
        sure = status_probabilities(reader.heads.tag(hidden))
        for mention in document.entities:
            if mention.label == "STATUS":
                sure[_words(encoding, mention.start, mention.end)] = 1.0
        pieces = np.zeros(len(encoding.pieces), dtype=np.float32)
        np.maximum.at(pieces, encoding.links[:, 0], sure[encoding.links[:, 1]])
        starts = edges(encoding)[:-1]
        examples.append(Sentences(encoding.pieces, starts, np.maximum.reduceat(pieces, starts)))
    return examples


def _words(encoding: Encoding, start: int, end: int) -> np.ndarray:
    """The words that share a character with a span of the text."""
    return np.flatnonzero((encoding.words[:, 0] < end) & (encoding.words[:, 1] > start))


def _batches(examples: Sequence[Sentences]) -> Iterator[list[Sentences]]:
    batch: list[Sentences] = []
    for example in examples:
        batch.append(example)
        if sum(len(each.pieces) for each in batch) > _BATCH_PIECES:
            yield batch
            batch = []
    if batch:
        yield batch


def _loss(net: _Net, batch: Sequence[Sentences]) -> Tensor:
    logits = net(torch.from_numpy(np.concatenate([each.pieces for each in batch])))
    lengths = np.concatenate([np.diff([*each.starts, len(each.pieces)]) for each in batch])
    sentence = torch.from_numpy(np.repeat(np.arange(len(lengths)), lengths))
    highest = torch.full((len(lengths),), -torch.inf).scatter_reduce(0, sentence, logits, "amax")
    sure = torch.from_numpy(np.concatenate([each.probabilities for each in batch]))
    weights = torch.where(sure > _WITH, _MISSED, (sure <= _WITHOUT).float())
    losses = functional.binary_cross_entropy_with_logits(highest, (sure > _WITH).float(), reduction="none")
    return (losses * weights).sum() / weights.sum()


def _with_threshold(gate: Gate, reader: Reader, dev: Sequence[Document]) -> Gate:
    """The gate with the threshold that dev asks for."""
    read = read_all(reader, dev)
    needed = [gate.threshold]
    for gold, predicted, (_, encoding, _) in zip(dev, predict(reader.heads, read), read, strict=True):
        right = {(triple.country, triple.status, triple.date) for triple in gold.triples}
        used = {t.trigger for t in predicted.triples if (t.country, t.status, t.date) in right}
        scores = gate.scores(encoding.pieces)
        at = edges(encoding)
        for mention in predicted.entities:
            if mention.id in used:
                word = _words(encoding, mention.start, mention.end)[0]
                (sentence,) = sentences_of(encoding, encoding.links[encoding.links[:, 1] == word, 0][:1])
                needed.append(float(scores[at[sentence] : at[sentence + 1]].max()))
    return replace(gate, threshold=min(needed) - _ROOM)
