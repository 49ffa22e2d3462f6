"""The user's files: formats, encodings, and what happens to bad ones."""

from __future__ import annotations

import io
import json
import logging
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import StatutsError
from pipeline.sources import Columns, decode, read_documents

TEXT = "L’Inde préside.\r\nÀ Delhi."


def read(*paths, **options):
    problems = []
    documents = list(read_documents([str(path) for path in paths], on_error=problems.append, **options))
    return documents, [str(problem) for problem in problems]


def test_a_text_file_is_a_document_named_by_its_path_with_its_line_ends(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode())
    (document,), problems = read(path)
    assert (document.id, document.text, document.date, problems) == (str(path), TEXT, None, [])


def test_a_folder_is_searched_in_order(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("z.txt", "a.txt", "b/c.txt", "ignored.pdf"):
        (tmp_path / name).write_text("x")
    documents, problems = read(tmp_path)
    assert [d.id for d in documents] == [str(tmp_path / name) for name in ("a.txt", "b/c.txt", "z.txt")]
    assert not problems


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    (document,), _ = read("-")
    assert (document.id, document.text) == ("-", TEXT)


ROWS = [
    {"id": "n1", "text": "Un.", "date": "2024-07-04"},
    {"id": "n2", "text": "Deux.\nTrois.", "date": None},
]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    (tmp_path / "rows.csv").write_text(
        'id,text,date\nn1,Un.,2024-07-04\nn2,"Deux.\nTrois.",\n', encoding="utf-8"
    )
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "rows.parquet")
    return tmp_path


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv", "rows.parquet"])
def test_rows(files, name):
    documents, problems = read(files / name)
    assert [(d.id, d.text, d.date) for d in documents] == [(r["id"], r["text"], r["date"]) for r in ROWS]
    assert not problems


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_a_missing_text_column_is_named_with_those_that_are_there(files, name):
    documents, (problem,) = read(files / name, columns=Columns(text="body"))
    assert not documents
    assert "no column `body` (there: id, text, date)" in problem


def test_other_columns(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("nr;body;day\n7;Un.;2024-07-04 12:00\n", encoding="utf-8")
    (document,), _ = read(path, columns=Columns(text="body", id="nr", date="day"))
    assert (document.id, document.text, document.date) == ("7", "Un.", "2024-07-04")


def test_the_given_date_is_for_rows_without_one(files):
    documents, _ = read(files / "rows.jsonl", document_date="2020")
    assert [d.date for d in documents] == ["2024-07-04", "2020"]


def test_a_row_without_an_id_has_its_place_for_one(tmp_path):
    (tmp_path / "a.jsonl").write_text('\n{"text": "Un."}\n')
    (document,), _ = read(tmp_path / "a.jsonl")
    assert document.id == f"{tmp_path / 'a.jsonl'}:2"


def test_a_bad_line_is_told_and_the_others_are_read(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "Un."}\n{"text"\n[]\n{"txt": "x"}\n{"text": "Deux."}\n')
    documents, problems = read(tmp_path / "a.jsonl")
    assert [d.text for d in documents] == ["Un.", "Deux."]
    assert [problem.split(":")[1] for problem in problems] == ["2", "3", "4"]


def test_missing_and_binary_files_are_told_and_the_others_are_read(tmp_path):
    (tmp_path / "good.txt").write_text("Un.")
    (tmp_path / "bad.txt").write_bytes(b"\x89PNG\0\1\2")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no")
    documents, problems = read(
        tmp_path / "none.txt", tmp_path / "bad.txt", tmp_path / "bad.parquet", tmp_path / "good.txt"
    )
    assert [d.text for d in documents] == ["Un."]
    assert [
        part in problem for part, problem in zip(("no such file", "binary", "Parquet"), problems, strict=True)
    ] == [True] * 3


def test_an_empty_folder_is_told(tmp_path):
    assert "no .txt" in read(tmp_path)[1][0]


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv"])
def test_an_empty_file_is_a_warning(tmp_path, caplog, name):
    (tmp_path / name).write_bytes(b"")
    _, problems = read(tmp_path / name)
    assert not problems
    assert "empty" in caplog.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode(encoding):
    assert decode(TEXT.encode(encoding), "a") == TEXT


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_older_french_encodings_are_found_and_named(encoding, caplog):
    text = (
        "Le Sénégal a présidé l’Union africaine à Malabo, où siégeaient l’Érythrée et la Guinée équatoriale. "
        * 3
    )
    with caplog.at_level(logging.WARNING):
        assert decode(text.encode(encoding), "a.txt") == text
    assert f"a.txt: not UTF-8; read as {encoding}" in caplog.text


@pytest.mark.parametrize(
    "date", ["2024-07-04T10:00:00Z", "2024-07-04T10:00:00.000Z", "2024-07-04 10:00", "2024-07-04"]
)
def test_a_time_of_day_is_cut_off(tmp_path, date):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "Un.", "date": date}))
    assert read(tmp_path / "a.jsonl")[0][0].date == "2024-07-04"


def test_hidden_files_are_not_read(tmp_path):
    (tmp_path / ".checkpoints").mkdir()
    for name in (".a.txt", ".checkpoints/b.txt", "c.txt"):
        (tmp_path / name).write_text("x")
    assert [d.id for d in read(tmp_path)[0]] == [str(tmp_path / "c.txt")]


def test_a_row_with_more_cells_than_the_header_is_told(tmp_path):
    (tmp_path / "a.csv").write_text("text\nLe Mali, membre de l'UA\n")
    documents, (problem,) = read(tmp_path / "a.csv")
    assert not documents
    assert "row 1 has more cells" in problem


def test_json_is_not_prose(tmp_path):
    (tmp_path / "a.json").write_text("{}")
    assert "give JSON lines" in read(tmp_path / "a.json")[1][0]


def test_a_date_that_is_none_is_a_warning(tmp_path, caplog):
    (tmp_path / "a.jsonl").write_text('{"text": "Un.", "date": "hier"}')
    (document,), problems = read(tmp_path / "a.jsonl")
    assert document.date is None
    assert not problems
    assert "'hier' is no EDTF date" in caplog.text


def is_text(data: bytes) -> bool:
    try:
        decode(data, "a")
    except StatutsError:
        return False
    return True


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_our_error(data):
    assert is_text(data) or b"\0" in data or not data.isascii()
