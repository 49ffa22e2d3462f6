"""Annotated documents in JSON lines and brat: what is written is read again, what is wrong is told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from pipeline.corpus import from_row, read_annotated, read_jsonl, to_line, to_row
from pipeline.document import Document, Mention, Sentence, Span, Triple
from pipeline.errors import StatutsError
from pipeline.exchange.brat import read_brat
from tests.conftest import ROOT
from tests.strategies import documents


@settings(max_examples=80, deadline=None)
@given(documents())
def test_json_lines_round_trip(document):
    assert from_row(json.loads(to_line(document))) == document


def test_all_fields_survive():
    document = Document(
        "d",
        "Le Mali préside.",
        date="2024",
        style="news",
        sentences=(Sentence(0, 16, 0, True),),
        entities=(Mention("c1", "COUNTRY", 3, 7, "Mali", confidence=0.5),),
        triples=(
            Triple(
                "MLI", "chair", None, evidence=Span(0, 16), dates=("d1",), date_source=None, confidence=0.25
            ),
        ),
        inferred_date="2024-01",
    )
    assert from_row(to_row(document)) == document


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{", "Expecting"),
        ("[]", "document"),
        ('{"id": "a"}', "text"),
        (
            '{"id": "a", "text": "Mali", "entities": [{"id": "c", "label": "COUNTRY", "start": 0, "end": 9, "text": "Mali"}]}',
            "offsets",
        ),
        (
            '{"id": "a", "text": "Mali", "entities": [{"id": "c", "label": "LAND", "start": 0, "end": 4, "text": "Mali"}]}',
            "label",
        ),
        (
            '{"id": "a", "text": "Mali", "relations": [{"type": "holder", "head": "s", "tail": "c"}]}',
            "mention",
        ),
    ],
)
def test_a_bad_line_is_named(tmp_path, row, reason):
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "ok", "text": "x"}\n' + row + "\n", encoding="utf-8")
    with pytest.raises(StatutsError, match=rf"gold\.jsonl:2: .*{reason}"):
        list(read_jsonl(path))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("T1\tCOUNTRY 3 99\tMali", "outside"),
        ("T1\tLAND 3 7\tMali", "unknown 'LAND'"),
        ("T1\tCOUNTRY 0 2;3 7\tLe Mali", None),
        ("T1\tCOUNTRY 0 2;8 15\tLe préside", "words between"),
        ("T1\tSTATUS 8 15\tpréside", "Status"),
        ("T1\tCOUNTRY 3 7\tNiger", "not those at the offsets"),
        ("T1\tCOUNTRY 3 7\tMali\nT1\tCOUNTRY 3 7\tMali", "twice"),
        ("A1\tStatus T9 member", "not there"),
        ("R1\tholder Arg1:T1 Arg2:T2", "not there"),
        ("E1\tEvent:T1", "kind"),
        ("T1 COUNTRY 3 7 Mali", "gold.ann:1"),
    ],
)
def test_bad_brat_is_named(tmp_path, line, reason):
    (tmp_path / "gold.txt").write_text("Le Mali préside.", encoding="utf-8")
    (tmp_path / "gold.ann").write_text(line + "\n", encoding="utf-8")
    if reason is None:
        assert read_brat(tmp_path / "gold.ann").entities[0].text == "Le Mali"
    else:
        with pytest.raises(StatutsError, match=reason):
            read_brat(tmp_path / "gold.ann")


def test_nothing_annotated_is_an_error(tmp_path):
    with pytest.raises(StatutsError, match="no annotated document"):
        list(read_annotated(tmp_path))
    with pytest.raises(StatutsError, match="no such file"):
        list(read_annotated(tmp_path / "none"))


@pytest.mark.parametrize("part", ["gold", "train", "dev", "test"])
def test_the_annotations_of_the_repository_are_well_formed(part):
    read = list(read_annotated(ROOT / "annotations" / part))
    assert len({document.id for document in read}) == len(read)
    for document in read:
        holders = {relation.head for relation in document.relations if relation.type == "holder"}
        assert {mention.id for mention in document.entities if mention.status} == holders, document.id


def test_no_training_passage_is_in_dev_or_test():
    texts = {
        part: {d.text for d in read_annotated(ROOT / "annotations" / part)}
        for part in ("train", "dev", "test", "gold")
    }
    assert not texts["train"] & (texts["dev"] | texts["test"] | texts["gold"])
    assert not texts["dev"] & texts["test"]
