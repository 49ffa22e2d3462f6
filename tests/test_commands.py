"""The command line: what it writes, its exit codes, and one line for every mistake."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from pipeline.commands import main
from tests.conftest import ROOT

TEXT = "La Finlande a rejoint l'OTAN le 4 avril 2023."


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs a command in this process: its exit code, standard output, standard error."""

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["pipeline", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return (code, *capsys.readouterr())

    return command


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_help_lists_the_commands_without_loading_a_model():
    code = "import sys; sys.argv = ['pipeline', '--help']\nfrom pipeline.commands import main\ntry: main()\nexcept SystemExit: print('torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(
        name in shown for name in ("extract", "segment", "entities", "relations", "triples", "score", "dates")
    )
    assert shown.endswith("False\n")


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.parquet"])
def test_extract_writes_a_row_a_triple(run, article, tmp_path, name):
    code, shown, _ = run("extract", article, "--output", tmp_path / name)
    assert code == 0
    assert "FIN" in shown
    if name == "out.jsonl":
        (row,) = [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
    elif name == "out.parquet":
        (row,) = pq.read_table(tmp_path / name).to_pylist()
    else:
        with (tmp_path / name).open(newline="") as file:
            (row,) = csv.DictReader(file)
        assert (row["document"], row["country"], row["evidence"]) == (str(article), "FIN", TEXT)
        return
    assert (row["document"], row["country"], row["status"], row["date"]) == (
        str(article),
        "FIN",
        "member",
        "2023-04-04/..",
    )
    assert (
        TEXT[row["spans"]["country"]["start"] : row["spans"]["country"]["end"]]
        == row["country_text"]
        == "Finlande"
    )
    assert row["evidence"]["text"] == TEXT


def test_a_least_confidence_leaves_out_rows(run, article, tmp_path):
    output = tmp_path / "out.jsonl"
    for least, kept in (("0.1", 1), ("1", 0)):
        code, _, _ = run("extract", article, "--output", output, "--min-confidence", least)
        assert (code, len(output.read_text().splitlines())) == (0, kept)


def test_extract_from_standard_input_to_standard_output(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    code, shown, _ = run("extract", "-", "--output", "-")
    assert code == 0
    assert json.loads(shown)["document"] == "-"


def test_a_document_date_dates_what_the_text_leaves_open(run, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Le Mali est membre de la CEDEAO.")
    _, shown, _ = run("extract", path, "--output", "-", "--document-date", "2019-05")
    row = json.loads(shown)
    assert (row["date"], row["date_source"]) == ("2019-05", "document")


def test_one_bad_input_does_not_stop_the_others(run, article, tmp_path):
    (tmp_path / "binary.txt").write_bytes(b"\0\1")
    code, _, errors = run(
        "extract", tmp_path / "none.txt", tmp_path / "binary.txt", article, "--output", tmp_path / "o.jsonl"
    )
    assert code == 2
    assert len((tmp_path / "o.jsonl").read_text().splitlines()) == 1
    assert [line.split(":")[0] for line in errors.strip().splitlines()] == ["error", "error"]


def test_a_lone_surrogate_does_not_stop_the_others(run, article, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "x\\ud83d", "text": "Le Mali \\ud83d."}\n')
    code, _, errors = run("extract", tmp_path / "a.jsonl", article, "--output", tmp_path / "o.jsonl")
    assert code == 0
    assert "lone surrogates" in errors
    assert "FIN" in (tmp_path / "o.jsonl").read_text()


def test_a_text_given_for_a_path_is_one_line(run):
    code, _, errors = run("extract", "La Finlande " * 40)
    assert code == 2
    assert errors.count("\n") == 1


def test_an_empty_file_and_one_in_latin_1_are_warnings(run, tmp_path):
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "b.txt").write_bytes(
        ("Le Sénégal a été suspendu de l'Union africaine à l'été 2012. " * 3).encode("cp1252")
    )
    code, _, errors = run("extract", tmp_path / "a.txt", tmp_path / "b.txt", "--output", tmp_path / "o.jsonl")
    assert code == 0
    assert "a.txt: empty" in errors
    assert "b.txt: not UTF-8; read as cp1252" in errors


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--config", "none.yaml"], "none.yaml: cannot be read"),
        (["--document-date", "hier"], "--document-date 'hier': not an EDTF date"),
        (["--output", "o.xlsx"], "o.xlsx: unknown suffix"),
        (["--output", "/proc/none/o.jsonl"], "cannot be written"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(run, article, arguments, reason):
    code, _, errors = run("extract", article, *arguments)
    assert code == 2
    assert errors.startswith("error: ")
    assert reason in errors
    assert errors.count("\n") == 1


def test_a_model_folder_without_weights(run, article, tmp_path):
    (tmp_path / "c.yaml").write_text(f"relations: {{model: {tmp_path}}}\nentities: {{model: {tmp_path}}}\n")
    code, _, errors = run("extract", article, "--config", tmp_path / "c.yaml")
    assert code == 2
    assert "no config.json there" in errors


def test_stage_by_stage_gives_the_same_rows_as_extract(run, article, tmp_path):
    files = [tmp_path / f"{n}.jsonl" for n in range(5)]
    assert run("segment", article, "--output", files[0])[0] == 0
    assert run("entities", files[0], "--output", files[1])[0] == 0
    assert run("relations", files[1], "--output", files[2])[0] == 0
    assert run("triples", files[2], "--output", files[3])[0] == 0
    assert run("rows", files[3], "--output", files[4])[0] == 0
    run("extract", article, "--output", tmp_path / "all.jsonl")
    assert files[4].read_text() == (tmp_path / "all.jsonl").read_text()


def test_a_stage_without_the_one_before(run, tmp_path):
    code, _, errors = run("relations", tmp_path / "none.jsonl", "--output", tmp_path / "o.jsonl")
    assert code == 2
    assert "run the stage before this one" in errors
    assert not (tmp_path / "o.jsonl").exists()


def test_score_writes_what_it_shows(run, tmp_path):
    lines = (ROOT / "annotations/dev/corpus.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[:12]
    (tmp_path / "gold.jsonl").write_text("".join(lines), encoding="utf-8")
    code, shown, _ = run("score", tmp_path / "gold.jsonl", "--output", tmp_path / "scores.json")
    assert code == 0
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["documents"] == 12
    assert f"{scores['triples']['exact']['f1']:.3f}" in shown
    assert {error["kind"] for error in scores["errors"]} <= {
        "missed",
        "spurious",
        "wrong country",
        "wrong status",
        "wrong date",
    }


def test_a_two_megabyte_line_is_read(run, tmp_path):
    path = tmp_path / "long.txt"
    path.write_text((TEXT + " ") * 40_000)
    assert run("segment", path, "--output", tmp_path / "o.jsonl")[0] == 0
    assert len(json.loads((tmp_path / "o.jsonl").read_text())["sentences"]) == 40_000
