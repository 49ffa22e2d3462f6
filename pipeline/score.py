"""Predictions against gold: entities, relations and triples, with intervals, and the errors by kind.

Whatever is in the gold and not in the prediction counts as missed; a document that was not predicted at
all counts with everything in it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal

import numpy as np

from pipeline.countries import country_code
from pipeline.document import ENTITY_LABELS, RELATION_TYPES, Document, Mention, Span, Triple
from pipeline.errors import StatutsError
from pipeline.segment import split_sentences

ErrorKind = Literal["missed", "spurious", "wrong country", "wrong status", "wrong date"]

log = logging.getLogger(__name__)

#: With fewer documents than this, single items are resampled for the interval, not documents.
FEW_DOCUMENTS = 10
_RESAMPLES = 2000


@dataclass(frozen=True)
class Score:
    """Right, spurious and missed items of each document, shape (documents, 3).

    Without any right item, precision, recall and F1 are 0.
    """

    counts: np.ndarray

    @cached_property
    def _sums(self) -> tuple[int, int, int]:
        tp, fp, fn = self.counts.sum(0)
        return int(tp), int(fp), int(fn)

    @property
    def tp(self) -> int:
        """Items that are right."""
        return self._sums[0]

    @property
    def fp(self) -> int:
        """Predicted items that are not in the gold."""
        return self._sums[1]

    @property
    def fn(self) -> int:
        """Gold items that are not predicted."""
        return self._sums[2]

    @property
    def precision(self) -> float:
        """Share of the predicted items that are right."""
        return self.tp / (self.tp + self.fp) if self.tp else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold items that are predicted."""
        return self.tp / (self.tp + self.fn) if self.tp else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp else 0.0

    @cached_property
    def interval(self) -> tuple[float, float]:
        """95 % bootstrap interval of F1 (percentiles of resamples).

        Documents are resampled; with fewer than `FEW_DOCUMENTS`, single items, which takes them as
        independent and so tells too narrow an interval.
        """
        units = self.counts
        if len(units) < FEW_DOCUMENTS:
            units = np.repeat(np.eye(3, dtype=np.int64), self._sums, axis=0)
        if len(units) < 2 or not self.tp:
            return (self.f1, self.f1)

        def f1(tp: np.ndarray, fp: np.ndarray, fn: np.ndarray, axis: int = -1) -> np.ndarray:
            right = 2 * tp.sum(axis)
            return right / np.maximum(right + fp.sum(axis) + fn.sum(axis), 1)

        from scipy.stats import bootstrap

        found = bootstrap(
            tuple(units.T),
            f1,
            paired=True,
            vectorized=True,
            n_resamples=_RESAMPLES,
            method="percentile",
            rng=np.random.default_rng(0),
        ).confidence_interval
        return (float(found.low), float(found.high))

    def to_row(self) -> dict[str, Any]:
        """The score as a JSON object."""
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "f1_interval_95": [round(end, 4) for end in self.interval],
            "true_positives": self.tp,
            "false_positives": self.fp,
            "false_negatives": self.fn,
        }


@dataclass(frozen=True, slots=True)
class TripleError:
    """A triple that is not right: `gold` is None for a spurious one, `predicted` for a missed one."""

    kind: ErrorKind
    document: str
    gold: Triple | None
    predicted: Triple | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Report:
    """Scores by name: `entities` by label and `micro`, `relations` by type and `micro`, `triples`
    (`exact` on country, status and date; `country_status`), and the errors in the order of the documents.
    """

    documents: int
    entities: dict[str, Score]
    relations: dict[str, Score]
    triples: dict[str, Score]
    errors: tuple[TripleError, ...]

    def to_row(self) -> dict[str, Any]:
        """The report as a JSON object."""
        row: dict[str, Any] = {"documents": self.documents}
        for name in ("entities", "relations", "triples"):
            row[name] = {key: score.to_row() for key, score in getattr(self, name).items()}
        row["errors"] = [
            {
                "kind": error.kind,
                "document": error.document,
                "gold": [error.gold.country, error.gold.status, error.gold.date] if error.gold else None,
                "predicted": [error.predicted.country, error.predicted.status, error.predicted.date]
                if error.predicted
                else None,
                "sentence": error.sentence,
            }
            for error in self.errors
        ]
        return row


Items = Callable[[Document], Iterable[Any]]


