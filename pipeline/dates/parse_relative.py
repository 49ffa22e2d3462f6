"""Relative dates: deictic and anaphoric words, units with a direction, durations, and parts of periods.

Same conventions as `parse_calendar`: tokens and an index in, the expression and the index after it
out.
"""

from __future__ import annotations

from typing import cast

from pipeline.dates.expressions import (
    Calendar,
    Duration,
    Expression,
    Feast,
    Neighbour,
    NewYear,
    Offset,
    Recent,
    Season,
    Week,
    WeekdayOf,
)
from pipeline.dates.lexicon import words
from pipeline.dates.numbers import number_at
from pipeline.dates.parse_calendar import (
    Parsed,
    Tokens,
    day_and_month,
    day_part,
    direction_at,
    forms,
    month,
    numeric,
    relative_year,
    season,
    token,
    weekday,
    year,
)
from pipeline.dates.parse_periods import century, decade, feast, week_of, weekend_at
from pipeline.dates.values import Unit

_ARTICLES = frozenset(("le", "la", "l'", "les"))
_EVENT_STARTS = words(
    """
    le la l' les un une des du de d' son sa ses leur leurs notre nos votre cette ce cet ces avoir être
    que qu' quoi
    """
)
_OF = frozenset(("de", "d'", "du", "des"))
_PART_NOUNS = words("quinzaine moitié partie jours semaines semaine mois heures quart tiers")
_MAX_COUNT = 10_000


def deictic(tokens: Tokens, i: int) -> Parsed | None:
    """« hier », « demain matin », « aujourd'hui », « avant-hier », « après-demain »."""
    tok = tokens[i]
    if tok.form == "avant" and forms(tokens, i, "avant", "-", "hier"):
        return Offset("day", -2), day_part(tokens, i + 3)
    if tok.form == "après" and forms(tokens, i, "après", "-", "demain"):
        return Offset("day", 2), day_part(tokens, i + 3)
    if tok.category == "deictic":
        return Offset("day", cast(int, tok.value)), day_part(tokens, i + 1)
    return None


def anaphoric_day(tokens: Tokens, i: int) -> Parsed | None:
    """« la veille », « l'avant-veille », « le lendemain », « le surlendemain »; « la veille du 14 juillet
    ».
    """
    j, count = i, 0
    if forms(tokens, i, "avant", "-", "veille"):
        j, count = i + 2, -1
    tok = token(tokens, j)
    if tok.category != "anaphoric":
        return None
    count += cast(int, tok.value)
    after = day_part(tokens, j + 1)
    if token(tokens, j + 1).form in _OF:
        k = j + 2 + (token(tokens, j + 2).form in _ARTICLES)
        for parsed in (feast(tokens, k), feast(tokens, k - 1), day_and_month(tokens, k)):
            if parsed and isinstance(parsed[0], Calendar) and parsed[0].month and parsed[0].day:
                return Neighbour(parsed[0], count), parsed[1]
            if parsed and isinstance(parsed[0], Feast):
                return Neighbour(parsed[0], count), parsed[1]
        return None  # « la veille du sommet »: the day of an event that no calendar tells
    return Offset("day", count, True), after


def demonstrative(tokens: Tokens, i: int) -> Parsed | None:
    """« cette année », « ce mois-ci », « cet été », « ce matin », « ces trois dernières années », « ce
    jour-là ».
    """
    following = token(tokens, i + 1)
    end = day_part(tokens, i + 1)
    if end > i + 1:
        return (Offset("day", 0), end) if token(tokens, end).form != "-" else None
    weekend, j = weekend_at(tokens, i + 1)
    if weekend:
        return Week(Offset("week", 0), True), j
    if following.category == "season":
        parsed = season(tokens, i + 1)
        if (
            parsed
            and isinstance(parsed[0], Season)
            and parsed[0].year is None
            and parsed[0].direction is None
        ):
            return Season(parsed[0].season, None, 0), _there(tokens, parsed[1])[1]
        return parsed
    if following.category == "unit":
        unit = cast(tuple[Unit, int], following.value)[0]
        if tokens[i].form == "ces" or unit == "hour" or token(tokens, i + 2).form == "de":
            return None
        if following.form == "année" and token(tokens, i + 2).category == "number":
            return None  # « cette année 2024 »: the year says it
        there, j = _there(tokens, i + 2)
        if unit == "week":
            return Week(Offset("week", 0, there)), j
        return Offset(unit, 0, there), j
    return None


