"""The grammar's top: any date expression at a token, ranges and lists made of them.

`expression` is what the rest uses. It composes the parsers of `parse_calendar` and `parse_relative` by
the category of the first token, then joins members by connectors (« au », « et », a dash) where they make
one date.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from pipeline.dates import feasts
from pipeline.dates import parse_calendar as absolute
from pipeline.dates import parse_periods as periods
from pipeline.dates import parse_relative as relative
from pipeline.dates.expressions import (
    Calendar,
    Century,
    Decade,
    Duration,
    Expression,
    Feast,
    Numeric,
    Offset,
    Portion,
    Range,
    Season,
    Several,
)
from pipeline.dates.parse_calendar import Parsed, Tokens, forms, token
from pipeline.dates.tokens import full_year, roman_ordinal

Parser = Callable[[Tokens, int], Parsed | None]

_DASHES = frozenset("-–—→/")
_OPENERS = frozenset(("du", "de", "d'", "des", "entre", "depuis"))
_ARTICLES = frozenset(("le", "la", "l'", "les", "ce", "cette"))
_DATED = (Calendar, Numeric, Offset, Season, Portion, Feast)


def _day_or_year(tokens: Tokens, i: int) -> Parsed | None:
    """A number in digits or words: « 4 juillet », « 2024 », « six ans », « 3 » of « 3 et 4 juillet »."""
    tok = tokens[i]
    if tok.category == "number" and len(tok.form) == 4:
        return absolute.year(tokens, i) or relative.duration(tokens, i)
    day = absolute.day_and_month(tokens, i)
    if day and cast(Calendar, day[0]).month:
        return day
    if tok.category == "number" and tok.value and token(tokens, i + 1).form in ("av", "avant"):
        ancient = absolute.year(tokens, i)
        if ancient:
            return ancient
    return (
        relative.duration(tokens, i)
        or (absolute.year(tokens, i) if tok.category == "number_word" else None)
        or day
    )


def _ordinal(tokens: Tokens, i: int) -> Parsed | None:
    """« 1er juillet », « premier trimestre », « XXe siècle », « première quinzaine de juin », « 1er »."""
    day = absolute.day_and_month(tokens, i)
    if day and cast(Calendar, day[0]).month:
        return day
    return (
        absolute.nth_weekday(tokens, i)
        or periods.portion(tokens, i)
        or periods.century(tokens, i)
        or relative.portion_of(tokens, i)
        or _centuries(tokens, i)
        or (day if tokens[i].form[:1].isdigit() else None)
    )


def _word_of_number(tokens: Tokens, i: int) -> Parsed | None:
    if tokens[i].form == "sept":
        named = absolute.month(tokens, i)
        if named:
            return named
    return periods.century(tokens, i) or _day_or_year(tokens, i)


def _unit(tokens: Tokens, i: int) -> Parsed | None:
    return periods.decade(tokens, i) or relative.unit_relative(tokens, i)


def _directed(tokens: Tokens, i: int) -> Parsed | None:
    return (
        absolute.nth_weekday(tokens, i)
        or periods.portion(tokens, i)
        or relative.recent(tokens, i)
        or relative.portion_of(tokens, i)
    )


def _centuries(tokens: Tokens, i: int) -> Parsed | None:
    """« XVIe au XVIIIe siècle », « XIXe et XXe siècles »: the number alone takes the noun of the second."""
    tok = tokens[i]
    first = cast("int | None", tok.value) if tok.category == "ordinal" else roman_ordinal(tok.form)
    joined = _connector(tokens, i + 1) if first else None
    if not first or not joined or joined[0] == "list":
        return None
    tok = token(tokens, joined[1])
    second = periods.century(tokens, joined[1]) if tok.form and tok.category in ("", "ordinal") else None
    return (Range(Century(first), second[0]), second[1]) if second else None


def _with_article(tokens: Tokens, i: int) -> Parsed | None:
    """« l'an dernier », « l'été prochain »: only with such an adjective is the article part of the
    expression.
    """
    if token(tokens, i + 1).category == "season":
        parsed = absolute.season(tokens, i + 1)
        return (
            parsed if parsed and isinstance(parsed[0], Season) and parsed[0].direction is not None else None
        )
    parsed = relative.unit_relative(tokens, i)
    if parsed and isinstance(parsed[0], Offset) and not parsed[0].anaphoric:
        return parsed
    return None


def _start_word(tokens: Tokens, i: int) -> Parsed | None:
    """Expressions that start with a word of no category: « l'an dernier », « week-end », « avant-hier »,
    feasts.
    """
    form = tokens[i].form
    if form in feasts.FIRST_WORDS:
        named = periods.feast(tokens, i)
        if named:
            return named
    if form == "l'":
        return _with_article(tokens, i)
    if form in ("même", "week", "weekend"):
        return relative.unit_relative(tokens, i)
    if form in ("avant", "après"):
        return relative.deictic(tokens, i) or relative.anaphoric_day(tokens, i)
    if form == "nouvelle":
        return relative.new_year(tokens, i)
    if form[0] in "ivx" and roman_ordinal(form):
        return periods.century(tokens, i) or _centuries(tokens, i)
    return None


_BY_CATEGORY: dict[str, Parser] = {
    "number": _day_or_year,
    "number_word": _word_of_number,
    "ordinal": _ordinal,
    "month": absolute.month,
    "month_abbreviation": absolute.month,
    "weekday": relative.weekday_of_week,
    "weekday_abbreviation": absolute.weekday,
    "season": absolute.season,
    "date": absolute.numeric,
    "my": absolute.numeric,
    "dm": absolute.numeric,
    "portion": periods.portion,
    "unit": _unit,
    "collective": relative.duration,
    "direction": _directed,
    "deictic": relative.deictic,
    "anaphoric": relative.anaphoric_day,
    "demonstrative": relative.demonstrative,
    "part": relative.part,
}

#: The words without a category that may begin an expression.
START_WORDS = feasts.FIRST_WORDS | {"l'", "même", "week", "weekend", "avant", "après", "nouvelle"}


def may_start(tokens: Tokens, i: int) -> bool:
    """Whether an expression may begin at token `i`: a cheap test before `expression`."""
    tok = tokens[i]
    if tok.category:
        return tok.category in _BY_CATEGORY
    return tok.form in START_WORDS or (
        tok.form[:1] in ("i", "v", "x") and roman_ordinal(tok.form) is not None
    )


def _member(tokens: Tokens, i: int) -> Parsed | None:
    """One date, without what may be joined to it. A weekday or month that also begins a feast's name is the
    feast.
    """
    if i >= len(tokens):
        return None
    tok = tokens[i]
    parser = _BY_CATEGORY.get(tok.category)
    if parser is None:
        return _start_word(tokens, i) if not tok.category and tok.form else None
    if tok.form in feasts.FIRST_WORDS:
        named = periods.feast(tokens, i)
        if named:
            return named
    return parser(tokens, i)


def _connector(tokens: Tokens, i: int) -> tuple[str, int] | None:
    """What joins two members: "to", "and", "or" or "list" (a comma), and the index of the second."""
    form = token(tokens, i).form
    kind = ""
    if form in _DASHES or form in ("au", "aux", "à"):
        kind, i = "to", i + 1
    elif form == "jusqu'" and token(tokens, i + 1).form in ("au", "aux", "à", "en"):
        kind, i = "to", i + 2
    elif form in ("et", "&"):
        kind, i = "and", i + 1
    elif form == "ou":
        kind, i = "or", i + 1
    elif form == ",":
        return "list", i + 1
    if not kind:
        return None
    if token(tokens, i).form in _ARTICLES and not may_start_deictic(tokens, i):
        i += 1
        if forms(tokens, i, "mois", "de"):
            i += 2
    return kind, i


def may_start_deictic(tokens: Tokens, i: int) -> bool:
    """Whether an article is part of the expression: « l'an dernier », « cette année »."""
    following = token(tokens, i + 1)
    if tokens[i].category == "demonstrative":
        return following.category in ("unit", "season") or following.form in ("jour", "soir", "matin")
    return tokens[i].form == "l'" and following.form in ("an", "année")