def score(gold: Sequence[Document], predicted: Sequence[Document]) -> Report:
    """Score `predicted` against `gold`, matched by document id.

    A gold document without a prediction is missed whole, a prediction without gold is not scored, with a
    warning.

    Entities are exact spans and labels by seqeval's strict mode (IOB2); relations need both mentions and the
    type exact; triples are sets of (country, status, date) and of (country, status) in each document. Raises
    StatutsError where two documents share an id, a prediction's text is not its gold's, or no id is in both.
    """
    by_id = _by_id(predicted)
    golds = _by_id(gold)
    if predicted and not golds.keys() & by_id.keys():
        ids = (next(iter(golds), "none"), next(iter(by_id)))
        raise StatutsError(
            f"no prediction is of a gold document: the gold has ids like {ids[0]}, not {ids[1]}"
        )
    for id in by_id.keys() - golds.keys():
        log.warning("%s: predicted, but not in the gold; not scored", id)
    pairs = []
    for id, document in golds.items():
        other = by_id.get(id, Document(id, document.text))
        if other.text != document.text:
            raise StatutsError(
                f"document {id}: its text differs between gold and prediction; predict it again"
            )
        pairs.append((document, other))
    entities = _entity_scores(pairs)
    relations: dict[str, Score] = {
        kind: _score(pairs, partial(_relations, kind=kind)) for kind in RELATION_TYPES
    }
    relations["micro"] = _score(pairs, _relations)
    triples = {
        "exact": _score(pairs, lambda document: {(t.country, t.status, t.date) for t in document.triples}),
        "country_status": _score(pairs, lambda document: {(t.country, t.status) for t in document.triples}),
    }
    errors = tuple(error for pair in pairs for error in triple_errors(*pair))
    return Report(len(pairs), entities, relations, triples, errors)


def _by_id(documents: Sequence[Document]) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for document in documents:
        if document.id in found:
            raise StatutsError(f"document {document.id}: this id stands twice; give each document its own")
        found[document.id] = document
    return found


def _score(pairs: Sequence[tuple[Document, Document]], items: Items) -> Score:
    return _scored([(set(items(gold)), set(items(predicted))) for gold, predicted in pairs])


def _scored(sets: Sequence[tuple[set[Any], set[Any]]]) -> Score:
    counts = [(len(gold & found), len(found - gold), len(gold - found)) for gold, found in sets]
    return Score(np.array(counts, dtype=np.int64).reshape(-1, 3))


def _entity_scores(pairs: Sequence[tuple[Document, Document]]) -> dict[str, Score]:
    from seqeval.scheme import IOB2, Entities

    tagged = [_tags(gold, predicted) for gold, predicted in pairs]
    read = [Entities([tags[side] for tags in tagged], IOB2).entities for side in (0, 1)]
    found = [
        ({(e.tag, e.start, e.end) for e in golds}, {(e.tag, e.start, e.end) for e in predictions})
        for golds, predictions in zip(*read, strict=True)
    ]
    scores: dict[str, Score] = {}
    for label in ENTITY_LABELS:
        scores[label] = _scored(
            [({e for e in g if e[0] == label}, {e for e in p if e[0] == label}) for g, p in found]
        )
    scores["micro"] = _scored(found)
    return scores


def _tags(gold: Document, predicted: Document) -> tuple[list[str], list[str]]:
    """IOB2 tags of both annotations over one tokenisation: the text cut at every end of any mention.

    So no error of offsets is lost. Of overlapping mentions of one annotation, which IOB2 cannot tell, the
    one that starts first, then the longer one, stands.
    """
    sides = [sorted(document.entities, key=lambda m: (m.start, -m.end)) for document in (gold, predicted)]
    cuts = sorted({cut for side in sides for mention in side for cut in (mention.start, mention.end)} | {0})
    cuts.append(len(gold.text) + 1)
    index = {cut: position for position, cut in enumerate(cuts)}
    tagged = []
    for side in sides:
        tags = ["O"] * (len(cuts) - 1)
        taken = 0
        for mention in side:
            if mention.start >= taken:
                first, last = index[mention.start], index[mention.end]
                tags[first:last] = [f"I-{mention.label}"] * (last - first)
                tags[first] = f"B-{mention.label}"
                taken = mention.end
        tagged.append(tags)
    return tagged[0], tagged[1]


def _relations(document: Document, kind: str | None = None) -> Iterator[tuple[Any, ...]]:
    mentions = {m.id: (m.label, m.start, m.end) for m in document.entities}
    for relation in document.relations:
        if kind in (None, relation.type):
            yield (relation.type, mentions[relation.head], mentions[relation.tail])


