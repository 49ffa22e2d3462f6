"""Rows of triples: their fields, the three formats, and files that appear whole or not at all."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.document import Document, Mention, Span, Triple
from pipeline.errors import StatutsError
from pipeline.files import replacing
from pipeline.results import CSV_COLUMNS, MOST_SHOWN, open_writer, show_triples, triple_rows

TEXT = "Le Mali, membre de l'UA, est suspendu depuis le 1er juin 2021."
DOCUMENT = Document(
    "d1",
    TEXT,
    inferred_date="2021-06",
    entities=(
        Mention("c1", "COUNTRY", 3, 7, "Mali"),
        Mention("s1", "STATUS", 29, 37, "suspendu", "suspended"),
        Mention("o1", "ORG", 21, 23, "UA"),
        Mention("d1", "DATE", 48, 61, "1er juin 2021"),
    ),
    triples=(
        Triple(
            "MLI", "suspended", "2021-06-01/..", "UA", "s1", "c1", "o1", ("d1",), "text", 0.87654, Span(0, 62)
        ),
        Triple("MLI", "member", None),
    ),
)


def test_a_row_has_every_field():
    row, bare = triple_rows(DOCUMENT)
    assert row == {
        "document": "d1",
        "document_date": "2021-06",
        "country": "MLI",
        "country_text": "Mali",
        "status": "suspended",
        "status_text": "suspendu",
        "organisation": "UA",
        "date": "2021-06-01/..",
        "date_text": "1er juin 2021",
        "date_source": "text",
        "confidence": 0.8765,
        "evidence": {"text": TEXT, "start": 0, "end": 62},
        "spans": {
            "country": {"start": 3, "end": 7},
            "status": {"start": 29, "end": 37},
            "organisation": {"start": 21, "end": 23},
            "date": [{"start": 48, "end": 61}],
        },
    }
    assert bare["date"] is None
    assert bare["spans"] == {"country": None, "status": None, "organisation": None, "date": []}


@pytest.mark.parametrize(("least", "kept"), [(0.8765, 2), (0.8766, 1), (1.0, 1)])
def test_triples_of_less_confidence_are_left_out(least, kept):
    assert len(triple_rows(DOCUMENT, min_confidence=least)) == kept


def test_json_lines(tmp_path):
    rows = triple_rows(DOCUMENT)
    with open_writer(tmp_path / "a.jsonl") as writer:
        writer.write(rows[:1])
        writer.write(rows[1:])
    assert [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()] == rows


def test_csv_has_a_column_for_every_offset(tmp_path):
    with open_writer(tmp_path / "a.csv") as writer:
        writer.write(triple_rows(DOCUMENT))
    with (tmp_path / "a.csv").open(newline="") as file:
        first, second = csv.DictReader(file)
    assert tuple(first) == CSV_COLUMNS
    assert (first["evidence"], first["status_start"], first["date_end"]) == (TEXT, "29", "61")
    assert second["date_start"] == ""


def test_parquet(tmp_path):
    rows = triple_rows(DOCUMENT)
    with open_writer(tmp_path / "a.parquet") as writer:
        writer.write(rows)
        writer.write([])
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == rows


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_an_error_on_the_way_leaves_what_was_there(tmp_path, name):
    (tmp_path / name).write_text("before")

    def fail():
        with open_writer(tmp_path / name) as writer:
            writer.write(triple_rows(DOCUMENT))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (tmp_path / name).read_text() == "before"
    assert os.listdir(tmp_path) == [name]


def test_no_row_is_still_a_file(tmp_path):
    with open_writer(tmp_path / "a.parquet"):
        pass
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 0


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real.jsonl").write_text("before")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    with open_writer(tmp_path / "link.jsonl"):
        pass
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real.jsonl").read_text() == ""


def test_a_device_is_written_to_not_replaced():
    with replacing(Path("/dev/null")) as target:
        target.write_text("x")
    assert not Path("/dev/null").is_file()


def test_a_table_tells_how_many_rows_it_leaves_out(capsys):
    rows = triple_rows(DOCUMENT)[:1] * (MOST_SHOWN + 7)
    show_triples(rows)
    assert capsys.readouterr().out.endswith("… and 7 more\n")
    show_triples(rows[:MOST_SHOWN], total=5000)
    assert capsys.readouterr().out.endswith("… and 4800 more\n")


def test_a_suffix_that_is_none_of_ours(tmp_path):
    with pytest.raises(StatutsError, match="unknown suffix"), open_writer(tmp_path / "a.xlsx"):
        pass


@pytest.mark.parametrize("target", ["file/a.jsonl", "folder"])
def test_an_output_that_cannot_be_written(tmp_path, target):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StatutsError, match=target), replacing(tmp_path / target):
        pass
