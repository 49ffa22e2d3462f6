"""Any text through all stages but the models, which known words stand in for."""

from __future__ import annotations

from pipeline.corpus import check as well_formed
from pipeline.document import Document
from pipeline.sources import printable
from pipeline.triples import assemble
from tests.fuzz.french import TEXTS as INPUT
from tests.fuzz.french import read
from tests.fuzz.invariants import check_triples

__all__ = ["INPUT", "check"]


def check(data: str) -> None:
    document = assemble(read(Document("a", printable(data))))
    well_formed(document)
    check_triples(document)
