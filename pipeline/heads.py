"""The model's heads over the words of a document, without a deep-learning framework: what `extract` runs.

`pipeline.training.model` holds the same heads for training. All take `hidden`, a word matrix of shape (words,
hidden size), fp32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.special import erf, softmax

from pipeline.document import ENTITY_LABELS, RELATION_TYPES, STATUSES, TAIL_LABELS, EntityLabel

BIO_TAGS = ("O", *(f"{prefix}-{label}" for label in ENTITY_LABELS for prefix in "BI"))
_STATUS_TAGS = [index for index, tag in enumerate(BIO_TAGS) if tag.endswith("STATUS")]
TRIGGER_CLASSES = (*STATUSES, "none")
#: The index of the relation type that a mention of this label can be the tail of.
TAIL_TYPE: dict[EntityLabel, int] = {
    label: i for i, kind in enumerate(RELATION_TYPES) for label in TAIL_LABELS[kind]
}

DISTANCE_EDGES = np.array([-64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 3, 5, 9, 17, 33, 65])
#: Counts among the pair features are capped here.
COUNT_CAP = 4
#: How many values each of the pair features takes.
PAIR_FEATURE_SIZES = (len(DISTANCE_EDGES) + 1, *([COUNT_CAP + 1] * 3), len(ENTITY_LABELS))


def pair_features(
    spans: np.ndarray, labels: np.ndarray, pairs: np.ndarray, sentences: np.ndarray
) -> np.ndarray:
    """Integer features of (trigger, mention) pairs, shape (pairs, 5), bounded by `PAIR_FEATURE_SIZES`.

    Signed distance in words, mentions of the same label between, triggers between, sentence ends between,
    and the mention's label. `spans` (spans, 2) are half-open ranges of words, `labels` (spans,) index
    `ENTITY_LABELS`, `pairs` (pairs, 2) index `spans`, `sentences` (words,) numbers each word's sentence.
    """
    heads, tails = spans[pairs[:, 0]], spans[pairs[:, 1]]
    before = tails[:, 0] < heads[:, 0]
    left_start, left_end = (np.where(before, tails[:, i], heads[:, i]) for i in (0, 1))
    right_start = np.where(before, heads[:, 0], tails[:, 0])
    distance = np.maximum(0, right_start - left_end + 1) * np.where(before, -1, 1)
    tail_labels = labels[pairs[:, 1]]

    def between(label: int) -> np.ndarray:
        starts = np.unique(spans[labels == label, 0])
        return np.searchsorted(starts, right_start) - np.searchsorted(starts, left_start, side="right")

    same = np.zeros(len(pairs), dtype=np.int64)
    for label in np.unique(tail_labels):
        same = np.where(tail_labels == label, between(int(label)), same)
    triggers = between(ENTITY_LABELS.index("STATUS"))
    ends = sentences[right_start] - sentences[np.maximum(left_end - 1, 0)]
    capped = [np.clip(count, 0, COUNT_CAP) for count in (same, triggers, ends)]
    return np.stack(
        [np.searchsorted(DISTANCE_EDGES, distance, side="right"), *capped, tail_labels], axis=1
    ).astype(np.int64)


def _thresholds() -> dict[str, float]:
    return dict.fromkeys(("trigger", *RELATION_TYPES), 0.5)


def _margins() -> dict[str, float]:
    return {"holder": 0.0, "org": 0.0, "date": 0.7}


@dataclass(frozen=True, slots=True)
class Decisions:
    """What turns the heads' logits into mentions and relations. Training chooses it on dev; the defaults are
    what its epochs are compared by.

    `thresholds` holds probabilities in [0, 1]: `trigger`, and one for each relation type. A relation also
    needs `margins` times the probability of the likeliest one of its type and trigger. `trigger_bias` is
    added to the STATUS logits before tagging, `continuation` to the logit of going on with a mention.
    """

    thresholds: Mapping[str, float] = field(default_factory=_thresholds)
    margins: Mapping[str, float] = field(default_factory=_margins)
    trigger_bias: float = 0.0
    continuation: float = 2.0


#: A linear layer: weights (outputs, inputs) and bias (outputs,).
Linear = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Heads:
    """The tagger, the classifier of triggers, the scorer of pairs, and how their answers are decided on."""

    tagger: Linear
    trigger_projection: Linear
    mention_projection: Linear
    between_projection: Linear
    trigger_classifier: Linear
    pair_scorer: tuple[Linear, Linear]
    feature_embeddings: tuple[np.ndarray, ...]
    decisions: Decisions

    @classmethod
    def from_state(cls, state: Mapping[str, np.ndarray], decisions: Decisions) -> Heads:
        """The heads among the arrays of a `StatutsModel`. Raises KeyError for one that is missing."""

        def linear(name: str) -> Linear:
            return state[f"{name}.weight"].astype(np.float32), state[f"{name}.bias"].astype(np.float32)

        return cls(
            tagger=linear("tagger"),
            trigger_projection=linear("trigger_projection"),
            mention_projection=linear("mention_projection"),
            between_projection=linear("between_projection"),
            trigger_classifier=linear("trigger_classifier"),
            pair_scorer=(linear("pair_scorer.0"), linear("pair_scorer.3")),
            feature_embeddings=tuple(
                state[f"feature_embeddings.{index}.weight"].astype(np.float32)
                for index in range(len(PAIR_FEATURE_SIZES))
            ),
            decisions=decisions,
        )

    def tag(self, hidden: np.ndarray) -> np.ndarray:
        """BIO logits, shape (words, tags)."""
        return _apply(self.tagger, hidden)

    def classify_triggers(self, hidden: np.ndarray, spans: np.ndarray) -> np.ndarray:
        """Probabilities of `TRIGGER_CLASSES` for word spans (spans, 2): shape (spans, classes)."""
        states = _gelu(_apply(self.trigger_projection, _span_states(hidden, spans)))
        return softmax(_apply(self.trigger_classifier, states), axis=-1)

    def score_pairs(
        self, hidden: np.ndarray, spans: np.ndarray, pairs: np.ndarray, features: np.ndarray
    ) -> np.ndarray:
        """Logits over the relation types of pairs, shape (pairs, types).

        `spans` (spans, 2) are word spans, `pairs` (pairs, 2) index them as (trigger, mention), `features`
        (pairs, 5) come from `pair_features`.
        """
        states = _span_states(hidden, spans)
        heads, tails = (np.unique(pairs[:, side], return_inverse=True) for side in (0, 1))
        triggers = _gelu(_apply(self.trigger_projection, states[heads[0]]))
        mentions = _gelu(_apply(self.mention_projection, states[tails[0]]))
        left, right = spans[pairs[:, 0]], spans[pairs[:, 1]]
        gaps = np.stack([np.minimum(left[:, 1], right[:, 1]), np.maximum(left[:, 0], right[:, 0])], axis=1)
        # A layer is linear: of words, mentions and features there are fewer than of pairs.
        weight, bias = self.between_projection
        between = _gelu(_means(hidden @ weight.T, gaps) + bias)
        weight, bias = self.pair_scorer[0]
        widths = [triggers.shape[1]] * 4 + [table.shape[1] for table in self.feature_embeddings]
        parts = np.split(weight, np.cumsum(widths)[:-1], axis=1)
        of_trigger, of_mention, of_product, of_between, *of_features = parts
        scored = (triggers[heads[1]] * mentions[tails[1]]) @ of_product.T
        scored += between @ of_between.T
        scored += (triggers @ of_trigger.T + bias)[heads[1]]
        scored += (mentions @ of_mention.T)[tails[1]]
        for table, part, values in zip(self.feature_embeddings, of_features, features.T, strict=True):
            scored += (table @ part.T)[values]
        return _apply(self.pair_scorer[1], _gelu(scored))


def status_probabilities(logits: np.ndarray) -> np.ndarray:
    """The probability (words,) that a word is of a trigger, from the tagger's logits (words, tags)."""
    return softmax(logits, axis=-1)[:, _STATUS_TAGS].sum(axis=1)


