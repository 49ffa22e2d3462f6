"""How good the models are, stage by stage, on several annotated sets, and what goes wrong where.

Every stage is scored end to end, from raw text, and, to see what it adds, given the gold of the stages before
it. Errors of triples are traced back to the stage that made them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from pipeline.calibration import Point
from pipeline.document import Document, Mention, Triple
from pipeline.extractor import Extractor, bare
from pipeline.report.comparison import Comparison, compare
from pipeline.score import Score, TripleError, score, telling
from pipeline.segment import segment
from pipeline.triples import assemble

Cause = Literal[
    "trigger missed",
    "trigger invented",
    "wrong status of the trigger",
    "holder not found",
    "holder not linked",
    "holder wrongly linked",
    "country not resolved",
    "date not linked",
    "date wrongly linked",
    "date misread",
]
#: Lowest confidences whose precision and recall are told.
_LOWEST = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Fault:
    """A wrong, spurious or missed triple, the stage's error that caused it, and the trigger's words."""

    cause: Cause
    trigger: str
    error: TripleError


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured on one set.

    `scores` name every stage, end to end and given gold, each with the form that it is a `Score` of items;
    `curve` holds precision and recall of the triples of at least so much confidence.
    """

    name: str
    documents: int
    scores: dict[str, Score]
    comparison: Comparison
    curve: tuple[Point, ...]
    faults: tuple[Fault, ...]

    def to_row(self) -> dict[str, Any]:
        """The evaluation as a JSON object."""
        return {
            "documents": self.documents,
            "scores": {name: each.to_row() for name, each in self.scores.items()},
            "expected_calibration_error": round(self.comparison.calibration_error, 4),
            "reliability": [
                {
                    "low": each.low,
                    "high": each.high,
                    "confidence": round(each.confidence, 4),
                    "accuracy": round(each.accuracy, 4),
                    "count": each.count,
                }
                for each in self.comparison.bins
            ],
            "min_confidence": [
                {
                    "confidence": point.confidence,
                    "precision": round(point.precision, 4),
                    "recall": round(point.recall, 4),
                }
                for point in self.curve
            ],
            "causes": dict(Counter(fault.cause for fault in self.faults).most_common()),
        }


def evaluate(name: str, gold: Sequence[Document], extractor: Extractor) -> Evaluation:
    """Measure an extractor on the annotated documents `gold`. Raises StatutsError as `score` does."""
    found = list(extractor.pipe([bare(document) for document in gold]))
    comparison = compare(found, gold)
    report = comparison.report
    mentions = [replace(segment(bare(document)), entities=document.entities) for document in gold]
    given_mentions = score(gold, [assemble(document) for document in extractor.find_relations(mentions)])
    told = [
        assemble(replace(document, relations=own.relations))
        for document, own in zip(mentions, gold, strict=True)
    ]
    given_relations = score(gold, told)
    scores = {
        "entities": report.entities["micro"],
        "STATUS": report.entities["STATUS"],
        "relations, given mentions": given_mentions.relations["micro"],
        "relations": report.relations["micro"],
        "triples, given mentions and relations": given_relations.triples["exact"],
        "triples, given mentions": given_mentions.triples["exact"],
        "triples, undated": report.triples["country_status"],
        "triples": report.triples["exact"],
        "dates of what is right, given relations": _dates(gold, told),
        "dates of what is right": _dates(gold, found),
    }
    sides = {document.id: (predicted, document) for predicted, document in comparison.pairs if document}
    faults = tuple(_fault(error, *sides[error.document]) for error in report.errors)
    return Evaluation(name, len(gold), scores, comparison, tuple(_curve(comparison)), faults)


def _dates(gold: Sequence[Document], predicted: Sequence[Document]) -> Score:
    """Of the triples whose country and status are right, those with the right date too."""
    counts = []
    for document, found in zip(gold, predicted, strict=True):
        wanted = {(t.country, t.status, t.date) for t in document.triples}
        there = {(country, status) for country, status, _ in wanted}
        got = {(t.country, t.status, t.date) for t in found.triples if (t.country, t.status) in there}
        told = {(country, status) for country, status, _ in got}
        missed = {triple for triple in wanted - got if triple[:2] in told}
        counts.append((len(got & wanted), len(got - wanted), len(missed)))
    return Score(np.array(counts, dtype=np.int64).reshape(-1, 3))


def _curve(comparison: Comparison) -> Iterator[Point]:
    for lowest in _LOWEST:
        # Points come from the highest confidence down: the last one that is not below holds all above.
        inside = [point for point in comparison.points if point.confidence >= lowest]
        if inside:
            yield replace(inside[-1], confidence=lowest)


def _fault(error: TripleError, predicted: Document, gold: Document) -> Fault:
    if error.gold is not None:
        return Fault(*_cause_of_miss(error.gold, gold, predicted, error), error)
    assert error.predicted is not None
    return Fault(*_cause_of_invention(error.predicted, predicted, gold), error)


