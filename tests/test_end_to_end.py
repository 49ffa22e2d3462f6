"""The shipped model on real articles and on passages it was not trained on: floors well below what it reaches."""

from __future__ import annotations

from pipeline.corpus import read_annotated
from pipeline.extractor import bare
from pipeline.score import score
from tests.conftest import ROOT


def report(extractor, part):
    gold = list(read_annotated(ROOT / "annotations" / part))
    return score(gold, list(extractor.pipe(map(bare, gold))))


def test_the_two_articles(extractor):
    found = report(extractor, "gold")
    assert found.triples["exact"].f1 >= 0.95
    assert found.entities["COUNTRY"].recall == 1


def test_passages_by_another_writer(extractor):
    found = report(extractor, "test")
    assert found.entities["micro"].f1 >= 0.90
    assert found.triples["country_status"].f1 >= 0.90
    assert found.triples["exact"].f1 >= 0.85


def test_offsets_give_the_words_and_evidence_holds_them(extractor):
    for document in extractor.pipe(map(bare, read_annotated(ROOT / "annotations/gold"))):
        mentions = {mention.id: mention for mention in document.entities}
        assert all(document.text[m.start : m.end] == m.text for m in document.entities)
        for triple in document.triples:
            said = [mentions[id] for id in (triple.trigger, triple.holder, *triple.dates)]
            assert all(triple.evidence.start <= m.start and m.end <= triple.evidence.end for m in said)


def test_a_text_without_statuses_gives_none(extractor):
    assert extractor("Le chat dort sur le tapis. Il fera beau demain à Lyon.").triples == ()


def test_odd_texts_do_no_harm(extractor):
    for text in ("", " \n", "\x00", "🙂" * 50, "a" * 3000, "e\u0301" * 40, "Le Mali \ud83d."):
        assert extractor(text).triples == ()
