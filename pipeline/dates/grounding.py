"""The values of a document's date expressions: each by its words, its surroundings and the dates before
it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.dates.detection import detect
from pipeline.dates.expressions import Calendar, Duration, Expression, Offset, Portion, Range, Season, Several
from pipeline.dates.grammar import expression, may_start
from pipeline.dates.lexicon import words
from pipeline.dates.parse_calendar import token
from pipeline.dates.resolution import document_moment, duration_value, resolve
from pipeline.dates.scope import Scope
from pipeline.dates.surroundings import (
    Bound,
    Governor,
    governor,
    is_recurring,
    looks,
    needs_direction,
)
from pipeline.dates.tokens import Token, full_year, tokenize, tokenize_around
from pipeline.dates.values import Interval, Moment, Value, first_moment, last_moment


@dataclass(frozen=True, slots=True)
class Found:
    """A date expression in a text: characters `start` to `end` (half-open) and the words themselves."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Grounded:
    """A date expression with its EDTF value.

    `value` has the open end that « depuis » or « jusqu'à » gives (`1952/..`), `point` has not
    (`1952`); both None where the date is not known. `bound` tells which end is open. `relative`: the
    value depends on the document's date; `anaphoric`: on a date mentioned before.
    """

    start: int
    end: int
    text: str
    value: str | None
    point: str | None
    bound: Bound | None = None
    relative: bool = False
    anaphoric: bool = False


@dataclass(slots=True)
class _History:
    """The dates mentioned so far, the last one first, and the last explicit year with where it stood."""

    values: list[Value]
    year: int | None = None
    year_end: int = -1
    year_alone: bool = False


_MENTIONS_KEPT = 8
#: Between a year and the month or day it belongs to: « en 2023 (juin) », « en 2023, le 4 juin ».
_LINKING = words("( , : le la en au dès du depuis mois de - – — d' et puis")
_LINK_TOKENS = 4


def _parse_span(
    tokens: Sequence[Token], starts: Sequence[int], start: int, end: int
) -> tuple[int, int, Expression] | None:
    """The expression inside characters `start` to `end`; what goes on beyond them completes it (« 3 » of
    « 3 et 4 mai »).
    """
    first = max(bisect_right(starts, start) - 1, 0)
    if first < len(tokens) and tokens[first].end <= start:
        first += 1
    stop = first
    while stop < len(tokens) and tokens[stop].start < end:
        stop += 1
    for i in range(first, stop):
        if not may_start(tokens, i):
            continue
        parsed = expression(tokens, i)
        if parsed is None:
            continue
        node, j = parsed
        if j <= stop:
            return i, j, node
        inside = expression(tokens[:stop], i)
        if inside is None:
            return i, stop, node
        return i, inside[1], _completed(inside[0], node)
    return _two_digit_year(tokens, first, stop)


def _completed(inside: Expression, whole: Expression) -> Expression:
    """What a span says, given the longer expression that it begins."""
    if not isinstance(inside, Calendar) or inside.year is not None:
        return inside if not isinstance(inside, Duration) else whole
    if isinstance(whole, Range) and isinstance(whole.start, Calendar) and isinstance(whole.end, Calendar):
        month = inside.month or whole.end.month
        return Calendar(whole.start.year or whole.end.year, month, inside.day, inside.weekday)
    if isinstance(whole, Several):
        last = whole.members[-1]
        return Calendar(last.year, inside.month or last.month, inside.day, inside.weekday)
    return whole


def _two_digit_year(tokens: Sequence[Token], i: int, stop: int) -> tuple[int, int, Expression] | None:
    """« en 76 »: only where the span says that it is a date."""
    tok = token(tokens, i)
    if stop - i == 1 and tok.category == "number" and len(tok.form) == 2:
        return i, stop, Calendar(full_year(tok.form))
    return None


