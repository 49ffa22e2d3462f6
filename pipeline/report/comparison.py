"""Predictions beside gold, for people: what became of each triple, confusion of statuses, calibration."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.calibration import Bin, Point, expected_calibration_error, precision_recall, reliability
from pipeline.document import STATUSES, Document, Status, Triple
from pipeline.score import ErrorKind, Report, TripleError, score

Outcome = ErrorKind | Literal["right", "not judged"]

_Key = tuple[str, Status, str | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """A triple of a document and its outcome: `gold` is what stands in the gold for it, if anything does.

    `predicted` is None for a missed triple, `outcome` where there is no gold at all.
    """

    predicted: Triple | None
    gold: Triple | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often a gold status (None: spurious) is predicted as which status (None: missed)."""

    statuses: tuple[Status, ...]
    counts: dict[tuple[Status | None, Status | None], int]

    @property
    def most(self) -> int:
        """The highest count; 1 where there is none."""
        return max(self.counts.values(), default=1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Predictions against gold: scores and what the page shows beside them.

    `pairs` are the documents to show, each with its gold (None where the gold has it not), `judged` their
    triples.
    """

    pairs: tuple[tuple[Document, Document | None], ...]
    judged: tuple[tuple[Judged, ...], ...]
    report: Report
    confusion: Confusion
    bins: tuple[Bin, ...]
    calibration_error: float
    points: tuple[Point, ...]


def compare(predicted: Sequence[Document], gold: Sequence[Document]) -> Comparison:
    """Compare predictions with gold, matched by document id as `score` does; its StatutsErrors are raised.

    Gold documents that were not predicted come last, with everything in them missed.
    """
    report = score(gold, predicted)
    golds = {document.id: document for document in gold}
    pairs = [(document, golds.pop(document.id, None)) for document in predicted]
    pairs += [(Document(id, document.text), document) for id, document in golds.items()]
    errors: dict[str, list[TripleError]] = defaultdict(list)
    for error in report.errors:
        errors[error.document].append(error)
    judged = tuple(_judged(document, own, errors[document.id]) for document, own in pairs)
    sure, right, total = _confidences(pairs)
    return Comparison(
        tuple(pairs),
        judged,
        report,
        _confusion(judged),
        tuple(reliability(sure, right)),
        expected_calibration_error(sure, right),
        tuple(precision_recall(sure, right, total)),
    )


def unjudged(document: Document) -> tuple[Judged, ...]:
    """The triples of a document without any gold."""
    return tuple(Judged(triple, None, None) for triple in document.triples)


def _key(triple: Triple) -> _Key:
    return (triple.country, triple.status, triple.date)


def _judged(document: Document, gold: Document | None, errors: Sequence[TripleError]) -> tuple[Judged, ...]:
    if gold is None:
        return tuple(Judged(triple, None, "not judged") for triple in document.triples)
    same = {_key(triple): triple for triple in gold.triples}
    wrong = {_key(error.predicted): error for error in errors if error.predicted is not None}
    found = []
    for triple in document.triples:
        error = wrong.get(_key(triple))
        if error is None:
            found.append(Judged(triple, same[_key(triple)], "right"))
        else:
            found.append(Judged(triple, error.gold, error.kind))
    found += [Judged(None, error.gold, "missed") for error in errors if error.predicted is None]
    return tuple(found)


def _confusion(judged: Sequence[Sequence[Judged]]) -> Confusion:
    """Each (country, status, date) of a document counts once, as in the scores."""
    seen = {
        (
            number,
            _key(each.gold) if each.gold else None,
            _key(each.predicted) if each.predicted else None,
        )
        for number, triples in enumerate(judged)
        for each in triples
        if each.outcome != "not judged"
    }
    counts = Counter((gold and gold[1], predicted and predicted[1]) for _, gold, predicted in seen)
    there = {status for pair in counts for status in pair}
    return Confusion(tuple(status for status in STATUSES if status in there), dict(counts))


def _confidences(
    pairs: Sequence[tuple[Document, Document | None]],
) -> tuple[list[float], list[bool], int]:
    """Confidence and rightness of each predicted triple of a gold document; how many there are to find."""
    sure: list[float] = []
    right: list[bool] = []
    total = 0
    for document, gold in pairs:
        if gold is None:
            continue
        wanted = {_key(triple) for triple in gold.triples}
        total += len(wanted)
        best: dict[_Key, float] = {}
        for triple in document.triples:
            best[_key(triple)] = max(triple.confidence, best.get(_key(triple), 0.0))
        sure += best.values()
        right += [key in wanted for key in best]
    return sure, right, total
