"""Input made to do harm: it is read as text, or refused in one line."""

from __future__ import annotations

import csv
import json
import os
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import sources
from pipeline.commands import main
from pipeline.config import read_config
from pipeline.corpus import read_annotated
from pipeline.dates import find_and_ground
from pipeline.document import Document, Mention, Relation, Span, Triple
from pipeline.engines import load_weights
from pipeline.errors import StatutsError, one_line
from pipeline.exchange.brat import write_brat
from pipeline.report.page import render
from pipeline.results import guarded, open_writer, show_triples, triple_rows
from pipeline.sources import read_documents
from pipeline.stand_in import StandIn
from pipeline.streaming import resumable
from tests.conftest import ROOT

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
TEXT = "La Finlande a rejoint l'OTAN le 4 avril 2023."


def document(id="a", country="Finlande", organisation="OTAN"):
    """A document with one triple whose words may be anything."""
    text = f"{country} préside {organisation}."
    at = len(country) + 1
    mentions = (
        Mention("c1", "COUNTRY", 0, len(country), country),
        Mention("s1", "STATUS", at, at + 7, "préside", "chair"),
    )
    triple = Triple(
        "FIN", "chair", None, organisation, trigger="s1", holder="c1", evidence=Span(0, len(text))
    )
    relations = (Relation("holder", "s1", "c1"),)
    return Document(id, text, entities=mentions, relations=relations, triples=(triple,))


def read(path, **options):
    """The documents of a file, and what was told."""
    told = []
    found = list(read_documents([str(path)], on_error=lambda error: told.append(str(error)), **options))
    return found, told


@pytest.mark.parametrize(
    "id", ["../../escaped", "/tmp/escaped", "..", "a/../../b", "C:\\x", "a\0b", "~", "x" * 999]
)
def test_an_id_is_never_a_path(tmp_path, id):
    write_brat(tmp_path / "in" / "brat", [document(id)])
    written = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert len(written) == 4
    assert {path.parent for path in written} == {tmp_path / "in" / "brat"}
    (back,) = read_annotated(tmp_path / "in" / "brat")
    assert back.id == id


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "'"])
def test_a_cell_that_a_spreadsheet_would_calculate_is_marked_as_text(tmp_path, start):
    formula = f'{start}HYPERLINK("http://evil","x")'
    made = document(id=formula, country=formula, organisation=formula)
    with open_writer(tmp_path / "a.csv") as writer:
        writer.write(triple_rows(made))
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["document"] == row["country_text"] == row["organisation"] == f"'{formula}"
    # Reversible: one mark off gives what was there.
    assert row["evidence"].removeprefix("'") == made.text


@pytest.mark.parametrize("cell", ["L'OTAN", "2023-04-04/..", "", -1, None])
def test_other_cells_are_left_as_they_are(cell):
    assert guarded(cell) == cell


def test_json_lines_hold_what_was_there(tmp_path):
    with open_writer(tmp_path / "a.jsonl") as writer:
        writer.write(triple_rows(document(country="=1+1")))
    assert json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))["country_text"] == "=1+1"


def test_markup_in_a_document_is_text_in_the_report():
    page = render([document(SCRIPT, SCRIPT, SCRIPT)], None)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert" in page


def test_markup_in_a_request_is_text_on_the_page():
    pytest.importorskip("httpx", reason="no httpx: install the extra `test` to run this")
    from fastapi.testclient import TestClient

    from pipeline.serve.app import create_app

    client = TestClient(create_app(lambda asked: replace(document(SCRIPT, SCRIPT), id=asked.id)))
    file = {"file": (f"{SCRIPT}.txt", SCRIPT.encode())}
    pages = [client.post("/", data={"text": SCRIPT, "date": SCRIPT}).text, client.post("/", files=file).text]
    assert all("<script>alert" not in page and "<img src=x" not in page for page in pages)
    assert all("&lt;script&gt;alert" in page for page in pages)


def test_control_characters_do_not_reach_the_terminal(capsys):
    show_triples(triple_rows(document(id="\x1b]0;title\x07", country="\x1b[2J", organisation="\x9bA")))
    shown = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)
    assert one_line("a\x1b[2J\nb") == "a\ufffd[2J b"