def _opener(tokens: Tokens, i: int) -> str:
    """The word before an expression that starts at `i`, articles and « mois de » skipped."""
    i -= 1
    while i >= 0 and tokens[i].form in ("le", "la", "l'", "les", "mois", "années", "année"):
        i -= 1
        if tokens[i].form == "de" and tokens[i + 1].form == "mois":
            break
    return tokens[i].form if i >= 0 else ""


def _is_day_alone(node: Expression) -> bool:
    return isinstance(node, Calendar) and node.day > 0 and node.month == 0


def _shape(node: Expression) -> str:
    """Which parts a date tells, so that only alike ones are joined."""
    if not isinstance(node, Calendar):
        return type(node).__name__
    if node.month:
        return "day" if node.day else "month"
    if node.day:
        return "day"
    return "weekday" if node.weekday is not None else "year"


def _join(first: Expression, second: Expression, kind: str, opener: str) -> Expression | None:
    """The range or list that two members make with this connector and opener; None where they stay two
    dates.
    """
    shapes = _shape(first), _shape(second)
    alike = shapes[0] == shapes[1]
    if _is_day_alone(first):
        if not alike:
            return None
        if kind == "to" or opener == "entre":
            return Range(first, second)
        return _listed(first, second, kind)
    if isinstance(first, Several):
        return None
    if kind == "to":
        if shapes == ("year", "year"):
            years = cast(Calendar, first).year, cast(Calendar, second).year
            ordered = isinstance(years[0], int) and isinstance(years[1], int) and years[0] < years[1]
            return Range(first, second) if ordered else None
        if alike and shapes[0] in (
            "month",
            "day",
            "weekday",
            "Numeric",
            "Season",
            "Decade",
            "Century",
            "Portion",
        ):
            return Range(first, second) if not _is_day_alone(second) else None
        if shapes == ("Season", "year"):
            return Range(first, second)
        if opener in _OPENERS or isinstance(first, Offset):
            return Range(first, second) if isinstance(first, _DATED) and isinstance(second, _DATED) else None
        return None
    if opener == "entre" and kind == "and":
        if isinstance(first, (*_DATED, Decade, Century)) and not isinstance(second, Duration):
            return Range(first, second)
        return None
    if alike and shapes[0] in ("month", "weekday"):
        return _listed(cast(Calendar, first), second, kind)
    if alike and shapes[0] == "Decade" and kind == "and":
        return Range(first, second)
    return None


