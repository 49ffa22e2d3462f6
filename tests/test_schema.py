"""The published schema of a row: it ships, real rows follow it, and it refuses what is no row."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator, ValidationError

from pipeline.corpus import read_annotated
from pipeline.document import STATUSES
from pipeline.results import triple_rows
from pipeline.triples import assemble
from tests.conftest import ROOT

SCHEMA = json.loads((files("pipeline") / "row.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def readme_row():
    (line,) = re.findall(r"^\{.*\}$", (ROOT / "README.md").read_text("utf-8"), re.M)
    return json.loads(line)


def test_the_schema_is_one_and_knows_our_statuses():
    Draft202012Validator.check_schema(SCHEMA)
    assert tuple(SCHEMA["properties"]["status"]["enum"]) == STATUSES


def test_the_readmes_row_follows_it():
    VALIDATOR.validate(readme_row())


@pytest.mark.parametrize("name", ["gold", "test"])
def test_rows_of_annotated_documents_follow_it(name):
    documents = [assemble(document) for document in read_annotated(ROOT / "annotations" / name)]
    rows = [row for document in documents for row in triple_rows(document)]
    assert rows
    for row in rows:
        VALIDATOR.validate(row)


def test_rows_of_the_model_follow_it(extractor):
    text = (ROOT / "annotations/gold/ocs-2019.txt").read_text("utf-8")
    rows = triple_rows(extractor(text))
    assert rows
    for row in rows:
        VALIDATOR.validate(row)


@pytest.mark.parametrize(
    "change",
    [
        {"country": "FR"},
        {"status": "friend"},
        {"date": "hier"},
        {"confidence": 2},
        {"more": 1},
        {"spans": {}},
        {"evidence": {"text": "a", "start": -1, "end": 1}},
        {"document": None},
    ],
)
def test_what_is_no_row_is_refused(change):
    with pytest.raises(ValidationError):
        VALIDATOR.validate(readme_row() | change)
