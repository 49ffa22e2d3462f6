"""Any document's mentions and relations to triples."""

from __future__ import annotations

from typing import Any

from pipeline.corpus import check as well_formed
from pipeline.corpus import from_row, to_row
from pipeline.triples import assemble
from tests.fuzz.french import documents
from tests.fuzz.invariants import check_triples

INPUT = documents()


def check(data: dict[str, Any]) -> None:
    document = assemble(from_row(data))
    well_formed(document)
    check_triples(document)
    assert from_row(to_row(document)) == document
    keys = [(t.country, t.status, t.date, t.organisation) for t in document.triples]
    assert len(set(keys)) == len(keys)
