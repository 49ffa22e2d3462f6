"""The scorer counts what is missed, wants exact offsets, and tells errors apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.document import Document, Mention, Relation, Triple
from pipeline.errors import StatutsError
from pipeline.score import Score, score, show_report, triple_errors

TEXT = "La Finlande a rejoint l'OTAN en 2023. La Suède attend."
HOLDER = Mention("c1", "COUNTRY", 3, 11, "Finlande")
TRIGGER = Mention("s1", "STATUS", 12, 21, "a rejoint", "member")
ORG = Mention("o1", "ORG", 24, 28, "OTAN")
SWEDEN = Mention("c2", "COUNTRY", 41, 46, "Suède")
MEMBER = Triple("FIN", "member", "2023/..", "OTAN")
GOLD = Document(
    "d",
    TEXT,
    entities=(HOLDER, TRIGGER, ORG, SWEDEN),
    relations=(Relation("holder", "s1", "c1"), Relation("org", "s1", "o1")),
    triples=(MEMBER,),
)


def test_the_gold_scored_against_itself_is_perfect():
    report = score([GOLD], [GOLD])
    scores = [*report.entities.values(), *report.relations.values(), *report.triples.values()]
    assert {s.f1 for s in scores if s.tp} == {1.0}
    assert all(s.fp == s.fn == 0 for s in scores)
    assert report.entities["micro"].tp == 4
    assert report.relations["micro"].tp == 2
    assert report.errors == ()


def test_a_document_that_was_not_predicted_is_missed_whole():
    report = score([GOLD], [])
    assert (report.entities["micro"].fn, report.relations["micro"].fn, report.triples["exact"].fn) == (
        4,
        2,
        1,
    )
    assert report.triples["exact"].recall == 0
    assert [error.kind for error in report.errors] == ["missed"]


def test_a_prediction_without_gold_is_spurious():
    report = score([replace(GOLD, entities=(), relations=(), triples=())], [GOLD])
    assert (report.entities["micro"].fp, report.triples["exact"].fp) == (4, 1)
    assert [error.kind for error in report.errors] == ["spurious"]


def test_a_mention_one_character_off_is_wrong():
    short = replace(HOLDER, end=10, text="Finland")
    report = score([GOLD], [replace(GOLD, entities=(short, TRIGGER, ORG, SWEDEN))])
    assert (report.entities["COUNTRY"].tp, report.entities["COUNTRY"].fp, report.entities["COUNTRY"].fn) == (
        1,
        1,
        1,
    )
    assert report.relations["holder"].tp == 0
    assert report.relations["org"].tp == 1


def test_two_neighbours_are_not_one():
    whole = Mention("c1", "COUNTRY", 0, 4, "AABB")
    parts = (Mention("c1", "COUNTRY", 0, 2, "AA"), Mention("c2", "COUNTRY", 2, 4, "BB"))
    report = score([Document("d", "AABB", entities=parts)], [Document("d", "AABB", entities=(whole,))])
    assert (report.entities["micro"].tp, report.entities["micro"].fp, report.entities["micro"].fn) == (
        0,
        1,
        2,
    )


def test_a_triple_said_twice_is_one():
    assert (
        score([GOLD], [replace(GOLD, triples=(MEMBER, replace(MEMBER, organisation="Otan")))])
        .triples["exact"]
        .tp
        == 1
    )


@pytest.mark.parametrize(
    ("predicted", "kind"),
    [
        (Triple("FIN", "member", "2023"), "wrong date"),
        (Triple("FIN", "observer", "2023/.."), "wrong status"),
        (Triple("SWE", "member", "2023/.."), "wrong country"),
    ],
)
def test_kinds_of_errors(predicted, kind):
    (error,) = triple_errors(GOLD, replace(GOLD, triples=(predicted,)))
    assert (error.kind, error.gold, error.predicted) == (kind, MEMBER, predicted)


def test_an_error_tells_its_sentence():
    (error,) = triple_errors(GOLD, replace(GOLD, triples=()))
    assert error.sentence == "La Finlande a rejoint l'OTAN en 2023."


def test_two_documents_of_one_id_are_an_error():
    with pytest.raises(StatutsError, match="twice"):
        score([GOLD, GOLD], [GOLD])


def test_ids_that_never_match_are_an_error():
    with pytest.raises(StatutsError, match="ids like d, not other"):
        score([GOLD], [replace(GOLD, id="other")])


def test_another_text_is_an_error():
    with pytest.raises(StatutsError, match="text differs"):
        score([GOLD], [replace(GOLD, text=TEXT + " ")])


def test_the_interval_holds_f1_and_narrows_with_more_documents():
    few = Score(np.array([[3, 1, 0], [0, 1, 2]] * 6))
    many = Score(np.array([[3, 1, 0], [0, 1, 2]] * 200))
    assert few.interval[0] < few.f1 < few.interval[1]
    assert many.interval[1] - many.interval[0] < (few.interval[1] - few.interval[0]) / 3
    assert few.interval == Score(few.counts.copy()).interval


def test_the_table_fits_a_terminal_of_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    show_report(score([GOLD], [GOLD]))
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert "triples, undated" in shown


def test_a_perfect_or_empty_score_has_no_width():
    assert Score(np.array([[2, 0, 0]] * 12)).interval == (1.0, 1.0)
    assert Score(np.zeros((0, 3), dtype=np.int64)).interval == (0.0, 0.0)


CODES = st.sampled_from(["FIN", "SWE", "FRA"])
TRIPLES = st.lists(
    st.builds(Triple, CODES, st.sampled_from(["member", "host"]), st.sampled_from(["2023", "2024", None])),
    max_size=6,
)


@settings(max_examples=100, deadline=None)
@given(TRIPLES, TRIPLES)
def test_every_wrong_triple_stands_in_one_error(gold, predicted):
    documents = [Document("d", TEXT, triples=tuple(triples)) for triples in (gold, predicted)]
    exact = score(documents[:1], documents[1:]).triples["exact"]
    errors = triple_errors(*documents)
    assert sum(error.gold is not None for error in errors) == exact.fn
    assert sum(error.predicted is not None for error in errors) == exact.fp
