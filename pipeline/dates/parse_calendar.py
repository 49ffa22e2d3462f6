"""Absolute dates: days, months, years, weekdays, seasons, quarters, decades, centuries and feasts.

Every parser takes the tokens and an index and gives the expression with the index after it, or None. They
read forward only; what stands before decides in `grammar`, what the words mean beside other dates in
`resolution`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pipeline.dates import lexicon
from pipeline.dates.expressions import (
    Calendar,
    Expression,
    NthWeekday,
    Numeric,
    Offset,
    Season,
)
from pipeline.dates.lexicon import words
from pipeline.dates.numbers import number_at
from pipeline.dates.tokens import NOTHING, Token, full_year
from pipeline.dates.values import Moment

Tokens = Sequence[Token]
Parsed = tuple[Expression, int]

_QUOTES = frozenset("'’`")
_MAX_YEAR = 2999
_EVENT_ARTICLES = words("le la l' les un une son sa ses leur leurs cette ce cet ces")


def token(tokens: Tokens, i: int) -> Token:
    """The token at `i`, or an end of sentence outside the text."""
    return tokens[i] if 0 <= i < len(tokens) else NOTHING


def forms(tokens: Tokens, i: int, *expected: str) -> bool:
    """Whether the tokens from `i` have these forms."""
    if i < 0 or i + len(expected) > len(tokens):
        return False
    return all(tokens[k].form == form for k, form in enumerate(expected, start=i))


def _is_year(tok: Token) -> bool:
    return tok.category == "number" and len(tok.form) == 4 and 1000 <= cast(int, tok.value) <= _MAX_YEAR


def counts_something(tokens: Tokens, i: int) -> bool:
    """Whether the token at `i` is a noun or sign that makes the number before it a count or a measure."""
    following = token(tokens, i)
    form = following.form
    if form in lexicon.COUNTED or following.category == "unit":
        return True
    return (
        following.category == ""
        and len(form) > 3
        and form[-1] in "sx"
        and form not in lexicon.NOT_COUNTED_S
        and form.isalpha()
    )


def relative_year(tokens: Tokens, i: int) -> tuple[Offset, int] | None:
    """« l'an dernier », « l'année suivante », « la même année », « cette année » as a year, after « de » or
    not.
    """
    i += 1 if token(tokens, i).form in ("de", "d'") else 0
    first = token(tokens, i)
    if first.category == "demonstrative" and token(tokens, i + 1).form in ("année", "an"):
        anaphoric = forms(tokens, i + 2, "-", "là")
        return Offset("year", 0, anaphoric), i + (4 if anaphoric else 2)
    if forms(tokens, i, "la", "même", "année"):
        return Offset("year", 0, True), i + 3
    if first.form == "l'" and token(tokens, i + 1).form in ("an", "année"):
        if forms(tokens, i + 2, "en", "cours"):
            return Offset("year", 0), i + 4
        if forms(tokens, i + 2, "d'", "avant"):
            return Offset("year", -1, True), i + 4
        if forms(tokens, i + 2, "d'", "après"):
            return Offset("year", 1, True), i + 4
        adjective = token(tokens, i + 2)
        if adjective.category == "direction":
            count, anaphoric = cast(tuple[int, bool], adjective.value)
            return Offset("year", count, anaphoric), i + 3
    return None


def year_tail(tokens: Tokens, i: int, *, two_digits: bool = True) -> tuple[int | Offset, int] | None:
    """The year after a day or month: « 2024 », « 24 », « de l'an 2000 », « de l'année dernière »."""
    first = token(tokens, i)
    if _is_year(first) and first.form[0] in "12":
        return before_christ(tokens, cast(int, first.value), i + 1)
    if first.category == "number" and two_digits and len(first.form) == 2 and not _ambiguous_count(tokens, i):
        return full_year(first.form), i + 1
    if (
        first.form in _QUOTES
        and len(token(tokens, i + 1).form) == 2
        and token(tokens, i + 1).category == "number"
    ):
        return full_year(token(tokens, i + 1).form), i + 2
    if first.category == "number_word" and first.form in ("mille", "mil", "deux", "dix"):
        number = number_at(tokens, i)
        if number and 1000 <= number[0] <= _MAX_YEAR:
            return number
    if first.form in ("de", "d'"):
        j = i + 1
        if token(tokens, j).form == "l'" and token(tokens, j + 1).form in ("an", "année"):
            if token(tokens, j + 2).category == "number":
                return cast(int, token(tokens, j + 2).value or 0), j + 3
        elif _is_year(token(tokens, j)) and not counts_something(tokens, j + 1):
            return cast(int, token(tokens, j).value), j + 1
    return relative_year(tokens, i) if first.form in ("de", "d'") else None


def _ambiguous_count(tokens: Tokens, i: int) -> bool:
    """Whether two digits after a month may be something else than a year: a count, an hour, a day to come."""
    following = token(tokens, i + 1)
    if following.category in ("month", "month_abbreviation", "unit", "number", "opaque"):
        return True
    if following.form in ("%", "€", "h", "/", "ans", "-", "–", "°"):
        return True
    return following.form[:1].isalpha() and following.form not in (
        "à", "au", "et", "en", "de", "du", "le", "la", "l'", "les", "où", "que", "qui", "a", "est",
        "par", "pour"
    )  # fmt: skip


def before_christ(tokens: Tokens, year: int, i: int) -> tuple[int, int]:
    """The astronomical year and the index after « av. J.-C. », where that follows; else the year as it is."""
    if token(tokens, i).form in ("av", "avant") and (
        forms(tokens, i + 1, ".", "j") or forms(tokens, i + 1, "j") or forms(tokens, i + 1, "notre", "ère")
    ):
        j = i + 1
        while token(tokens, j).form in (".", "j", "-", "c", "jésus", "christ", "notre", "ère") and j < i + 8:
            j += 1
        return 1 - year, j
    return year, i


def nth_weekday(tokens: Tokens, i: int) -> Parsed | None:
    """« premier dimanche de juillet », « dernier samedi d'août 2024 », « 2e mardi du mois de mai »."""
    tok, named = tokens[i], token(tokens, i + 1)
    nth = -1 if tok.category == "direction" else cast("int | None", tok.value)
    if named.category != "weekday" or nth is None or nth > 5 or (nth < 0 and tok.form != "dernier"):
        return None
    j = i + 2
    if token(tokens, j).form in ("de", "d'"):
        parsed = month(tokens, j + 1)
    else:
        after = _month_of(tokens, j)
        parsed = _tail(tokens, after[1], after[0], 0, None) if after else None
    if not parsed or not isinstance(parsed[0], Calendar):
        return None
    return NthWeekday(cast(int, named.value), nth, parsed[0]), parsed[1]


