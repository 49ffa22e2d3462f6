"""Which parts of a document are worth reading: those around a sentence that may hold a trigger.

A small convolution over pieces, learned from what the model itself finds, scores each piece at a hundredth of
the encoder's cost; its threshold is set where no trigger of a triple is missed on dev, with room to spare.
The encoder then reads the sentences that pass, and, around those where it sees a trigger too, all that a
trigger may be tied to. What is passed over is not read: a document without a status costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.encoding import Encoding

GATE_ARRAYS = ("embedding", "kernel", "bias", "output")
#: Pieces on either side of the one that is scored.
REACH = 3
#: Pieces that are read before and after a sentence with a trigger, to the bounds of sentences; what a trigger
#: is tied to stands mostly before it.
_BEFORE, _AFTER = 128, 64
#: Pieces on either side of a sentence that are read with it to see whether it holds a trigger.
_NEAR = 16


@dataclass(frozen=True, slots=True)
class Gate:
    """A convolution over pieces; one counts whose score reaches `threshold`.

    `embedding` (vocabulary, width), `kernel` (channels, (2 REACH + 1) x width), `bias` (channels,) and
    `output` (channels,).
    """

    embedding: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray
    output: np.ndarray
    threshold: float

    @classmethod
    def from_state(cls, state: Mapping[str, np.ndarray], threshold: float) -> Gate:
        """The gate among the arrays of a `StatutsModel`. Raises KeyError for one that is missing."""
        arrays = (state[f"gate.{name}"].astype(np.float32) for name in GATE_ARRAYS)
        embedding, kernel, bias, output = arrays
        return cls(embedding, kernel, bias, output, threshold)

    def scores(self, pieces: np.ndarray) -> np.ndarray:
        """A logit for each of a document's pieces (pieces,): high where a trigger may be."""
        if not len(pieces):
            return np.zeros(0, dtype=np.float32)
        padded = np.zeros((len(pieces) + 2 * REACH, self.embedding.shape[1]), dtype=np.float32)
        padded[REACH : REACH + len(pieces)] = self.embedding[pieces]
        around = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1, axis=0)
        flat = around.transpose(0, 2, 1).reshape(len(pieces), -1)
        return np.maximum(flat @ self.kernel.T + self.bias, 0) @ self.output

    def open(self, encoding: Encoding) -> np.ndarray:
        """The numbers of the sentences that may hold a trigger, as `edges` counts them, in order."""
        marked = np.flatnonzero(self.scores(encoding.pieces) >= self.threshold)
        return sentences_of(encoding, marked)


#: Half-open ranges of pieces, in order and apart from each other.
Ranges = list[tuple[int, int]]


def edges(encoding: Encoding) -> np.ndarray:
    """Where sentences begin, in pieces, and the end of the last: shape (sentences + 1,)."""
    sentence = np.full(len(encoding.pieces), -1)
    sentence[encoding.links[::-1, 0]] = encoding.sentences[encoding.links[::-1, 1]]
    starts = np.flatnonzero(np.diff(np.maximum.accumulate(sentence))) + 1
    return np.concatenate([[0], starts, [len(encoding.pieces)]])


def sentences_of(encoding: Encoding, pieces: np.ndarray) -> np.ndarray:
    """The numbers of the sentences that hold some of `pieces`, in order."""
    return np.unique(np.searchsorted(edges(encoding), pieces, side="right")) - 1


def near(encoding: Encoding, sentences: np.ndarray) -> Ranges:
    """The pieces of these sentences with a few on either side."""
    at = edges(encoding)
    starts, ends = at[sentences] - _NEAR, at[sentences + 1] + _NEAR
    return _merged(np.maximum(starts, 0), np.minimum(ends, at[-1]))


def around(encoding: Encoding, sentences: np.ndarray) -> Ranges:
    """The pieces of these sentences and of those around them, as far as a trigger's relations reach."""
    at = edges(encoding)
    # From the last sentence that begins so far before, to the first that ends so far after.
    first = np.searchsorted(at, at[sentences] - _BEFORE, side="right") - 1
    last = np.searchsorted(at, at[sentences + 1] + _AFTER)
    return _merged(at[np.maximum(first, 0)], at[np.minimum(last, len(at) - 1)])


def _merged(starts: np.ndarray, ends: np.ndarray) -> Ranges:
    ranges: Ranges = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        else:
            ranges.append((start, end))
    return ranges


def size(ranges: Ranges) -> int:
    """How many pieces there are in all."""
    return sum(end - start for start, end in ranges)