def _there(tokens: Tokens, i: int) -> tuple[bool, int]:
    """Whether « -là » makes it anaphoric, and the index after « -là » or « -ci »."""
    if token(tokens, i).form == "-" and token(tokens, i + 1).form in ("là", "ci"):
        return token(tokens, i + 1).form == "là", i + 2
    return False, i


def unit_relative(tokens: Tokens, i: int) -> Parsed | None:
    """« an dernier », « semaine prochaine », « mois suivant », « année en cours », « an 2000 », « jour
    même ».
    """
    j = i + (token(tokens, i).form == "l'")
    same = token(tokens, j).form == "même"
    j += same
    weekend, k = weekend_at(tokens, j)
    if weekend or token(tokens, j).form == "semaine":
        parsed = week_of(tokens, j)
        if parsed:
            return parsed
    if weekend:
        unit: Unit = "week"
    elif token(tokens, j).category == "unit":
        unit, k = cast(tuple[Unit, int], token(tokens, j).value)[0], j + 1
    else:
        return None
    if same:
        return _offset(unit, 0, True, weekend), k
    if unit == "year" and token(tokens, j).form == "an" and token(tokens, k).category == "number":
        return year(tokens, k) or (Calendar(cast(int, token(tokens, k).value)), k + 1)
    if forms(tokens, k, "en", "cours"):
        return _offset(unit, 0, False, weekend), k + 2
    if unit == "day" and token(tokens, k).form == "même":
        return Offset("day", 0, True), k + 1
    pointed = direction_at(tokens, k)
    if (
        not pointed
        or unit == "hour"
        or token(tokens, j).form in ("jours", "ans", "années", "semaines", "trimestres")
    ):
        return None
    direction, anaphoric, end = pointed
    if token(tokens, end - 1).form == "passé" and unit == "day":
        return None
    return _offset(unit, direction, anaphoric, weekend), end


def _offset(unit: Unit, count: int, anaphoric: bool, weekend: bool) -> Expression:
    offset = Offset(unit, count, anaphoric)
    return Week(offset, weekend) if unit == "week" else offset


def new_year(tokens: Tokens, i: int) -> Parsed | None:
    """« la nouvelle année »."""
    return (NewYear(), i + 2) if forms(tokens, i, "nouvelle", "année") else None


def length(tokens: Tokens, i: int) -> tuple[Duration, int] | None:
    """A duration: « six ans », « un an et demi », « une quinzaine de jours », « 48 heures »."""
    first = token(tokens, i)
    if first.form in ("une", "un") and token(tokens, i + 1).category == "collective":
        return length(tokens, i + 1)
    if first.category == "collective":
        if token(tokens, i + 1).form not in ("de", "d'"):
            # « depuis une quinzaine »: fifteen days by itself.
            return (Duration("day", 15), i + 1) if first.form == "quinzaine" else None
        number, j = cast(int, first.value), i + 2
    else:
        counted = number_at(tokens, i)
        if not counted or not counted[0] <= _MAX_COUNT:
            return None
        number, j = counted
    if token(tokens, j).form in ("bonnes", "longues", "petites", "courtes"):
        j += 1
    named = token(tokens, j)
    if named.category != "unit" or named.form == "saison":
        return None
    unit = cast(tuple[Unit, int], named.value)[0]
    j += 1
    if token(tokens, j).form == "et" and token(tokens, j + 1).form in ("demi", "demie"):
        j += 2
        if unit in ("year", "month", "day", "week"):
            halves: dict[Unit, tuple[Unit, int]] = {
                "year": ("month", 12 * number + 6),
                "month": ("day", 30 * number + 15),
                "week": ("day", 7 * number + 4),
                "day": ("hour", 24 * number + 12),
            }
            unit, number = halves[unit]
    return Duration(unit, number), j


def duration(tokens: Tokens, i: int) -> Parsed | None:
    """A duration, or the date it makes: « six ans plus tard », « trois jours avant », « trois dernières
    années ».
    """
    told = length(tokens, i)
    if not told:
        return recent(tokens, i)
    span, j = told
    if token(tokens, j).form == "plus" and token(tokens, j + 1).form in ("tard", "tôt"):
        sign = 1 if token(tokens, j + 1).form == "tard" else -1
        return Offset(span.unit, sign * span.count, True), j + 2
    if token(tokens, j).form == "auparavant":
        return Offset(span.unit, -span.count, True), j + 1
    if token(tokens, j).form in ("après", "avant") and token(tokens, j + 1).form not in _EVENT_STARTS:
        following = token(tokens, j + 1)
        if following.category in ("", "stop") and not following.form[:1].isdigit():
            return Offset(span.unit, span.count if tokens[j].form == "après" else -span.count, True), j + 1
    return span, j


