"""Statuses on a time axis: a lane for each country in each organisation, across documents, with conflicts.

Each date's extent comes from its EDTF bounds. A day is *certain* for a statement where every reading of its
date covers it: from the last day that the start may be to the first that the end may be. An open end is
certain to the document's date only, for a text cannot speak of later; an unknown or open start not at all.

Two statements of one country in one organisation, in two documents, are in conflict where

- their statuses exclude each other (`EXCLUSIVE`) and both are certain on a day on which neither begins while
  the other ends (the day of a change belongs to both), or
- they give one status two starts: both say its start in the text, and one has it begin when, by the other, it
  has certainly held already.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.dates import bounds
from pipeline.document import Document, Status, Triple

#: Pairs of statuses that a country cannot have in one organisation on one day. A suspended member stays one.
EXCLUSIVE: frozenset[frozenset[Status]] = frozenset(
    [
        *(
            frozenset[Status]({"member", other})
            for other in ("associate", "observer", "partner", "candidate", "acceding", "withdrawn")
        ),
        frozenset[Status]({"associate", "withdrawn"}),
    ]
)
_DAY = datetime.timedelta(days=1)
_UNCERTAIN = re.compile(r"[X?~%\[]")

ConflictKind = Literal["status", "start"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple of a document: `document` and `position` are its numbers among documents and their triples."""

    document: int
    position: int
    triple: Triple
    document_date: str | None


@dataclass(frozen=True, slots=True)
class Bar:
    """What documents say alike in a lane: one status with one date.

    `start` and `end` are decimal years, None for an open end; `certain` is false for an approximate, doubtful
    or partly unspecified date. `in_conflict` tells whether another bar of the lane contradicts it.
    """

    status: Status
    date: str
    start: float | None
    end: float | None
    certain: bool
    statements: tuple[Statement, ...]
    in_conflict: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """A country in an organisation (None where none is named): its bars by their start."""

    country: str
    organisation: str | None
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two documents' statements that cannot both hold."""

    kind: ConflictKind
    first: Statement
    second: Statement


@dataclass(frozen=True, slots=True)
class Timeline:
    """Lanes by country and organisation, what no year is known of, and the extent in decimal years."""

    lanes: tuple[Lane, ...]
    undated: tuple[Statement, ...]
    conflicts: tuple[Conflict, ...]
    low: float
    high: float


def timeline(documents: Sequence[Document]) -> Timeline:
    """The timeline of all triples of the documents.

    Organisations count as one where their names differ in case, spaces or apostrophes only. A triple
    without a date, or with a wholly unspecified year (`XXXX-07-04`), is undated. Raises ValueError for a date
    that is no EDTF.
    """
    statements = [
        Statement(number, position, triple, document.date or document.inferred_date)
        for number, document in enumerate(documents)
        for position, triple in enumerate(document.triples)
    ]
    undated = tuple(s for s in statements if s.triple.date is None or "XXXX" in s.triple.date)
    apart = {(s.document, s.position) for s in undated}
    grouped: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in statements:
        if (statement.document, statement.position) not in apart:
            grouped[statement.triple.country, _folded(statement.triple.organisation)].append(statement)
    lanes: list[Lane] = []
    conflicts: list[Conflict] = []
    for (country, organisation), said in sorted(grouped.items()):
        found = _conflicts(said) if organisation else []
        lanes.append(Lane(country, said[0].triple.organisation, _bars(said, found)))
        conflicts += found
    low, high = _extent(lanes)
    return Timeline(tuple(lanes), undated, tuple(conflicts), low, high)


def _folded(organisation: str | None) -> str:
    return " ".join((organisation or "").replace("’", "'").casefold().split())


def _alike(said: Iterable[Statement]) -> dict[tuple[Status, str], list[Statement]]:
    groups: dict[tuple[Status, str], list[Statement]] = defaultdict(list)
    for statement in said:
        groups[statement.triple.status, statement.triple.date or ""].append(statement)
    return groups


