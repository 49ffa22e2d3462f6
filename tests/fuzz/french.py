"""French-looking inputs: pieces that the parsers know among anything else, and documents made of them."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import strategies as st

from pipeline.corpus import to_row
from pipeline.dates import find
from pipeline.document import STATUSES, TAIL_LABELS, Document, Mention, Relation
from pipeline.segment import segment

DATES = """1er janvier|4 avril 2023|2024|en 1998|depuis|jusqu'en|le mois dernier|lundi|il y a trois ans|dans|hier|
2023-04-04|04/07/2024|29 février|31/12/9999|0001|fin juin|XXe siècle|2019-2020|du 3 au 5 mai|la veille|premier
trimestre|les 3, 4 et 5 juin|été 2021|en 76|52 av. J.-C.|Pâques|d'ici|mai 68|dix ans plus tard|2024/2025|
le 30 février 2023|99999999999|1ᵉʳ|²|٣ mai|XXXX-07-04|mars|12h30|la semaine prochaine|an prochain""".replace(
    "\n", ""
).split("|")
COUNTRIES = """France|Mali|Côte d’Ivoire|République démocratique du Congo|Congo|lndonésie|FRA|Slové-
nie|Émirats arabes unis|Bichkek|Guinée|coréenne|ex-URSS|Myanmar (Birmanie)|l'Inde|Atlantide""".split("|")
STATUS_WORDS = {
    "membre": "member",
    "a rejoint": "member",
    "observateur": "observer",
    "partenaire": "partner",
    "candidate": "candidate",
    "s'est retiré": "withdrawn",
    "suspendu": "suspended",
    "préside": "chair",
    "présidence": "chair",
    "accueille": "host",
    "associé": "associate",
}
ORGS = [
    "OTAN",
    "l'ONU",
    "Union africaine",
    "OCS",
    "Organisation de coopération de Shanghai (OCS)",
    "G20",
    "O.M.C.",
]
MARKS = """ |, |. |.|; | : |(|)| (|) |\n|\n\n|\r\n|-| – |« | »|"|'|’|…|!|?|/|et | et |puis |, puis | respectivement
|à |de la |l’|du |le |[|]|{|}|#|@|%| € |\t|\u00a0|\u202f|\u200b|\u200f|\u202e|\u0301|\u2028|\x85|\x1c|\x00|\ufeff|
😀|İ|ß|ﬁ|ǅ|M. |etc.|p. |J.-C. |U.R.S.S. |www.site.fr|https://a.b/c|cède à |jusqu'|après |remplace """.replace(
    "\n|", "|"
).split("|")
ODD = st.text(max_size=4)


def mixed(*pieces: str, most: int = 24) -> st.SearchStrategy[str]:
    """Texts of pieces among marks, with arbitrary text in between."""
    sampled = st.sampled_from(sorted(pieces))
    piece = st.one_of(sampled, sampled, st.sampled_from(MARKS), st.just(" "), ODD)
    return st.lists(piece, max_size=most).map("".join)


ALL = (*DATES, *COUNTRIES, *STATUS_WORDS, *ORGS)
TEXTS = mixed(*ALL)
_KNOWN = {
    **dict.fromkeys(COUNTRIES, "COUNTRY"),
    **dict.fromkeys(STATUS_WORDS, "STATUS"),
    **dict.fromkeys(ORGS, "ORG"),
    "Bichkek": "PLACE",
}
_WORDS = re.compile("|".join(map(re.escape, sorted(_KNOWN, key=lambda word: -len(word)))))


def read(document: Document, most: int = 30) -> Document:
    """Stands in for the models: known words are mentions, and every STATUS is tied to all the others.

    `most` bounds the mentions that one is tied to: the nearest in the text's order.
    """
    found = [(m.start(), m.end(), _KNOWN[m[0]]) for m in _WORDS.finditer(document.text)]
    found += [(date.start, date.end, "DATE") for date in find(document.text)]
    mentions: list[Mention] = []
    for start, end, label in sorted(found):
        if not mentions or start >= mentions[-1].end:
            text = document.text[start:end]
            status = STATUS_WORDS[text] if label == "STATUS" else None
            mentions.append(Mention(f"m{len(mentions)}", label, start, end, text, status, 0.9))
    kinds = {label: kind for kind, labels in TAIL_LABELS.items() for label in labels}
    relations = [
        Relation(kinds[tail.label], head.id, tail.id, 0.8)
        for index, head in enumerate(mentions)
        if head.label == "STATUS"
        for tail in mentions[max(0, index - most) : index + most]
        if tail.label != "STATUS"
    ]
    return replace(segment(document), entities=tuple(mentions), relations=tuple(relations))


@st.composite
def documents(draw, text=TEXTS):
    """Rows of documents with mentions at pieces and elsewhere, and relations between any of them."""
    pieces = draw(st.lists(st.tuples(st.sampled_from(ALL), st.sampled_from(MARKS)), min_size=1, max_size=14))
    parts, mentions, at = [], [], 0
    for word, mark in pieces:
        label = _KNOWN.get(word, "DATE")
        if draw(st.integers(0, 4)):
            status = STATUS_WORDS.get(word)
            confidence = draw(st.sampled_from([0.0, 0.5, 0.9, 1.0]))
            mentions.append(Mention(f"m{len(mentions)}", label, at, at + len(word), word, status, confidence))
        parts += [word, mark]
        at += len(word) + len(mark)
    text = "".join(parts)
    for label in draw(st.lists(st.sampled_from(["DATE", "COUNTRY", "PLACE", "ORG", "STATUS"]), max_size=2)):
        start = draw(st.integers(0, at - 1))
        end = draw(st.integers(start + 1, at))
        status = draw(st.sampled_from(STATUSES)) if label == "STATUS" else None
        mentions.append(Mention(f"m{len(mentions)}", label, start, end, text[start:end], status, 0.7))
    heads = [mention for mention in mentions if mention.label == "STATUS"]
    kinds = {label: kind for kind, labels in TAIL_LABELS.items() for label in labels}
    tails = [mention for mention in mentions if mention.label in kinds]
    relations = [
        Relation(kinds[tail.label], head.id, tail.id, 0.5)
        for head in heads
        for tail in tails
        if draw(st.integers(0, 3))
    ]
    document = Document(
        draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)),
        text,
        date=draw(st.sampled_from([None, "2024-07-03", "2024", "XXXX-07", "2024/..", "9999-12-31", "0001"])),
        entities=tuple(mentions),
        relations=tuple(relations),
    )
    return to_row(segment(document) if draw(st.booleans()) else document)
