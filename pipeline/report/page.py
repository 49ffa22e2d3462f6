"""The page: documents, with or without their gold, as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.document import ENTITY_LABELS, RELATION_TYPES, STATUSES, Document, Mention, Span, Triple
from pipeline.report.comparison import Comparison, Judged, compare, unjudged
from pipeline.report.labels import LANGUAGES, with_countries
from pipeline.report.markup import highlighted, marked, pieces
from pipeline.report.plots import precision_recall_plot, reliability_plot
from pipeline.report.timeline import Statement, timeline
from pipeline.score import named_scores, telling, told_in
from pipeline.segment import split_sentences

#: Rows of the table and lanes of the timeline that are shown before « more » is asked for.
SHOWN = 200
SCRIPTS = ("page.js", "highlight.js", "table.js", "timeline.js")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a triple is said in the page: the id to go to, its evidence's ids, the trigger's id and words."""

    target: str
    pieces: tuple[str, ...]
    trigger: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the triple table: a triple, what became of it, and where it is said."""

    judged: Judged
    shown: Triple
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class View:
    """A document as it is shown: its HTML and its rows, the predicted triples first, in their order."""

    document: Document
    prefix: str
    html: Markup
    rows: tuple[Row, ...]


def view(
    document: Document,
    number: int = 0,
    *,
    gold: Document | None = None,
    judged: Sequence[Judged] | None = None,
) -> View:
    """A document as HTML with its triples; `number` tells its ids from other documents' on the page.

    `judged` are its triples beside `gold`; without it, its own triples are shown unjudged.
    """
    prefix = f"d{number}"
    marks = marked(document, gold)
    found = unjudged(document) if judged is None else judged
    said = [_said(document, gold, each) for each in found]
    cut = pieces(span for span, _ in said if span is not None)
    places = {_spot(mark.mention): f"{prefix}m{place}" for place, mark in enumerate(marks)}
    rows = []
    for each, (span, trigger) in zip(found, said, strict=True):
        shown = each.predicted or each.gold
        assert shown is not None
        covered = [f"{prefix}e{n}" for n, piece in enumerate(cut) if span and _inside(piece, span)]
        at = places[trigger] if trigger else None
        target = covered[0] if covered else at or prefix
        words = document.text[trigger[0] : trigger[1]] if trigger else ""
        rows.append(Row(each, shown, Anchor(target, tuple(covered), at, words)))
    return View(document, prefix, highlighted(document.text, marks, cut, prefix=prefix), tuple(rows))


_Spot = tuple[int, int, str]


def _spot(mention: Mention) -> _Spot:
    return (mention.start, mention.end, mention.label)


def _inside(piece: Span, span: Span) -> bool:
    return span.start <= piece.start and piece.end <= span.end


def _said(document: Document, gold: Document | None, judged: Judged) -> tuple[Span | None, _Spot | None]:
    """Where a triple is said: its evidence, and its trigger; a missed one where the gold says it."""
    triple, source = judged.predicted, document
    if triple is None:
        assert gold is not None
        assert judged.gold is not None
        triple, source = judged.gold, gold
    told = telling(source, triple)
    trigger = next((_spot(mention) for mention in told if mention.label == "STATUS"), None)
    if triple.evidence is not None:
        return triple.evidence, trigger
    sentences = source.sentences or split_sentences(source.text)
    return told_in(told, sentences), trigger


def render(documents: Sequence[Document], gold: Sequence[Document] | None = None) -> str:
    """The report on documents, in their order, as HTML; with `gold`, beside it and with scores.

    Raises StatutsError where gold and documents do not go together, as `score` does.
    """
    return environment().get_template("page.html").render(contents(documents, gold))


def contents(documents: Sequence[Document], gold: Sequence[Document] | None = None) -> dict[str, Any]:
    """What `page.html`, or a template that extends it, shows of documents; raises as `render` does."""
    comparison = None if gold is None else compare(documents, gold)
    if comparison is None:
        views = [view(document, number) for number, document in enumerate(documents)]
    else:
        both = zip(comparison.pairs, comparison.judged, strict=True)
        views = [
            view(document, number, gold=own, judged=judged)
            for number, ((document, own), judged) in enumerate(both)
        ]
    time = timeline([each.document for each in views])
    codes = {triple.country for each in views for row in each.rows for triple in _triples(row)}
    words = with_countries(codes)

    def anchor(statement: Statement) -> Anchor:
        return views[statement.document].rows[statement.position].anchor

    found = {
        "views": views,
        "timeline": time,
        "anchor": anchor,
        "words": words,
        "en": words["en"],
        "gold": comparison is not None,
        "shown": SHOWN,
    }
    return found | (_measures(comparison) if comparison else {})


def _triples(row: Row) -> list[Triple]:
    return [triple for triple in (row.judged.predicted, row.judged.gold) if triple is not None]


def _measures(comparison: Comparison) -> dict[str, Any]:
    words = with_countries(())
    return {
        "comparison": comparison,
        "scores": list(named_scores(comparison.report)),
        "reliability": {key: reliability_plot(comparison.bins, words[key]) for key in LANGUAGES},
        "precision_recall": {key: precision_recall_plot(comparison.points, words[key]) for key in LANGUAGES},
    }


@cache
def environment() -> Environment:
    """The templates, with autoescape; `asset(name)` gives a style sheet or script to embed."""
    found = Environment(
        loader=PackageLoader("pipeline.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {
        "asset": asset,
        "scripts": SCRIPTS,
        "entity_labels": ENTITY_LABELS,
        "relation_types": RELATION_TYPES,
        "statuses": STATUSES,
    }
    return found


def asset(name: str) -> Markup:
    """A style sheet or script of this package, as it is."""
    return Markup(files("pipeline.report").joinpath("templates", name).read_text("utf-8"))
