"""What holds for every document that comes out, wherever it came from."""

from __future__ import annotations

import json
from importlib.resources import files

from jsonschema import Draft202012Validator

from pipeline.dates import is_edtf
from pipeline.document import Document
from pipeline.results import CSV_COLUMNS, flat, triple_rows

ROWS = Draft202012Validator(json.loads((files("pipeline") / "row.schema.json").read_text("utf-8")))


def check_sentences(document: Document) -> None:
    """Sentences are in order, without white space at their ends, and leave nothing but white space out."""
    at = 0
    for sentence in document.sentences:
        assert at <= sentence.start < sentence.end <= len(document.text)
        assert not document.text[at : sentence.start].strip()
        words = document.text[sentence.start : sentence.end]
        assert words == words.strip()
        at = sentence.end
    assert not document.text[at:].strip()


def check_triples(document: Document) -> None:
    """Triples point to their words, are dated in EDTF, and their rows follow the schema."""
    text, mentions = document.text, {mention.id: mention for mention in document.entities}
    for mention in document.entities:
        assert text[mention.start : mention.end] == mention.text
    for triple in document.triples:
        assert triple.date is None or is_edtf(triple.date), triple.date
        assert triple.evidence is not None
        told = [triple.trigger, triple.holder, *triple.dates, *([triple.org] if triple.org else [])]
        for id in told:
            assert triple.evidence.start <= mentions[id].start
            assert mentions[id].end <= triple.evidence.end
    for row in triple_rows(document):
        ROWS.validate(row)
        assert text[row["evidence"]["start"] : row["evidence"]["end"]] == row["evidence"]["text"]
        for name in ("country", "status"):
            span = row["spans"][name]
            assert text[span["start"] : span["end"]] == row[f"{name}_text"]
        assert tuple(flat(row)) == CSV_COLUMNS
