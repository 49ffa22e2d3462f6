"""The shipped model: one transformer encoder read once, with three heads over its words.

Pieces are pooled to words, so that no mention can end inside a word. The heads are a BIO tagger, a
classifier of the status that a trigger carries (or none), and a scorer of (trigger, mention) pairs from
both spans, what lies between them and how far apart they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

from pipeline.document import ENTITY_LABELS, RELATION_TYPES, STATUSES, TAIL_LABELS, EntityLabel

#: A run of letters and digits, or one other mark. A capital after a small letter starts a new word, since
#: web text loses the break between two blocks (« TaipeiLe Honduras »).
WORD = re.compile(r"\w+?(?<=[a-zß-öø-ÿœ])(?=[A-ZÀ-ÖØ-ÞŒ])|\w+|[^\w\s]")
BIO_TAGS = ("O", *(f"{prefix}-{label}" for label in ENTITY_LABELS for prefix in "BI"))
TRIGGER_CLASSES = (*STATUSES, "none")
TAIL_TYPE = {label: i for i, kind in enumerate(RELATION_TYPES) for label in TAIL_LABELS[kind]}

DISTANCE_EDGES = np.array([-64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 3, 5, 9, 17, 33, 65])
COUNT_CAP = 4
"""Counts among the pair features are capped here."""
PAIR_FEATURE_SIZES = (len(DISTANCE_EDGES) + 1, *([COUNT_CAP + 1] * 3), len(ENTITY_LABELS))


class StatutsConfig(PreTrainedConfig):
    """Configuration of `StatutsModel`: the encoder's, the heads' width, the decision thresholds.

    `thresholds` holds probabilities in [0, 1]: `trigger`, and one for each relation type.
    `trigger_bias` is added to the STATUS logits before tagging. All are chosen on dev by the training.
    """

    model_type = "statuts"

    def __init__(
        self,
        encoder: dict | None = None,
        width: int = 192,
        dropout: float = 0.1,
        thresholds: dict[str, float] | None = None,
        trigger_bias: float = 0.0,
        **kwargs: object,
    ) -> None:
        self.encoder = encoder or {}
        self.width = width
        self.dropout = dropout
        self.thresholds = thresholds or dict.fromkeys(("trigger", *RELATION_TYPES), 0.5)
        self.trigger_bias = trigger_bias
        super().__init__(**kwargs)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Encoding:
    """A stretch of text as the model reads it.

    `words` are the half-open character offsets of its words in the document, `pieces` the encoder's input
    ids with the special tokens, `links` the (piece, word) pairs that share a character.
    """

    words: tuple[tuple[int, int], ...]
    pieces: tuple[int, ...]
    links: tuple[tuple[int, int], ...]


def split_words(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Offsets of the words (runs of letters and digits, or single other marks) of `text[start:end]`."""
    return [match.span() for match in WORD.finditer(text, start, len(text) if end is None else end)]


