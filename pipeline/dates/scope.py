"""What an expression is resolved against, and the first steps that every kind of expression shares."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from pipeline.dates.expressions import Offset
from pipeline.dates.values import (
    Interval,
    Moment,
    Value,
    days_in_month,
    first_moment,
    last_moment,
    shift,
    year_moment,
)

UNKNOWN_YEAR = "XXXX"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression is resolved against.

    `document` is the document's date, `mentioned` the values of the dates before, the last one first.
    `leaning` is below 0 where the sentence looks back and above 0 where it looks ahead; its size in days is
    how much farther away a date on the other side may be and still be preferred less. `year` is a year that
    the text before fixes for an incomplete date. `recurring` keeps the year open; `habitual` a weekday.
    """

    document: Moment | None = None
    mentioned: tuple[Value, ...] = ()
    leaning: int = 0
    year: int | None = None
    recurring: bool = False


def anchor_of(scope: Scope, anaphoric: bool, later: bool, precise: str = "year") -> Moment | None:
    """What an offset counts from: the last date mentioned that is precise enough, else the document's."""
    if not anaphoric:
        return scope.document
    for value in scope.mentioned:
        moment = last_moment(value) if later else first_moment(value)
        moment = moment or first_moment(value) or last_moment(value)
        if moment is None or moment.known_year is None:
            continue
        if precise == "year" or (moment.month and precise == "month") or moment.day:
            return moment
    # Without a date before it, « la veille » is told from today, « dix ans plus tard » from who knows when.
    return scope.document if precise == "day" else None


_PRECISE = {"hour": "day", "day": "day", "week": "day", "month": "month", "quarter": "month", "half": "month"}


def offset_value(offset: Offset, scope: Scope) -> Value | None:
    """The moment at an offset from its anchor; None where that is unknown or not precise enough."""
    anchor = anchor_of(scope, offset.anaphoric, offset.count > 0, _PRECISE.get(offset.unit, "year"))
    if anchor is None:
        return None
    if offset.unit == "day" and offset.count == 0:
        return anchor
    if offset.unit == "week" and offset.anaphoric:
        return shift(anchor, "week", offset.count)
    if offset.unit in ("quarter", "half") and not offset.anaphoric:
        return _relative_portion(anchor, offset)
    if offset.unit in ("decade", "century") and not offset.anaphoric and abs(offset.count) <= 1:
        year = anchor.known_year
        if year is None:
            return None
        size, mask = (10, "X") if offset.unit == "decade" else (100, "XX")
        whole = year_moment((year // size + offset.count) * size)
        return whole and Moment(whole.year[: -len(mask)] + mask)
    return shift(anchor, offset.unit, offset.count)


def _relative_portion(anchor: Moment, offset: Offset) -> Value | None:
    """« le trimestre dernier »: the quarter beside the anchor's; other counts shift by months."""
    year = anchor.known_year
    if abs(offset.count) > 1 or year is None or not anchor.month:
        return shift(anchor, offset.unit, offset.count)
    months = 3 if offset.unit == "quarter" else 6
    index = year * (12 // months) + (anchor.month - 1) // months + offset.count
    return portion_interval(index // (12 // months), months, index % (12 // months))


def portion_interval(year: int | None, months: int, index: int) -> Interval:
    """The `index`-th stretch (from 0) of so many months in a year, in days."""
    start = Moment(year_text(year), index * months + 1, 1)
    last = index * months + months
    return Interval(start, Moment(year_text(year), last, days_in_month(year, last)))


def year_text(year: int | None) -> str:
    """The year in four digits, `XXXX` where it is unknown."""
    moment = year_moment(year) if year is not None else None
    return moment.year if moment else UNKNOWN_YEAR


def told_year(year: int | Offset | None, scope: Scope) -> int | None:
    """The year that an expression tells, in digits or relative to an anchor."""
    if not isinstance(year, Offset):
        return year
    moment = offset_value(year, scope)
    return moment.known_year if isinstance(moment, Moment) else None


def distance(start: int, end: int, now: int, leaning: int) -> int:
    """How far a period is from now, in days; one against the sentence's leaning is pushed away."""
    if start <= now <= end:
        return 0
    away = now - end if end < now else start - now
    return away + (abs(leaning) if (end < now and leaning > 0) or (start > now and leaning < 0) else 0)


def _even_days(day: datetime.date) -> int:
    """A count of days in which every year has 366, so that leap years tip no balance between two years."""
    return 366 * day.year + day.replace(year=2000).timetuple().tm_yday


def day_span(year: int, month: int, day: int) -> tuple[datetime.date, datetime.date] | None:
    """First and last day of a month or day; None where the year lacks it or is outside the calendar."""
    if not 1 <= year <= 9998:
        return None
    if day:
        if day > days_in_month(year, month):
            return None
        return (datetime.date(year, month, day),) * 2
    return datetime.date(year, month, 1), datetime.date(year, month, days_in_month(year, month))


def nearest_year(scope: Scope, month: int, day: int = 0, direction: int | None = None) -> int | None:
    """The year of a day or month that is told without one, from the document's date; None where that is
    unknown.

    `direction` -1 and +1 (« dernier », « prochain ») exclude the present and the other side.
    """
    if scope.recurring and direction is None:
        return None
    document = scope.document
    if document is None or document.known_year is None:
        return None
    year = document.known_year
    if not document.month:
        # Only the year of the document is known: its own, unless the adjective says another.
        return year if direction in (None, 0) else None
    now = day_span(year, document.month, document.day or 15)
    if now is None:
        return None
    best: tuple[int, int] | None = None
    for candidate in range(year - 4, year + 5) if (month, day) == (2, 29) else (year - 1, year, year + 1):
        span = day_span(candidate, month, day)
        if span is None:
            continue
        if direction == -1 and span[1] >= now[0]:
            continue
        if direction is not None and direction > 0 and span[0] <= now[0]:
            continue
        cost = distance(_even_days(span[0]), _even_days(span[1]), _even_days(now[0]), scope.leaning)
        if best is None or cost < best[0]:
            best = cost, candidate
    return best[1] if best else None