def _bars(said: Sequence[Statement], conflicts: Sequence[Conflict]) -> tuple[Bar, ...]:
    hit = {(s.triple.status, s.triple.date) for c in conflicts for s in (c.first, c.second)}
    bars = []
    for (status, date), group in _alike(said).items():
        first, last = bounds(date)
        bars.append(
            Bar(
                status,
                date,
                None if first is None else _year(first),
                # The last day is part of it; the calendar's last one has no day after it.
                None if last is None else _year(min(last, datetime.date.max - _DAY) + _DAY),
                not _UNCERTAIN.search(date),
                tuple(group),
                (status, date) in hit,
            )
        )
    bars.sort(key=lambda bar: (bar.start if bar.start is not None else float("-inf"), bar.date, bar.status))
    return tuple(bars)


def _year(day: datetime.date) -> float:
    first = datetime.date(day.year, 1, 1)
    days = 366 if day.year % 4 == 0 and (day.year % 100 or day.year % 400 == 0) else 365
    return round(day.year + (day - first).days / days, 4)


def _extent(lanes: Iterable[Lane]) -> tuple[float, float]:
    edges = [edge for lane in lanes for bar in lane.bars for edge in (bar.start, bar.end) if edge is not None]
    if not edges:
        return (2000.0, 2001.0)
    low, high = min(edges), max(edges)
    margin = max((high - low) * 0.05, 0.25)  # room for open ends to fade in
    return (round(low - margin, 4), round(high + margin, 4))


def certain_days(date: str, document_date: str | None) -> tuple[datetime.date, datetime.date] | None:
    """The first and last day that a statement's date certainly covers, as defined above; None if none."""
    if _UNCERTAIN.search(date) or "{" in date:
        return None
    start, slash, end = date.partition("/")
    if not slash:
        first, last = bounds(date)
        return (first, last) if first is not None and last is not None and first == last else None
    if start in ("", "..") or end == "":
        return None
    since = bounds(start)[1]
    until = bounds(end)[0] if end != ".." else _told_by(document_date) or since
    return (since, until) if since is not None and until is not None and since <= until else None


def _told_by(document_date: str | None) -> datetime.date | None:
    return bounds(document_date)[0] if document_date and not _UNCERTAIN.search(document_date) else None


def _conflicts(said: Sequence[Statement]) -> list[Conflict]:
    """The conflicts in one lane, one for each pair of bars."""
    groups = [(status, date, _telling_apart(group)) for (status, date), group in _alike(said).items()]
    found = []
    for number, (status, date, firsts) in enumerate(groups):
        for other, other_date, seconds in groups[number + 1 :]:
            kind: ConflictKind
            if frozenset((status, other)) in EXCLUSIVE:
                kind, contradict = "status", _exclude
            elif status == other and date != other_date:
                kind, contradict = "start", _start_apart
            else:
                continue
            pairs = ((a, b) for a in firsts for b in seconds if a[0].document != b[0].document)
            pair = next(((a[0], b[0]) for a, b in pairs if contradict(a, b)), None)
            if pair is not None:
                found.append(Conflict(kind, *pair))
    return found


_Days = tuple[datetime.date, datetime.date] | None
_Dated = tuple[Statement, _Days]


def _telling_apart(group: Sequence[Statement]) -> list[_Dated]:
    """The statements of a bar with their certain days: two documents' for the same days, more add none."""
    kept: dict[_Days, list[_Dated]] = defaultdict(list)
    for statement in group:
        days = certain_days(statement.triple.date or "", statement.document_date)
        documents = {known.document for known, _ in kept[days]}
        if len(documents) < 2 and statement.document not in documents:
            kept[days].append((statement, days))
    return [each for several in kept.values() for each in several]


def _exclude(one: _Dated, two: _Dated) -> bool:
    return _share_a_day(one[1], two[1])


def _start_apart(one: _Dated, two: _Dated) -> bool:
    return _starts_within(one[0], two[1]) or _starts_within(two[0], one[1])


def _share_a_day(one: _Days, two: _Days) -> bool:
    if one is None or two is None:
        return False
    return max(one[0], two[0]) <= min(one[1], two[1]) and one[1] != two[0] and two[1] != one[0]


def _starts_within(statement: Statement, held: _Days) -> bool:
    start, slash, _ = (statement.triple.date or "").partition("/")
    if held is None or not slash or start in ("", "..") or statement.triple.date_source != "text":
        return False
    first, last = bounds(start)
    return first is not None and last is not None and held[0] < first and last <= held[1]