def pool_words(states: np.ndarray, links: np.ndarray, words: int) -> np.ndarray:
    """Mean of the pieces of each word: shape (words, hidden size).

    `states` (pieces, hidden size); `links` (links, 2) are the (piece, word) pairs that share a character.
    """
    means = np.zeros((words, states.shape[-1]), dtype=np.float32)
    ordered = links[np.argsort(links[:, 1], kind="stable")]
    word, first, counts = np.unique(ordered[:, 1], return_index=True, return_counts=True)
    if len(word):
        means[word] = np.add.reduceat(states[ordered[:, 0]], first) / counts[:, None].astype(np.float32)
    return means


def _apply(layer: Linear, states: np.ndarray) -> np.ndarray:
    return states @ layer[0].T + layer[1]


def _gelu(states: np.ndarray) -> np.ndarray:
    return 0.5 * states * (1 + erf(states / np.sqrt(2, dtype=np.float32)))


def _span_states(hidden: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """First word, last word and mean of each span: shape (spans, 3 x hidden size)."""
    if not len(spans):
        return np.zeros((0, 3 * hidden.shape[1]), dtype=hidden.dtype)
    # The row past the end is for spans that end there.
    open_ended = np.concatenate([hidden, np.zeros_like(hidden[:1])])
    means = np.add.reduceat(open_ended, spans.ravel())[::2] / (spans[:, 1:] - spans[:, :1])
    return np.concatenate([hidden[spans[:, 0]], hidden[spans[:, 1] - 1], means], axis=-1)


def _means(states: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """Mean of the words of each span (spans, 2) among states (words, size); zero for an empty span."""
    sums = np.concatenate([np.zeros((1, states.shape[1]), dtype=states.dtype), states.cumsum(0)])
    lengths = np.maximum(spans[:, 1] - spans[:, 0], 0)
    ends = spans[:, 0] + lengths
    return (sums[ends] - sums[spans[:, 0]]) / np.maximum(lengths, 1)[:, None]
