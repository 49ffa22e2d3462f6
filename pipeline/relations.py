"""From mentions to relations: which holders, bodies and dates belong to which STATUS mention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.special import expit

from pipeline.document import ENTITY_LABELS, RELATION_TYPES, Document, Mention, Relation
from pipeline.encoding import Encoding
from pipeline.heads import TAIL_TYPE, Heads, pair_features

#: A trigger and a mention farther apart than this many words are not paired.
REACH = 160
#: Pairs scored at a time. They come in the order of their triggers, so that a chunk spans a stretch of the
#: text: a long document takes time in proportion to its length, and sums over words stay exact.
_CHUNK = 1024


def word_spans(mentions: Sequence[Mention], encoding: Encoding) -> np.ndarray:
    """The half-open ranges of words that mentions touch, shape (mentions, 2)."""
    starts = np.array([mention.start for mention in mentions], dtype=np.int64)
    ends = np.array([mention.end for mention in mentions], dtype=np.int64)
    first = np.searchsorted(encoding.words[:, 1], starts, side="right")
    last = np.searchsorted(encoding.words[:, 0], ends, side="left")
    return np.stack([first, last], axis=1)


def candidate_pairs(spans: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(trigger, mention) index pairs within reach of each other whose labels some relation joins."""
    tails = np.flatnonzero(np.isin(labels, [ENTITY_LABELS.index(label) for label in TAIL_TYPE]))
    tails = tails[np.argsort(spans[tails, 0], kind="stable")]
    found = []
    for head in np.flatnonzero(labels == ENTITY_LABELS.index("STATUS")):
        low, high = np.searchsorted(spans[tails, 0], [spans[head, 0] - REACH, spans[head, 1] + REACH])
        near = tails[low:high]
        found.append(np.stack([np.full(len(near), head), near], axis=1))
    return np.concatenate(found) if found else np.zeros((0, 2), dtype=np.int64)


def find_relations(document: Document, encoding: Encoding, hidden: np.ndarray, heads: Heads) -> Document:
    """Fill `document.relations` between its mentions, whichever model found these.

    `hidden` (words, hidden size) are the states of `encoding`'s words. Relations come in the order of their
    heads, then of their tails, in the text.
    """
    mentions = [
        mention
        for mention, (first, last) in zip(
            document.entities, word_spans(document.entities, encoding), strict=True
        )
        if first < last
    ]
    spans = word_spans(mentions, encoding)
    labels = np.array([ENTITY_LABELS.index(mention.label) for mention in mentions], dtype=np.int64)
    pairs = candidate_pairs(spans, labels)
    types = np.array([TAIL_TYPE.get(mention.label, -1) for mention in mentions], dtype=np.int64)
    thresholds = [heads.decisions.thresholds[kind] for kind in RELATION_TYPES]
    relations = []
    for at in range(0, len(pairs), _CHUNK):
        chunk = pairs[at : at + _CHUNK]
        features = pair_features(spans, labels, chunk, encoding.sentences)
        paired, places = np.unique(chunk, return_inverse=True)
        low, high = int(spans[paired, 0].min()), int(spans[paired, 1].max())
        scores = expit(
            heads.score_pairs(hidden[low:high], spans[paired] - low, places.reshape(chunk.shape), features)
        )
        for (head, tail), row in zip(chunk, scores, strict=True):
            kind = types[tail]
            if row[kind] >= thresholds[kind]:
                ids = (mentions[head].id, mentions[tail].id)
                relations.append(Relation(RELATION_TYPES[kind], *ids, confidence=float(row[kind])))
    return replace(document, relations=tuple(_near_best(relations, heads.decisions.margins)))


def _near_best(relations: Sequence[Relation], margins: Mapping[str, float]) -> list[Relation]:
    """The relations that come near the likeliest of their type and trigger."""
    best: dict[tuple[str, str], float] = {}
    for relation in relations:
        key = relation.head, relation.type
        best[key] = max(best.get(key, 0.0), relation.confidence)
    return [r for r in relations if r.confidence >= margins[r.type] * best[r.head, r.type]]
