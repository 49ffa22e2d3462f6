"""The shipped model as it is trained: one transformer encoder read once, with three heads over its words.

`pipeline.engines` and `pipeline.heads` run it. Pieces are pooled to words, so that no mention can end inside
a word. The heads are a BIO tagger, a classifier of the status that a trigger carries (or none), and a scorer
of (trigger, mention) pairs from both spans, what lies between them and how far apart they stand.
"""

from __future__ import annotations

from dataclasses import asdict

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel, PreTrainedConfig, PreTrainedModel

from pipeline.document import RELATION_TYPES
from pipeline.heads import BIO_TAGS, PAIR_FEATURE_SIZES, TRIGGER_CLASSES, Decisions


class StatutsConfig(PreTrainedConfig):
    """Configuration of `StatutsModel`: the encoder's, the heads' width, and the fields of `Decisions`."""

    model_type = "statuts"

    def __init__(
        self, encoder: dict | None = None, width: int = 192, dropout: float = 0.1, **kwargs: object
    ) -> None:
        self.encoder = encoder or {}
        self.width = width
        self.dropout = dropout
        self.decide(Decisions())
        super().__init__(**kwargs)  # type: ignore[arg-type]

    def decide(self, decisions: Decisions) -> None:
        """Take over how the heads' answers are decided on."""
        for name, value in asdict(decisions).items():
            setattr(self, name, value)


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
