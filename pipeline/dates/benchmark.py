"""Scoring date extractors on marked texts: found, right, false."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.dates.cases import Case, Expected
from pipeline.dates.peers import Peer
from pipeline.dates.values import same_date
from pipeline.errors import StatutsError

#: Cases of one document's date are read together, so that start-up time (HeidelTime's Java) is not paid
#: for each.
_TOGETHER = 40
_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over all cases: expressions touched, those with the right value, proposals, proposals that touch
    none.
    """

    found: int
    right: int
    right_point: int
    proposals: int
    false: int
    seconds: float


def corpus_cases(path: Path) -> list[Case]:
    """The documents of an annotated corpus with their DATE mentions, whose values the corpus does not give.

    Raises StatutsError where the file cannot be read or a line is not an annotated document.
    """
    cases = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                row = json.loads(line)
                dates = [entity for entity in row["entities"] if entity["label"] == "DATE"]
                expected = tuple(Expected(entity["start"], entity["end"], None) for entity in dates)
                cases.append(Case(row["id"], row["date"], row["text"], expected, number))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StatutsError(f"{path}: not an annotated corpus in JSON lines ({error})") from error
    return cases


def _closed(value: str | None) -> str | None:
    """The value without its open end: tools for TIMEX3 give none."""
    return value and value.removesuffix("/..").removeprefix("../")


def _batches(cases: Sequence[Case]) -> Iterator[list[Case]]:
    """Cases in order, cut where the document's date changes; those whose dates lean on one another stay
    alone.
    """
    batch: list[Case] = []
    for case in cases:
        if batch and (case.document_date != batch[0].document_date or len(batch) == _TOGETHER):
            yield batch
            batch = []
        batch.append(case)
    if batch:
        yield batch


def score(reader: Peer, cases: Sequence[Case], *, together: bool = False) -> Score:
    """Run a reader over the cases. A proposal counts for the expression that it touches first.

    `together` joins cases with the same document's date into one text, blank lines between them.
    """
    found = right = right_point = proposals = false = 0
    seconds = 0.0
    for batch in _batches(cases) if together else ([case] for case in cases):
        text, expected = "", []
        for case in batch:
            expected += [Expected(e.start + len(text), e.end + len(text), e.value) for e in case.expected]
            text += case.text + _BETWEEN
        begun = time.perf_counter()
        guesses = reader(text, batch[0].document_date)
        seconds += time.perf_counter() - begun
        proposals += len(guesses)
        for guess in guesses:
            false += not any(guess.start < e.end and e.start < guess.end for e in expected)
        for wanted in expected:
            touching = [guess for guess in guesses if guess.start < wanted.end and wanted.start < guess.end]
            found += bool(touching)
            if touching:
                right += same_date(touching[0].value, wanted.value)
                right_point += same_date(_closed(touching[0].value), _closed(wanted.value))
    return Score(found, right, right_point, proposals, false, seconds)
