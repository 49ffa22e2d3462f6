"""One document's text as HTML: mentions marked, relations told to the script that draws them, evidence found.

Everything that comes from a text is escaped, and the text of the HTML is the document's, character by
character. Where spans cross, a mark is closed and opened again, so that any annotation can be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from markupsafe import Markup, escape

from pipeline.document import Document, Mention, RelationType, Span
from pipeline.sources import printable

#: Beside a gold annotation: in both, in the gold only, in the prediction only.
Side = Literal["right", "missed", "spurious"]

#: How a relation is written for the script (`h12-`): its type, the tail's number, and its side.
_TYPE_LETTERS: dict[RelationType, str] = {"holder": "h", "org": "o", "date": "d"}
_SIDE_SIGNS: dict[Side | None, str] = {None: "", "right": "", "missed": "-", "spurious": "+"}


@dataclass(frozen=True, slots=True)
class Link:
    """A relation of a marked STATUS; `tail` is the number of the mark that it points to."""

    type: RelationType
    tail: int
    side: Side | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A mention to show; `side` is None where there is no gold to compare with."""

    mention: Mention
    side: Side | None
    links: tuple[Link, ...]


_Key = tuple[int, int, str]


def _key(mention: Mention) -> _Key:
    return (mention.start, -mention.end, mention.label)


def _relation_keys(document: Document) -> set[tuple[RelationType, _Key, _Key]]:
    keys = {mention.id: _key(mention) for mention in document.entities}
    return {(relation.type, keys[relation.head], keys[relation.tail]) for relation in document.relations}


def marked(document: Document, gold: Document | None = None) -> tuple[Mark, ...]:
    """The mentions of a document in text order, with their relations.

    With `gold`, another annotation of the same text, the gold's too: mentions of the same span and label in
    both, and relations of the same type and mentions, stand once.
    """
    ours = {_key(mention): mention for mention in document.entities}
    theirs = {_key(mention): mention for mention in gold.entities} if gold else {}
    links, gold_links = _relation_keys(document), _relation_keys(gold) if gold else set()
    order = sorted({*ours, *theirs})
    numbers = {key: number for number, key in enumerate(order)}

    def side(item: object, own: Collection[object], other: Collection[object]) -> Side | None:
        if gold is None:
            return None
        return "missed" if item not in own else "right" if item in other else "spurious"

    tails: dict[_Key, list[Link]] = {key: [] for key in order}
    for link in sorted(links | gold_links):
        kind, head, tail = link
        tails[head].append(Link(kind, numbers[tail], side(link, links, gold_links)))
    return tuple(
        Mark(ours.get(key) or theirs[key], side(key, ours, theirs), tuple(tails[key])) for key in order
    )


def pieces(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans cut where one of them begins or ends: disjoint pieces, each span a run of them."""
    depths: Counter[int] = Counter()
    for span in set(spans):
        depths[span.start] += 1
        depths[span.end] -= 1
    found, depth = [], 0
    for start, end in pairwise(sorted(depths)):
        depth += depths[start]
        if depth:
            found.append(Span(start, end))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Wrap:
    """An element around a stretch of text: its tag when it opens, and when it goes on after a crossing."""

    start: int
    end: int
    opening: str
    again: str
    closing: str


def highlighted(text: str, marks: Sequence[Mark], evidence: Sequence[Span] = (), *, prefix: str) -> Markup:
    """The text as HTML, with `marks` as `<mark>` and the disjoint `evidence` spans as `<span>`.

    Ids are `prefix` with `m` or `e` and the number in the sequence. A STATUS can be focused and lists its
    relations in `data-r`. `prefix` is one of our own, of letters and digits.
    """
    wraps = [_evidence_wrap(span, f"{prefix}e{number}") for number, span in enumerate(evidence)]
    wraps += [_mark_wrap(mark, f"{prefix}m{number}") for number, mark in enumerate(marks)]
    wraps.sort(key=lambda wrap: (wrap.start, -wrap.end))  # stable: evidence stays around a mark of its span
    starting: dict[int, list[_Wrap]] = {}
    for wrap in wraps:
        starting.setdefault(wrap.start, []).append(wrap)
    edges = sorted({0, len(text), *starting, *(wrap.end for wrap in wraps)})
    html: list[str] = []
    open_wraps: list[_Wrap] = []
    for edge, following in pairwise([*edges, len(text)]):
        lowest = next((n for n, wrap in enumerate(open_wraps) if wrap.end <= edge), len(open_wraps))
        closing, open_wraps = open_wraps[lowest:], open_wraps[:lowest]
        html += [wrap.closing for wrap in reversed(closing)]
        crossing = [wrap for wrap in closing if wrap.end > edge]
        html += [wrap.again for wrap in crossing]
        html += [wrap.opening for wrap in starting.get(edge, ())]
        open_wraps += [*crossing, *starting.get(edge, ())]
        html.append(_escaped(text[edge:following]))
    return Markup("".join(html))


def _escaped(text: str) -> str:
    # What an HTML parser would change or drop is written so that it is not: « \r » becomes « \n » there.
    return str(escape(printable(text))).replace("\r", "&#13;").replace("\0", "\ufffd")


def _evidence_wrap(span: Span, id: str) -> _Wrap:
    return _Wrap(span.start, span.end, f"<span class=evidence id={id}>", "<span class=evidence>", "</span>")


def _mark_wrap(mark: Mark, id: str) -> _Wrap:
    mention = mark.mention
    classes = f'"{mention.label} {mark.side}"' if mark.side in ("missed", "spurious") else mention.label
    sure = f"{mention.confidence:.2f}"
    more = f" data-c={sure}" if sure != "1.00" and mark.side != "missed" else ""
    if mention.status is not None:
        relations = " ".join(f"{_TYPE_LETTERS[x.type]}{x.tail}{_SIDE_SIGNS[x.side]}" for x in mark.links)
        more += f' data-s={mention.status} data-r="{relations}" tabindex=0'
    # Labels, statuses and numbers need no quotes in HTML, and a report holds very many of them.
    return _Wrap(
        mention.start,
        mention.end,
        f"<mark id={id} class={classes}{more}>",
        f"<mark class={classes}>",
        "</mark>",
    )
