"""Dates as EDTF (ISO 8601-2) says them: moments, intervals, choices, their arithmetic and comparison.

A `Moment` is a calendar date of any precision with unspecified digits (`2024-07-04`, `XXXX-07`, `199X`); an
`Interval` has two of them or open ends (`1952/..`); a `Choice` lists days that make no interval
(`{2024-06-03,2024-06-17}` for « les 3 et 17 juin »).
"""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from edtf import EDTFParseException, parse_edtf

Unit = Literal["hour", "day", "week", "month", "quarter", "half", "year", "decade", "century"]
Precision = Literal["day", "month", "year", "decade", "century"]

_FIRST_ORDINAL = datetime.date.min.toordinal()
_LAST_ORDINAL = datetime.date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Moment:
    """A date: `year` of four digits, `X` for each unspecified one (« -0051 » for 52 BC); 0 for no month or
    day.
    """

    year: str
    month: int = 0
    day: int = 0

    def __str__(self) -> str:
        if self.day:
            return f"{self.year}-{self.month:02d}-{self.day:02d}"
        return f"{self.year}-{self.month:02d}" if self.month else self.year

    @property
    def known_year(self) -> int | None:
        """The year as a number, None where a digit of it is unspecified."""
        return None if "X" in self.year else int(self.year)

    @property
    def precision(self) -> Precision:
        """The finest part that is told."""
        if self.day:
            return "day"
        if self.month:
            return "month"
        if self.year.endswith("XX"):
            return "century"
        return "decade" if self.year.endswith("X") else "year"

    def to_date(self) -> datetime.date | None:
        """The calendar day, None where the moment is no known day of the years 1 to 9999."""
        if not self.day or "X" in self.year or self.year < "0001":
            return None
        return datetime.date(int(self.year), self.month, self.day)


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` to `end`, both included; None for an open end. At least one of them is given."""

    start: Moment | None
    end: Moment | None

    def __str__(self) -> str:
        return f"{self.start or '..'}/{self.end or '..'}"


@dataclass(frozen=True, slots=True)
class Choice:
    """Several moments: all of them, or with `exclusive` one of them."""

    moments: tuple[Moment, ...]
    exclusive: bool = False

    def __str__(self) -> str:
        inside = ",".join(map(str, self.moments))
        return f"[{inside}]" if self.exclusive else f"{{{inside}}}"


Value = Moment | Interval | Choice


def first_moment(value: Value) -> Moment | None:
    """The earliest moment of a value; None for an open start."""
    if isinstance(value, Moment):
        return value
    return value.start if isinstance(value, Interval) else value.moments[0]


def last_moment(value: Value) -> Moment | None:
    """The latest moment of a value; None for an open end."""
    if isinstance(value, Moment):
        return value
    return value.end if isinstance(value, Interval) else value.moments[-1]


@lru_cache(maxsize=4096)
def year_moment(year: int) -> Moment | None:
    """The year as a moment; None outside -9999 to 9999."""
    if not -9999 <= year <= 9999:
        return None
    return Moment(f"{year:04d}" if year >= 0 else f"-{-year:04d}")


def day_moment(day: datetime.date) -> Moment:
    """A calendar day as a moment."""
    return Moment(f"{day.year:04d}", day.month, day.day)


def days_in_month(year: int | None, month: int) -> int:
    """How many days the month has; a February of an unknown year has 29. `month` is 1 to 12."""
    if year is None or not 1 <= year <= 9999:
        return 29 if month == 2 else monthrange(2024, month)[1]
    return monthrange(year, month)[1]


def shift(moment: Moment, unit: Unit, count: int) -> Moment | None:
    """The moment `count` units later (earlier where negative), as precise as the unit.

    « Trois ans plus tôt » is a year, « dans deux mois » a month, « dans deux semaines » a day. None where the
    moment is less precise than that or the result leaves the calendar.
    """
    if unit == "hour":
        unit, count = "day", (count + (12 if count > 0 else -12)) // 24 if abs(count) >= 24 else 0
    if unit in ("day", "week"):
        day = moment.to_date()
        if day is None:
            return None
        ordinal = day.toordinal() + count * (7 if unit == "week" else 1)
        if not _FIRST_ORDINAL <= ordinal <= _LAST_ORDINAL:
            return None
        return day_moment(datetime.date.fromordinal(ordinal))
    year = moment.known_year
    if year is None:
        return None
    if unit in ("month", "quarter", "half"):
        if not moment.month:
            return None
        months = year * 12 + moment.month - 1 + count * {"month": 1, "quarter": 3, "half": 6}[unit]
        whole = year_moment(months // 12)
        return whole and Moment(whole.year, months % 12 + 1)
    return year_moment(year + count * {"year": 1, "decade": 10, "century": 100}.get(unit, 1))


def week_of(day: datetime.date, weeks: int = 0) -> Interval | None:
    """Monday to Sunday of the week that holds `day`, `weeks` later."""
    monday = day.toordinal() - day.weekday() + 7 * weeks
    if not _FIRST_ORDINAL <= monday <= _LAST_ORDINAL - 6:
        return None
    first = datetime.date.fromordinal(monday)
    return Interval(day_moment(first), day_moment(first + datetime.timedelta(days=6)))


_DATE = re.compile(r"(-?\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


@lru_cache(maxsize=4096)
def parse_moment(value: str) -> Moment | None:
    """A fully specified EDTF date (`2024`, `2024-07`, `2024-07-04`) as a moment; None for anything else."""
    match = _DATE.fullmatch(value)
    if not match:
        return None
    year, month, day = match[1], int(match[2] or 0), int(match[3] or 0)
    if match[2] and not 1 <= month <= 12:
        return None
    if match[3] and not 1 <= day <= days_in_month(int(year), month):
        return None
    return Moment(year, month, day)


_UNSPECIFIED_DAY = re.compile(r"[\dX]{4}-(\d\d)-(\d\d)")


def _is_endpoint(value: str) -> bool:
    # The library takes milliseconds a value; nearly all values are plain dates, which need no grammar.
    if value[:1] != "-" and parse_moment(value):
        return True
    try:
        parse_edtf(value)
    except EDTFParseException:
        return False
    match = _UNSPECIFIED_DAY.fullmatch(value)
    # The library checks the calendar of complete dates only: « XXXX-02-30 » passes it.
    return not match or int(match[2]) <= days_in_month(None, int(match[1]))


@lru_cache(maxsize=65536)
def is_edtf(value: str) -> bool:
    """Whether `value` is a valid EDTF (ISO 8601-2, level 2) string.

    The `edtf` library decides on each end of an interval by itself: as of 5.0 it refuses or trips over an
    open end beside unspecified digits (`XXXX-06/..`), which the standard allows.
    """
    start, slash, end = value.partition("/")
    if not slash:
        return value.isascii() and _is_endpoint(value)
    if {start, end} <= {"..", ""} or not value.isascii():
        return False
    return all(part in ("..", "") or ("/" not in part and _is_endpoint(part)) for part in (start, end))


def bounds(value: str) -> tuple[datetime.date | None, datetime.date | None]:
    """The first and last day that an EDTF value may cover; None for an open or unknown end.

    Raises ValueError where `value` is not valid EDTF. Years before 1 count as the first day of year 1,
    those after 9999 as the last day of 9999, unspecified digits as their whole range.
    """
    if not is_edtf(value):
        raise ValueError(f"not an EDTF value: {value!r}")
    start, slash, end = value.partition("/")
    parts = (start, end) if slash else (value, value)
    return _day(parts[0], "lower_strict"), _day(parts[1], "upper_strict")


@lru_cache(maxsize=65536)
def _day(part: str, bound: Literal["lower_strict", "upper_strict"]) -> datetime.date | None:
    if part in ("..", ""):
        return None
    moment = parse_moment(part)
    if moment:
        whole = (1, 1) if bound == "lower_strict" else (12, 31)
        year, month, day = int(moment.year), moment.month or whole[0], moment.day or whole[1]
    else:
        year, month, day = getattr(parse_edtf(part), bound)()[:3]
    if not 1 <= year <= 9999:
        return datetime.date.min if year < 1 else datetime.date.max
    return datetime.date(year, month, min(day, monthrange(year, month)[1]))


def same_date(first: str | None, second: str | None) -> bool:
    """Whether two EDTF values (or None, no date) denote the same days, however written.

    `2024-07-01/2024-12-31` equals `2024-07/2024-12`; `1952/..` does not equal `1952`. Raises ValueError where
    either is not valid EDTF.
    """
    if first == second:
        return True
    if first is None or second is None or "X" in first or "X" in second:
        return False
    if any(mark in value for value in (first, second) for mark in "[{"):
        return False
    return bounds(first) == bounds(second)


def overlaps(first: str, second: str) -> bool:
    """Whether two EDTF values may share a day. Raises ValueError where either is not valid EDTF."""
    (a, b), (c, d) = bounds(first), bounds(second)
    return (a is None or d is None or a <= d) and (c is None or b is None or c <= b)
