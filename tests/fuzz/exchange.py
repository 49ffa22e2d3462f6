"""Any documents to every form and back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from pipeline.corpus import from_row, to_row
from tests.strategies import documents
from tests.test_exchange import as_in_brat, as_in_turtle, there_and_back

INPUT = st.lists(documents(), min_size=1, max_size=2, unique_by=lambda document: document.id).map(
    lambda made: [to_row(document) for document in made]
)
#: Few in the tests: each writes and reads four forms.
FEW = 12
#: Tables take long to write: `tests/test_exchange.py` tries them.
FORMS = {"jsonl": lambda document: document, "spacy": lambda document: document}
FORMS |= {"brat": as_in_brat, "turtle": as_in_turtle}


def check(data: list[dict[str, Any]]) -> None:
    made = [from_row(row) for row in data]
    for form, as_held in FORMS.items():
        with tempfile.TemporaryDirectory() as folder:
            found = there_and_back(Path(folder), made, form)
        assert {d.id: d for d in found} == {d.id: as_held(d) for d in made}, form
