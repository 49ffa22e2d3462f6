"""The date of a document from its own text: the day, month or year that its dates agree on.

Each clue (a byline, « jeudi » beside « le 4 juillet », « en 18 ans » since 2001, the latest past date, the
earliest future one) scores every candidate day as a log-likelihood; the scores add up to a distribution, and
the finest period that holds enough of it is the answer. Nothing is answered where no year, nor a day and
month, stands out.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.dates.clues import clues, dateline
from pipeline.dates.evidence import Array, Clue, Days, Text
from pipeline.dates.values import Moment

_YEARS_AFTER = 24
_YEARS_BEFORE = 4
_CERTAIN_YEAR = 0.7
_CERTAIN_MONTH = 0.7
_CERTAIN_DAY = 0.6
_REASON_WEIGHT = 0.5

__all__ = ["DocumentDate", "infer_document_date"]


@dataclass(frozen=True, slots=True)
class DocumentDate:
    """A document's date as EDTF (None where the text does not tell), its probability, and the words that say
    so.
    """

    value: str | None
    confidence: float
    reasons: tuple[str, ...]


def _candidates(years: Sequence[int]) -> Days | None:
    """Every day of the years that the text makes possible."""
    if not years:
        return None
    first = max(min(years) - _YEARS_BEFORE, 1)
    last = min(max(years) + _YEARS_AFTER, 9998)
    if last < first:
        # None of them is a year that a calendar here knows: before our era, say.
        return None
    if last - first > 120:
        # A history: only its latest years can be the present of the text.
        first = last - 120
    start, end = datetime.date(first, 1, 1), datetime.date(last, 12, 31)
    dates = np.arange(np.datetime64(start), np.datetime64(end) + 1)
    months = dates.astype("datetime64[M]")
    return Days(
        ordinal=np.arange(start.toordinal(), end.toordinal() + 1),
        year=dates.astype("datetime64[Y]").astype(int) + 1970,
        month=months.astype(int) % 12 + 1,
        day=(dates - months).astype(int) + 1,
    )


def _finest(days: Days, probability: Array) -> tuple[Moment | None, float]:
    """The finest period with enough probability, by way of its year and month."""
    first_year = int(days.year[0])
    by_year = np.bincount(days.year - first_year, weights=probability)
    year = int(by_year.argmax())
    moment, confidence = Moment(f"{first_year + year:04d}"), float(by_year[year])
    if confidence < _CERTAIN_YEAR:
        return None, confidence
    inside = np.where(days.year == first_year + year, probability, 0.0)
    by_month = np.bincount(days.month, weights=inside)
    month = int(by_month.argmax())
    best = int(inside.argmax())
    if float(inside[best]) >= _CERTAIN_DAY:
        return Moment(moment.year, int(days.month[best]), int(days.day[best])), float(inside[best])
    if float(by_month[month]) >= _CERTAIN_MONTH:
        return Moment(moment.year, month), float(by_month[month])
    return moment, confidence


def infer_document_date(text: str, spans: Sequence[tuple[int, int]] | None = None) -> DocumentDate:
    """Infer when a text was written from what it says.

    `spans` are its date expressions (character offsets); without them they are found. The value is as fine as
    the text supports: a day, a month, a year, a day of an unspecified year (`XXXX-06-14`) or None.
    `confidence` is the share of the probability that the value holds, 0 where there is none.
    """
    document = Text.read(text, spans)
    found = clues(document)
    years = sorted({year for clue in found for year in clue.years})
    days = _candidates(years)
    if days is not None:
        score = np.zeros(len(days.ordinal))
        parts = [clue.score(days) for clue in found]
        for part in parts:
            score = score + part
        probability = np.exp(score - score.max())
        probability /= probability.sum()
        moment, confidence = _finest(days, probability)
        if moment is not None:
            return DocumentDate(str(moment), round(confidence, 3), _reasons(found, parts, days, moment))
    header = dateline(document)
    if header is not None and header[0].month:
        return DocumentDate(str(header[0]), 0.9, (header[1],))
    return DocumentDate(None, 0.0, ())


def _reasons(found: Sequence[Clue], parts: Sequence[Array], days: Days, moment: Moment) -> tuple[str, ...]:
    """The clues that speak for the answer: those that score it above what they give on average, strongest
    first.
    """
    inside = days.year == int(moment.year)
    if moment.month:
        inside &= days.month == moment.month
    if moment.day:
        inside &= days.day == moment.day
    gains = [
        (float(part[inside].max() - part.mean()), clue.reason)
        for part, clue in zip(parts, found, strict=True)
    ]
    return tuple(
        dict.fromkeys(reason for gain, reason in sorted(gains, reverse=True) if gain > _REASON_WEIGHT)
    )[:6]
