"""What is chosen on dev: the best epoch, and the thresholds that decide on triggers and relations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from pipeline.document import Document
from pipeline.entities import find_entities
from pipeline.model import StatutsModel
from pipeline.reading import Encoding, Reader, encode
from pipeline.relations import find_relations
from pipeline.triples import assemble

Read = list[tuple[Document, Encoding, object]]


def read_all(reader: Reader, documents: Sequence[Document]) -> Read:
    """The documents without their annotation, encoded once."""
    bare = [replace(d, entities=(), relations=(), triples=(), sentences=()) for d in documents]
    encodings = encode(reader.tokenizer, bare)
    return list(zip(bare, encodings, reader.read(encodings), strict=True))


def predict(model: StatutsModel, read: Read) -> list[Document]:
    """Entities, relations and triples of documents already encoded."""
    found = []
    for document, encoding, hidden in read:
        document = find_entities(document, encoding, hidden, model)  # type: ignore[arg-type]
        found.append(assemble(find_relations(document, encoding, hidden, model)))  # type: ignore[arg-type]
    return found


def f1_scores(gold: Sequence[Document], predicted: Sequence[Document]) -> dict[str, float]:
    """F1 end to end: `entities`, `country_status`, `triples`, and their weighted sum `selection`."""
    counts = {name: [0, 0] for name in ("entities", "country_status", "triples")}
    for one, other in zip(gold, predicted, strict=True):
        for name, (mine, theirs) in {
            "entities": [{(m.label, m.start, m.end) for m in d.entities} for d in (one, other)],
            "country_status": [{(t.country, t.status) for t in d.triples} for d in (one, other)],
            "triples": [{(t.country, t.status, t.date) for t in d.triples} for d in (one, other)],
        }.items():
            counts[name][0] += 2 * len(mine & theirs)
            counts[name][1] += len(mine) + len(theirs)
    scores = {name: round(right / max(1, total), 4) for name, (right, total) in counts.items()}
    scores["selection"] = round(
        0.2 * scores["entities"] + 0.4 * scores["country_status"] + 0.4 * scores["triples"], 4
    )
    return scores


def evaluate(reader: Reader, documents: Sequence[Document]) -> dict[str, float]:
    """`f1_scores` of the reader's model as it stands."""
    reader.model.eval()
    return f1_scores(documents, predict(reader.model, read_all(reader, documents)))


_GRID = {
    "trigger": (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65),
    "holder": (0.3, 0.4, 0.5, 0.6, 0.7),
    "org": (0.3, 0.4, 0.5, 0.6),
    "date": (0.3, 0.4, 0.5, 0.6, 0.7),
}
_BIASES = (0.0, 0.5, 1.0, 1.5, 2.0)


def tune(reader: Reader, documents: Sequence[Document]) -> StatutsModel:
    """Set the thresholds that score best on `documents`: bias and trigger together, then each other one."""
    model = reader.model.eval()
    read = read_all(reader, documents)
    config = model.config

    def selection() -> float:
        return f1_scores(documents, predict(model, read))["selection"]

    best = (selection(), config.trigger_bias, config.thresholds["trigger"])
    for bias, threshold in product(_BIASES, _GRID["trigger"]):
        config.trigger_bias, config.thresholds["trigger"] = bias, threshold
        best = max(best, (selection(), bias, threshold))
    config.trigger_bias, config.thresholds["trigger"] = best[1:]
    for name in ("holder", "date", "org"):
        tried = []
        for value in _GRID[name]:
            config.thresholds[name] = value
            tried.append((selection(), -abs(value - 0.5), value))
        config.thresholds[name] = max(tried)[2]
    return model
