"""Adapting the encoder to text: what is hidden, what is learned, and a run that is stopped and goes on."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.torch import load_file

import pipeline.training.adapt as module
from pipeline.document import Document
from pipeline.encoding import BEGIN, END, MASK, special
from pipeline.errors import StatutsError
from pipeline.training.adapt import PARTS, Adaptation, adapt, hide, packed
from tests.conftest import stopping_after

TEXTS = [
    Document(str(number), "La Finlande a rejoint l'OTAN le 4 avril 2023, et la Suède l'a suivie.")
    for number in range(60)
]
RECIPE = Adaptation(length=16, batch=2, head_rate=2e-2, encoder_rate=1e-2, seed=5)


def test_rows_hold_the_texts_one_after_the_other(tokenizer):
    rows = packed(tokenizer, TEXTS[:3], 8)
    begin, end = special(tokenizer, BEGIN), special(tokenizer, END)
    assert set(rows[:, 0]) == {begin}
    assert set(rows[:, -1]) == {end}
    pieces = tokenizer.encode(TEXTS[0].text, add_special_tokens=False).ids
    expected = [*pieces, end] * 3
    assert rows[:, 1:-1].ravel().tolist() == expected[: len(expected) // 6 * 6]


def test_a_share_of_the_pieces_is_hidden_and_no_special_one(tokenizer):
    rows = packed(tokenizer, TEXTS, 32)
    read, chosen = hide(rows, tokenizer, 0.3, np.random.default_rng(0))
    ordinary = ~np.isin(rows, [special(tokenizer, BEGIN), special(tokenizer, END)])
    assert not (chosen & ~ordinary).any()
    assert chosen.sum() / ordinary.sum() == pytest.approx(0.3, abs=0.04)
    assert (read == rows)[~chosen].all()
    assert (read == special(tokenizer, MASK))[chosen].mean() == pytest.approx(0.8, abs=0.06)
    assert (read == rows)[chosen].mean() == pytest.approx(0.1, abs=0.05)


def test_hidden_words_are_learned(tiny_encoder, tmp_path):
    losses = adapt(tiny_encoder, TEXTS, tmp_path / "adapted", work=tmp_path / "work", recipe=RECIPE)
    assert losses[-1] < losses[0] - 2
    before, after = (load_file(path / "model.safetensors") for path in (tiny_encoder, tmp_path / "adapted"))
    assert {name: value.shape for name, value in before.items()} == {
        name: value.shape for name, value in after.items()
    }
    assert (tmp_path / "adapted/tokenizer.json").read_bytes() == (
        tiny_encoder / "tokenizer.json"
    ).read_bytes()


def test_a_stopped_adaptation_goes_on_to_the_same_encoder(tiny_encoder, tmp_path):
    adapt(tiny_encoder, TEXTS, tmp_path / "whole", work=tmp_path / "work", recipe=RECIPE)
    with stopping_after(module, steps=20):
        adapt(tiny_encoder, TEXTS, tmp_path / "again", work=tmp_path / "stopped", recipe=RECIPE)
    saved = json.loads((tmp_path / "stopped/checkpoint/progress.json").read_text())
    assert 0 < len(saved["epochs"]) < PARTS
    assert not (tmp_path / "again").exists()
    adapt(tiny_encoder, TEXTS, tmp_path / "again", work=tmp_path / "stopped", recipe=RECIPE)
    whole, again = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "again"))
    assert all((again[name] == value).all() for name, value in whole.items())


def test_too_little_text_is_told(tiny_encoder, tmp_path):
    with pytest.raises(StatutsError, match="not enough text"):
        adapt(tiny_encoder, TEXTS[:3], tmp_path / "adapted", work=tmp_path / "work", recipe=RECIPE)