def direction_at(tokens: Tokens, i: int) -> tuple[int, bool, int] | None:
    """« dernier », « prochain », « suivant », « à venir », « d'après »: direction, anaphoric, index after."""
    tok = token(tokens, i)
    if tok.category == "direction":
        if tok.form.startswith("suivant") and token(tokens, i + 1).form in _EVENT_ARTICLES:
            return None  # « le jour suivant le délit »
        direction, anaphoric = cast(tuple[int, bool], tok.value)
        return direction, anaphoric, i + 1
    if forms(tokens, i, "à", "venir"):
        return 1, False, i + 2
    if forms(tokens, i, "d'", "après"):
        return 1, True, i + 2
    if forms(tokens, i, "d'", "avant"):
        return -1, True, i + 2
    return None


def _tail(tokens: Tokens, i: int, month: int, day: int, weekday: int | None) -> Parsed:
    """What follows a month: its year or its direction."""
    tail = year_tail(tokens, i)
    if tail:
        return Calendar(tail[0], month, day, weekday), tail[1]
    pointed = direction_at(tokens, i)
    if pointed:
        direction, anaphoric, j = pointed
        return Calendar(None, month, day, weekday, direction, anaphoric), j
    return Calendar(None, month, day, weekday), i


def day_number(tokens: Tokens, i: int) -> tuple[int, int] | None:
    """A day of the month: « 4 », « 1er », « premier », « vingt et un »."""
    tok = token(tokens, i)
    if tok.category == "number":
        if (
            tok.form == "1"
            and token(tokens, i + 1).form in ("er", "ᵉʳ")
            and token(tokens, i + 1).start <= tok.end + 1
        ):
            return 1, i + 2
        day = cast(int, tok.value or 0)
        return (day, i + 1) if len(tok.form) <= 2 and 1 <= day <= 31 else None
    if tok.category == "ordinal" and tok.value == 1:
        return 1, i + 1
    if tok.category == "number_word":
        number = number_at(tokens, i, below_month=True)
        return number if number and 1 <= number[0] <= 31 else None
    return None


def month_at(tokens: Tokens, i: int) -> tuple[int, int] | None:
    """A month by name (« mois de juin » too), or by abbreviation with or without its full stop."""
    tok = token(tokens, i)
    if tok.category == "month":
        return cast(int, tok.value), i + 1
    if tok.form == "sept" and (i == 0 or tokens[i - 1].category != "number_word"):
        # « sept » is also seven: a month after a day, and before a year.
        dotted = token(tokens, i + 1).form == "."
        if _is_year(token(tokens, i + 1 + dotted)):
            return 9, i + 1 + dotted
        return (9, i + 1) if i and tokens[i - 1].category in ("number", "ordinal") else None
    if tok.category == "month_abbreviation":
        after = token(tokens, i + 1)
        # The stop belongs to the abbreviation; at a sentence's end it is kept out of the expression.
        inside = after.form == "." and token(tokens, i + 2).category in ("number", "")
        inside = inside and token(tokens, i + 2).form not in ("",)
        return cast(int, tok.value), i + (2 if inside else 1)
    return None


