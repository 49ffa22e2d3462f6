"""The gate: what is not read holds no triple, and what is read is enough."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.corpus import read_annotated
from pipeline.document import Document
from pipeline.encoding import Encoding, encode
from pipeline.extractor import bare
from pipeline.gate import around, edges, near, size
from tests.conftest import ROOT

DULL = (
    "Le marché a ouvert tôt ce matin. Les étals sont pleins de légumes et de fruits de saison. "
    "Une cliente hésite entre deux melons. Le vendeur rit, il en a vu d'autres. Plus loin, des enfants jouent. "
) * 6


def triples(documents):
    return [Counter((t.country, t.status, t.date) for t in document.triples) for document in documents]


@pytest.mark.parametrize("part", ["dev", "test", "gold"])
def test_no_triple_is_lost(extractor, part):
    documents = [bare(document) for document in read_annotated(ROOT / "annotations" / part)]
    whole, gated = triples(extractor.pipe(documents)), triples(extractor.pipe(documents, gated=True))
    lost, gained = (
        sum((one - other for one, other in zip(*sides, strict=True)), Counter()).total()
        for sides in ((whole, gated), (gated, whole))
    )
    assert lost == 0
    # Other windows let a triple near a threshold through now and then.
    assert gained <= sum(map(Counter.total, whole)) / 100


def test_a_status_deep_in_a_long_text_is_found(extractor):
    text = f"{DULL}\n\nEn 2023, la Finlande a rejoint l'OTAN, alliance que le pays avait longtemps évitée.\n\n{DULL}"
    (found,) = extractor.pipe([Document("a", text, date="2024-01-01")], gated=True)
    assert [(t.country, t.status, t.organisation, t.date) for t in found.triples] == [
        ("FIN", "member", "OTAN", "2023/..")
    ]
    assert all(text[m.start : m.end] == m.text for m in found.entities)


def test_a_dull_text_is_not_read(extractor, monkeypatch):
    reader = extractor.relations
    (encoding,) = encode(reader.tokenizer, [Document("a", DULL)])
    monkeypatch.setattr(reader, "engine", lambda rows: [np.zeros((len(row), 384)) for row in rows])
    assert size(around(encoding, reader.gate.open(encoding))) < len(encoding.pieces) / 2


def test_a_text_without_words(extractor):
    assert [d.triples for d in extractor.pipe(["", " \n"], gated=True)] == [(), ()]


@st.composite
def sentences(draw):
    """An encoding of words of one piece each, in sentences, and the numbers of some of these."""
    lengths = draw(st.lists(st.integers(1, 300), min_size=1, max_size=12))
    numbers = np.repeat(np.arange(len(lengths)), lengths)
    count = len(numbers)
    words = np.stack([2 * np.arange(count), 2 * np.arange(count) + 1], axis=1)
    links = np.stack([np.arange(count), np.arange(count)], axis=1)
    chosen = draw(st.sets(st.integers(0, len(lengths) - 1)))
    return Encoding(words, numbers, np.arange(count), links), np.array(sorted(chosen), dtype=np.int64)


@given(sentences())
def test_ranges_are_apart_in_order_and_hold_the_sentences(made):
    encoding, chosen = made
    at = edges(encoding)
    for ranges in (near(encoding, chosen), around(encoding, chosen)):
        assert all(0 <= start < end <= len(encoding.pieces) for start, end in ranges)
        assert all(end < start for (_, end), (start, _) in pairwise(ranges))
        for number in chosen:
            assert any(start <= at[number] and at[number + 1] <= end for start, end in ranges)
    assert size(near(encoding, chosen)) <= size(around(encoding, chosen))
    assert {start for start, _ in around(encoding, chosen)} <= set(at.tolist())
