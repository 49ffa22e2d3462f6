"""A parsed expression set against its anchors: which EDTF value it has.

The `Scope` says what is known around the expression: the document's date, the dates mentioned before, where
the sentence looks (past or future) and whether it tells what happens every year. Where a year is not told and
not to be had, it stays `XXXX`; where nothing certain is left, the value is None.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from pipeline.dates import feasts
from pipeline.dates.expressions import (
    Calendar,
    Century,
    Decade,
    Duration,
    Expression,
    Feast,
    Neighbour,
    NewYear,
    NthWeekday,
    Numeric,
    Offset,
    Portion,
    Range,
    Recent,
    Season,
    Several,
    Week,
    WeekdayOf,
)
from pipeline.dates.scope import (
    UNKNOWN_YEAR,
    Scope,
    anchor_of,
    day_span,
    distance,
    nearest_year,
    offset_value,
    portion_interval,
    told_year,
    year_text,
)
from pipeline.dates.values import (
    Choice,
    Interval,
    Moment,
    Value,
    day_moment,
    days_in_month,
    first_moment,
    last_moment,
    parse_moment,
    shift,
    week_of,
    year_moment,
)

#: First and last month of each season; winter ends in the next year.
_SEASON_MONTHS = ((3, 6), (6, 9), (9, 12), (12, 14))


def _weekday(calendar: Calendar, scope: Scope) -> Value | None:
    """A weekday by itself: before or after its anchor as the sentence leans, today where it is today."""
    anchor = anchor_of(scope, calendar.anaphoric, (calendar.direction or 0) > 0, "day")
    day = anchor.to_date() if anchor else None
    if day is None or calendar.weekday is None or (scope.recurring and calendar.direction is None):
        return None
    ahead = (calendar.weekday - day.weekday()) % 7
    if calendar.direction == 0:
        # « ce samedi » is a day of these days: the verb only decides between equals.
        behind, before = (7 - ahead) % 7, 2 * (scope.leaning > 0)
        days = ahead if ahead + 2 * (scope.leaning < 0) <= behind + before or ahead == 0 else ahead - 7
    elif calendar.direction is None:
        days = ahead if scope.leaning > 0 or ahead == 0 else ahead - 7
    elif calendar.direction < 0:
        days = ahead - 7
    else:
        days = (ahead or 7) + 7 * (calendar.direction - 1)
    return shift(day_moment(day), "day", days)


def _calendar(calendar: Calendar, scope: Scope) -> Value | None:
    if not calendar.month:
        if calendar.weekday is not None and not calendar.day:
            return _weekday(calendar, scope)
        if calendar.day:
            return _day_alone(calendar, scope)
        year = told_year(calendar.year, scope)
        return year_moment(year) if year is not None else None
    year = told_year(calendar.year, scope)
    if calendar.year is None:
        year = _incomplete_year(calendar, scope)
    if calendar.day > days_in_month(year, calendar.month):
        return None
    return Moment(year_text(year), calendar.month, calendar.day)


def _incomplete_year(calendar: Calendar, scope: Scope) -> int | None:
    if calendar.anaphoric:
        # « en juin suivant »: the next June after the date last mentioned.
        anchor = anchor_of(scope, True, (calendar.direction or 0) > 0)
        if anchor and anchor.known_year is not None and anchor.month:
            later = calendar.month > anchor.month
            if (calendar.direction or 0) > 0:
                return anchor.known_year + (0 if later else 1)
            return anchor.known_year - (1 if calendar.month >= anchor.month else 0)
        return (
            anchor.known_year + (calendar.direction or 0)
            if anchor and anchor.known_year is not None
            else None
        )
    if scope.year is not None and calendar.direction is None:
        return scope.year
    if (
        calendar.weekday is not None
        and calendar.day
        and scope.document
        and scope.document.known_year is not None
    ):
        fitting = _weekday_year(calendar, scope)
        if fitting is not None:
            return fitting
    return nearest_year(scope, calendar.month, calendar.day, calendar.direction)


def _weekday_year(calendar: Calendar, scope: Scope) -> int | None:
    """The nearest year in which the day falls on the weekday told with it (« jeudi 4 juillet »)."""
    if scope.document is None or scope.document.known_year is None:
        return None
    nearest = nearest_year(scope, calendar.month, calendar.day)
    if nearest is None:
        return None
    for year in sorted(range(nearest - 1, nearest + 2), key=lambda y: abs(y - nearest)):
        span = day_span(year, calendar.month, calendar.day)
        if span and span[0].weekday() == calendar.weekday:
            return year
    return nearest


def _day_alone(calendar: Calendar, scope: Scope) -> Value | None:
    """« le 29 »: of the month last mentioned; « mercredi 13 »: of the nearest month in which it is one."""
    now = scope.document.to_date() if scope.document else None
    for value in scope.mentioned if calendar.weekday is None or now is None else ():
        moment = last_moment(value) or first_moment(value)
        if moment and moment.month:
            known = moment.known_year
            if calendar.day > days_in_month(known, moment.month):
                return None
            return Moment(moment.year, moment.month, calendar.day)
    if now is None:
        return None
    months = [now.year * 12 + now.month - 1 + k for k in (-1, 0, 1)]
    spans = [span for m in months if (span := day_span(m // 12, m % 12 + 1, calendar.day))]
    # « mercredi 13 » is of the month in which it is one.
    spans = [span for span in spans if span[0].weekday() == calendar.weekday] or spans
    today = now.toordinal()
    days = [span[0] for span in spans]
    nearest = min(
        days, key=lambda d: distance(d.toordinal(), d.toordinal(), today, scope.leaning // 10), default=None
    )
    return day_moment(nearest) if nearest else None


def _season(season: Season, scope: Scope) -> Value | None:
    """The year of a season (the guidelines keep what is certain of a part of a year)."""
    year = told_year(season.year, scope)
    if season.year is not None:
        return year_moment(year) if year is not None else None
    document = scope.document
    if document is None or document.known_year is None or scope.recurring:
        return year_moment(scope.year) if scope.year is not None else None
    if scope.year is not None and season.direction is None:
        return year_moment(scope.year)
    if not document.month:
        return year_moment(document.known_year) if season.direction in (None, 0) else None
    start, end = _SEASON_MONTHS[season.season]
    now = document.known_year * 12 + document.month
    best: tuple[int, int] | None = None
    for year in (document.known_year - 1, document.known_year, document.known_year + 1):
        first, last = year * 12 + start, year * 12 + end
        inside = first <= now <= last
        if season.direction and (
            (inside and season.direction > 0) or (season.direction > 0) != (first > now)
        ):
            continue
        if season.direction == -1 and inside:
            continue
        away = 0 if inside else (now - last if last < now else first - now)
        against = (last < now and scope.leaning > 0) or (first > now and scope.leaning < 0)
        cost = away + (12 if against else 0)
        if best is None or cost < best[0]:
            best = cost, year
    if best is None:
        return None
    # A winter named without its year lies in two: its January to March are most of it.
    chosen = (
        best[1] + 1 if season.season == 3 and season.direction is None and document.month <= 6 else best[1]
    )
    if season.season == 3 and season.direction is not None:
        both = year_moment(best[1]), year_moment(best[1] + 1)
        return Interval(*both) if all(both) else None
    return year_moment(chosen)


def _portion(portion: Portion, scope: Scope) -> Value | None:
    months = 3 if portion.unit == "quarter" else 6
    index = (portion.number - 1) if portion.number > 0 else 12 // months - 1
    year = told_year(portion.year, scope)
    if portion.year is None:
        year = scope.year
        if year is None and not scope.recurring and scope.document:
            year = scope.document.known_year
    return portion_interval(year, months, index)


def _feast(feast: Feast, scope: Scope) -> Value | None:
    year = told_year(feast.year, scope)
    fixed = feasts.fixed_day(feast.key)
    if feast.year is None:
        if scope.year is not None and feast.direction is None:
            year = scope.year
        elif fixed:
            year = nearest_year(scope, *fixed, feast.direction)
        else:
            return _movable_feast(feast, scope)
    if year is None:
        return Moment(UNKNOWN_YEAR, *fixed) if fixed else None
    day = feasts.feast_day(feast.key, year)
    return day_moment(day) if day else None


def _movable_feast(feast: Feast, scope: Scope) -> Value | None:
    """The feast of the nearest year, as the sentence leans: its day differs from year to year."""
    now = scope.document.to_date() if scope.document else None
    if scope.recurring or scope.document is None or scope.document.known_year is None:
        return None
    if now is None:
        if feast.direction:
            return None
        day = feasts.feast_day(feast.key, scope.document.known_year)
        return day_moment(day) if day else None
    days = [d for year in (now.year - 1, now.year, now.year + 1) if (d := feasts.feast_day(feast.key, year))]
    if feast.direction:
        days = [d for d in days if (d < now if feast.direction < 0 else d > now)]
    nearest = min(
        days,
        key=lambda d: distance(d.toordinal(), d.toordinal(), now.toordinal(), scope.leaning),
        default=None,
    )
    return day_moment(nearest) if nearest else None


def _week(week: Week, scope: Scope) -> Value | None:
    if isinstance(week.of, Offset):
        anchor = anchor_of(scope, week.of.anaphoric, week.of.count > 0, "day")
        day = anchor.to_date() if anchor else None
        weeks = week.of.count
        if day and week.weekend and weeks == 0 and scope.leaning < 0 and day.weekday() < 4:
            weeks = -1  # « ce week-end, ils ont gagné » read on a Monday
        elif day and week.weekend and weeks < 0 and day.weekday() >= 5:
            weeks = weeks  # said on a weekend, the last one is a week ago: the same count
    else:
        of = resolve(week.of, scope)
        moment = first_moment(of) if of else None
        day = moment.to_date() if moment else None
        weeks = 0
        if day and week.weekend and isinstance(week.of, Feast) and day.weekday() == 0:
            weeks = -1
    interval = week_of(day, weeks) if day else None
    if interval is None or interval.end is None or not week.weekend:
        return interval
    return Interval(shift(interval.end, "day", -1), interval.end)


def _ends(node: Range, scope: Scope) -> tuple[Expression, Expression]:
    """Both ends of a range with the month and year that one end tells for the other."""
    start, end = node.start, node.end
    if not isinstance(start, Calendar) or not isinstance(end, Calendar):
        return start, end
    if start.day and not start.month and end.month:
        start = replace(start, month=end.month, year=end.year)
        if end.day and start.day > end.day and isinstance(end.year, int | None):
            # « du 28 au 3 juillet »: the first day is of the month before.
            before = end.month - 1 or 12
            year = end.year - 1 if end.year is not None and before == 12 else end.year
            start = replace(start, month=before, year=year)
    elif start.month and start.year is None and isinstance(end.year, int) and end.month:
        later = (start.month, start.day) > (end.month, end.day or 31)
        start = replace(start, year=end.year - 1 if later else end.year)
    elif end.month and end.year is None and isinstance(start.year, int) and start.month:
        wraps = (end.month, end.day or 31) < (start.month, start.day)
        end = replace(end, year=start.year + 1 if wraps else start.year)
    return start, end


def _range(node: Range, scope: Scope) -> Value | None:
    start_node, end_node = _ends(node, scope)
    start_scope = end_scope = scope
    start: Value | None
    if _lacks_year(start_node) and _lacks_year(end_node):
        # The end decides when the sentence looks ahead, the start when it looks back.
        start = resolve(start_node, scope)
        begun = first_moment(start) if start else None
        year = begun.known_year if begun else None
        if year is not None and isinstance(start_node, Calendar) and isinstance(end_node, Calendar):
            wraps = (end_node.month, end_node.day or 31) < (start_node.month, start_node.day)
            end_scope = replace(scope, year=year + (1 if wraps else 0))
    else:
        start = resolve(start_node, start_scope)
        if start and _lacks_year(end_node):
            # « d'aujourd'hui au 31 décembre » ends after it begins, wherever the sentence looks.
            end_scope = replace(scope, document=first_moment(start) or scope.document, leaning=400)
    end = resolve(end_node, end_scope)
    if isinstance(start_node, Calendar) and start_node.weekday is not None and not start_node.day and start:
        end = _weekday_after(end_node, start) or end
    first, last = (first_moment(start) if start else None), (last_moment(end) if end else None)
    if first is None or last is None:
        return None
    if isinstance(start_node, Century) and isinstance(end_node, Century) and first == last:
        return first
    known = first.known_year, last.known_year
    if known[0] is not None and known[1] is not None and _earliest(last) < _earliest(first):
        return None
    return Interval(first, last)


def _earliest(moment: Moment) -> tuple[int, int, int]:
    return moment.known_year or 0, moment.month or 12, moment.day or 31


def _lacks_year(node: Expression) -> bool:
    return isinstance(node, Calendar) and node.month > 0 and node.year is None and node.direction is None


def _weekday_after(node: Expression, start: Value) -> Value | None:
    """« de vendredi à dimanche »: the Sunday after that Friday."""
    first = first_moment(start)
    if not isinstance(node, Calendar) or node.weekday is None or node.month or first is None:
        return None
    day = first.to_date()
    return shift(first, "day", (node.weekday - day.weekday()) % 7) if day else None


def _several(node: Several, scope: Scope) -> Value | None:
    """A list: an interval where its days or months follow one another, else a choice."""
    last = node.members[-1]
    if last.weekday is not None and not last.month:
        return _range(Range(node.members[0], last), scope)
    year = last.year
    anchored = _calendar(last, scope)
    if not isinstance(anchored, Moment):
        return None
    known = anchored.known_year
    moments: list[Moment] = []
    for member in node.members:
        month = member.month or last.month
        earlier = year is None and member.month > last.month
        full = replace(
            member, month=month, year=known - 1 if earlier and known is not None else known, weekday=None
        )
        value = _calendar(full, Scope(recurring=True))
        if not isinstance(value, Moment):
            return None
        moments.append(value if known is not None else Moment(UNKNOWN_YEAR, value.month, value.day))
    if node.exclusive:
        return Choice(tuple(moments), True)
    if all(_follows(first, second) for first, second in pairwise(moments)):
        return Interval(moments[0], moments[-1])
    return Choice(tuple(moments))


def _follows(first: Moment, second: Moment) -> bool:
    if first.day:
        return first.month == second.month and second.day == first.day + 1
    return second.month - first.month in (1, -11)


def _recent(recent: Recent, scope: Scope) -> Value | None:
    document = scope.document
    if document is None:
        return None
    other = shift(document, recent.unit, recent.count)
    unit = recent.unit if recent.unit != "hour" else "day"
    here = shift(document, unit, 0)
    if other is None or here is None:
        return None
    return Interval(other, here) if recent.count < 0 else Interval(here, other)


def _new_year(scope: Scope) -> Value | None:
    document = scope.document
    if document is None or document.known_year is None or not document.month:
        return None
    return year_moment(document.known_year + (1 if document.month >= 9 else 0))


def _century(number: int) -> Moment:
    return Moment(f"{number - 1:02d}XX") if number > 0 else Moment(f"-{-number - 1:02d}XX")


def resolve(node: Expression, scope: Scope) -> Value | None:
    """The value of an expression in its scope; None where the scope does not tell it."""
    match node:
        case Calendar():
            return _calendar(node, scope)
        case Numeric():
            return node.moment
        case Offset():
            return offset_value(node, scope)
        case Range():
            return _range(node, scope)
        case Several():
            return _several(node, scope)
        case Season():
            return _season(node, scope)
        case Portion():
            return _portion(node, scope)
        case Decade():
            return Moment(f"{node.year // 10:03d}X")
        case Century():
            return _century(node.number)
        case Feast():
            return _feast(node, scope)
        case Week():
            return _week(node, scope)
        case WeekdayOf():
            interval = _week(Week(node.week), scope)
            monday = first_moment(interval) if interval else None
            return shift(monday, "day", node.weekday) if monday else None
        case NthWeekday():
            return _nth_weekday(node, scope)
        case Neighbour():
            day = resolve(node.of, scope)
            return _neighbour(day, node.days) if isinstance(day, Moment) else None
        case NewYear():
            return _new_year(scope)
        case Recent():
            return _recent(node, scope)
        case Duration():
            return None


def _nth_weekday(node: NthWeekday, scope: Scope) -> Value | None:
    """The day in its month; only the month where its year is not known."""
    month = _calendar(node.of, scope)
    if not isinstance(month, Moment) or month.known_year is None:
        return month
    span = day_span(month.known_year, month.month, 0)
    if span is None:
        return None
    if node.nth < 0:
        return shift(day_moment(span[1]), "day", -((span[1].weekday() - node.weekday) % 7))
    first = shift(day_moment(span[0]), "day", (node.weekday - span[0].weekday()) % 7)
    day = first and shift(first, "week", node.nth - 1)
    return day if day and day.month == month.month else None


def _neighbour(day: Moment, days: int) -> Value | None:
    if day.known_year is not None:
        return shift(day, "day", days)
    # Without a year, only the end of February depends on it.
    if not day.day or (day.month in (2, 3) and days):
        return None
    moved = shift(Moment("2023", day.month, day.day), "day", days)
    return replace(moved, year=UNKNOWN_YEAR) if moved else None


def duration_value(span: Duration, scope: Scope, sign: int) -> Value | None:
    """The date that a duration makes beside « depuis », « il y a » (`sign` -1), « dans », « d'ici » (+1)."""
    return shift(scope.document, span.unit, sign * span.count) if scope.document else None


def document_moment(value: str | None) -> Moment | None:
    """The document's date as an anchor: None where it is none or no single known date."""
    return parse_moment(value) if value else None