def recent(tokens: Tokens, i: int) -> Parsed | None:
    """« trois dernières années », « prochaines 24 heures », « dix prochains jours »: a stretch up to or
    from now.
    """
    first = token(tokens, i)
    if first.category == "direction":
        counted, pointed = number_at(tokens, i + 1), direction_at(tokens, i)
        j = counted[1] if counted else i
    else:
        counted = number_at(tokens, i)
        pointed = direction_at(tokens, counted[1]) if counted else None
        j = pointed[2] if pointed else i
    named = token(tokens, j)
    if not counted or not pointed or pointed[1] or named.category != "unit" or counted[0] > _MAX_COUNT:
        return None
    if token(tokens, i - 1).form not in ("les", "des", "ces", "aux", "prochaines", "ses", "nos"):
        return None
    return Recent(cast(tuple[Unit, int], named.value)[0], pointed[0] * counted[0]), j + 1


def part(tokens: Tokens, i: int) -> Parsed | None:
    """« début 2025 », « mi-juin », « fin de l'année dernière », « courant mars », « fin du mois », «
    mi-2024 ».
    """
    word = tokens[i].form
    j = i + 1
    if word == "mi":
        if token(tokens, j).form != "-":
            return None
        return _period(tokens, j + 1)
    if word in ("courant", "début", "fin", "debut"):
        direct = _period(tokens, j)
        if direct:
            return direct
    if token(tokens, j).form not in _OF:
        return None
    contracted = token(tokens, j).form in ("du", "des")
    return _period(tokens, j + 1, contracted)


def portion_of(tokens: Tokens, i: int) -> Parsed | None:
    """« première quinzaine de juin », « seconde moitié de 2024 », « premiers jours du mois »: the period."""
    j = i + 1
    if token(tokens, j).form not in _PART_NOUNS or token(tokens, j + 1).form not in _OF:
        return None
    return _period(tokens, j + 2, token(tokens, j + 1).form in ("du", "des"))


def _period(tokens: Tokens, i: int, contracted: bool = False) -> Parsed | None:
    """A period that has a beginning and an end: a year, month, season, decade, century, week, quarter."""
    tok = token(tokens, i)
    if tok.category == "demonstrative":
        return demonstrative(tokens, i)
    article = contracted or tok.form in _ARTICLES
    if tok.form in _ARTICLES:
        relative = relative_year(tokens, i) or unit_relative(tokens, i if tok.form == "l'" else i + 1)
        if relative:
            return relative
        i += 1
        tok = token(tokens, i)
    if tok.form == "mi":
        return part(tokens, i)
    if tok.form == "mois" and token(tokens, i + 1).form in ("de", "d'"):
        return month(tokens, i + 2)
    if tok.form in ("année", "an") and token(tokens, i + 1).category == "number":
        return year(tokens, i + 1)
    if tok.category in ("month", "month_abbreviation"):
        return month(tokens, i)
    if tok.category == "number" and len(tok.form) == 4:
        return year(tokens, i)
    if tok.category == "season":
        return season(tokens, i)
    if tok.category == "my":
        return numeric(tokens, i)
    if tok.category == "unit":
        decades = decade(tokens, i)
        if decades:
            return decades
        relative = unit_relative(tokens, i)
        if relative:
            return relative
        unit = cast(tuple[Unit, int], tok.value)[0]
        if (unit in ("week", "month", "year", "quarter", "half") and tok.form[-1:] != "s") or (
            tok.form == "mois"
        ):
            # « fin de semaine », « fin du mois », « début d'année »: the current one.
            return (
                None
                if token(tokens, i + 1).form in _OF and article
                else (_offset(unit, 0, False, False), i + 1)
            )
        return None
    return century(tokens, i) if tok.category in ("", "ordinal") and tok.form else None


def weekday_of_week(tokens: Tokens, i: int) -> Parsed | None:
    """« jeudi de la semaine prochaine », « lundi de cette semaine »."""
    named = weekday(tokens, i)
    if not named or not isinstance(named[0], Calendar) or named[0].month or named[0].direction is not None:
        return named
    j = named[1]
    if token(tokens, j).form == "de":
        k = j + 1 + (token(tokens, j + 1).form == "la")
        week = (
            demonstrative(tokens, k)
            if token(tokens, k).category == "demonstrative"
            else unit_relative(tokens, k)
        )
        if week and isinstance(week[0], Week) and isinstance(week[0].of, Offset) and not week[0].weekend:
            return WeekdayOf(cast(int, named[0].weekday), week[0].of), week[1]
    return named
