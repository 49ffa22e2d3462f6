"""Any `.txt`, `.ann` and `.json` of brat: a document, or a StatutsError."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from hypothesis import strategies as st

from pipeline.corpus import check as well_formed
from pipeline.corpus import to_line
from pipeline.errors import StatutsError
from pipeline.exchange.brat import read_brat, to_brat
from pipeline.score import score
from tests.fuzz.french import mixed

#: Stands between the three files.
PART = b"\x00\x00"
_TEXT = "Le Mali préside l'UA.\n"
_IDS = st.sampled_from(["T1", "T2", "T3", "R1", "R2", "A1", "#1", "#2", "", "T", "N1", "E1"])
_RESTS = st.sampled_from(
    [
        "COUNTRY 3 7\tMali",
        "STATUS 8 15\tpréside",
        "ORG 18 20\tUA",
        "ORG 16 18;18 20\tl'UA",
        "DATE 3 7;4 5\tx",
        "DATE -1 99999999999999999999\t",
        "holder Arg1:T2 Arg2:T1",
        "date Arg1:T1 Arg2:T1",
        "org Arg1:T2 Arg2:T9",
        "Status T2 chair",
        "Status T1 member",
        "AnnotatorNotes R1\tMLI chair 2024 UA",
        "AnnotatorNotes R1\tMLI chair null null",
        "AnnotatorNotes R2\tMLI chair 20244 UA",
        "AnnotatorNotes T1",
    ]
)
_LINES = st.tuples(
    _IDS, st.sampled_from(["\t", "\t", "\t", " ", "\t\t"]), st.one_of(_RESTS, _RESTS, mixed("3", "7"))
)
_KEPT = st.sampled_from(
    ["", '{"id": "a"}', "[]", "null", '{"date": "2024"}', '{"date": 3}', "{", "[" * 9999, '{"id": "\\ud800"}']
)
INPUT = st.tuples(
    st.just(_TEXT) | mixed("Mali", most=4),
    st.lists(_LINES.map("".join), max_size=8).map("\n".join),
    _KEPT,
).map(lambda parts: PART.join(part.encode("utf-8", "surrogatepass") for part in parts)) | st.binary(
    max_size=80
)


def check(data: bytes) -> None:
    parts = [*data.split(PART, 2), b"", b""][:3]
    with tempfile.TemporaryDirectory() as folder:
        for suffix, part in zip((".txt", ".ann", ".json"), parts, strict=True):
            if suffix != ".json" or part:
                (Path(folder) / f"a{suffix}").write_bytes(part)
        with contextlib.suppress(StatutsError):
            document = read_brat(Path(folder) / "a.ann")
            well_formed(document)
            to_line(document).encode()
            to_brat(document).encode()
            score([document], [document])
