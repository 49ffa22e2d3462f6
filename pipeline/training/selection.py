"""What is chosen on dev: the best epoch, and the thresholds that decide on triggers and relations."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from torch import Tensor

from pipeline.document import Document
from pipeline.entities import find_entities
from pipeline.extractor import bare
from pipeline.model import StatutsModel
from pipeline.reading import Encoding, Reader, encode
from pipeline.relations import find_relations
from pipeline.score import score
from pipeline.triples import assemble

Read = list[tuple[Document, Encoding, Tensor]]


def read_all(reader: Reader, documents: Sequence[Document]) -> Read:
    """The documents' raw texts, encoded once."""
    raw = [bare(document) for document in documents]
    encodings = encode(reader.tokenizer, raw)
    return list(zip(raw, encodings, reader.read(encodings), strict=True))


def predict(model: StatutsModel, read: Read) -> list[Document]:
    """Entities, relations and triples of documents already encoded."""
    found = []
    for document, encoding, hidden in read:
        document = find_entities(document, encoding, hidden, model)
        found.append(assemble(find_relations(document, encoding, hidden, model)))
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