def _cause_of_miss(
    triple: Triple, gold: Document, predicted: Document, error: TripleError
) -> tuple[Cause, str]:
    """Why a gold triple is not predicted: the first thing that its telling lacks in the prediction."""
    told = telling(gold, triple)
    if len(told) < 2:
        return "country not resolved", ""
    trigger, holder = told
    words = trigger.text.casefold()
    twins = _overlapping(trigger, predicted)
    if not twins:
        return "trigger missed", words
    same = [twin for twin in twins if twin.status == triple.status]
    if not same:
        return "wrong status of the trigger", words
    holders = _overlapping(holder, predicted, "COUNTRY", "PLACE")
    if not holders:
        return "holder not found", words
    if not _joined(predicted, same, holders, "holder"):
        return "holder not linked", words
    if error.kind != "wrong date":
        return "country not resolved", words
    wanted = _tails(gold, trigger, "date")
    found = [tail for twin in same for tail in _tails(predicted, twin, "date")]
    if any(not any(_touch(date, other) for other in found) for date in wanted):
        return "date not linked", words
    if any(not any(_touch(date, other) for other in wanted) for date in found):
        return "date wrongly linked", words
    return "date misread", words


def _cause_of_invention(triple: Triple, predicted: Document, gold: Document) -> tuple[Cause, str]:
    """Why a predicted triple is not in the gold."""
    told = telling(predicted, triple)
    words = told[0].text.casefold() if told else ""
    twins = _overlapping(told[0], gold) if told else []
    if not twins:
        return "trigger invented", words
    same = [twin for twin in twins if twin.status == triple.status]
    if not same:
        return "wrong status of the trigger", words
    if len(told) < 2 or not _joined(gold, same, _overlapping(told[1], gold, "COUNTRY", "PLACE"), "holder"):
        return "holder wrongly linked", words
    return "date misread", words


def _touch(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _overlapping(mention: Mention, document: Document, *labels: str) -> list[Mention]:
    wanted = labels or (mention.label,)
    return [other for other in document.entities if other.label in wanted and _touch(mention, other)]


def _joined(document: Document, heads: Sequence[Mention], tails: Sequence[Mention], kind: str) -> bool:
    pairs = {(head.id, tail.id) for head in heads for tail in tails}
    return any(r.type == kind and (r.head, r.tail) in pairs for r in document.relations)


def _tails(document: Document, head: Mention, kind: str) -> list[Mention]:
    mentions = {mention.id: mention for mention in document.entities}
    return [mentions[r.tail] for r in document.relations if r.type == kind and r.head == head.id]


def grouped(faults: Sequence[Fault]) -> list[tuple[Cause, list[Fault]]]:
    """The faults by cause, the most frequent first, each in the order of its triggers' frequency."""
    causes = Counter(fault.cause for fault in faults)
    triggers = Counter((fault.cause, fault.trigger) for fault in faults)
    return [
        (
            cause,
            sorted(
                (fault for fault in faults if fault.cause == cause),
                key=lambda fault: (-triggers[cause, fault.trigger], fault.trigger),
            ),
        )
        for cause, _ in causes.most_common()
    ]


def error_report(evaluations: Sequence[Evaluation]) -> str:
    """All faults as Markdown, by set, cause and trigger, what is most frequent first."""
    lines = ["# Errors", ""]
    for evaluation in evaluations:
        lines += [f"## {evaluation.name}: {len(evaluation.faults)} triples", ""]
        for cause, faults in grouped(evaluation.faults):
            lines += [f"### {cause}: {len(faults)}", ""]
            lines += [f"- {_line(fault)}" for fault in faults] + [""]
    return "\n".join(lines)


def _line(fault: Fault) -> str:
    error = fault.error
    sides = [("gold", error.gold), ("predicted", error.predicted)]
    told = ", ".join(
        f"{name} {triple.country} {triple.status} {triple.date or 'null'}"
        for name, triple in sides
        if triple is not None
    )
    return f"**{fault.trigger or '?'}** {told} [{error.document}] {error.sentence}"


def show(evaluations: Sequence[Evaluation]) -> None:
    """Print F1 of every stage with its interval, what a lowest confidence does, and the causes of errors."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    console = Console()

    def table(title: str, first: str, rows: Sequence[tuple[str, list[str]]]) -> None:
        shown = Table(box=SIMPLE, padding=(0, 1, 0, 0), title=title)
        shown.add_column(first)
        for evaluation in evaluations:
            shown.add_column(evaluation.name.removeprefix("annotations/"), justify="right")
        for name, cells in rows:
            shown.add_row(name, *cells)
        console.print(shown)

    table(
        "F1 (95 %)",
        "",
        [("documents", [str(e.documents) for e in evaluations])]
        + [(name, [_cell(e.scores[name]) for e in evaluations]) for name in evaluations[0].scores]
        + [
            (
                "expected calibration error",
                [f"{e.comparison.calibration_error:.3f}" for e in evaluations],
            )
        ],
    )
    curves = [{point.confidence: point for point in e.curve} for e in evaluations]
    table(
        "precision / recall of triples",
        "--min-confidence",
        [(f"{lowest:.2f}", [_point(curve.get(lowest)) for curve in curves]) for lowest in _LOWEST],
    )
    counts = [Counter(fault.cause for fault in e.faults) for e in evaluations]
    table(
        "triples that are not right, by cause",
        "",
        [
            (cause, [str(count[cause]) for count in counts])
            for cause, _ in sum(counts, Counter[Cause]()).most_common()
        ],
    )


def _cell(found: Score) -> str:
    low, high = found.interval
    return f"{found.f1:.3f} ({low:.2f}–{high:.2f})"


def _point(point: Point | None) -> str:
    return f"{point.precision:.3f} / {point.recall:.3f}" if point else ""