def _linked_year(tokens: Sequence[Token], i: int, j: int, history: _History) -> int | None:
    """The year right before or in parentheses right after an incomplete date."""
    if history.year_alone and history.year is not None and 0 < i - history.year_end <= _LINK_TOKENS:
        between = [tokens[k].form for k in range(history.year_end, i)]
        if all(form in _LINKING for form in between) and between[:1] != ["et"]:
            return history.year
    following = token(tokens, j + 1)
    if token(tokens, j).form == "(" and following.category == "number" and len(following.form) == 4:
        return int(following.form) if token(tokens, j + 2).form == ")" else None
    return None


def _text_year(
    tokens: Sequence[Token], i: int, j: int, node: Expression, history: _History, document: Moment | None
) -> int | None:
    """The year that the text around fixes for a date told without one; None to go by the document's date."""
    linked = _linked_year(tokens, i, j, history)
    if linked is not None:
        return linked
    if document is None:
        return history.year
    if (
        isinstance(node, Portion)
        and history.year is not None
        and not any(tokens[k].category == "stop" for k in range(history.year_end, i))
    ):
        # « pour 2025 : le premier semestre … »: of the year that the sentence speaks of.
        return history.year
    return None


def _is_this_weekday(tokens: Sequence[Token], i: int, node: Calendar) -> bool:
    """« ce samedi »."""
    bare = node.weekday is not None and not node.day and node.direction is None
    return bare and token(tokens, i - 1).form == "ce"


def _is_yearless(node: Expression) -> bool:
    if isinstance(node, Calendar):
        return node.year is None and node.direction is None and (node.month > 0 or node.day > 0)
    if isinstance(node, Range):
        return _is_yearless(node.start) and _is_yearless(node.end)
    if isinstance(node, Several):
        return _is_yearless(node.members[-1])
    return not isinstance(node, Offset)


def _explicit_year(node: Expression, value: Value | None) -> int | None:
    """The year that an expression tells in digits."""
    match node:
        case Calendar(year=int() as year):
            return year
        case Range():
            return _explicit_year(node.end, value) or _explicit_year(node.start, value)
        case Several():
            return _explicit_year(node.members[-1], value)
        case Calendar() | Offset() | Duration():
            return None
        case _:
            moment = first_moment(value) if value and isinstance(getattr(node, "year", 0), int) else None
            return moment.known_year if moment else None


def _opened(point: Value | None, bound: Bound | None, node: Expression) -> Value | None:
    """The value with the open end that its governor gives it."""
    if point is None or bound is None or (bound == "from" and isinstance(node, Range)):
        return point
    if bound == "from":
        first = first_moment(point)
        return Interval(first, None) if first else point
    last = last_moment(point)
    return Interval(None, last) if last else point


def _is_anaphoric(node: Expression) -> bool:
    if isinstance(node, Offset | Calendar):
        year = node.year if isinstance(node, Calendar) else None
        return node.anaphoric or (isinstance(year, Offset) and year.anaphoric)
    return isinstance(node, Calendar) and node.day > 0 and not node.month


def _ground(
    text: str,
    tokens: Sequence[Token],
    found: tuple[int, int, Expression],
    history: _History,
    document: Moment | None,
) -> tuple[Value | None, Value | None, Governor, bool]:
    """Point, value with open end, governor and whether it depends on the document's date."""
    i, j, node = found
    if isinstance(node, Calendar) and isinstance(node.year, int):
        govern = governor(tokens, i, j)
        point = resolve(node, Scope())
        return point, _opened(point, govern.bound, node), govern, False
    govern = governor(tokens, i, j, isinstance(node, Duration))
    if isinstance(node, Duration):
        if govern.sign == 0:
            return None, None, govern, True
        point = duration_value(node, Scope(document), govern.sign)
        return point, _opened(point, govern.bound, node), govern, True
    if isinstance(node, Calendar) and _is_this_weekday(tokens, i, node):
        node = replace(node, direction=0)
    leaning, year, recurring = 0, None, False
    if needs_direction(node):
        leaning = looks(tokens, i, j, node, govern, text)
        recurring = (isinstance(node, Season) and token(tokens, i - 1).form == "en") or is_recurring(
            tokens, i, j, node, govern
        )
        if _is_yearless(node) and not recurring:
            year = _text_year(tokens, i, j, node, history, document)
    scope = Scope(document, tuple(history.values), leaning, year, recurring)
    point = resolve(node, scope)
    if govern.word in ("avant", "après") and isinstance(node, Offset) and node.unit == "day":
        govern = Governor(None, 0, govern.word) if node.anaphoric else govern
    return point, _opened(point, govern.bound, node), govern, year is None


