"""Which parts of a document are worth reading: those around a sentence that may hold a trigger.

A small convolution over pieces, learned from what the model itself finds, scores each piece at a hundredth of
the encoder's cost; its threshold is set where no trigger of a triple is missed on dev, with room to spare.
What it passes over is not read: a document without a status costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.encoding import Encoding, sentence_starts

#: Pieces on either side of the one that is scored.
REACH = 3
#: Pieces that are read before and after a sentence that may hold a trigger, to the bounds of sentences; what
#: a trigger is tied to stands mostly before it.
_BEFORE, _AFTER = 128, 64


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
        arrays = (
            state[f"gate.{name}"].astype(np.float32) for name in ("embedding", "kernel", "bias", "output")
        )
        embedding, kernel, bias, output = arrays
        return cls(embedding, kernel, bias, output, threshold)

    def scores(self, pieces: np.ndarray) -> np.ndarray:
        """A logit for each of a document's pieces (pieces,): high where a trigger may be."""
        padded = np.zeros((len(pieces) + 2 * REACH, self.embedding.shape[1]), dtype=np.float32)
        padded[REACH : REACH + len(pieces)] = self.embedding[pieces]
        around = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1, axis=0)
        flat = around.transpose(0, 2, 1).reshape(len(pieces), -1)
        return np.maximum(flat @ self.kernel.T + self.bias, 0) @ self.output

    def open(self, encoding: Encoding) -> list[tuple[int, int]]:
        """The half-open ranges of pieces that are to be read, in order, apart from each other."""
        marked = np.flatnonzero(self.scores(encoding.pieces) >= self.threshold)
        if not len(marked):
            return []
        edges = np.concatenate([[0], sentence_starts(encoding), [len(encoding.pieces)]])
        sentences = np.unique(np.searchsorted(edges, marked, side="right")) - 1
        # From the last sentence that begins so far before, to the first that ends so far after.
        first = np.searchsorted(edges, edges[sentences] - _BEFORE, side="right") - 1
        last = np.searchsorted(edges, edges[sentences + 1] + _AFTER)
        ranges: list[tuple[int, int]] = []
        for start, end in zip(
            edges[np.maximum(first, 0)], edges[np.minimum(last, len(edges) - 1)], strict=True
        ):
            if ranges and start <= ranges[-1][1]:
                ranges[-1] = (ranges[-1][0], max(int(end), ranges[-1][1]))
            else:
                ranges.append((int(start), int(end)))
        return ranges
