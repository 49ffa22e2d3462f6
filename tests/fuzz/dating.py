"""Any text to the date that it was written."""

from __future__ import annotations

import math

from pipeline.dates import infer_document_date, is_edtf
from tests.fuzz.french import DATES, STATUS_WORDS, mixed

INPUT = mixed(*DATES, *STATUS_WORDS, "Publié le ", "PARIS, ", " (AFP) – ", "fondée en ", "20e anniversaire")


def check(data: str) -> None:
    found = infer_document_date(data)
    assert found.value is None or is_edtf(found.value)
    assert math.isfinite(found.confidence)
    assert 0 <= found.confidence <= 1
    size = len(data)
    infer_document_date(data, [(0, size), (size // 2, size), (0, size // 3)])