def day_and_month(tokens: Tokens, i: int, weekday: int | None = None) -> Parsed | None:
    """« 4 juillet 2024 », « 1er janv. », « 14-Juillet », and a day alone as a Calendar with only a day."""
    day = day_number(tokens, i)
    if not day:
        return None
    j = day[1]
    hyphen = token(tokens, j).form == "-" and token(tokens, j + 1).category == "month"
    month = month_at(tokens, j + 1 if hyphen else j) or _month_of(tokens, j)
    if not month:
        return Calendar(None, 0, day[0], weekday), j
    k = month[1]
    if hyphen and token(tokens, k).form == "-" and _is_year(token(tokens, k + 1)):
        k += 1
    return _tail(tokens, k, month[0], day[0], weekday)


def _month_of(tokens: Tokens, i: int) -> tuple[int, int] | None:
    """« (le 4) du mois de juillet »."""
    if forms(tokens, i, "du", "mois", "de") or forms(tokens, i, "du", "mois", "d'"):
        return month_at(tokens, i + 3)
    return None


def month(tokens: Tokens, i: int) -> Parsed | None:
    """« juin », « juin 2024 », « mai de la même année », « oct. 2019 »."""
    named = month_at(tokens, i)
    if not named:
        return None
    parsed = _tail(tokens, named[1], named[0], 0, None)
    if tokens[i].category != "month" and cast(Calendar, parsed[0]).year is None:
        return None
    return parsed


def weekday(tokens: Tokens, i: int) -> Parsed | None:
    """« jeudi », « jeudi 4 juillet », « mardi dernier », « lundi en huit », « jeudi de la semaine prochaine
    ».
    """
    tok = tokens[i]
    number = cast(int, tok.value)
    j = i + 1
    if tok.category == "weekday_abbreviation":
        j += token(tokens, j).form == "."
        parsed = day_and_month(tokens, j, number)
        return parsed if parsed and cast(Calendar, parsed[0]).month else None
    k = j + 1 if token(tokens, j).form in (",", "le") else j
    parsed = day_and_month(tokens, k, number)
    if parsed and (
        cast(Calendar, parsed[0]).month
        or (k == j and tokens[j].category != "number_word" and not counts_something(tokens, parsed[1]))
    ):
        return parsed
    j = day_part(tokens, j)
    pointed = direction_at(tokens, j)
    if pointed:
        return Calendar(weekday=number, direction=pointed[0], anaphoric=pointed[1]), pointed[2]
    if forms(tokens, j, "en", "huit"):
        return Calendar(weekday=number, direction=2), j + 2
    if forms(tokens, j, "en", "quinze"):
        return Calendar(weekday=number, direction=3), j + 2
    return Calendar(weekday=number), j


def day_part(tokens: Tokens, i: int) -> int:
    """The index after « matin », « soir », « après-midi », « dans la soirée » is not part of the date."""
    if token(tokens, i).form == "au" and token(tokens, i + 1).form in lexicon.DAY_PARTS:
        return i + 2
    if token(tokens, i).form in lexicon.DAY_PARTS:
        return i + 1
    if forms(tokens, i, "après", "-", "midi"):
        return i + 3
    return i


def year(tokens: Tokens, i: int) -> Parsed | None:
    """A year of four digits, or in words (« mille neuf cent dix »), with « av. J.-C. » where it follows."""
    tok = tokens[i]
    if tok.category == "number":
        value = cast(int, tok.value or 0)
        christ, j = before_christ(tokens, value, i + 1)
        if j > i + 1:
            return Calendar(christ), j
        return (Calendar(value), i + 1) if _is_year(tok) else None
    number = number_at(tokens, i)
    return (Calendar(number[0]), number[1]) if number and 1000 < number[0] <= _MAX_YEAR else None


def season(tokens: Tokens, i: int) -> Parsed | None:
    """« printemps », « été 2022 », « hiver 2023-2024 » (its first year), « automne dernier »."""
    name = cast(int, tokens[i].value)
    tail = year_tail(tokens, i + 1, two_digits=False)
    if tail:
        return Season(name, tail[0]), tail[1]
    pointed = direction_at(tokens, i + 1)
    if pointed:
        return Season(name, None, pointed[0]), pointed[2]
    return Season(name), i + 1


def numeric(tokens: Tokens, i: int) -> Parsed | None:
    """« 04/07/2024 », « 2024-07-04 », « 07/2024 », « 4/07 »."""
    moment = cast(Moment, tokens[i].value)
    if tokens[i].category == "dm":
        return Calendar(None, moment.month, moment.day), i + 1
    return Numeric(moment), i + 1
