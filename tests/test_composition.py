"""Decomposed Unicode: read composed, told in the offsets of the text as it came."""

from __future__ import annotations

import sys
import unicodedata
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.composition import aligned, composed, read_composed, restored
from pipeline.corpus import check, read_annotated
from pipeline.document import Document, Mention, Sentence, Span, Triple
from pipeline.extractor import bare
from pipeline.segment import segment
from pipeline.stages import write_stage
from tests.conftest import ROOT
from tests.strategies import documents

#: What composes, reorders, comes apart or stays: accents, Hangul, signs that NFC replaces, and plain letters.
TEXTS = st.text(max_size=40) | st.text(
    alphabet=st.sampled_from(
        "aEéçœ \n\u0301\u0323\u0327\u0344\u0340ÅÅ각\u1100\u1161\u11a8क़\u0f71\u0f73\u09c7\u09be😀"
    ),
    max_size=40,
)
TEXT = "L’Éthiopie, exclue de l’été à l’hiver, préside l’Union africaine depuis février 2021."


def nfd(text):
    return unicodedata.normalize("NFD", text)


@given(TEXTS)
def test_the_text_is_read_in_nfc(text):
    assert aligned(text)[0] == unicodedata.normalize("NFC", text)


def test_every_character_that_nfc_joins_to_the_one_before_is_known():
    for code in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(code))
        if parts and not parts.startswith("<") and " " in parts:
            pair = "".join(chr(int(part, 16)) for part in parts.split())
            assert aligned(f"x{pair}y")[0] == unicodedata.normalize("NFC", f"x{pair}y"), hex(code)


@given(TEXTS, st.data())
def test_a_span_goes_back_to_words_that_compose_to_at_least_it(text, data):
    whole, starts, ends = aligned(text)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    assert 0 <= starts[start] <= len(text)
    assert starts[start] <= starts[end]
    assert ends[start] <= ends[end]
    if start < end:
        assert starts[start] < ends[end]
        assert whole[start:end] in unicodedata.normalize("NFC", text[starts[start] : ends[end]])


@given(documents())
def test_a_document_in_any_form_comes_back_valid_and_none_of_it_narrower(made):
    back = restored(composed(made), made)
    check(composed(made))
    check(back)
    assert back.text == made.text
    for before, after in zip(made.entities, back.entities, strict=True):
        assert after.start <= before.start < before.end <= after.end


def test_offsets_are_those_of_the_original():
    original = Document("a", nfd("Les États-Unis, l’Érythrée."))
    document = composed(original)
    at = document.text.index("Érythrée")
    mention = Mention("c1", "COUNTRY", at, at + 8, "Érythrée")
    triple = Triple("ERI", "member", None, evidence=Span(0, len(document.text)))
    sentence = Sentence(0, len(document.text))
    back = restored(
        replace(document, entities=(mention,), triples=(triple,), sentences=(sentence,)), original
    )
    assert back.entities[0].text == nfd("Érythrée")
    assert back.text[back.entities[0].start : back.entities[0].end] == nfd("Érythrée")
    assert back.triples[0].evidence == Span(0, len(back.text))
    assert back.sentences[0] == Sentence(0, len(back.text))
    assert composed(back) == replace(document, entities=(mention,), triples=(triple,), sentences=(sentence,))


def test_a_composed_document_is_passed_on_untouched():
    document = Document("a", TEXT)
    assert composed(document) is document
    assert read_composed(document, lambda each: each) is document


def test_a_tower_of_accents_takes_no_time_and_stays():
    tower = "a" + "\u0301\u0323" * 200_000
    assert aligned(tower)[0] == tower


def test_decomposed_articles_give_the_triples_of_composed_ones(extractor):
    gold = [bare(document) for document in read_annotated(ROOT / "annotations/gold")]
    apart = [replace(document, text=nfd(document.text)) for document in gold]
    assert all(one.text != other.text for one, other in zip(gold, apart, strict=True))
    for whole, split, gated in zip(
        extractor.pipe(gold), extractor.pipe(apart), extractor.pipe(apart, gated=True), strict=True
    ):
        assert split.text == nfd(whole.text)
        assert [nfd(m.text) for m in whole.entities] == [m.text for m in split.entities]
        assert len(whole.triples) == len(split.triples) == len(gated.triples) > 0
        for one, other in zip(whole.triples, split.triples, strict=True):
            assert replace(one, evidence=None) == replace(other, evidence=None)
            said = whole.text[one.evidence.start : one.evidence.end]
            assert split.text[other.evidence.start : other.evidence.end] == nfd(said)
        check(split)
        check(gated)


def test_stage_by_stage_a_decomposed_text_gives_the_triples_of_all_at_once(extractor, tmp_path):
    from pipeline.commands.stage import segment as segment_command
    from pipeline.commands.stage import triples as triples_command
    from pipeline.stages import documents_of

    (tmp_path / "a.txt").write_text(nfd(TEXT), encoding="utf-8")
    path = str(tmp_path / "a.txt")
    segment_command([path], tmp_path / "1.jsonl", None, "text", "id", "date")
    read = extractor.find_relations(extractor.find_entities(list(documents_of(tmp_path / "1.jsonl"))))
    write_stage(tmp_path / "2.jsonl", read)
    triples_command(tmp_path / "2.jsonl", tmp_path / "3.jsonl")
    (found,) = documents_of(tmp_path / "3.jsonl")
    assert found == extractor(nfd(TEXT), id=path)
    assert ("ETH", "chair", "2021-02/..") in {(t.country, t.status, t.date) for t in found.triples}


def test_mentions_that_were_given_stay_where_relations_are_found(extractor):
    document = extractor.find_entities([segment(Document("a", nfd("L’Éthiopie préside l’UA.")))])[0]
    # By hand, without its accent.
    cut = Mention("x", "COUNTRY", 2, 3, "E")
    document = replace(document, entities=(*document.entities, cut))
    assert extractor.find_relations([document])[0].entities == document.entities
