"""Training: what augmentation keeps true, and a run that is stopped and goes on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.corpus import read_annotated
from pipeline.document import Document, Mention
from pipeline.errors import StatutsError
from pipeline.extractor import Extractor
from pipeline.heads import BIO_TAGS, TRIGGER_CLASSES
from pipeline.training.augment import epoch, joined, pools, retype, shift_years, swap_names
from pipeline.training.examples import build, trigger_pattern
from pipeline.training.standoff import attached, detached
from pipeline.training.train import Recipe, schedule, train
from tests.conftest import ROOT, stopping_after

DOCUMENTS = list(read_annotated(ROOT / "annotations/train/corpus.jsonl"))[:120]
NAMES = pools(DOCUMENTS)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_augmentation_keeps_mentions_relations_and_offsets(seed):
    random = Random(seed)
    document = random.choice(DOCUMENTS)
    changed = retype(shift_years(swap_names(document, NAMES, random), random), random)
    assert [(m.id, m.label, m.status) for m in changed.entities] == [
        (m.id, m.label, m.status) for m in document.entities
    ]
    assert changed.relations == document.relations
    assert all(changed.text[m.start : m.end] == m.text for m in changed.entities)


def test_a_name_changes_everywhere_to_one_that_fits_the_words_before_it():
    document = Document(
        "d",
        "Le Mali et le Tchad ; du Mali.",
        entities=tuple(
            Mention(f"c{i}", "COUNTRY", a, b, t)
            for i, (a, b, t) in enumerate([(3, 7, "Mali"), (14, 19, "Tchad"), (25, 29, "Mali")])
        ),
    )
    names = {("COUNTRY", "le|False|False"): ("Niger", "Pérou"), ("COUNTRY", "du|False|False"): ("Pérou",)}
    changed = swap_names(document, names, Random(0), share=1)
    assert changed.text == "Le Pérou et le Niger ; du Pérou."


@pytest.fixture
def texts(tmp_path):
    document = next(d for d in DOCUMENTS if d.relations)
    around = f"Avant. {document.text} Après."
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/news.jsonl").write_text(json.dumps({"text": around}) + "\n", encoding="utf-8")
    row = detached(document, file="news.jsonl", line=0, start=len("Avant. "))
    (tmp_path / "standoff.ndjson").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return document, tmp_path / "standoff.ndjson", tmp_path / "texts"


def test_a_standoff_annotation_holds_no_text_and_joins_with_its_own(texts):
    document, standoff, folder = texts
    assert not any(mention.text in standoff.read_text(encoding="utf-8") for mention in document.entities)
    (joined,) = attached(standoff, folder)
    assert (joined.text, joined.entities, joined.relations) == (
        document.text,
        document.entities,
        document.relations,
    )


def test_a_standoff_annotation_does_not_join_with_another_text(texts):
    _, standoff, folder = texts
    news = folder / "news.jsonl"
    news.write_text(news.read_text(encoding="utf-8").replace("Avant. ", "Avant "), encoding="utf-8")
    with pytest.raises(StatutsError, match=r"standoff.ndjson:1: .* another text"):
        list(attached(standoff, folder))


def test_no_relation_crosses_between_joined_passages():
    first, second = DOCUMENTS[0], DOCUMENTS[1]
    both = joined(first, second, Random(0))
    assert both.text.startswith(first.text)
    assert both.text.endswith(second.text)
    assert all(both.text[m.start : m.end] == m.text for m in both.entities)
    assert all(r.head.startswith("+") == r.tail.startswith("+") for r in both.relations)


def test_an_epoch_holds_every_passage_once():
    ids = [id for document in epoch(DOCUMENTS, NAMES, Random(0)) for id in document.id.split("+")]
    assert sorted(ids) == sorted(document.id for document in DOCUMENTS)


def test_an_example_says_what_the_annotation_says(tokenizer):
    document = DOCUMENTS[0]
    (example,) = build([document], tokenizer, trigger_pattern(DOCUMENTS), Random(0))
    words = example.encoding.words
    starts = [i for i, tag in enumerate(example.tags) if BIO_TAGS[tag].startswith("B-")]
    assert [int(words[i, 0]) for i in starts] == sorted(m.start for m in document.entities)
    statuses = [TRIGGER_CLASSES[c] for c in example.classes]
    assert [s for s in statuses if s != "none"] == [m.status for m in document.entities if m.status]
    assert int(example.targets.sum()) == len(document.relations)


def test_rates_rise_fall_to_zero_and_start_again_at_half():
    recipe = Recipe(epochs=10, refining=5, warmup=0.1)
    assert [schedule(epoch, recipe) for epoch in (0.5, 1, 5.5, 10, 12.5, 15)] == pytest.approx(
        [0.5, 1, 0.5, 0, 0.25, 0]
    )
    assert schedule(10.001, recipe) == pytest.approx(0.5, abs=0.001)


def weights(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def test_a_stopped_training_goes_on_to_the_same_model(tiny_encoder, tmp_path):
    recipe = Recipe(epochs=2, refining=1, seed=5)
    options = {"encoder": tiny_encoder, "recipe": recipe}
    whole = weights(train(DOCUMENTS[:16], DOCUMENTS[16:20], work=tmp_path / "whole", **options))

    with stopping_after(sys.modules[train.__module__], steps=3):
        train(DOCUMENTS[:16], DOCUMENTS[16:20], work=tmp_path / "stopped", **options)
    assert len(json.loads((tmp_path / "stopped/checkpoint/progress.json").read_text())["epochs"]) == 1
    again = weights(train(DOCUMENTS[:16], DOCUMENTS[16:20], work=tmp_path / "stopped", **options))
    assert all((again[name] == value).all() for name, value in whole.items())


def test_other_data_do_not_go_on_from_a_checkpoint(tiny_encoder, tmp_path):
    options = {"encoder": tiny_encoder, "recipe": Recipe(epochs=1, refining=0, seed=5), "work": tmp_path}
    first = weights(train(DOCUMENTS[:16], DOCUMENTS[16:20], **options))
    other = weights(train(DOCUMENTS[20:36], DOCUMENTS[16:20], **options))
    assert any((other[name] != value).any() for name, value in first.items())


def test_nothing_to_learn_from(tiny_encoder, tmp_path):
    with pytest.raises(StatutsError, match="no passage"):
        train([], DOCUMENTS[:4], encoder=tiny_encoder, work=tmp_path, recipe=Recipe())


def test_the_train_command_writes_a_model_that_loads_and_its_card(tiny_encoder, tmp_path, monkeypatch):
    from pipeline.commands import main

    lines = (ROOT / "annotations/dev/corpus.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    for name, part in (("train", lines[:10]), ("dev", lines[10:14])):
        (tmp_path / f"{name}.jsonl").write_text("".join(part), encoding="utf-8")
    arguments = [
        "--training",
        tmp_path / "train.jsonl",
        "--dev",
        tmp_path / "dev.jsonl",
        "--test",
        tmp_path / "dev.jsonl",
    ]
    arguments += [
        "--encoder",
        tiny_encoder,
        "--output",
        tmp_path / "model",
        "--work",
        tmp_path / "work",
        "--epochs",
        1,
    ]
    monkeypatch.setattr(sys, "argv", ["pipeline", "train", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    assert sorted(p.name for p in Path(tmp_path / "model").iterdir()) == [
        "README.md", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip
    assert "| test: 4 documents |" in (tmp_path / "model/README.md").read_text()
    assert Extractor.from_pretrained(tmp_path / "model")("Le Mali.").text == "Le Mali."
