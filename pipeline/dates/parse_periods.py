"""Named periods and days: quarters, decades, centuries, feasts, and the weeks told by a day in them.

Same conventions as `parse_calendar`.
"""

from __future__ import annotations

from typing import cast

from pipeline.dates import feasts
from pipeline.dates.expressions import Calendar, Century, Decade, Feast, Portion, Week
from pipeline.dates.numbers import number_at
from pipeline.dates.parse_calendar import (
    Parsed,
    Tokens,
    before_christ,
    day_and_month,
    direction_at,
    forms,
    token,
    year_tail,
)
from pipeline.dates.tokens import roman_ordinal

_TIME_OF = frozenset(("de", "d'", "du", "au"))
_DECADE_WORDS = {20: 1920, 30: 1930, 40: 1940, 50: 1950, 60: 1960, 70: 1970, 80: 1980, 90: 1990}


def portion(tokens: Tokens, i: int) -> Parsed | None:
    """« premier trimestre 2024 », « second semestre », « dernier trimestre de l'année », « T1 2024 »."""
    tok = tokens[i]
    j = i + 1
    if tok.category == "portion":
        letter, number = cast(tuple[str, int], tok.value)
        unit = "quarter" if letter == "T" else "half"
    else:
        named = token(tokens, j)
        if named.category != "unit" or cast(tuple[str, int], named.value)[0] not in ("quarter", "half"):
            return None
        unit = cast(tuple[str, int], named.value)[0]
        number = cast(int, tok.value or 0) if tok.category == "ordinal" else -1
        j += 1
    if number > (4 if unit == "quarter" else 2) or number == 0:
        return None
    tail = year_tail(tokens, j, two_digits=False)
    if not tail and forms(tokens, j, "de", "l'", "année"):
        return Portion("quarter" if unit == "quarter" else "half", number), j + 3
    if number == -1 and not tail:
        return None
    if tok.category == "portion" and not tail:
        return None
    return Portion("quarter" if unit == "quarter" else "half", number, tail[0] if tail else None), tail[
        1
    ] if tail else j


def decade(tokens: Tokens, i: int) -> Parsed | None:
    """« années 1990 », « années 60 », « années quatre-vingt-dix »."""
    if token(tokens, i).form not in ("années", "annees"):
        return None
    return decade_number(tokens, i + 1)


def decade_number(tokens: Tokens, i: int) -> Parsed | None:
    """The number of a decade: 1990, 90, « soixante »."""
    tok = token(tokens, i)
    if tok.category == "number":
        value = cast(int, tok.value or 0)
        if len(tok.form) == 2 and value in _DECADE_WORDS:
            return Decade(_DECADE_WORDS[value]), i + 1
        return (Decade(value), i + 1) if len(tok.form) == 4 and value % 10 == 0 and value else None
    number = number_at(tokens, i)
    if number and number[0] in _DECADE_WORDS:
        return Decade(_DECADE_WORDS[number[0]]), number[1]
    return (Decade(number[0]), number[1]) if number and number[0] in (2000, 2010, 2020) else None


def century(tokens: Tokens, i: int) -> Parsed | None:
    """« XXe siècle », « 21e siècle », « dix-neuvième siècle », « IIIe siècle av. J.-C. »; the number of one
    alone.
    """
    tok = tokens[i]
    j = i + 1
    if tok.category == "ordinal":
        number = cast("int | None", tok.value)
        if forms(tokens, i - 1, "-") and token(tokens, i - 2).form in ("dix", "vingt"):
            return None
    elif forms(tokens, i, "dix", "-") and token(tokens, i + 2).form in ("septième", "huitième", "neuvième"):
        number, j = 10 + cast(int, token(tokens, i + 2).value), i + 3
    elif forms(tokens, i, "vingt", "et", "unième"):
        number, j = 21, i + 3
    else:
        number = roman_ordinal(tok.form)
    if not number or not 1 <= number <= 30 or not token(tokens, j).form.startswith(("siècle", "siecle")):
        return None
    christ, k = before_christ(tokens, 2, j + 1)
    return Century(number if christ > 0 else -number), k


def feast(tokens: Tokens, i: int) -> Parsed | None:
    """A named day, with its year or direction: « Noël », « lundi de Pâques 2023 », « la Toussaint prochaine
    ».
    """
    for words in feasts.names_from(token(tokens, i).form, token(tokens, i + 1).form):
        if not forms(tokens, i, *words):
            continue
        name, j = feasts.NAMES[words], i + len(words)
        tail = year_tail(tokens, j, two_digits=False)
        if tail:
            return Feast(name.key, tail[0]), tail[1]
        pointed = direction_at(tokens, j)
        if pointed:
            return Feast(name.key, None, pointed[0]), pointed[2]
        return (Feast(name.key), j) if name.bare or feast_is_cued(tokens, i) else None
    return None


def feast_is_cued(tokens: Tokens, i: int) -> bool:
    """Whether a preposition before « Noël », « Pâques » says that the day is meant."""
    before = token(tokens, i - 1).form
    if before in ("à", "avant", "après", "depuis", "pour", "dès", "ce", "ici"):
        return True
    if before == "d'":  # no feast but « l'Ascension » starts with a vowel
        return False
    heads = ("partir", "compter", "lendemain", "veille", "week-end", "jusqu'à", "dimanche", "jour", "end")
    return before in ("de", "d'") and token(tokens, i - 2).form in heads


def week_of(tokens: Tokens, i: int) -> Parsed | None:
    """« semaine du 3 juin », « week-end des 6 et 7 juillet » : the index is at « semaine » or « week »."""
    weekend, j = weekend_at(tokens, i)
    if not weekend and token(tokens, i).form != "semaine":
        return None
    j = j if weekend else i + 1
    if token(tokens, j).form in ("du", "des", "de") and token(tokens, j + 1).form != "la":
        parsed = day_and_month(tokens, j + 1)
        if parsed and isinstance(parsed[0], Calendar) and parsed[0].month:
            return Week(parsed[0], weekend), parsed[1]
    if weekend and token(tokens, j).form in _TIME_OF:
        named = feast(tokens, j + 1) or feast(tokens, j + 2)
        if named and isinstance(named[0], Feast):
            return Week(named[0], True), named[1]
    return None


def weekend_at(tokens: Tokens, i: int) -> tuple[bool, int]:
    """Whether « week-end » or « weekend » stands here, and the index after it."""
    if forms(tokens, i, "week", "-", "end"):
        return True, i + 3
    return (True, i + 1) if token(tokens, i).form == "weekend" else (False, i)
