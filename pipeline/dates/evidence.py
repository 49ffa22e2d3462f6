"""A text read for when it was written: its date expressions with their surroundings, and what a clue is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from pipeline.dates.detection import detect
from pipeline.dates.expressions import Calendar, Expression, Numeric
from pipeline.dates.grounding import parse_spans
from pipeline.dates.resolution import resolve
from pipeline.dates.scope import Scope
from pipeline.dates.surroundings import governor, is_recurring, looks
from pipeline.dates.tokens import Token, tokenize
from pipeline.dates.values import Moment, Value

Array = NDArray[Any]

#: A long text says when it was written in its first dates; more would only cost time.
_MOST_MENTIONS = 60


@dataclass(frozen=True, slots=True)
class Days:
    """The candidate days, as parallel arrays."""

    ordinal: Array
    year: Array
    month: Array
    day: Array


@dataclass(frozen=True, slots=True)
class Clue:
    """A reason to date a text: its words, the years it brings into play and its score of each candidate
    day.
    """

    reason: str
    years: tuple[int, ...]
    score: Callable[[Days], Array]


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A date expression of the text: its tokens, what it says, where its clause looks, and its value by
    itself.
    """

    start: int
    end: int
    node: Expression
    leaning: int
    bound: str | None
    value: Value | None
    words: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text read for its clues."""

    text: str
    tokens: Sequence[Token]
    mentions: tuple[Mentioned, ...]

    @classmethod
    def read(cls, text: str, spans: Sequence[tuple[int, int]] | None) -> Text:
        """Find and parse the date expressions of `text`, or those at `spans`."""
        tokens = tokenize(text)
        found = detect(tokens, text) if spans is None else parse_spans(tokens, spans)
        mentions = []
        for i, j, node in found[:_MOST_MENTIONS]:
            govern = governor(tokens, i, j)
            if is_recurring(tokens, i, j, node, govern):
                continue
            value = resolve(node, Scope())
            # « à compter du 1er janvier 2024 » looks ahead whatever the verb (« ont décidé »).
            leaning = 1 if govern.word == "dès" else looks(tokens, i, j, node, govern, text)
            words = " ".join(text[tokens[max(i - 1, 0)].start : tokens[j - 1].end].split()).strip(" ,;:(—–-")
            mentions.append(Mentioned(i, j, node, leaning, govern.bound, value, words))
        return cls(text, tokens, tuple(mentions))


def known_moment(mention: Mentioned) -> Moment | None:
    """The moment of a date told with its year."""
    if isinstance(mention.node, Calendar | Numeric) and isinstance(mention.value, Moment):
        return mention.value if mention.value.known_year is not None else None
    return None
