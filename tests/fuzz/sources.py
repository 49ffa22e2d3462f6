"""Any bytes as a file of the user's: documents with text that a file can hold, or StatutsErrors."""

from __future__ import annotations

import io
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from pipeline.dates import is_edtf
from pipeline.sources import read_documents
from tests.fuzz.french import TEXTS

SUFFIXES = (".txt", ".jsonl", ".csv", ".parquet", ".ndjson")
_CELLS = st.sampled_from(
    ["text", "id", "date", "a", '"', '""', "2024", "2024-07-03T12:00", "\ud800", "é", "\0", "٣", " "]
)
_CSV = st.lists(st.lists(_CELLS, min_size=1, max_size=4), max_size=4)
_VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["2024", {}, []])
)


@cache
def _parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    table = pa.table({"text": ["Le Mali", None], "id": [1, 2], "date": ["2024", "hier"]})
    pq.write_table(table, buffer, compression="none")
    return buffer.getvalue()


@st.composite
def flipped(draw):
    """A Parquet file with a few bytes changed, or cut."""
    data = bytearray(_parquet())
    for at in draw(st.lists(st.integers(0, len(data) - 1), max_size=3)):
        data[at] = draw(st.integers(0, 255))
    return b"\3" + bytes(data[: draw(st.sampled_from([len(data), len(data) // 2]))])


def _json(rows) -> str:
    import json

    return "\n".join(json.dumps(row) for row in rows)


INPUT = st.one_of(
    TEXTS.map(lambda text: b"\0" + text.encode("utf-8", "surrogatepass")),
    TEXTS.map(lambda text: b"\0" + text.encode("cp1252", "replace")),
    TEXTS.map(lambda text: b"\0" + text.encode("utf-16", "surrogatepass")),
    st.lists(
        st.dictionaries(st.sampled_from(["text", "id", "date", "b"]), _VALUES, max_size=4) | _VALUES,
        max_size=3,
    ).map(lambda rows: b"\1" + _json(rows).encode()),
    st.tuples(st.sampled_from(",;\t"), _CSV).map(
        lambda made: b"\2" + "\n".join(made[0].join(row) for row in made[1]).encode("utf-8", "surrogatepass")
    ),
    flipped(),
    st.binary(max_size=60),
)


def check(data: bytes) -> None:
    errors = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{SUFFIXES[data[0] % len(SUFFIXES) if data else 0]}"
        path.write_bytes(data[1:])
        for document in read_documents([str(path)], on_error=errors.append):
            document.text.encode()
            document.id.encode()
            assert document.date is None or is_edtf(document.date)
    for error in errors:
        assert "\n" not in str(error)
        assert str(error).startswith(str(path))