def triple_errors(gold: Document, predicted: Document) -> list[TripleError]:
    """The errors of one document; a gold and a predicted triple stand in one at most.

    A missed and a spurious triple that agree in country and status are one wrong date; that agree in
    country, a wrong status; in status and date, a wrong country.
    """
    right = {(t.country, t.status, t.date) for t in gold.triples}
    got = {(t.country, t.status, t.date) for t in predicted.triples}
    missed = [t for t in _distinct(gold.triples) if (t.country, t.status, t.date) not in got]
    spurious = [t for t in _distinct(predicted.triples) if (t.country, t.status, t.date) not in right]
    sentences = split_sentences(gold.text)
    errors = []
    kinds: list[tuple[ErrorKind, Callable[[Triple], tuple[Any, ...]]]] = [
        ("wrong date", lambda t: (t.country, t.status)),
        ("wrong status", lambda t: (t.country,)),
        ("wrong country", lambda t: (t.status, t.date)),
    ]
    for kind, key in kinds:
        for triple in list(missed):
            twin = next((other for other in spurious if key(other) == key(triple)), None)
            if twin is not None:
                missed.remove(triple)
                spurious.remove(twin)
                errors.append(TripleError(kind, gold.id, triple, twin, _sentence(predicted, twin, sentences)))
    errors += [TripleError("missed", gold.id, t, None, _sentence(gold, t, sentences)) for t in missed]
    errors += [
        TripleError("spurious", gold.id, None, t, _sentence(predicted, t, sentences)) for t in spurious
    ]
    return errors


def _distinct(triples: Sequence[Triple]) -> list[Triple]:
    return list({(t.country, t.status, t.date): t for t in reversed(triples)}.values())[::-1]


def _sentence(document: Document, triple: Triple, sentences: Sequence[Span]) -> str:
    span = told_in(telling(document, triple), sentences)
    return " ".join(document.text[span.start : span.end].split()) if span else ""


def told_in(mentions: Sequence[Mention], sentences: Sequence[Span]) -> Span | None:
    """The sentences from the first of the mentions to the last; None without mentions."""
    if not mentions:
        return None
    first, last = min(m.start for m in mentions), max(m.end for m in mentions)
    covering = [s for s in sentences if s.start < last and s.end > first]
    return Span(covering[0].start, covering[-1].end) if covering else Span(first, last)


def telling(document: Document, triple: Triple) -> list[Mention]:
    """Trigger and holder of a triple; of a gold one that names neither, those that a relation ties so."""
    mentions = {mention.id: mention for mention in document.entities}
    told = [mentions[id] for id in (triple.trigger, triple.holder) if id in mentions]
    if told:
        return told
    for relation in document.relations:
        head, tail = mentions[relation.head], mentions[relation.tail]
        if relation.type == "holder" and head.status == triple.status:
            code = country_code(tail.text, place=tail.label == "PLACE")
            if code == triple.country:
                return [head, tail]
    return []


def show_report(report: Report, *, errors: bool = True) -> None:
    """Print the scores as a table and, with `errors`, the errors grouped by kind with their sentences."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, padding=(0, 1, 0, 0), title=f"{report.documents} documents, end to end")
    for column in ("", "P", "R", "F1", "F1 95 %", "right", "extra", "missed"):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    for name, scores in named_scores(report):
        cells = (f"{scores.precision:.3f}", f"{scores.recall:.3f}", f"{scores.f1:.3f}")
        interval = f"{scores.interval[0]:.3f}–{scores.interval[1]:.3f}"
        table.add_row(name, *cells, interval, str(scores.tp), str(scores.fp), str(scores.fn))
    console = Console()
    console.print(table)
    if not errors:
        return
    for error in sorted(report.errors, key=lambda error: error.kind):
        told = error.gold or error.predicted
        assert told is not None
        found = " ".join((told.country, told.status, told.date or "null"))
        if error.gold and error.predicted:
            found += " ≠ " + " ".join(
                (error.predicted.country, error.predicted.status, error.predicted.date or "null")
            )
        console.print(Text(f"{error.kind}: {found} [{error.document}] {error.sentence}"))


def named_scores(report: Report) -> Iterator[tuple[str, Score]]:
    """Every score of a report with the name that it is shown under."""
    for name, scores in report.entities.items():
        yield "entities" if name == "micro" else name, scores
    for name, scores in report.relations.items():
        yield "relations" if name == "micro" else name, scores
    yield "triples", report.triples["exact"]
    yield "triples, undated", report.triples["country_status"]
