"""Clues from elapsed time: a year told in the text plus a duration or a count makes the year of writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pipeline.dates.evidence import Array, Clue, Days, Mentioned, Text, known_moment
from pipeline.dates.lexicon import words
from pipeline.dates.parse_calendar import forms, token
from pipeline.dates.parse_relative import length
from pipeline.dates.surroundings import governor, sentence
from pipeline.dates.tokens import Token

_ELAPSED = 7.5
_ELAPSED_SAME_SENTENCE = 2.0
_ANNUAL_MEETING = 1.0
_MOST_FOUNDINGS = 6
_FOUNDING = words("""
    création fondation naissance indépendance signature entrée lancement adhésion fondée fondé créée créé
    née né
    lancée lancé instaurée instauré signé signée établie établi constitution
    """)
_MEETINGS = words("réunion sommet édition session conférence assemblée rencontre")


@dataclass(frozen=True, slots=True)
class _Origin:
    """A year from which a text may count: its sentence (tokens, half-open) and whether that tells a
    founding.
    """

    mention: Mentioned
    year: int
    start: int
    end: int
    founding: bool


def elapsed_clues(document: Text) -> list[Clue]:
    """« depuis sa création en 2001 … en 18 ans »: the year is the sum; so too with anniversaries and yearly
    meetings.
    """
    tokens = document.tokens
    origins = []
    for mention in document.mentions:
        moment = known_moment(mention)
        if moment and moment.known_year is not None:
            start, end = sentence(tokens, mention.start, mention.end)
            founding = any(tokens[m].form in _FOUNDING for m in range(start, end))
            origins.append(_Origin(mention, moment.known_year, start, end, founding))
    foundings = [origin for origin in origins if origin.founding][:_MOST_FOUNDINGS]
    sums = [
        told
        for origin in origins
        for k in (range(len(tokens)) if origin in foundings else range(origin.start, origin.end))
        if tokens[k].category in ("number", "number_word", "ordinal") and (told := _sum(tokens, k, origin))
    ]
    return [Clue(told.words, (told.year,), partial(_in_year, told.year, told.weight)) for told in sums]


def _in_year(year: int, weight: float, days: Days) -> Array:
    result: Array = (days.year == year) * weight
    return result


@dataclass(frozen=True, slots=True)
class _Sum:
    year: int
    weight: float
    words: str


def _sum(tokens: Sequence[Token], k: int, origin: _Origin) -> _Sum | None:
    """The year that an elapsed time at token `k`, or a count of yearly meetings, makes with its origin."""
    tok = tokens[k]
    since = f"{origin.mention.words} + "
    if tok.category == "ordinal":
        if not isinstance(tok.value, int) or tok.value <= 2 or not origin.founding:
            return None
        noun = token(tokens, k + 1).form
        if noun == "anniversaire":
            return _Sum(origin.year + tok.value, _ELAPSED, f"{since}{tok.form} {noun}")
        if noun in _MEETINGS:
            return _Sum(origin.year + tok.value - 1, _ANNUAL_MEETING, f"{since}{tok.form} {noun}")
        return None
    told = length(tokens, k)
    if not told or told[0].unit not in ("year", "decade") or not 2 <= told[0].count <= 1000:
        return None
    year = origin.year + told[0].count * (10 if told[0].unit == "decade" else 1)
    words = since + " ".join(t.form for t in tokens[max(k - 1, 0) : told[1]])
    if token(tokens, k - 1).form in ("en", "ses") and origin.founding and k > origin.mention.end:
        return _Sum(year, _ELAPSED, words)
    if not origin.start <= k < origin.end:
        return None
    ago = governor(tokens, k, told[1], of_duration=True)
    if ago.sign < 0 and ago.word != "depuis" and not forms(tokens, told[1], "plus"):
        return _Sum(year, _ELAPSED, words)
    return _Sum(year, _ELAPSED_SAME_SENTENCE, words) if ago.word == "depuis" else None
