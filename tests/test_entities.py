"""From tags to mentions."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.document import Mention, Relation
from pipeline.entities import decode, number, settle
from pipeline.heads import BIO_TAGS
from pipeline.relations import _near_best, candidate_pairs


def logits(*tags: str, rivals: dict[int, str] | None = None) -> np.ndarray:
    """One row a word with 2 at its tag, and 1 at its rival's."""
    rows = np.zeros((len(tags), len(BIO_TAGS)))
    for word, tag in enumerate(tags):
        rows[word, BIO_TAGS.index(tag)] = 2
        if rivals and word in rivals:
            rows[word, BIO_TAGS.index(rivals[word])] = 1
    return rows


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        (["O", "B-ORG", "I-ORG", "O"], [("ORG", 1, 3)]),
        (["B-ORG", "B-ORG"], [("ORG", 0, 1), ("ORG", 1, 2)]),
        (["O", "I-DATE", "I-DATE"], [("DATE", 1, 3)]),
        (["B-ORG", "I-DATE"], [("ORG", 0, 1), ("DATE", 1, 2)]),
        (["O", "O"], []),
    ],
)
def test_decoding(tags, spans):
    assert decode(logits(*tags)) == spans


def test_continuation_joins_what_is_nearly_as_likely_to_go_on():
    split = logits("B-STATUS", "B-STATUS", "O", rivals={1: "I-STATUS"})
    assert decode(split) == [("STATUS", 0, 1), ("STATUS", 1, 2)]
    assert decode(split, continuation=1.5) == [("STATUS", 0, 2)]


@pytest.mark.parametrize(
    ("label", "text", "settled"),
    [
        ("COUNTRY", "Mali", "COUNTRY"),
        ("COUNTRY", "polonaise", "COUNTRY"),
        ("COUNTRY", "Hanoï", "PLACE"),
        ("COUNTRY", "Poutine", None),
        ("PLACE", "Égypte", "COUNTRY"),
        ("PLACE", "Luxembourg", "PLACE"),
        ("PLACE", "Sahel", "PLACE"),
        ("ORG", "Mali", "ORG"),
    ],
)
def test_names_settle_country_or_place(label, text, settled):
    assert settle(label, text) == settled


def test_numbering_follows_the_text():
    mentions = [
        Mention("", "ORG", 9, 12, "ONU"),
        Mention("", "COUNTRY", 0, 4, "Mali"),
        Mention("", "ORG", 5, 7, "UA"),
    ]
    assert [(m.id, m.text) for m in number(mentions)] == [("c1", "Mali"), ("o1", "UA"), ("o2", "ONU")]


def test_pairs_join_triggers_to_mentions_within_reach():
    spans = np.array([[0, 1], [5, 6], [500, 501], [7, 8]])
    labels = np.array([4, 0, 0, 2])  # STATUS, COUNTRY, COUNTRY, ORG
    assert candidate_pairs(spans, labels).tolist() == [[0, 1], [0, 3]]


def test_only_relations_near_the_likeliest_stand():
    relations = [
        Relation("date", "s1", "d1", 0.9),
        Relation("date", "s1", "d2", 0.6),
        Relation("date", "s2", "d2", 0.6),
    ]
    assert _near_best(relations, {"date": 0.8}) == [relations[0], relations[2]]
    assert _near_best(relations, {"date": 0.0}) == relations
