"""The engines: one answer, whatever computes it and whatever stands beside a text."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline import Extractor
from pipeline.config import Config
from pipeline.corpus import read_annotated
from pipeline.encoding import PAD, all_windows, encode, rows, special
from pipeline.engines import OnnxEngine, TorchEngine, encoder_arrays, load_weights
from pipeline.errors import StatutsError
from pipeline.extractor import bare, model_folder
from pipeline.graph import ROUNDED, quantised
from tests.conftest import ROOT

TEST = [bare(document) for document in read_annotated(ROOT / "annotations/test")]


@pytest.fixture(scope="module")
def shipped():
    config, state = load_weights(model_folder("embedded"))
    return config["encoder"], encoder_arrays(state)


@pytest.fixture(scope="module")
def torch_engine(shipped, tokenizer):
    encoder, arrays = shipped
    return TorchEngine.from_state(arrays, encoder, special(tokenizer, PAD))


@pytest.fixture(scope="module")
def read_rows(tokenizer):
    encodings = encode(tokenizer, TEST[:30])
    return rows(list(all_windows(encodings)), encodings, tokenizer)


def test_8_bits_stay_near_fp32_on_padded_batches(reader, torch_engine, read_rows):
    assert len({len(row) for row in read_rows}) > 10
    for ours, plain in zip(reader.engine(read_rows), torch_engine(read_rows), strict=True):
        likeness = (ours * plain).sum(1) / (np.linalg.norm(ours, axis=1) * np.linalg.norm(plain, axis=1))
        assert likeness.min() > 0.97
    tags = [reader.heads.tag(np.concatenate(engine(read_rows))) for engine in (reader.engine, torch_engine)]
    assert (tags[0].argmax(1) == tags[1].argmax(1)).mean() > 0.995


def test_the_state_of_a_row_does_not_depend_on_its_neighbours(reader, read_rows):
    together = reader.engine(read_rows)
    for row, states in zip(read_rows[:5], together[:5], strict=True):
        assert np.array_equal(reader.engine([row])[0], states)


def test_the_number_of_threads_changes_nothing(shipped, read_rows):
    encoder, arrays = shipped
    one, three = (OnnxEngine(arrays, encoder, threads=count)(read_rows[:6]) for count in (1, 3))
    assert all(np.array_equal(*pair) for pair in zip(one, three, strict=True))


def test_shipped_matrices_are_on_the_steps_of_8_bits(shipped):
    names = [name for name in shipped[1] if ROUNDED.fullmatch(name)]
    assert len(names) == 6 * shipped[0]["num_hidden_layers"]
    weight = shipped[1][names[0]].astype(np.float32)
    integers, scales = quantised(weight)
    assert np.abs(integers * scales[:, None] - weight).max() <= np.abs(weight).max() / 1024


def test_the_config_chooses_the_engine():
    plain = Extractor.from_pretrained(config=Config(engine="torch"))
    assert isinstance(plain.relations.engine, TorchEngine)
    assert plain("La Finlande a rejoint l'OTAN le 4 avril 2023.").triples[0].date == "2023-04-04/.."


def test_a_device_that_is_not_there_is_told():
    with pytest.raises(StatutsError, match="device cuda"):
        Extractor.from_pretrained(config=Config(engine="torch", device="cuda"))


def test_an_encoder_of_another_kind_is_told(shipped):
    with pytest.raises(StatutsError, match="engine: torch"):
        OnnxEngine(shipped[1], {**shipped[0], "hidden_act": "relu"})
