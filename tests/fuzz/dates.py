"""Any text to its date expressions and their values."""

from __future__ import annotations

from pipeline.dates import bounds, find_and_ground, ground_all, is_edtf
from tests.fuzz.french import DATES, mixed

INPUT = mixed(*DATES)


def check(data: str) -> None:
    for document_date in (None, "2024-07-03", "2024-02-29", "0001", "9999-12-31", "199X", "2024/2025"):
        found = find_and_ground(data, document_date=document_date)
        at = 0
        for date in found:
            assert at <= date.start < date.end <= len(data)
            assert data[date.start : date.end] == date.text
            at = date.end
        spans = [(date.start, date.end) for date in found]
        # The spans that a model may give: each word, and some across.
        spans += [(at, min(at + length, len(data))) for at in range(0, len(data), 7) for length in (0, 1, 9)]
        for date in [*found, *ground_all(data, spans, document_date=document_date)]:
            for value in (date.value, date.point):
                if value is not None:
                    assert is_edtf(value), value
                    first, last = bounds(value)
                    assert first is None or last is None or first <= last, value
