"""A text as the model reads it: words, pieces, overlapping windows, and one state for each word.

A document of any length is read whole. It is cut into windows at sentence ends where that is possible,
and every piece takes its state from the window in which it stands farthest from an edge.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast
from transformers.utils.logging import disable_progress_bar

from pipeline.document import Document
from pipeline.errors import StatutsError
from pipeline.model import StatutsModel, pool_words
from pipeline.segment import segment

#: A run of letters and digits, or one other mark. A capital after a small letter starts a new word, since
#: web text loses the break between two blocks (« TaipeiLe Honduras »).
#: Combining marks belong to the letter before them, as in text from some file systems and PDFs.
WORD = re.compile(
    r"[\w\u0300-\u036f]+?(?<=[a-zß-öø-ÿœ\u0300-\u036f])(?=[A-ZÀ-ÖØ-ÞŒ])|[\w\u0300-\u036f]+|[^\w\s]"
)
#: Pieces in a window, without the two special tokens.
WINDOW = 384
#: Pieces that a window shares with the one before, at least.
OVERLAP = 96
#: Pieces in a batch, padding included.
BATCH_PIECES = 4096


@dataclass(frozen=True, slots=True)
class Encoding:
    """A document as words and pieces.

    `words` (words, 2) are half-open character offsets, `sentences` (words,) numbers the sentence of each
    word, `pieces` (pieces,) are the encoder's input ids without special tokens, `links` (links, 2) the
    (piece, word) pairs that share a character.
    """

    words: np.ndarray
    sentences: np.ndarray
    pieces: np.ndarray
    links: np.ndarray


#: The encoding and the word matrix (words, hidden size) of each of some documents.
States = list[tuple[Encoding, Tensor]]


def split_words(text: str) -> np.ndarray:
    """Offsets of the words (runs of letters and digits, or single other marks), shape (words, 2)."""
    spans = [match.span() for match in WORD.finditer(text)]
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def encode(tokenizer: PreTrainedTokenizerBase, documents: Sequence[Document]) -> list[Encoding]:
    """Encode documents, each whole. Sentences are found where `document.sentences` is empty."""
    if not documents:
        return []
    batch = tokenizer(
        [document.text for document in documents],
        return_offsets_mapping=True,
        add_special_tokens=False,
        truncation=False,
        verbose=False,
    )
    return [
        _encoding(
            document, np.array(pieces, dtype=np.int64), np.array(offsets, dtype=np.int64).reshape(-1, 2)
        )
        for document, pieces, offsets in zip(
            documents, batch["input_ids"], batch["offset_mapping"], strict=True
        )
    ]


def _encoding(document: Document, pieces: np.ndarray, offsets: np.ndarray) -> Encoding:
    words = split_words(document.text)
    sentences = document.sentences or segment(document).sentences
    starts = np.array([sentence.start for sentence in sentences], dtype=np.int64)
    numbers = np.maximum(np.searchsorted(starts, words[:, 0], side="right") - 1, 0)
    # A piece touches the words that end after its start and start before its end.
    first = np.searchsorted(words[:, 1], offsets[:, 0], side="right")
    counts = np.maximum(np.searchsorted(words[:, 0], offsets[:, 1], side="left") - first, 0)
    piece = np.repeat(np.arange(len(pieces)), counts)
    step = np.arange(len(piece)) - np.repeat(np.cumsum(counts) - counts, counts)
    links = np.stack([piece, np.repeat(first, counts) + step], axis=1)
    return Encoding(words, numbers, pieces, links)


def windows(encoding: Encoding, size: int = WINDOW, overlap: int = OVERLAP) -> list[tuple[int, int]]:
    """Half-open ranges of pieces, of at most `size`, that cover all; neighbours share `overlap` or more.

    A window ends with a sentence where one ends in its last third.
    """
    total = len(encoding.pieces)
    if total <= size:
        return [(0, total)] if total else []
    sentence = np.full(total, -1)
    sentence[encoding.links[::-1, 0]] = encoding.sentences[encoding.links[::-1, 1]]
    sentence = np.maximum.accumulate(sentence)
    cuts = np.flatnonzero(np.diff(sentence)) + 1
    found = []
    start = 0
    while True:
        end = start + size
        if end >= total:
            found.append((max(0, total - size), total))
            return found
        before = np.searchsorted(cuts, end, side="right")
        if before and cuts[before - 1] > start + size * 2 // 3:
            end = int(cuts[before - 1])
        found.append((start, end))
        start = end - overlap


class Reader:
    """A model with its tokenizer, on a device: turns documents into word states."""

    def __init__(
        self, model: StatutsModel, tokenizer: PreTrainedTokenizerBase, *, device: str = "cpu"
    ) -> None:
        self.model = model.to(device).eval()  # type: ignore[arg-type]
        self.tokenizer = tokenizer
        self.device = torch.device(device)

    @classmethod
    def from_pretrained(cls, folder: str | os.PathLike[str], *, device: str = "cpu") -> Reader:
        """Load a folder that `save_pretrained` wrote. Raises StatutsError where it holds no such model."""
        disable_progress_bar()
        path = Path(folder)
        if not path.is_dir():
            raise StatutsError(f"{path}: no such model folder; name one that `make train` wrote")
        for name in ("config.json", "model.safetensors", "tokenizer.json"):
            if not (path / name).is_file():
                raise StatutsError(f"{path}: no {name} there; name a folder that `make train` wrote")
        try:
            loaded: Any = StatutsModel.from_pretrained(
                path, dtype=torch.float32, use_safetensors=True, output_loading_info=True
            )
            model, loading = loaded
            tokenizer = PreTrainedTokenizerFast.from_pretrained(path)
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            reason = str(error).strip().splitlines()[0]
            raise StatutsError(f"{path}: cannot be loaded as a Statuts model: {reason}") from error
        lacking = [*loading["missing_keys"], *loading["mismatched_keys"]]
        if lacking:
            raise StatutsError(f"{path}: the weights lack {lacking[0]} (and {len(lacking) - 1} more)")
        return cls(model, tokenizer, device=device)

    def read(self, encodings: Sequence[Encoding]) -> list[Tensor]:
        """One word matrix (words, hidden size) for each encoding, on the reader's device."""
        with torch.inference_mode():
            return word_states(self.model, self.tokenizer, encodings)

    def states(self, documents: Sequence[Document]) -> States:
        """Encode and read documents: for each its encoding and word matrix."""
        encodings = encode(self.tokenizer, documents)
        return list(zip(encodings, self.read(encodings), strict=True))


