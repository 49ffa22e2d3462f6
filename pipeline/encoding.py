"""A text as the model reads it: words, pieces and overlapping windows.

A document of any length is read whole, in overlapping windows; every piece takes its state from the window in
which it stands farthest from an edge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from pipeline.document import Document
from pipeline.segment import segment

#: A run of letters and digits, or one other mark. A capital after a small letter starts a new word, since
#: web text loses the break between two blocks (« TaipeiLe Honduras »).
#: Combining marks belong to the letter before them, as in text from some file systems and PDFs.
WORD = re.compile(
    r"[\w\u0300-\u036f]+?(?<=[a-zß-öø-ÿœ\u0300-\u036f])(?=[A-ZÀ-ÖØ-ÞŒ])|[\w\u0300-\u036f]+|[^\w\s]"
)
#: Pieces in a window, without the two special tokens: what it takes grows faster than what it tells.
WINDOW = 256
#: Pieces that a window shares with the one before, at least.
OVERLAP = 48
#: The special tokens around a row of pieces, the one that fills a batch, and the one that hides a piece.
BEGIN, END, PAD, MASK = "<s>", "</s>", "<pad>", "<mask>"


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


def split_words(text: str) -> np.ndarray:
    """Offsets of the words (runs of letters and digits, or single other marks), shape (words, 2)."""
    spans = [match.span() for match in WORD.finditer(text)]
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def encode(tokenizer: Tokenizer, documents: Sequence[Document]) -> list[Encoding]:
    """Encode documents, each whole. Sentences are found where `document.sentences` is empty."""
    texts = [document.text for document in documents]
    batch = tokenizer.encode_batch(texts, add_special_tokens=False)
    return [
        _encoding(
            document,
            np.array(found.ids, dtype=np.int64),
            np.array(found.offsets, dtype=np.int64).reshape(-1, 2),
        )
        for document, found in zip(documents, batch, strict=True)
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


def windows(start: int, end: int, *, size: int = WINDOW, overlap: int = OVERLAP) -> list[tuple[int, int]]:
    """Half-open ranges of at most `size` pieces that cover those from `start` to `end`; neighbours share
    `overlap` or more. They are as few as can be, and of one length.
    """
    pieces = end - start
    if pieces <= size:
        return [(start, end)] if pieces else []
    count = -(-(pieces - overlap) // (size - overlap))
    length = -(-(pieces + (count - 1) * overlap) // count)
    firsts = (start + number * (pieces - length) // (count - 1) for number in range(count))
    return [(first, first + length) for first in firsts]


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces `start` to `end` (half-open) of the encoding with index `document`, read as one row.

    `kept` are the places in it whose states count: of pieces that stand in no other window farther from an
    edge behind which the document goes on.
    """

    document: int
    start: int
    end: int
    kept: np.ndarray


def all_windows(
    encodings: Sequence[Encoding], ranges: Sequence[Sequence[tuple[int, int]]] | None = None
) -> Iterator[Window]:
    """The windows of several documents, in order, of all pieces or, with `ranges`, of these of each document,
    which lie apart from each other.
    """
    for index, encoding in enumerate(encodings):
        total = len(encoding.pieces)
        read = [(0, total)] if ranges is None else ranges[index]
        found = [window for start, end in read for window in windows(start, end)]
        deepest, owner = np.full(total, -1), np.full(total, -1)
        for number, (start, end) in enumerate(found):
            depth = _depth(start, end, total)
            deeper = depth > deepest[start:end]
            deepest[start:end][deeper] = depth[deeper]
            owner[start:end][deeper] = number
        for number, (start, end) in enumerate(found):
            yield Window(index, start, end, np.flatnonzero(owner[start:end] == number))


def _depth(start: int, end: int, total: int) -> np.ndarray:
    """How far each piece of a window stands from an edge behind which the document goes on."""
    places = np.arange(start, end)
    before = places - start if start else np.full(end - start, total)
    after = end - 1 - places if end < total else np.full(end - start, total)
    return np.minimum(before, after)


def special(tokenizer: Tokenizer, token: str) -> int:
    """The id of a special token. Raises ValueError where the tokenizer has none such."""
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the tokenizer has no {token}")
    return found


def rows(cut: Sequence[Window], encodings: Sequence[Encoding], tokenizer: Tokenizer) -> list[np.ndarray]:
    """The ids of each window with the special tokens around them."""
    begin, end = ([special(tokenizer, token)] for token in (BEGIN, END))
    return [
        np.concatenate([begin, encodings[window.document].pieces[window.start : window.end], end])
        for window in cut
    ]
