"""A document as the encoder leaves it: one state for each word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from pipeline.document import Document
from pipeline.encoding import PAD, Encoding, all_windows, encode, rows, special
from pipeline.engines import Engine, OnnxEngine, TorchEngine, encoder_arrays, load_weights
from pipeline.errors import StatutsError
from pipeline.gate import Gate, Ranges, around, near, sentences_of, size
from pipeline.heads import Decisions, Heads, pool_words, status_probabilities

#: The encoding and the word matrix (words, hidden size) of each of some documents.
States = list[tuple[Encoding, np.ndarray]]

#: A word that the tagger gives this probability, of being of a trigger, is worth a second look.
_CHANCE = 0.02


class Reader:
    """A model with its tokenizer: turns documents into word states, and has the heads that read these."""

    def __init__(self, engine: Engine, tokenizer: Tokenizer, heads: Heads, gate: Gate | None = None) -> None:
        self.engine = engine
        self.tokenizer = tokenizer
        self.heads = heads
        self.gate = gate

    @classmethod
    def from_pretrained(
        cls, folder: Path, *, engine: str = "onnx", device: str = "cpu", threads: int | None = None
    ) -> Reader:
        """Load a folder that `make train` wrote. Raises StatutsError where it holds no such model.

        `engine` is `onnx` or `torch`; `device` is torch's; `threads` None uses all cores.
        """
        config, state = load_weights(folder)
        try:
            heads = Heads.from_state(state, decisions_of(config))
            gate = Gate.from_state(state, config["gate"]) if config.get("gate") is not None else None
            encoder = encoder_arrays(state)
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            pad = special(tokenizer, PAD)
            loaded: Engine = (
                OnnxEngine(encoder, config["encoder"], threads=threads)
                if engine == "onnx"
                else TorchEngine.from_state(encoder, config["encoder"], pad, device=device, threads=threads)
            )
        except KeyError as error:
            raise StatutsError(f"{folder}: the weights lack {error.args[0]}") from error
        except (TypeError, ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0]
            raise StatutsError(f"{folder}: cannot be loaded as a Statuts model: {reason}") from error
        return cls(loaded, tokenizer, heads, gate)

    def read(self, encodings: Sequence[Encoding], *, gated: bool = False) -> list[np.ndarray]:
        """One word matrix (words, hidden size) for each encoding.

        `gated` reads only where the gate, if the model has one, and then the tagger see that a trigger may
        be; the states of other words are zero.
        """
        if not gated or self.gate is None:
            return self._read(encodings, None)
        passed = [self.gate.open(encoding) for encoding in encodings]
        wide = [around(encoding, sentences) for encoding, sentences in zip(encodings, passed, strict=True)]
        narrow = [near(encoding, sentences) for encoding, sentences in zip(encodings, passed, strict=True)]
        # Where triggers are many, a first look would cost about as much as all that it can save.
        looked = [index for index in range(len(encodings)) if 2 * size(narrow[index]) < size(wide[index])]
        seen = self._read([encodings[index] for index in looked], [narrow[index] for index in looked])
        for index, hidden in zip(looked, seen, strict=True):
            wide[index] = around(encodings[index], self._with_trigger(encodings[index], hidden))
        return self._read(encodings, wide)

    def _with_trigger(self, encoding: Encoding, hidden: np.ndarray) -> np.ndarray:
        """The numbers of the sentences in which the tagger gives some word a chance to be of a trigger."""
        read = hidden.any(axis=1)
        chance = np.zeros(len(hidden))
        chance[read] = status_probabilities(self.heads.tag(hidden[read]))
        words = np.flatnonzero(chance >= _CHANCE)
        return sentences_of(encoding, encoding.links[np.isin(encoding.links[:, 1], words), 0])

    def _read(self, encodings: Sequence[Encoding], ranges: Sequence[Ranges] | None) -> list[np.ndarray]:
        cut = list(all_windows(encodings, ranges))
        width = self.heads.tagger[0].shape[1]
        states = [np.zeros((len(e.pieces), width), dtype=np.float32) for e in encodings]
        for window, found in zip(cut, self.engine(rows(cut, encodings, self.tokenizer)), strict=True):
            states[window.document][window.start + window.kept] = found[1 + window.kept]
        return [pool_words(s, e.links, len(e.words)) for s, e in zip(states, encodings, strict=True)]

    def states(self, documents: Sequence[Document], *, gated: bool = False) -> States:
        """Encode and `read` documents: for each its encoding and word matrix."""
        encodings = encode(self.tokenizer, documents)
        return list(zip(encodings, self.read(encodings, gated=gated), strict=True))


def decisions_of(config: Mapping[str, Any]) -> Decisions:
    """How a model's answers are decided on, from its configuration."""
    names = ("thresholds", "margins", "trigger_bias", "continuation")
    return Decisions(**{name: config[name] for name in names})