def encode(
    tokenizer: PreTrainedTokenizerBase, text: str, spans: Sequence[tuple[int, int]]
) -> list[Encoding]:
    """Encode the stretches `spans` of `text`, each on its own. Nothing is cut off, however long."""
    if not spans:
        return []
    batch = tokenizer(
        [text[start:end] for start, end in spans],
        return_offsets_mapping=True,
        add_special_tokens=True,
        truncation=False,
        verbose=False,
    )
    encodings = []
    for (start, end), pieces, offsets in zip(
        spans, batch["input_ids"], batch["offset_mapping"], strict=True
    ):
        words = split_words(text, start, end)
        links = []
        word = 0
        for piece, (piece_start, piece_end) in enumerate(offsets):
            while word < len(words) and words[word][1] <= start + piece_start:
                word += 1
            covered = word
            while covered < len(words) and words[covered][0] < start + piece_end:
                links.append((piece, covered))
                covered += 1
        encodings.append(Encoding(tuple(words), tuple(pieces), tuple(links)))
    return encodings


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of words, half-open, that pairs are made of."""

    label: EntityLabel
    start: int
    end: int


def pair_features(
    candidates: Sequence[Candidate], pairs: Sequence[tuple[int, int]], stops: Sequence[int]
) -> np.ndarray:
    """Integer features of (trigger, mention) pairs, shape (pairs, 5), bounded by `PAIR_FEATURE_SIZES`.

    Signed distance in words, mentions of the same label between, triggers between, sentence ends between,
    and the mention's label. `pairs` index `candidates`; `stops[i]` counts the sentence ends before word i.
    """
    features = np.zeros((len(pairs), len(PAIR_FEATURE_SIZES)), dtype=np.int64)
    starts = {
        label: np.array(sorted({c.start for c in candidates if c.label == label})) for label in ENTITY_LABELS
    }
    for row, (head, tail) in enumerate(pairs):
        trigger, mention = candidates[head], candidates[tail]
        before = mention.start < trigger.start
        left, right = (mention, trigger) if before else (trigger, mention)
        distance = max(0, right.start - left.end + 1) * (-1 if before else 1)
        between = [
            int(np.count_nonzero((starts[label] > left.start) & (starts[label] < right.start)))
            for label in (mention.label, "STATUS")
        ]
        ends = stops[right.start] - stops[min(left.end, len(stops) - 1)]
        features[row] = (
            np.searchsorted(DISTANCE_EDGES, distance, side="right"),
            *(min(COUNT_CAP, count) for count in between),
            min(COUNT_CAP, max(0, ends)),
            ENTITY_LABELS.index(mention.label),
        )
    return features


def sentence_stops(text: str, words: Sequence[tuple[int, int]]) -> list[int]:
    """For each word, how many words that end a sentence stand before it; one more entry for the end."""
    stops = [0]
    for start, end in words:
        stops.append(stops[-1] + (text[end - 1] in ".!?…" or "\n" in text[end : end + 1]))
    return stops


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

    def read(self, encodings: Sequence[Encoding]) -> list[Tensor]:
        """Encode a batch. Returns one word matrix for each encoding, on the model's device."""
        device = self.device
        longest = max(len(e.pieces) for e in encodings)
        pad = self.encoder.config.pad_token_id
        ids = torch.full((len(encodings), longest), pad, dtype=torch.long)
        mask = torch.zeros((len(encodings), longest), dtype=torch.long)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.pieces)] = torch.tensor(encoding.pieces)
            mask[row, : len(encoding.pieces)] = 1
        states = self.encoder(input_ids=ids.to(device), attention_mask=mask.to(device)).last_hidden_state
        matrices = []
        for row, encoding in enumerate(encodings):
            links = torch.tensor(encoding.links, dtype=torch.long, device=device).view(-1, 2)
            sums = states.new_zeros(len(encoding.words), states.shape[-1])
            counts = states.new_zeros(len(encoding.words), 1)
            sums = sums.index_add(0, links[:, 1], states[row, links[:, 0]])
            counts = counts.index_add(0, links[:, 1], states.new_ones(len(links), 1))
            matrices.append(sums / counts.clamp(min=1))
        return matrices

    def tag(self, hidden: Tensor) -> Tensor:
        """BIO logits, shape (words, tags)."""
        return self.tagger(self.dropout(hidden))

    @staticmethod
    def _span_states(hidden: Tensor, spans: Tensor) -> Tensor:
        """First word, last word and mean of each span: shape (spans, 3 x hidden size)."""
        return torch.cat([hidden[spans[:, 0]], hidden[spans[:, 1] - 1], _means(hidden, spans)], dim=-1)

    def project_triggers(self, hidden: Tensor, spans: Tensor) -> Tensor:
        """Trigger vectors of word spans (spans, 2): shape (spans, width)."""
        return torch.nn.functional.gelu(self.trigger_projection(self.dropout(self._span_states(hidden, spans))))

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
        mentions = torch.nn.functional.gelu(
            self.mention_projection(self.dropout(self._span_states(hidden, spans)))
        )[pairs[:, 1]]
        gaps = torch.stack(
            [torch.minimum(heads[:, 1], tails[:, 1]), torch.maximum(heads[:, 0], tails[:, 0])], dim=1
        )
        between = torch.nn.functional.gelu(self.between_projection(self.dropout(_means(hidden, gaps))))
        embedded = [embedding(features[:, i]) for i, embedding in enumerate(self.feature_embeddings)]
        return self.pair_scorer(torch.cat([triggers, mentions, triggers * mentions, between, *embedded], dim=-1))


def _means(hidden: Tensor, spans: Tensor) -> Tensor:
    """Mean of the words of each span (spans, 2); zero for an empty span."""
    sums = torch.cat([hidden.new_zeros(1, hidden.shape[1]), hidden.cumsum(0)])
    lengths = (spans[:, 1] - spans[:, 0]).clamp(min=0)
    ends = spans[:, 0] + lengths
    return (sums[ends] - sums[spans[:, 0]]) / lengths.clamp(min=1).unsqueeze(1)
