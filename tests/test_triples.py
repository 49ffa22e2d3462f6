"""Triples of single French sentences, given their mentions and relations.

`marked` reads « La [h1 Pologne] [s1:member a rejoint] l'[o1 OTAN] en [d1 1999]. »: the digits tell which
statuses a holder (h, or p for a PLACE), an organisation (o) or a date (d) belongs to.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dates import is_edtf
from pipeline.document import (
    RELATION_TYPES,
    Document,
    Mention,
    Relation,
    Sentence,
    Span,
    Status,
)
from pipeline.triples import assemble

LABELS = {"h": "COUNTRY", "p": "PLACE", "o": "ORG", "d": "DATE", "s": "STATUS"}
TYPES = {"h": "holder", "p": "holder", "o": "org", "d": "date"}


def marked(markup: str, date: str | None = None) -> Document:
    text, mentions, links = "", [], []
    for before, kind, digits, status, words in re.findall(
        r"([^\[]*)(?:\[([hpods])(\d+)(?::(\w+))? ([^\]]+)\]|$)", markup
    ):
        text += before
        if kind:
            mention = Mention(
                f"{kind}{len(mentions)}",
                LABELS[kind],
                len(text),
                len(text) + len(words),
                words,
                status or None,
            )
            mentions.append(mention)
            links += [(kind, digit, mention.id) for digit in digits]
            text += words
    heads = {digit: id for kind, digit, id in links if kind == "s"}
    relations = [Relation(TYPES[kind], heads[digit], id) for kind, digit, id in links if kind != "s"]
    return Document("doc", text, date=date, entities=tuple(mentions), relations=tuple(relations))


def text_of(document: Document, id: str) -> str:
    return next(mention.text for mention in document.entities if mention.id == id)


def dated(markup: str, date: str | None = None) -> list[tuple[str, str | None]]:
    """(country, date) of each triple, in the order of the text."""
    return [(triple.country, triple.date) for triple in assemble(marked(markup, date)).triples]


@pytest.mark.parametrize(
    ("markup", "date"),
    [
        ("La [h1 Pologne] [s1:member a rejoint] l'[o1 OTAN] en [d1 1999].", "1999/.."),
        ("Le [h1 Maroc], [s1:observer observateur] depuis [d1 2005], proteste.", "2005/.."),
        ("La [h1 Russie] [s1:withdrawn a quitté] le [o1 Conseil] le [d1 16 mars 2022].", "2022-03-16/.."),
        ("Le [h1 Mali] est [s1:suspended suspendu] depuis [d1 août 2020].", "2020-08/.."),
        ("La [h1 Serbie] [s1:candidate a déposé sa candidature] en [d1 2009].", "2009"),
        ("La [h1 Serbie] est [s1:candidate candidate] depuis [d1 2012].", "2012/.."),
        ("Le [s1:acceding protocole d'adhésion] de la [h1 Suède] fut signé en [d1 2022].", "2022"),
        (
            "Le [s1:host sommet] s'est tenu à [p1 Vilnius] les [d1 11 et 12 juillet 2023].",
            "2023-07-11/2023-07-12",
        ),
        ("Le [h1 Brésil] [s1:chair préside] le [o1 G20] en [d1 2024].", "2024"),
        ("La [s1:chair présidence] revient à la [h1 Chine] pour [d1 2024-2025].", "2024/2025"),
        ("Le [h1 Laos] en assure la [s1:chair présidence] jusqu'au [d1 31 décembre 2024].", "../2024-12-31"),
        ("Le [h1 Kenya], [s1:member membre] du Conseil jusqu'en [d1 2022], s'abstint.", "../2022"),
    ],
)
def test_a_date_opens_or_closes_as_the_status_and_the_words_say(markup, date):
    assert [found for _, found in dated(markup)] == [date]


def test_a_state_in_the_past_tense_holds_at_its_date_but_an_entry_told_in_it_starts_then():
    assert dated("En [d1 2019], le [h1 Népal] était [s1:partner partenaire] de l'[o1 OCS].") == [
        ("NPL", "2019")
    ]
    assert dated("L'[h1 Islande] était [s1:member entrée] en [d1 1970].") == [("ISL", "1970/..")]


def test_a_dated_list_says_what_held_at_its_date():
    markup = "[o1 OIF], situation au [d1 20 novembre 2022] : [s1:member membres] : [h1 Bénin], [h1 Égypte]."
    assert dated(markup) == [("BEN", "2022-11-20"), ("EGY", "2022-11-20")]


def test_a_list_headed_by_its_date_says_what_held_then_but_founders_are_members_since():
    assert dated("[s1:member Membres] au [d1 1er juillet 2024] : [h1 Oman]") == [("OMN", "2024-07-01")]
    assert dated("[s1:member Membres fondateurs] ([d1 1985]) : [h1 Inde]") == [("IND", "1985/..")]


def test_two_dates_are_start_and_end():
    markup = "Le [h1 Maroc], [s1:withdrawn parti] en [d1 1984], est revenu le [d1 30 janvier 2017]."
    assert dated(markup) == [("MAR", "1984/2017-01-30")]


def test_what_is_announced_starts_when_it_takes_effect():
    markup = "Le [h1 Mali] a annoncé en [d1 janvier 2024] son [s1:withdrawn retrait], effectif le [d1 29 janvier 2025]."
    assert dated(markup) == [("MLI", "2025-01-29/..")]


def test_the_start_of_one_status_ends_the_other():
    markup = (
        "La [h12 Suisse], [s1:observer observatrice], devint [s2:member membre] de l'[o12 ONU] en [d12 2002]."
    )
    assert dated(markup) == [("CHE", "../2002"), ("CHE", "2002/..")]


def test_a_status_in_another_body_ends_nothing():
    markup = (
        "[h12 Malte] [s1:withdrawn a quitté] le [o1 Mouvement des non-alignés] en [d12 2004] et "
        "[s2:member rejoint] l'[o2 Union européenne]."
    )
    assert dated(markup) == [("MLT", "2004/.."), ("MLT", "2004/..")]


def test_an_end_that_only_one_holder_has():
    markup = (
        "[h1 Albanie] et [h1 Pologne] furent [s1:member membres] du [o12 pacte] dès [d1 1955] ; "
        "[p2 Tirana] s'en [s2:withdrawn retira] en [d12 1968]."
    )
    assert dated(markup)[:2] == [("ALB", "1955/1968"), ("POL", "1955/..")]


def test_several_intervals_are_several_triples():
    markup = "[h1 États-Unis] : [s1:member membre] en [d1 1946-1984] ; [d1 2003-2018] ; depuis le [d1 10 juillet 2023]"
    assert dated(markup) == [("USA", "1946/1984"), ("USA", "2003/2018"), ("USA", "2023-07-10/..")]


@pytest.mark.parametrize(
    "markup",
    [
        "Le [h1 Mozambique] ([d1 1995]) et le [h1 Rwanda] ([d1 2009]) ont [s1:member rejoint] le [o1 Commonwealth].",
        "Le [h1 Mozambique] y [s1:member entra] en [d1 1995], le [h1 Rwanda] en [d1 2009].",
        "[s1:member Adhésions] : [d1 1995] : [h1 Mozambique] ; [d1 2009] : [h1 Rwanda].",
        "Le [h1 Mozambique] et le [h1 Rwanda] sont [s1:member entrés] respectivement en [d1 1995] et en [d1 2009].",
        "Le [h1 Mozambique] et le [h1 Rwanda] sont [s1:member membres], le premier depuis [d1 1995], "
        "le second depuis [d1 2009].",
        "[s1:member Adhésions]\n[d1 1995]\t[h1 Mozambique]\n[d1 2009]\t[h1 Rwanda]",
        "Le [h1 Mozambique] y [s1:member entra] dès [d1 1995], imité en [d1 2009] par le [h1 Rwanda].",
    ],
)
def test_each_holder_has_the_date_of_its_brackets_clause_or_place_in_the_order(markup):
    assert dated(markup) == [("MOZ", "1995/.."), ("RWA", "2009/..")]


def test_a_date_in_a_holders_brackets_is_its_own_even_where_no_relation_says_so():
    document = marked(
        "Le [h1 Mozambique] ([d1 1995]) et le [h1 Rwanda] ([d1 2009]) l'ont [s1:member rejoint]."
    )
    fewer = tuple(
        relation for relation in document.relations if relation.type != "date" or relation.tail == "d3"
    )
    triples = assemble(replace(document, relations=fewer)).triples
    assert [(triple.country, triple.date) for triple in triples] == [("MOZ", "1995/.."), ("RWA", "2009/..")]


def test_the_second_told_first():
    markup = (
        "Le [h1 Mozambique] et le [h1 Rwanda] sont [s1:member membres], le second depuis [d1 2009], "
        "le premier depuis [d1 1995]."
    )
    assert dated(markup) == [("MOZ", "1995/.."), ("RWA", "2009/..")]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            "[s1:member Membres] : [h1 Oman], [h1 Qatar] ([d1 2021]) ; [h1 Grèce] et [h1 Malte] ([d1 2022]).",
            ["2021/..", "2021/..", "2022/..", "2022/.."],
        ),
        (
            "[s1:associate Associés] : [h1 Aruba], la [h1 Martinique] ([d1 2015]), la [h1 Guadeloupe] ([d1 2019]).",
            [None, "2015/..", "2019/.."],
        ),
        (
            "[s1:observer Observateurs] : [h1 Oman] / [h1 Qatar] ([d1 2021]) / [h1 Malte].",
            [None, "2021/..", None],
        ),
        ("[s1:member Membres fondateurs] ([d1 1985]) : [h1 Inde] ; [h1 Népal].", ["1985/..", "1985/.."]),
        (
            "L'[h1 Inde], le [h1 Népal] et, depuis [d1 2007], l'[h1 Iran] en sont [s1:member membres].",
            [None, None, "2007/.."],
        ),
        (
            "[s1:observer Observateurs] depuis [d1 2013] : [h1 Chine], [h1 Inde] ; + [h1 Suisse] ([d1 2017])",
            ["2013/..", "2013/..", "2017/.."],
        ),
    ],
)
def test_dates_in_lists(markup, expected):
    assert [found for _, found in dated(markup)] == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            "Le [h1 Cambodge] cédera la [s1:chair présidence] à l'[h1 Indonésie] le [d1 1er janvier 2023].",
            ["../2023-01-01", "2023-01-01/.."],
        ),
        (
            "Le [h1 Danemark] a pris le [s1:chair relais] de la [h1 Pologne] le [d1 1er juillet 2025].",
            ["2025-07-01/..", "../2025-07-01"],
        ),
        (
            "Le [h1 Sri Lanka] a pris le [d1 11 octobre 2023] la [s1:chair présidence] pour [d1 2023-2025], "
            "en remplacement du [h1 Bangladesh].",
            ["2023/2025", "../2023-10-11"],
        ),
        (
            "La [s1:chair présidence] est passée de l'[h1 Italie] ([d1 2021]) à l'[h1 Inde] ([d1 2023]).",
            ["2021", "2023"],
        ),
        ("Réunis le [d1 4 juillet 2024] sous la [s1:chair présidence] du [h1 Kazakhstan]", ["2024-07-04"]),
    ],
)
def test_a_chair_that_changes_hands_ends_for_one_and_starts_for_the_other(markup, expected):
    assert [found for _, found in dated(markup)] == expected


def test_several_organisations_each_with_its_date():
    markup = "Le [h1 Kenya] [s1:member a adhéré] à l'[o1 ONU] en [d1 1963] et à l'[o1 OMC] en [d1 1995]."
    triples = assemble(marked(markup)).triples
    assert [(triple.organisation, triple.date) for triple in triples] == [
        ("ONU", "1963/.."),
        ("OMC", "1995/.."),
    ]


def test_the_document_dates_what_the_text_does_not():
    [triple] = assemble(marked("La [h1 Chine] est [s1:member membre].", "2024-07-04")).triples
    assert (triple.date, triple.date_source, triple.dates) == ("2024-07-04", "document", ())


def test_no_date_at_all_is_null():
    [triple] = assemble(marked("La [h1 Chine] est [s1:member membre].")).triples
    assert (triple.date, triple.date_source) == (None, None)


def test_a_date_of_the_text_is_told_as_such():
    document = assemble(marked("La [h1 Chine] est [s1:member membre] depuis [d1 2001].", "2024-07-04"))
    [triple] = document.triples
    assert (triple.date_source, triple.dates) == ("text", ("d2",))


def test_a_given_document_date_is_not_inferred_over():
    assert assemble(marked("Le 3 mai 1990, la [h1 Chine] [s1:member entra].", "2024")).inferred_date is None


@pytest.mark.parametrize(
    "markup",
    [
        "L'[h1 Iran] est [s1:member membre] de l'[o1 Organisation des pays exportateurs de pétrole] ([o0 OPEP]).",
        "L'[h1 Iran] est [s1:member membre] de l'[o1 Organisation des pays exportateurs de pétrole] (OPEP).",
        "L'[o0 OPEP] ([o1 Organisation des pays exportateurs de pétrole]) a pour [s1:member membre] l'[h1 Iran].",
        "[o0 OPEP]. L'[h1 Iran] est [s1:member membre] de l'[o1 Organisation des Pays Exportateurs de Pétrole].",
    ],
)
def test_an_organisation_goes_by_its_acronym_where_the_text_gives_one(markup):
    document = marked(markup.replace("[o0 OPEP]", "[o1 OPEP]"))
    kept = tuple(
        relation
        for relation in document.relations
        if relation.type != "org" or " " in text_of(document, relation.tail)
    )
    [triple] = assemble(replace(document, relations=kept)).triples
    assert triple.organisation == "OPEP"


def test_a_name_without_acronym_stays_and_a_place_in_brackets_is_none():
    markup = "Le [h1 Népal] est [s1:member membre] de la [o1 Commission du Mékong] (Vientiane)."
    assert assemble(marked(markup)).triples[0].organisation == "Commission du Mékong"


def test_a_status_without_organisation():
    [triple] = assemble(marked("Le [h1 Népal] est [s1:member membre].")).triples
    assert (triple.organisation, triple.org) == (None, None)


def test_the_same_triple_said_twice_is_one():
    markup = (
        "La [h12 Géorgie] [s1:withdrawn quitte] la [o1 CEI] le [d12 18 août 2009]. "
        "Ce [s2:withdrawn départ] de la [o2 Communauté des États indépendants] était attendu."
    )
    assert dated(markup) == [("GEO", "2009-08-18/..")]


def test_of_two_sayings_the_surer_is_kept():
    document = marked("La [h12 Chine] est [s1:member membre]… oui, [s2:member membre].")
    unsure = tuple(
        replace(mention, confidence=0.5) if mention.id == "s1" else mention for mention in document.entities
    )
    [triple] = assemble(replace(document, entities=unsure)).triples
    assert triple.trigger == "s2"


def test_a_capital_stands_for_its_country_and_a_place_for_where_it_lies():
    assert dated("[p1 Minsk] est [s1:member membre].") == [("BLR", None)]
    assert dated("Le [s1:host sommet] de [p1 Durban]") == [("ZAF", None)]


def test_confidence_falls_with_each_of_its_parts():
    document = marked("La [h1 Chine] est [s1:member membre] depuis [d1 2001].")
    entities = tuple(replace(mention, confidence=0.9) for mention in document.entities)
    relations = tuple(replace(relation, confidence=0.8) for relation in document.relations)
    [triple] = assemble(replace(document, entities=entities, relations=relations)).triples
    assert triple.confidence == pytest.approx(0.9 * 0.9 * 0.8 * (0.9 * 0.8))


def test_evidence_covers_all_mentions_and_their_sentences():
    document = marked("Oui. La [h1 Chine] est là. Elle est [s1:member membre] depuis [d1 2001]. Non.")
    [triple] = assemble(document).triples
    assert (
        document.text[triple.evidence.start : triple.evidence.end]
        == "Chine est là. Elle est membre depuis 2001"
    )
    sentences = (Sentence(0, 4), Sentence(5, 21), Sentence(22, 49), Sentence(50, 54))
    [triple] = assemble(replace(document, sentences=sentences)).triples
    assert triple.evidence == Span(5, 49)


def test_an_unknown_country_is_logged_once_and_gives_no_triple(caplog):
    with caplog.at_level(logging.WARNING):
        assert dated("La [h12 Syldavie] est [s1:member membre], puis [s2:observer observatrice].") == []
    assert [record.getMessage() for record in caplog.records] == ["doc: no country known for 'Syldavie'"]


def test_malformed_relations_are_passed_over():
    document = marked("La [h1 Chine] est [s1:member membre] de l'[o1 OMC].")
    [trigger] = [mention.id for mention in document.entities if mention.label == "STATUS"]
    [holder] = [mention.id for mention in document.entities if mention.label == "COUNTRY"]
    broken = (
        *document.relations,
        *document.relations,
        Relation("holder", trigger, "nowhere"),
        Relation("date", trigger, holder),
        Relation("holder", holder, trigger),
        Relation("org", "nowhere", holder),
    )
    assert assemble(replace(document, relations=broken)).triples == assemble(document).triples


def test_the_surest_of_two_organisations_is_taken():
    document = marked("La [h1 Chine] est [s1:member membre] de l'[o1 OMC], pas du [o1 G7].")
    relations = tuple(
        replace(relation, confidence=0.3) if text_of(document, relation.tail) == "OMC" else relation
        for relation in document.relations
    )
    assert assemble(document).triples[0].organisation == "OMC"
    assert assemble(replace(document, relations=relations)).triples[0].organisation == "G7"


def test_no_relations_no_triples():
    document = replace(marked("La [h1 Chine] est [s1:member membre]."), relations=())
    assert assemble(document).triples == ()


WORDS = {
    "COUNTRY": ["Chine", "Pologne", "Congo", "Syldavie", "X"],
    "PLACE": ["Vienne", "Congo", "Kazan"],
    "ORG": ["OTAN", "Ligue arabe", "LA"],
    "DATE": ["2004", "1er mai", "jeudi", "2024-2025", "3, 5 et 7 mai 2021", "années 1990", "demain"],
    "STATUS": ["membre", "préside"],
    None: [
        "(",
        ")",
        ";",
        ",",
        ".",
        "et",
        "depuis",
        "jusqu'en",
        "respectivement",
        "le second",
        "cède",
        "\n",
        "après",
    ],
}


@st.composite
def documents(draw):
    labels = draw(st.lists(st.sampled_from(list(WORDS)), min_size=3, max_size=25))
    text, mentions = "", []
    for index, label in enumerate(labels):
        word = draw(st.sampled_from(WORDS[label]))
        if label:
            status = draw(st.sampled_from(get_args(Status))) if label == "STATUS" else None
            confidence = draw(st.floats(0, 1))
            mentions.append(
                Mention(f"m{index}", label, len(text), len(text) + len(word), word, status, confidence)
            )
        text += word + draw(st.sampled_from([" ", ""]))
    ids = st.sampled_from([mention.id for mention in mentions] or ["m0"])
    heads = st.sampled_from([mention.id for mention in mentions if mention.label == "STATUS"] or ["m0"])
    relation = st.builds(
        Relation, st.sampled_from(RELATION_TYPES), st.one_of(heads, ids), ids, st.floats(0, 1)
    )
    return Document(
        "doc",
        text,
        date=draw(st.sampled_from([None, "2024-07-04", "2024", "2024-07"])),
        entities=tuple(mentions),
        relations=tuple(draw(st.lists(relation, max_size=60))),
    )


@settings(max_examples=300, deadline=None)
@given(documents())
def test_any_model_output_is_assembled(document):
    assembled = assemble(document)
    known = {mention.id: mention for mention in document.entities}
    for triple in assembled.triples:
        assert known[triple.trigger].status == triple.status
        assert known[triple.holder].label in ("COUNTRY", "PLACE")
        assert triple.org is None or known[triple.org].label == "ORG"
        assert all(known[date].label == "DATE" for date in triple.dates)
        assert triple.date is None or is_edtf(triple.date)
        assert 0 <= triple.confidence <= 1
        assert 0 <= triple.evidence.start < triple.evidence.end <= len(document.text)
    assert len(
        {(triple.country, triple.status, triple.date, triple.organisation) for triple in assembled.triples}
    ) == len(assembled.triples)
    assert assembled.entities == document.entities
    assert assemble(document) == assembled
