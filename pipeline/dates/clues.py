"""What a text says about when it was written, each as a log-likelihood over candidate days.

The scales are in nats: a clue of 3 makes its day twenty times as likely as others. All were set by hand and
checked on the training corpus.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from pipeline.dates.elapsed import elapsed_clues
from pipeline.dates.evidence import Array, Clue, Days, Mentioned, Text, known_moment
from pipeline.dates.expressions import Calendar, Expression, Range, Several
from pipeline.dates.lexicon import words
from pipeline.dates.parse_calendar import token
from pipeline.dates.values import Moment, first_moment, last_moment

_BYLINE = 9.0
_DATELINE = 7.0
_THIS_DAY = 4.0
_SAME_EVENT = 2.5
_WRONG_WEEKDAY = -5.0
_CONTRADICTION = -5.0
_DOUBTFUL = -2.0
_FARTHEST = -3.0
#: Days after which a text has come down to 1/e of what it speaks of a day behind or ahead of it.
_DAY_SCALE_BEHIND = 30.0
_DAY_SCALE_AHEAD = 25.0

_BYLINES = words("publié publiée posté mis mise modifié modifiée créé rédigé actualisé écrit parution paru")
_AGENCY = re.compile(r"\((?:[A-Z][\w ./-]{1,30})\)|[–—-]{1,2}\s")
_CAPITALS = re.compile(r"[A-ZÀ-Ý][\w'’ -]{1,40}[,(]\s*(?:le\s+)?$")


def _days_of(node: Expression) -> tuple[Calendar, Calendar] | None:
    """First and last day of an expression with day and month but no year."""
    if isinstance(node, Calendar) and node.day and node.month and node.year is None:
        return node, node
    if isinstance(node, Several) and not node.exclusive:
        return _days_of(Range(node.members[0], node.members[-1]))
    if isinstance(node, Range) and isinstance(node.start, Calendar) and isinstance(node.end, Calendar):
        end = node.end
        if end.day and end.month and end.year is None and node.start.day:
            return Calendar(None, node.start.month or end.month, node.start.day), end
    return None


def _gap(days: Days, month: int, day: int) -> Array:
    """Days from the nearest such day of any year to each candidate: below 0 before it, above 0 after it."""
    first, last = int(days.year[0]) - 1, int(days.year[-1]) + 1
    months = (np.arange(first, last + 1) - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    starts = (months.astype("datetime64[D]") + (day - 1)).astype(int) + datetime.date(1970, 1, 1).toordinal()
    number = days.year - first
    same = days.ordinal - starts[number]
    other = days.ordinal - starts[number + np.where(same < 0, -1, 1)]
    # Where both are as far, the earlier year's.
    result: Array = np.where(np.abs(other) < np.abs(same) + (same < 0), other, same)
    return result


def _near(gap: Array, leaning: int) -> Array:
    """Closeness of a text to a day: it lies on the side where the clause looks, and not far."""
    behind = np.maximum(-gap / _DAY_SCALE_BEHIND, _FARTHEST)
    ahead = np.maximum(gap / _DAY_SCALE_AHEAD, _FARTHEST)
    # gap > 0: the day is behind the text.
    against = np.where((gap > 0) & (leaning > 0), -2.0, 0.0) + np.where((gap < 0) & (leaning < 0), -2.0, 0.0)
    result: Array = np.where(gap >= 0, behind, ahead) + against
    return result


def _inside(days: Days, moment: Moment) -> Array:
    mask: Array = np.ones(len(days.ordinal), dtype=bool)
    if moment.known_year is not None:
        mask &= days.year == moment.known_year
    if moment.month:
        mask &= days.month == moment.month
    if moment.day:
        mask &= days.day == moment.day
    return mask


def _weighted(moment: Moment, weight: float, days: Days) -> Array:
    result: Array = _inside(days, moment) * weight
    return result


def _not_after(moment: Moment, days: Days) -> Array:
    result: Array = (days.ordinal > _latest(moment)) * _DOUBTFUL
    return result


def _nothing(days: Days) -> Array:
    return np.zeros(len(days.ordinal))


def _is_dateline(document: Text, mention: Mentioned) -> bool:
    """« BICHKEK, 14 juin (Xinhua) », « Paris, le 3 mai 2024 – » at the start of a line."""
    start = document.tokens[mention.start].start
    line = document.text.rfind("\n", 0, start) + 1
    if start - line > 60 or start > 600:
        return False
    after = document.text[document.tokens[mention.end - 1].end :][:40].lstrip()
    before = document.text[line:start]
    return bool(_CAPITALS.fullmatch(before)) and (
        bool(_AGENCY.match(after)) or after[:1] in ("(", "-", "–", "—", "[")
    )


def _is_byline(document: Text, mention: Mentioned) -> bool:
    """« Publié le 3 mai 2024 », « Mis à jour le … », or a line of its own that is only the date, at an end of
    the text.
    """
    for k in range(mention.start - 1, max(mention.start - 7, -1), -1):
        tok = document.tokens[k]
        if tok.category == "stop":
            break
        if tok.form in _BYLINES and (
            k == 0 or document.tokens[k - 1].category == "stop" or tok.form in ("publié", "posté")
        ):
            return True
    start, end = document.tokens[mention.start].start, document.tokens[mention.end - 1].end
    before = document.text[document.text.rfind("\n", 0, start) + 1 : start].strip(" \t([–-*").lower()
    newline = document.text.find("\n", end)
    after = document.text[end : newline if newline >= 0 else len(document.text)].strip(" \t.)]–-*")
    alone = (
        before in ("", "le", "date :", "du") and not after and (start < 300 or end > len(document.text) - 200)
    )
    return alone and "\n" in document.text


def dateline(document: Text) -> tuple[Moment, str] | None:
    """The day that a dateline or byline tells without a year, and its words."""
    for mention in document.mentions:
        node = mention.node
        if isinstance(node, Calendar) and node.day and node.month and (
            _is_dateline(document, mention) or _is_byline(document, mention)
        ):  # fmt: skip
            return Moment("XXXX", node.month, node.day), mention.words
    return None


def _headers(document: Text) -> list[Clue]:
    found = []
    for mention in document.mentions:
        moment = known_moment(mention)
        days = _days_of(mention.node)
        if moment is None and days is None:
            continue
        byline, line = _is_byline(document, mention), _is_dateline(document, mention)
        if not byline and not line:
            continue
        told = moment or Moment("XXXX", days[0].month if days else 0, days[0].day if days else 0)
        weight = _BYLINE if byline and moment else _DATELINE
        years = (moment.known_year,) if moment and moment.known_year is not None else ()
        found.append(Clue(f"en-tête : {mention.words}", years, partial(_weighted, told, weight)))
    return found


def _yearless_days(document: Text) -> list[Clue]:
    """Days without a year: near the text, on the side of the verb; « ces 3 et 4 juillet » around it."""
    found = []
    for mention in document.mentions:
        ends = _days_of(mention.node)
        if ends is None:
            continue
        first, last = ends
        demonstrative = token(document.tokens, mention.start - 1).category == "demonstrative"
        found.append(
            Clue(mention.words, (), partial(_day_score, first, last, mention.leaning, demonstrative))
        )
        if first.weekday is not None:
            found.append(Clue(mention.words, (), partial(_weekday_score, first)))
    return found


def _day_score(first: Calendar, last: Calendar, leaning: int, this: bool, days: Days) -> Array:
    begun, ended = _gap(days, first.month, first.day), _gap(days, last.month, last.day)
    around = (begun >= 0) & (ended <= 0)
    if this and leaning >= 0:
        result: Array = np.where(around, _THIS_DAY, np.maximum(_near(begun, 0), _near(ended, 0)))
        return result
    nearest = np.where(np.abs(begun) <= np.abs(ended), begun, ended)
    near: Array = np.where(around, 0.0, _near(nearest, leaning))
    return near


def _weekday_score(told: Calendar, days: Days) -> Array:
    """« jeudi 4 juillet »: only in years where it is one."""
    falls = (days.ordinal - _gap(days, told.month, told.day) + 6) % 7
    result: Array = np.where(falls == told.weekday, 0.0, _WRONG_WEEKDAY)
    return result


def _weekdays(document: Text) -> list[Clue]:
    """A bare weekday and a day without a year are likely the same day, where both look the same way."""
    days = [(m, ends) for m in document.mentions if (ends := _days_of(m.node)) and ends[0].weekday is None]
    found = []
    seen: set[tuple[int, bool]] = set()
    for mention in document.mentions:
        node = mention.node
        if not isinstance(node, Calendar) or node.weekday is None or node.day or node.direction is not None:
            continue
        ahead = mention.leaning > 0
        matching = [ends for other, ends in days if (other.leaning > 0) == ahead or other.leaning == 0]
        matching = [ends for ends in matching if ends[0] == ends[1]] or matching
        if not matching or (node.weekday, ahead) in seen:
            continue
        seen.add((node.weekday, ahead))
        found.append(
            Clue(
                f"{mention.words} = {matching[0][0].day}/{matching[0][0].month}",
                (),
                _same_day(node.weekday, ahead, matching),
            )
        )
    return found


def _same_day(
    weekday: int, ahead: bool, matching: Sequence[tuple[Calendar, Calendar]]
) -> Callable[[Days], Array]:
    def score(days: Days) -> Array:
        to_weekday = (weekday - (days.ordinal + 6)) % 7
        told = np.where(to_weekday == 0, 0, to_weekday if ahead else to_weekday - 7)
        hit: Array = np.zeros(len(days.ordinal), dtype=bool)
        for first, last in matching:
            hit |= (-_gap(days, first.month, first.day) == told) | (-_gap(days, last.month, last.day) == told)
        result: Array = hit * _SAME_EVENT
        return result

    return score


def _explicit(document: Text) -> list[Clue]:
    """Dates with their year: the text comes after the past ones, before the future ones, and near the
    nearest.
    """
    past: list[tuple[Moment, Mentioned]] = []
    future: list[tuple[Moment, Mentioned]] = []
    found: list[Clue] = []
    for mention in document.mentions:
        if mention.value is None:
            continue
        start, end = first_moment(mention.value), last_moment(mention.value)
        if (
            start is None
            or end is None
            or start.known_year is None
            or end.known_year is None
            or start.precision == "decade"
        ):
            continue
        this = token(document.tokens, mention.start - 1).form == "année" and (
            token(document.tokens, mention.start - 2).category == "demonstrative"
        )
        if this:
            found.append(Clue(mention.words, (start.known_year,), partial(_weighted, start, _BYLINE)))
        elif mention.bound == "until":
            year = end.known_year
            found.append(Clue(mention.words, (year,), partial(_not_after, end)))
        elif mention.bound == "from" and mention.leaning > 0:
            # « à compter du 1er janvier 2024 »: on either side.
            found.append(Clue(mention.words, (start.known_year,), _nothing))
        elif mention.leaning > 0:
            # What is announced for 2024-2025 begins in 2024.
            future.append((start, mention))
            if start != end:
                past.append((Moment(f"{start.known_year - 1:04d}"), mention))
        elif start != end and mention.leaning >= 0:
            # « la présidence 2024-2025 »: now, or soon.
            past.append((Moment(f"{start.known_year - 1:04d}"), mention))
            future.append((end, mention))
        else:
            past.append((end, mention))
    if past:
        moment, mention = max(past, key=lambda pair: _earliest(pair[0]))
        years = (moment.known_year or 0,)
        found.append(Clue(f"après {mention.words}", years, partial(_after, moment)))
    if future:
        soonest, announced = min(future, key=lambda pair: _earliest(pair[0]))
        found.append(Clue(f"avant {announced.words}", (soonest.known_year or 0,), partial(_before, soonest)))
    return found


def _earliest(moment: Moment) -> int:
    return datetime.date(max(moment.known_year or 1, 1), moment.month or 1, moment.day or 1).toordinal()


def _latest(moment: Moment) -> int:
    if moment.day:
        return _earliest(moment)
    year = max(moment.known_year or 1, 1)
    if moment.month:
        return (datetime.date(year, moment.month, 28) + datetime.timedelta(days=3)).toordinal()
    return datetime.date(year, 12, 31).toordinal()


#: A day or month told with its year is told soon after; a year is told for long.
_SCALES = {"day": 120.0, "month": 180.0, "year": 365.0}


def _after(moment: Moment, days: Days) -> Array:
    gap = days.ordinal - _latest(moment)
    since = np.maximum(gap, 0) / _SCALES.get(moment.precision, 365.0)
    too_early = days.ordinal < _earliest(moment)
    result: Array = np.where(
        too_early, _CONTRADICTION, -np.log1p(since) * (1.0 if moment.precision == "year" else 1.3)
    )
    return result


def _before(moment: Moment, days: Days) -> Array:
    gap = _earliest(moment) - days.ordinal
    until = np.maximum(gap, 0) / 365.0
    result: Array = np.where(days.ordinal > _latest(moment), _CONTRADICTION, -1.5 * np.log1p(until))
    return result


def clues(document: Text) -> list[Clue]:
    """Every clue of the text."""
    return [
        *_headers(document),
        *_yearless_days(document),
        *_weekdays(document),
        *_explicit(document),
        *elapsed_clues(document),
    ]