def _listed(first: Expression, second: Expression, kind: str) -> Expression | None:
    """« 13 et 14 juin », « lundi et mardi », « mars et avril 2024 »: one mention where they share what
    follows.
    """
    if not isinstance(first, Calendar) or not isinstance(second, Calendar):
        return None
    if first.year is not None or (first.weekday is not None and first.month):
        return None
    if _shape(first) == "weekday":
        if first.direction is not None or cast(int, second.weekday) - cast(int, first.weekday) not in (1, -6):
            return None
    elif _shape(first) == "month" and (kind == "or" or second.month - first.month not in (1, -11)):
        return None
    return Several((first, second), exclusive=kind == "or")


def _list_of_days(tokens: Tokens, i: int, first: Calendar) -> Parsed | None:
    """« 3, 10 et 17 juin »: the days before a last one that has its month."""
    members = [first]
    j = i
    while True:
        joined = _connector(tokens, j)
        if not joined or joined[0] == "to":
            return None
        parsed = absolute.day_and_month(tokens, joined[1])
        if not parsed:
            return None
        day = cast(Calendar, parsed[0])
        members.append(day)
        j = parsed[1]
        if day.month:
            return (Several(tuple(members), exclusive=joined[0] == "or"), j) if len(members) > 2 else None
        if joined[0] != "list" or len(members) > 31:
            return None


def _short_second_year(tokens: Tokens, i: int, first: Expression) -> Parsed | None:
    """« 2023-24 »: the second year by its last two digits."""
    if not isinstance(first, Calendar) or _shape(first) != "year" or not isinstance(first.year, int):
        return None
    dash, digits = token(tokens, i), token(tokens, i + 1)
    if dash.form not in ("-", "/", "–") or digits.category != "number" or len(digits.form) != 2:
        return None
    second = first.year // 100 * 100 + full_year(digits.form) % 100
    if digits.start != dash.end or second <= first.year:
        return None
    return Range(first, Calendar(second)), i + 2


def expression(tokens: Tokens, i: int) -> Parsed | None:
    """The longest date expression that starts at token `i`, with the index after it; None if none does.

    A day alone (« 3 ») and a duration (« six ans ») are returned too: whether they are dates is told by
    what stands before them.
    """
    first = _member(tokens, i)
    if not first:
        return None
    node, j = first
    if (
        isinstance(node, Calendar)
        and node.year is None
        and tokens[i].category == "number"
        and len(tokens[i].form) == 4
    ):
        return None
    if _is_day_alone(node):
        listed = _list_of_days(tokens, j, cast(Calendar, node))
        if listed:
            return listed
    if tokens[i].category == "dm" and token(tokens, j).category == "month":
        # « 5/6 mai »: two days, not the 5th of June.
        day = cast(Calendar, node)
        last = cast(Calendar, absolute.month(tokens, j)[0])  # type: ignore[index]
        end = absolute.month(tokens, j)
        return (
            (Range(Calendar(day=day.day), Calendar(last.year, last.month, day.month)), end[1])
            if end
            else None
        )
    short = _short_second_year(tokens, j, node)
    if short:
        return short
    joined = _connector(tokens, j)
    if not joined or joined[0] == "list":
        return first
    second: Parsed | None
    if isinstance(node, Decade):
        second = periods.decade_number(tokens, joined[1]) or periods.decade(tokens, joined[1])
    else:
        second = _member(tokens, joined[1])
    if not second or isinstance(second[0], Duration):
        return first
    together = _join(node, second[0], joined[0], _opener(tokens, i))
    return (together, second[1]) if together else first