@pytest.mark.parametrize(
    "text",
    [
        "threads: !!python/object/apply:os.system ['touch {}']",
        "threads: !!python/name:os.system",
        "[" * 20_000,
        "threads: " + "9" * 5000,
        "threads: \0",
    ],
)
def test_a_configuration_is_data_only(tmp_path, text):
    path, touched = tmp_path / "c.yaml", tmp_path / "touched"
    path.write_text(text.replace("{}", str(touched)), encoding="utf-8")
    with pytest.raises(StatutsError, match=r"c\.yaml: not valid YAML") as error:
        read_config(path)
    assert "\n" not in str(error.value)
    assert not touched.exists()


def test_a_model_of_pickled_weights_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "statuts"}')
    (tmp_path / "tokenizer.json").write_text("{}")
    for name in ("pytorch_model.bin", "model.pt"):
        (tmp_path / name).write_bytes(b"cos\nsystem\n(S'touch pwned'\ntR.")
    with pytest.raises(StatutsError, match=r"no model\.safetensors there"):
        load_weights(tmp_path)
    with pytest.raises(StatutsError, match="no safetensors weights"):
        StandIn.from_pretrained(str(tmp_path), {"LOC": "PLACE"})


@pytest.mark.parametrize("kind", ["evil", "camembert"])
def test_a_models_own_code_is_not_run(tmp_path, kind):
    touched = tmp_path / "touched"
    names = {"AutoConfig": "code.Config", "AutoModelForTokenClassification": "code.Model"}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind, "auto_map": names}))
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"auto_map": {"AutoTokenizer": ["code.Tokenizer", "code.Tokenizer"]}})
    )
    (tmp_path / "code.py").write_text(f"open({str(touched)!r}, 'w')")
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(StatutsError, match="cannot be loaded"):
        StandIn.from_pretrained(str(tmp_path), {"LOC": "PLACE"})
    assert not touched.exists()


def test_a_small_parquet_file_of_one_long_text_many_times_is_read_row_by_row(tmp_path):
    path = tmp_path / "bomb.parquet"
    text = "Le Mali. " * 100_000
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array([text]))
    pq.write_table(
        pa.table({"text": column.cast(pa.dictionary(pa.int32(), pa.string()))}), path, compression="zstd"
    )
    assert path.stat().st_size < 100_000
    # 18 GB, were all of it unpacked.
    before = pa.total_allocated_bytes()
    documents = read_documents([str(path)], on_error=pytest.fail)
    first = [next(documents) for _ in range(2)]
    assert first[1].text == text
    assert pa.total_allocated_bytes() - before < 100_000_000


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv", "a.parquet"])
def test_a_text_longer_than_any_document_is_told_and_the_rest_is_read(tmp_path, monkeypatch, name):
    monkeypatch.setattr(sources, "MOST_CHARACTERS", 100)
    path, texts = tmp_path / name, ["x" * 101, "Le Mali."]
    if name == "a.parquet":
        pq.write_table(pa.table({"text": texts}), path)
    elif name == "a.jsonl":
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    else:
        path.write_text("\n".join(["text", *texts] if name == "a.csv" else texts))
    found, told = read(path)
    assert [each.text for each in found] == ([] if name == "a.txt" else ["Le Mali."])
    assert len(told) == 1
    assert "cut it into documents" in told[0]


@pytest.mark.parametrize("name", ["a.zip", "a.txt.gz", "a.tar.xz"])
def test_archives_are_not_opened(tmp_path, name):
    import gzip

    (tmp_path / name).write_bytes(gzip.compress(b"\0" * 10_000_000))
    found, told = read(tmp_path / name)
    assert not found
    assert len(told) == 1
    assert "binary file" in told[0]


def test_a_docbin_that_fills_the_memory_is_refused(tmp_path, monkeypatch):
    docbin = pytest.importorskip("pipeline.exchange.docbin")
    pytest.importorskip("spacy", reason="no spaCy: install the extra `spacy` to run this")
    monkeypatch.setattr(docbin, "MOST_BYTES", 1_000_000)
    (tmp_path / "a.spacy").write_bytes(zlib.compress(b"\0" * 3_000_000))
    with pytest.raises(StatutsError, match="unpacks to more than"):
        list(read_annotated(tmp_path / "a.spacy"))


