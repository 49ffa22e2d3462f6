"""Annotated passages as what the model learns from: tags of words, statuses of spans, relations of pairs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from tokenizers import Tokenizer

from pipeline.document import ENTITY_LABELS, Document
from pipeline.encoding import Encoding, encode
from pipeline.heads import BIO_TAGS, TAIL_TYPE, TRIGGER_CLASSES, pair_features
from pipeline.relations import candidate_pairs, word_spans

#: The loss passes over words and pairs with this target.
IGNORED = -100
#: Spans that look like a trigger and are none, at most so many to a passage.
_LURES = 6


@dataclass(frozen=True, slots=True)
class Example:
    """An encoded passage with its targets.

    `tags` (words,) index `BIO_TAGS`. `spans` (spans, 2) are word ranges: the mentions, then lures, spans
    worded like a trigger that carry no status; `triggers` index `spans`, `classes` (triggers,) index
    `TRIGGER_CLASSES`. `pairs`, `features` and `targets` (0 or 1, for the type `kinds`) describe
    the pairs.
    """

    encoding: Encoding
    tags: np.ndarray
    spans: np.ndarray
    triggers: np.ndarray
    classes: np.ndarray
    pairs: np.ndarray
    features: np.ndarray
    kinds: np.ndarray
    targets: np.ndarray


def trigger_pattern(documents: Sequence[Document]) -> re.Pattern[str]:
    """Matches whatever is a trigger somewhere in the documents."""
    texts = {
        mention.text.lower() for document in documents for mention in document.entities if mention.status
    }
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.I)


def build(
    documents: Sequence[Document],
    tokenizer: Tokenizer,
    lures: re.Pattern[str],
    random: Random,
) -> list[Example]:
    """One example for each document. `lures` comes from `trigger_pattern`."""
    return [
        _example(document, encoding, lures, random)
        for document, encoding in zip(documents, encode(tokenizer, documents), strict=True)
    ]


def _jittered(span: np.ndarray, words: int, random: Random) -> tuple[int, int]:
    """A trigger's span as a tagger may see it: one word longer or shorter, now and then."""
    start, end = int(span[0]), int(span[1])
    if random.random() < 0.25:
        start = max(0, min(end - 1, start + random.choice((-1, 1))))
    if random.random() < 0.25:
        end = min(words, max(start + 1, end + random.choice((-1, 1))))
    return start, end


def _example(document: Document, encoding: Encoding, lures: re.Pattern[str], random: Random) -> Example:
    mentions = document.entities
    spans = word_spans(mentions, encoding)
    tags = np.zeros(len(encoding.words), dtype=np.int64)
    for mention, (start, end) in zip(mentions, spans, strict=True):
        tags[start:end] = BIO_TAGS.index(f"I-{mention.label}")
        tags[start] = BIO_TAGS.index(f"B-{mention.label}")
    labels = [ENTITY_LABELS.index(mention.label) for mention in mentions]
    classes = [TRIGGER_CLASSES.index(mention.status) for mention in mentions if mention.status]
    triggers = [index for index, mention in enumerate(mentions) if mention.status]
    ranges = [
        _jittered(span, len(encoding.words), random) if mention.status else (int(span[0]), int(span[1]))
        for mention, span in zip(mentions, spans, strict=True)
    ]
    for start, end in _lure_spans(document, encoding, spans, lures, random):
        triggers.append(len(ranges))
        ranges.append((start, end))
        labels.append(ENTITY_LABELS.index("STATUS"))
        classes.append(TRIGGER_CLASSES.index("none"))
    all_spans = np.array(ranges, dtype=np.int64).reshape(-1, 2)
    all_labels = np.array(labels, dtype=np.int64)
    pairs = candidate_pairs(all_spans, all_labels)
    ids = {mention.id: index for index, mention in enumerate(mentions)}
    related = {(ids[relation.head], ids[relation.tail]) for relation in document.relations}
    targets = np.array([(int(head), int(tail)) in related for head, tail in pairs], dtype=np.float32)
    kinds = np.array([TAIL_TYPE[ENTITY_LABELS[all_labels[tail]]] for _, tail in pairs], dtype=np.int64)
    return Example(
        encoding,
        tags,
        all_spans,
        np.array(triggers, dtype=np.int64),
        np.array(classes, dtype=np.int64),
        pairs,
        pair_features(all_spans, all_labels, pairs, encoding.sentences),
        kinds,
        targets,
    )


def _lure_spans(
    document: Document, encoding: Encoding, spans: np.ndarray, lures: re.Pattern[str], random: Random
) -> list[tuple[int, int]]:
    taken = np.zeros(len(encoding.words), dtype=bool)
    for start, end in spans:
        taken[start:end] = True
    found = []
    for match in lures.finditer(document.text):
        start = int(np.searchsorted(encoding.words[:, 1], match.start(), side="right"))
        end = int(np.searchsorted(encoding.words[:, 0], match.end(), side="left"))
        if start < end and not taken[start:end].any():
            found.append((start, end))
    return found if len(found) <= _LURES else random.sample(found, _LURES)
