"""Any JSON lines as annotated documents: documents that can be worked with, or a StatutsError."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

from hypothesis import strategies as st

from pipeline.corpus import read_jsonl, to_line, to_row
from pipeline.errors import StatutsError
from pipeline.results import triple_rows
from pipeline.score import score
from pipeline.triples import assemble
from tests.fuzz.french import documents as french
from tests.strategies import documents

_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["m0", "DATE", "2024", 0, 1]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "start", "end", "text"]), inner, max_size=2)
    ),
    max_leaves=5,
)


def _places(value, path=()):
    yield path
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from _places(inner, (*path, key))


@st.composite
def spoilt(draw):
    """A document's line with one value somewhere replaced by anything, or left out."""
    row = to_row(draw(documents())) if draw(st.booleans()) else draw(french())
    path = draw(st.sampled_from(list(_places(row))))
    if not path:
        return json.dumps(draw(_ANY)).encode()
    row = json.loads(json.dumps(row))
    inner = row
    for key in path[:-1]:
        inner = inner[key]
    if draw(st.booleans()):
        inner[path[-1]] = draw(_ANY)
    else:
        del inner[path[-1]]
    return json.dumps(row).encode()


INPUT = spoilt() | st.binary(max_size=60)


def check(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        path.write_bytes(data)
        with contextlib.suppress(StatutsError):
            for document in read_jsonl(path):
                to_line(document).encode()
                json.dumps(triple_rows(document), allow_nan=False)
                assemble(document)
                score([document], [document])
