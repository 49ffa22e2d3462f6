"""Any text to sentences."""

from __future__ import annotations

from pipeline.document import Document
from pipeline.segment import segment
from tests.fuzz.french import TEXTS as INPUT
from tests.fuzz.invariants import check_sentences

__all__ = ["INPUT", "check"]


def check(data: str) -> None:
    check_sentences(segment(Document("a", data)))
