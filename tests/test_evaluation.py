"""What the evaluation says of wrong triples: the stage that caused each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.document import Relation, Triple
from pipeline.evaluation import error_report, evaluate
from tests.test_score import GOLD, HOLDER, MEMBER, ORG, SWEDEN, TRIGGER


class Fixed:
    """An extractor that finds what it is told, and all relations of the gold."""

    def __init__(self, predicted):
        self.predicted = predicted

    def pipe(self, documents):
        return [self.predicted]

    def find_relations(self, documents):
        return [replace(d, relations=GOLD.relations if TRIGGER in d.entities else ()) for d in documents]


PREDICTED = Triple("FIN", "member", "2023/..", "OTAN", trigger="s1", holder="c1", confidence=0.9)
SWEDISH = Triple("SWE", "member", "2023/..", "OTAN", trigger="s1", holder="c2", confidence=0.6)


def faults(**changes):
    found = replace(GOLD, **changes)
    return [(fault.cause, fault.trigger) for fault in evaluate("a", [GOLD], Fixed(found)).faults]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"entities": (HOLDER, ORG), "relations": (), "triples": ()}, "trigger missed"),
        ({"entities": (TRIGGER, ORG), "relations": (), "triples": ()}, "holder not found"),
        ({"relations": (), "triples": ()}, "holder not linked"),
        ({"triples": ()}, "country not resolved"),
        (
            {"entities": (HOLDER, replace(TRIGGER, status="withdrawn"), ORG), "triples": ()},
            "wrong status of the trigger",
        ),
        ({"triples": (replace(PREDICTED, date="2022/.."),)}, "date misread"),
    ],
)
def test_a_miss_is_traced_to_the_first_thing_that_lacks(changes, cause):
    assert faults(**changes) == [(cause, "a rejoint")]


def test_an_invented_triple_is_traced_to_its_relation():
    relations = (*GOLD.relations, Relation("holder", "s1", "c2"))
    assert faults(relations=relations, triples=(PREDICTED, SWEDISH)) == [
        ("holder wrongly linked", "a rejoint")
    ]


def test_a_triple_of_an_invented_trigger_says_so():
    bare = replace(GOLD, entities=(HOLDER, ORG, SWEDEN), relations=(), triples=())
    found = evaluate("a", [bare], Fixed(replace(GOLD, triples=(PREDICTED,))))
    assert [fault.cause for fault in found.faults] == ["trigger invented"]
    assert "**a rejoint** predicted FIN member 2023/.. [d] La Finlande" in error_report([found])


def test_scores_given_gold_do_not_hide_what_is_missed_end_to_end():
    found = evaluate("a", [GOLD], Fixed(replace(GOLD, entities=(), relations=(), triples=())))
    assert found.scores["triples"].f1 == 0
    assert found.scores["relations, given mentions"].f1 == 1


def test_a_lowest_confidence_trades_recall_for_precision():
    found = evaluate("a", [GOLD], Fixed(replace(GOLD, triples=(PREDICTED, SWEDISH))))
    curve = {point.confidence: (point.precision, point.recall) for point in found.curve}
    assert curve[0.0] == (0.5, 1.0)
    assert curve[0.7] == (1.0, 1.0)
    assert 0.95 not in curve


def test_the_row_tells_causes_and_calibration():
    row = evaluate("a", [GOLD], Fixed(replace(GOLD, triples=(MEMBER,)))).to_row()
    assert row["causes"] == {}
    assert row["expected_calibration_error"] == 0.0
