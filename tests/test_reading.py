"""Words, pieces and windows: nothing is cut off, and offsets are those of the text."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from pipeline.document import Document
from pipeline.encoding import encode, split_words, windows
from pipeline.errors import StatutsError
from pipeline.reading import Reader
from pipeline.relations import word_spans


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l’Inde, l'Iran", ["l", "’", "Inde", ",", "l", "'", "Iran"]),
        ("TaipeiLe Honduras", ["Taipei", "Le", "Honduras"]),
        ("RDC 2024-2025", ["RDC", "2024", "-", "2025"]),
        ("États-Unis", ["États", "-", "Unis"]),
        ("Sue\u0300de", ["Sue\u0300de"]),
    ],
)
def test_words(text, words):
    assert [text[a:b] for a, b in split_words(text)] == words


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_every_piece_links_to_the_words_that_it_shares_a_character_with(tokenizer, text):
    (encoding,) = encode(tokenizer, [Document("d", text)])
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    expected = {
        (piece, word)
        for piece, (a, b) in enumerate(offsets)
        for word, (c, d) in enumerate(encoding.words)
        if a < d and c < b
    }
    assert {(int(p), int(w)) for p, w in encoding.links} == expected


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.integers(12, 60))
def test_windows_cover_all_pieces_and_overlap(pieces, size):
    found = windows(0, pieces, size=size, overlap=size // 4)
    assert {i for a, b in found for i in range(a, b)} == set(range(pieces))
    assert all(0 < b - a <= size for a, b in found)
    assert all(
        after - before >= 0 and end - after >= size // 4 for (before, end), (after, _) in pairwise(found)
    )


def test_windows_are_as_few_and_as_short_as_their_overlap_allows():
    assert windows(0, 14, size=12, overlap=3) == [(0, 9), (5, 14)]
    assert windows(0, 12, size=12, overlap=3) == [(0, 12)]


def test_a_long_document_reads_like_its_parts(reader):
    part = "La Finlande a rejoint l'OTAN le 4 avril 2023, et la Suède est devenue membre le 7 mars 2024. "
    documents = [Document("one", part), Document("many", part * 60)]
    one, many = encode(reader.tokenizer, documents)
    states = reader.read([one, many])
    assert states[1].shape[0] == 60 * len(one.words)
    assert not (states[1] == 0).all(1).any()
    # far from the ends a word's state depends on its surroundings alone, not on where windows begin
    middle = states[1][20 * len(one.words) : 21 * len(one.words)]
    later = states[1][40 * len(one.words) : 41 * len(one.words)]
    similarity = np.array(
        [np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b) for a, b in zip(middle, later, strict=True)]
    )
    assert similarity.min() > 0.8


def test_a_state_does_not_depend_on_what_stands_in_the_batch(reader):
    documents = [Document(str(i), "Le Mali est suspendu. " * (i + 1)) for i in range(5)]
    encodings = encode(reader.tokenizer, documents)
    together = reader.read(encodings)
    for encoding, states in zip(encodings, together, strict=True):
        assert np.array_equal(reader.read([encoding])[0], states)


def test_mentions_map_to_the_words_that_they_touch(tokenizer):
    from pipeline.document import Mention

    text = "La Fédération de Russie."
    (encoding,) = encode(tokenizer, [Document("d", text)])
    spans = word_spans(
        [Mention("c1", "COUNTRY", 3, 23, text[3:23]), Mention("c2", "COUNTRY", 5, 8, "dér")], encoding
    )
    assert spans.tolist() == [[1, 4], [1, 2]]


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_folder_without_weights_is_an_error_that_names_it(tmp_path, missing):
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        if name != missing:
            (tmp_path / name).write_text("{}")
    with pytest.raises(StatutsError, match=missing):
        Reader.from_pretrained(tmp_path)


def copy_of_the_model(tmp_path, extractor):
    from pipeline.extractor import model_folder

    for file in model_folder("embedded").iterdir():
        if file.name != "model.safetensors":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def test_weights_of_another_model_are_refused(tmp_path, extractor):
    folder = copy_of_the_model(tmp_path, extractor)
    save_file({"other": torch.zeros(1)}, folder / "model.safetensors")
    with pytest.raises(StatutsError, match="the weights lack"):
        Reader.from_pretrained(folder)


def test_a_pointer_in_place_of_weights_is_one_line(tmp_path, extractor):
    folder = copy_of_the_model(tmp_path, extractor)
    (folder / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1")
    with pytest.raises(StatutsError, match="cannot be loaded"):
        Reader.from_pretrained(folder)


def test_pieces_that_belong_to_no_word_do_no_harm(reader):
    (encoding,) = encode(reader.tokenizer, [Document("d", "\x85" * 1500)])
    assert reader.read([encoding])[0].shape[0] == len(encoding.words)


def test_a_broken_model_is_one_line(tmp_path):
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_text("not json")
    with pytest.raises(StatutsError, match="cannot be loaded"):
        Reader.from_pretrained(tmp_path)
