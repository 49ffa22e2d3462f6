"""Stage files: what one stage writes, the next reads; each stage alone gives what all in one process give."""

from __future__ import annotations

import json

import pytest

from pipeline.corpus import read_annotated
from pipeline.document import Document
from pipeline.errors import StatutsError
from pipeline.stages import documents_of, mapped, write_stage
from tests.conftest import ROOT

DOCUMENTS = list(read_annotated(ROOT / "annotations/dev"))[:70]


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_documents_survive(tmp_path, name):
    assert write_stage(tmp_path / name, iter(DOCUMENTS)) == 70
    assert list(documents_of(tmp_path / name)) == DOCUMENTS


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_a_date_stays_the_string_it_was(tmp_path, name):
    document = Document("d", "Un\u2028deux\x85trois\r\n", date="2024-07-04")
    write_stage(tmp_path / name, iter([document]))
    assert list(documents_of(tmp_path / name)) == [document]


def test_an_empty_file_is_no_document(tmp_path):
    write_stage(tmp_path / "a.jsonl", iter(()))
    write_stage(tmp_path / "a.parquet", iter(()))
    assert list(documents_of(tmp_path / "a.jsonl")) == list(documents_of(tmp_path / "a.parquet")) == []


def test_stages_see_every_document_once_in_batches():
    sizes = []

    def stage(documents):
        sizes.append(len(documents))
        return list(documents)

    assert list(mapped(iter(DOCUMENTS), stage)) == DOCUMENTS
    assert sizes == [64, 6]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", "", "a stage reads"),
        ("none.jsonl", None, "no such file"),
        ("a.jsonl", '{"id": 1', "not an annotated document"),
        ("b.jsonl", json.dumps({"id": "a"}), "not an annotated document"),
    ],
)
def test_what_is_no_stage_file_is_told(tmp_path, name, content, reason):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(StatutsError, match=reason):
        list(documents_of(tmp_path / name))


def test_stage_by_stage_is_all_at_once(extractor, tmp_path):
    from pipeline.extractor import bare
    from pipeline.segment import segment
    from pipeline.triples import assemble

    texts = [bare(document) for document in DOCUMENTS[:8]]
    write_stage(tmp_path / "1.jsonl", map(segment, texts))
    write_stage(tmp_path / "2.parquet", mapped(documents_of(tmp_path / "1.jsonl"), extractor.find_entities))
    write_stage(tmp_path / "3.jsonl", mapped(documents_of(tmp_path / "2.parquet"), extractor.find_relations))
    write_stage(tmp_path / "4.jsonl", map(assemble, documents_of(tmp_path / "3.jsonl")))
    assert list(documents_of(tmp_path / "4.jsonl")) == list(extractor.pipe(texts))
