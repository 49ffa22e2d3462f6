"""Any body to the server: an answer in its form, or a 4xx that tells why; never a 500."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

from fastapi.testclient import TestClient
from hypothesis import strategies as st

from pipeline.document import Document
from pipeline.serve.app import create_app
from pipeline.triples import assemble
from tests.fuzz.french import TEXTS, read
from tests.fuzz.invariants import ROWS

_DATES = st.sampled_from(
    ["2024", "2024-07-03T12:00:00Z", "hier", "", " ", "\ud800", "9999-12-31", "\n", None, 3]
)
_BODIES = st.fixed_dictionaries(
    {}, optional={"text": TEXTS | st.none(), "date": _DATES, "id": st.text(max_size=4), "b": st.none()}
)
INPUT = _BODIES.map(lambda body: b"j" + json.dumps(body).encode()) | st.binary(max_size=60)
_FORM = "application/x-www-form-urlencoded"
_KINDS = {
    ord("j"): ("/extract", "application/json"),
    ord("f"): ("/", _FORM),
    ord("m"): ("/", "multipart/form-data; boundary=a"),
}


def _extract(document: Document) -> Document:
    return assemble(replace(read(document), date=document.date))


@cache
def _client() -> TestClient:
    return TestClient(create_app(_extract))


def check(data: bytes) -> None:
    path, kind = _KINDS.get(data[0] if data else 0, _KINDS[ord("j")])
    answer = _client().post(path, content=data[1:], headers={"Content-Type": kind})
    assert answer.status_code in (200, 400, 413, 415, 422), answer.status_code
    if path == "/extract":
        body = answer.json()
        assert answer.status_code == 200 or body["error"]
        for row in body.get("triples", ()):
            ROWS.validate(row)