def _ground_found(
    text: str,
    tokens: Sequence[Token],
    spans: Sequence[tuple[int, int]],
    found: Sequence[tuple[int, int, Expression] | None],
    document_date: str | None,
) -> list[Grounded]:
    """Ground expressions in their order in the text; the result is in the order given."""
    document = document_moment(document_date)
    history = _History([])
    results: dict[int, Grounded] = {}
    for index in sorted(range(len(spans)), key=lambda k: spans[k]):
        start, end = spans[index]
        parsed = found[index]
        if parsed is None:
            results[index] = Grounded(start, end, text[start:end], None, None)
            continue
        point, value, govern, by_document = _ground(text, tokens, parsed, history, document)
        node = parsed[2]
        explicit = _explicit_year(node, point)
        bound = govern.bound if value != point else None
        results[index] = Grounded(
            start,
            end,
            text[start:end],
            str(value) if value else None,
            str(point) if point else None,
            bound,
            by_document and explicit is None and document is not None,
            _is_anaphoric(node),
        )
        if point is not None:
            history.values.insert(0, point)
            del history.values[_MENTIONS_KEPT:]
        if explicit is not None:
            history.year, history.year_end = explicit, parsed[1]
            history.year_alone = isinstance(node, Calendar) and not node.month
        elif isinstance(node, Offset) and isinstance(point, Moment) and not point.month:
            # « cette année, en mars »
            history.year, history.year_end, history.year_alone = point.known_year, parsed[1], True
        elif point is not None and document is None and (moment := first_moment(point)):
            history.year = moment.known_year or history.year
    return [results[index] for index in range(len(spans))]


def parse_spans(
    tokens: Sequence[Token], spans: Sequence[tuple[int, int]]
) -> list[tuple[int, int, Expression]]:
    """What the spans (characters) say that the grammar reads: first token, token after the last,
    expression.
    """
    starts = [tok.start for tok in tokens]
    return [parsed for start, end in spans if (parsed := _parse_span(tokens, starts, start, end))]


def ground_all(
    text: str, spans: Sequence[tuple[int, int]], *, document_date: str | None = None
) -> list[Grounded]:
    """Ground the date expressions at `spans` (character offsets, half-open), together and in context.

    The words around a span count (« depuis », « il y a », the verb), and so do the dates before it.
    `document_date` is an EDTF date of any precision; an interval or unspecified one counts as unknown.
    The result is parallel to `spans`.
    """
    if not spans:
        return []
    tokens = tokenize_around(text, spans)
    starts = [tok.start for tok in tokens]
    found = [_parse_span(tokens, starts, start, end) for start, end in spans]
    return _ground_found(text, tokens, spans, found, document_date)


def ground(
    text: str, spans: Sequence[tuple[int, int]], *, document_date: str | None = None
) -> list[str | None]:
    """The EDTF value of each span, open ends included; None where it is not known. See `ground_all`."""
    return [grounded.value for grounded in ground_all(text, spans, document_date=document_date)]


def find(text: str) -> list[Found]:
    """The date expressions of a text by the grammar alone, without determiners and prepositions, in order."""
    tokens = tokenize(text)
    offsets = [(tokens[i].start, tokens[j - 1].end) for i, j, _ in detect(tokens, text)]
    return [Found(start, end, text[start:end]) for start, end in offsets]


def find_and_ground(text: str, *, document_date: str | None = None) -> list[Grounded]:
    """`find` and `ground_all` in one pass."""
    tokens = tokenize(text)
    detected = detect(tokens, text)
    spans = [(tokens[i].start, tokens[j - 1].end) for i, j, _ in detected]
    return _ground_found(text, tokens, spans, detected, document_date)
