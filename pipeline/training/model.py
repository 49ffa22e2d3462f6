"""The shipped model: one transformer encoder read once, with three heads over its words.

Pieces are pooled to words, so that no mention can end inside a word. The heads are a BIO tagger, a
classifier of the status that a trigger carries (or none), and a scorer of (trigger, mention) pairs from
both spans, what lies between them and how far apart they stand.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel, PreTrainedConfig, PreTrainedModel

from pipeline.document import ENTITY_LABELS, RELATION_TYPES, STATUSES, TAIL_LABELS, EntityLabel

BIO_TAGS = ("O", *(f"{prefix}-{label}" for label in ENTITY_LABELS for prefix in "BI"))
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


class StatutsConfig(PreTrainedConfig):
    """Configuration of `StatutsModel`: the encoder's, the heads' width, and how decisions are made.

    `thresholds` holds probabilities in [0, 1]: `trigger`, and one for each relation type. A relation also
    needs `margins` times the probability of the likeliest one of its type and trigger. `trigger_bias` is
    added to the STATUS logits before tagging, `continuation` to the logit of going on with a mention.
    Training chooses them on dev; the defaults here are what its epochs are compared by.
    """

    model_type = "statuts"

    def __init__(
        self,
        encoder: dict | None = None,
        width: int = 192,
        dropout: float = 0.1,
        thresholds: dict[str, float] | None = None,
        margins: dict[str, float] | None = None,
        trigger_bias: float = 0.0,
        continuation: float = 2.0,
        **kwargs: object,
    ) -> None:
        self.encoder = encoder or {}
        self.width = width
        self.dropout = dropout
        self.thresholds = dict.fromkeys(("trigger", *RELATION_TYPES), 0.5) | (thresholds or {})
        self.margins = {"holder": 0.0, "org": 0.0, "date": 0.7} | (margins or {})
        self.trigger_bias = trigger_bias
        self.continuation = continuation
        super().__init__(**kwargs)  # type: ignore[arg-type]


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


class StatutsModel(PreTrainedModel):
    """Encoder and heads. `hidden` below is a word matrix of shape (words, hidden size)."""

    config_class = StatutsConfig
    base_model_prefix = "statuts"
    _tied_weights_keys: dict[str, str] = {}  # noqa: RUF012 (the base class's own form)

    def __init__(self, config: StatutsConfig) -> None:
        super().__init__(config)
        self.encoder = BertModel(BertConfig(**config.encoder), add_pooling_layer=False)
        hidden, width = self.encoder.config.hidden_size, config.width
        self.dropout = nn.Dropout(config.dropout)
        self.tagger = nn.Linear(hidden, len(BIO_TAGS))
        self.trigger_projection = nn.Linear(3 * hidden, width)
        self.mention_projection = nn.Linear(3 * hidden, width)
        self.between_projection = nn.Linear(hidden, width)
        self.trigger_classifier = nn.Linear(width, len(TRIGGER_CLASSES))
        self.feature_embeddings = nn.ModuleList(nn.Embedding(size, 24) for size in PAIR_FEATURE_SIZES)
        self.pair_scorer = nn.Sequential(
            nn.Linear(4 * width + 24 * len(PAIR_FEATURE_SIZES), 256),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(256, len(RELATION_TYPES)),
        )
        self.post_init()

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """States of pieces, shape (batch, pieces, hidden size), from ids and mask of (batch, pieces)."""
        return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    def tag(self, hidden: Tensor) -> Tensor:
        """BIO logits, shape (words, tags)."""
        return self.tagger(self.dropout(hidden))

    @staticmethod
    def _span_states(hidden: Tensor, spans: Tensor) -> Tensor:
        """First word, last word and mean of each span: shape (spans, 3 x hidden size)."""
        return torch.cat([hidden[spans[:, 0]], hidden[spans[:, 1] - 1], _means(hidden, spans)], dim=-1)

    def project_triggers(self, hidden: Tensor, spans: Tensor) -> Tensor:
        """Trigger vectors of word spans (spans, 2): shape (spans, width)."""
        states = self.dropout(self._span_states(hidden, spans))
        return nn.functional.gelu(self.trigger_projection(states))

    def classify_triggers(self, hidden: Tensor, spans: Tensor) -> Tensor:
        """Logits over `TRIGGER_CLASSES` of word spans (spans, 2): shape (spans, classes)."""
        return self.trigger_classifier(self.project_triggers(hidden, spans))

    def score_pairs(self, hidden: Tensor, spans: Tensor, pairs: Tensor, features: Tensor) -> Tensor:
        """Logits over the relation types of pairs, shape (pairs, types).

        `spans` (spans, 2) are word spans, `pairs` (pairs, 2) index them as (trigger, mention), `features`
        (pairs, 5) come from `pair_features`.
        """
        heads, tails = spans[pairs[:, 0]], spans[pairs[:, 1]]
        triggers = self.project_triggers(hidden, spans)[pairs[:, 0]]
        states = self.dropout(self._span_states(hidden, spans))
        mentions = nn.functional.gelu(self.mention_projection(states))[pairs[:, 1]]
        gaps = torch.stack(
            [torch.minimum(heads[:, 1], tails[:, 1]), torch.maximum(heads[:, 0], tails[:, 0])], dim=1
        )
        between = nn.functional.gelu(self.between_projection(self.dropout(_means(hidden, gaps))))
        embedded = [embedding(features[:, i]) for i, embedding in enumerate(self.feature_embeddings)]
        return self.pair_scorer(
            torch.cat([triggers, mentions, triggers * mentions, between, *embedded], dim=-1)
        )


def pool_words(states: Tensor, links: Tensor, words: int) -> Tensor:
    """Mean of the pieces of each word: shape (words, hidden size).

    `states` (pieces, hidden size); `links` (links, 2) are the (piece, word) pairs that share a character.
    """
    sums = states.new_zeros(words, states.shape[-1]).index_add(0, links[:, 1], states[links[:, 0]])
    counts = states.new_zeros(words, 1).index_add(0, links[:, 1], states.new_ones(len(links), 1))
    return sums / counts.clamp(min=1)


def _means(hidden: Tensor, spans: Tensor) -> Tensor:
    """Mean of the words of each span (spans, 2); zero for an empty span."""
    sums = torch.cat([hidden.new_zeros(1, hidden.shape[1]), hidden.cumsum(0)])
    lengths = (spans[:, 1] - spans[:, 0]).clamp(min=0)
    ends = spans[:, 0] + lengths
    return (sums[ends] - sums[spans[:, 0]]) / lengths.clamp(min=1).unsqueeze(1)