def test_a_link_planted_beside_an_output_is_not_written_through(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "rows.jsonl").write_text("keep")
    (tmp_path / ".o.jsonl.partial").symlink_to(other)
    with pytest.raises(StatutsError, match="holds a link"), resumable(tmp_path / "o.jsonl", "job"):
        pytest.fail("the work began")
    (tmp_path / ".o.jsonl.partial").unlink()
    (tmp_path / ".o.jsonl.partial").mkdir()
    (tmp_path / ".o.jsonl.partial/rows.jsonl").symlink_to(other / "rows.jsonl")
    with pytest.raises(StatutsError, match="holds a link"), resumable(tmp_path / "o.jsonl", "job"):
        pytest.fail("the work began")
    assert (other / "rows.jsonl").read_text() == "keep"


def test_an_output_that_is_a_link_is_followed_and_stays_one(tmp_path):
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real/o.jsonl", tmp_path / "o.jsonl"
    link.symlink_to(target)
    with resumable(link, "job") as partial:
        partial.write(triple_rows(document()))
    assert link.is_symlink()
    assert "Finlande" in target.read_text(encoding="utf-8")
    assert os.listdir(tmp_path / "real") == ["o.jsonl"]


@pytest.mark.parametrize(
    "words",
    [
        "en 99999999999999999999",
        "il y a 10^30 ans",
        f"il y a 1{'0' * 30} ans",
        f"le 4 avril {'9' * 5000}",
        f"dans {'9' * 12} jours",
        f"en {'9' * 500} avant J.-C.",
        f"au {'X' * 500}e siècle",
        "depuis neuf cent quatre-vingt-dix-neuf mille milliards d'années",
    ],
)
def test_a_number_too_large_for_a_date_gives_none(extractor, words):
    text = f"La Finlande a rejoint l'OTAN {words}."
    assert all(
        found.value is None or len(found.value) < 30
        for found in find_and_ground(text, document_date="2024-07-03")
    )
    assert [triple.country for triple in extractor(text, date="2024-07-03").triples] in (["FIN"], [])


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\x85", "\n\r"])
def test_any_line_end_is_one_and_offsets_count_it(extractor, tmp_path, end):
    text = end.join([TEXT, "Le Tchad préside l'Union africaine."])
    (tmp_path / "a.txt").write_bytes(text.encode())
    ((read_back,), _) = read(tmp_path / "a.txt")
    assert read_back.text == text
    found = extractor(text)
    assert [triple.country for triple in found.triples] == ["FIN", "TCD"]
    assert all(text[mention.start : mention.end] == mention.text for mention in found.entities)
    assert end not in "".join(mention.text for mention in found.entities)


@pytest.mark.parametrize("mark", ["\0", "\ufeff", "\u200b", "\u202e", "\ud800"])
def test_odd_characters_leave_the_triple(extractor, mark):
    found = extractor(f"{mark}{TEXT}{mark}", date="2024")
    assert [(triple.country, triple.status) for triple in found.triples] == [("FIN", "member")]
    (finland,) = (mention for mention in found.entities if mention.label == "COUNTRY")
    assert (finland.start, finland.end) == (4, 12)


def test_nul_bytes_in_a_file_make_it_binary_and_in_a_row_are_characters(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"Le Mali.\0")
    assert "binary file" in read(tmp_path / "a.txt")[1][0]
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "Le Mali.\0"}))
    assert read(tmp_path / "a.jsonl")[0][0].text == "Le Mali.\0"


@pytest.mark.parametrize(
    "line", ["[" * 100_000, '{"id": ' + "9" * 5000 + "}", '{"id": "a", "text": 1e999}', "null"]
)
def test_json_that_breaks_readers_is_one_line_each(tmp_path, monkeypatch, capsys, line):
    path = tmp_path / "a.jsonl"
    path.write_text(line + "\n" + json.dumps({"text": "Le Mali."}) + "\n")
    found, told = read(path)
    assert [each.text for each in found] == ["Le Mali."]
    assert len(told) == 1
    monkeypatch.setattr(
        sys, "argv", ["pipeline", "triples", str(path), "--output", str(tmp_path / "o.jsonl")]
    )
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "o.jsonl").exists()


def test_nothing_here_unpickles():
    code = "".join(path.read_text(encoding="utf-8") for path in Path(ROOT / "pipeline").rglob("*.py"))
    for word in ("pickle", "marshal", "shelve", "yaml.load(", "torch.load(", "trust_remote_code=True"):
        assert word not in code
