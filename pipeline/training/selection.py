"""What is chosen on dev: the best epoch, and the thresholds that decide on triggers and relations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pipeline.document import Document
from pipeline.encoding import Encoding
from pipeline.entities import find_entities
from pipeline.extractor import bare
from pipeline.heads import Decisions, Heads
from pipeline.reading import Reader
from pipeline.relations import find_relations
from pipeline.score import score
from pipeline.triples import assemble

Read = list[tuple[Document, Encoding, np.ndarray]]


def read_all(reader: Reader, documents: Sequence[Document]) -> Read:
    """The documents' raw texts, encoded once."""
    raw = [bare(document) for document in documents]
    return [(document, *state) for document, state in zip(raw, reader.states(raw), strict=True)]


def predict(heads: Heads, read: Read) -> list[Document]:
    """Entities, relations and triples of documents already encoded."""
    found = []
    for document, encoding, hidden in read:
        document = find_entities(document, encoding, hidden, heads)
        found.append(assemble(find_relations(document, encoding, hidden, heads)))
    return found


def f1_scores(gold: Sequence[Document], predicted: Sequence[Document]) -> dict[str, float]:
    """F1 end to end: `entities`, `country_status`, `triples`, and their weighted sum `selection`."""
    report = score(gold, predicted)
    scores = {
        "entities": report.entities["micro"].f1,
        "country_status": report.triples["country_status"].f1,
        "triples": report.triples["exact"].f1,
    }
    weighted = 0.2 * scores["entities"] + 0.4 * scores["country_status"] + 0.4 * scores["triples"]
    return {name: round(value, 4) for name, value in (scores | {"selection": weighted}).items()}


def evaluate(reader: Reader, documents: Sequence[Document]) -> dict[str, float]:
    """`f1_scores` of the reader's model as it stands."""
    return f1_scores(documents, predict(reader.heads, read_all(reader, documents)))


#: What is tried, setting after setting, from the defaults on.
_TRIED: dict[str, tuple[float, ...]] = {
    "continuation": (0.0, 1.0, 1.5, 2.0, 2.5, 3.0),
    "trigger_bias": (0.0, 0.5, 1.0, 1.5),
    "margins.date": (0.0, 0.5, 0.7, 0.8, 0.9),
    "margins.holder": (0.0, 0.5, 0.7, 0.8),
    "thresholds.trigger": (0.5, 0.3, 0.4, 0.6, 0.7, 0.8),
    "thresholds.holder": (0.5, 0.3, 0.4, 0.6, 0.7, 0.8),
    "thresholds.date": (0.5, 0.3, 0.4, 0.6, 0.7),
    "thresholds.org": (0.5, 0.3, 0.4, 0.6),
}
#: How often all settings are gone through: each may change what is best for the others.
_ROUNDS = 2


def tune(reader: Reader, documents: Sequence[Document]) -> Decisions:
    """What decides on mentions and relations so that it scores best on `documents`, setting after setting."""
    read = read_all(reader, documents)
    decisions = reader.heads.decisions
    for _ in range(_ROUNDS):
        for name, values in _TRIED.items():
            tried = [_changed(decisions, name, value) for value in values]
            scores = [
                f1_scores(documents, predict(replace(reader.heads, decisions=each), read))["selection"]
                for each in tried
            ]
            decisions = tried[scores.index(max(scores))]
    return decisions


def _changed(decisions: Decisions, name: str, value: float) -> Decisions:
    group, _, key = name.rpartition(".")
    change: dict[str, Any] = {name: value}
    if group:
        change = {group: {**getattr(decisions, group), key: value}}
    return replace(decisions, **change)
