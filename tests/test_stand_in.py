"""Another token-classification model for the entities: a tiny one of the architecture of configs/camembert.yaml."""

from __future__ import annotations

import json

import pytest
import torch
import yaml
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import CamembertConfig, CamembertForTokenClassification, PreTrainedTokenizerFast

from pipeline.config import Config, read_config
from pipeline.errors import StatutsError
from pipeline.extractor import Extractor
from tests.conftest import ROOT

LABELS = ["O", "I-LOC", "I-PER", "I-MISC", "I-ORG", "I-DATE"]
WORDS = {"Finlande": "I-LOC", "Kaboul": "I-LOC", "OTAN": "I-ORG", "2023": "I-DATE"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model that knows four words: its embeddings go straight through to its classifier."""
    path = tmp_path_factory.mktemp("tiny")
    vocabulary = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace()])
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        model_max_length=64,
    ).save_pretrained(path)
    config = CamembertConfig(
        vocab_size=len(vocabulary),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=80,
        pad_token_id=1,
        id2label=dict(enumerate(LABELS)),
        label2id={label: i for i, label in enumerate(LABELS)},
    )
    model = CamembertForTokenClassification(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.roberta.embeddings.LayerNorm.weight.fill_(1)
        for layer in model.roberta.encoder.layer:
            layer.attention.output.LayerNorm.weight.fill_(1)
            layer.output.LayerNorm.weight.fill_(1)
        model.classifier.bias[0] = 1.0
        for word, label in WORDS.items():
            at = vocabulary[word] - 4
            model.roberta.embeddings.word_embeddings.weight[vocabulary[word], at] = 1
            model.classifier.weight[LABELS.index(label), at] = 4
    model.save_pretrained(path)
    return path


def config_of(folder, labels=None):
    shipped = yaml.safe_load((ROOT / "configs/camembert.yaml").read_text())
    return Config.model_validate(
        shipped | {"entities": {"model": str(folder), "labels": labels or shipped["entities"]["labels"]}}
    )


def test_the_example_config_is_valid():
    assert (
        read_config(ROOT / "configs/camembert.yaml").entities.model
        == "Jean-Baptiste/camembert-ner-with-dates"
    )


def test_its_mentions_take_the_place_of_ours_and_statuses_stay(folder):
    extractor = Extractor.from_pretrained(config=config_of(folder))
    text = "l'Finlande, candidate, a vu Kaboul.\nOTAN 2023 Suède"
    document = extractor(text)
    assert [(m.label, m.text) for m in document.entities if m.label != "STATUS"] == [
        ("COUNTRY", "Finlande"),
        ("PLACE", "Kaboul"),
        ("ORG", "OTAN"),
        ("DATE", "2023"),
    ]
    assert all(document.text[m.start : m.end] == m.text for m in document.entities)


def test_nothing_is_cut_off(folder):
    extractor = Extractor.from_pretrained(config=config_of(folder))
    document = extractor("Kaboul et " * 200)
    assert sum(m.text == "Kaboul" for m in document.entities) == 200


def test_an_empty_text(folder):
    assert Extractor.from_pretrained(config=config_of(folder))("").entities == ()


def test_a_label_that_the_model_lacks(folder):
    with pytest.raises(StatutsError, match="no label GPE; it has DATE, LOC"):
        Extractor.from_pretrained(config=config_of(folder, {"GPE": "PLACE"}))


def test_no_labels(folder):
    with pytest.raises(StatutsError, match="labels is empty"):
        Extractor.from_pretrained(config=Config.model_validate({"entities": {"model": str(folder)}}))


def test_pickled_weights_are_refused(folder, tmp_path):
    (tmp_path / "config.json").write_text((folder / "config.json").read_text())
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(StatutsError, match="no safetensors"):
        Extractor.from_pretrained(config=config_of(tmp_path))


def test_a_folder_of_something_else(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "none"}))
    (tmp_path / "x.safetensors").write_bytes(b"")
    with pytest.raises(StatutsError, match="cannot be loaded"):
        Extractor.from_pretrained(config=config_of(tmp_path))