def word_states(
    model: StatutsModel, tokenizer: PreTrainedTokenizerBase, encodings: Sequence[Encoding]
) -> list[Tensor]:
    """One word matrix (words, hidden size) for each encoding, from batches of windows of like length."""
    device, size = model.device, model.encoder.config.hidden_size
    cut = [(index, *window) for index, encoding in enumerate(encodings) for window in windows(encoding)]
    cut.sort(key=lambda window: window[2] - window[1])
    states = [torch.zeros(len(e.pieces), size, device=device) for e in encodings]
    depths = [np.full(len(e.pieces), -1) for e in encodings]
    for batch in _batches(cut):
        output = model(*padded([encodings[i].pieces[a:b] for i, a, b in batch], tokenizer, device))
        for row, (index, start, end) in enumerate(batch):
            depth = _depth(start, end, len(encodings[index].pieces))
            deeper = depth > depths[index][start:end]
            depths[index][start:end][deeper] = depth[deeper]
            chosen = torch.from_numpy(np.flatnonzero(deeper)).to(device)
            states[index][start + chosen] = output[row, 1 + chosen]
    return [
        pool_words(states[index], torch.from_numpy(e.links).to(device), len(e.words))
        for index, e in enumerate(encodings)
    ]


def padded(
    rows: Sequence[np.ndarray], tokenizer: PreTrainedTokenizerBase, device: torch.device
) -> tuple[Tensor, Tensor]:
    """Input ids and attention mask, shape (rows, longest + 2), with the special tokens around each row."""
    longest = max(len(row) for row in rows) + 2
    ids = np.full((len(rows), longest), tokenizer.pad_token_id, dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row) + 2] = [tokenizer.bos_token_id, *row, tokenizer.eos_token_id]
        mask[index, : len(row) + 2] = 1
    return torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device)


def _batches(cut: Sequence[tuple[int, int, int]]) -> Iterator[list[tuple[int, int, int]]]:
    """Runs of windows, sorted by length, of at most `BATCH_PIECES` pieces when padded."""
    batch: list[tuple[int, int, int]] = []
    for window in cut:
        if batch and (len(batch) + 1) * (window[2] - window[1] + 2) > BATCH_PIECES:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _depth(start: int, end: int, total: int) -> np.ndarray:
    """How far each piece of a window stands from an edge behind which the document goes on."""
    places = np.arange(start, end)
    before = places - start if start else np.full(end - start, total)
    after = end - 1 - places if end < total else np.full(end - start, total)
    return np.minimum(before, after)
