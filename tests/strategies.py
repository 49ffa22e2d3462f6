"""Made-up documents for property tests: any text, with all that a document can hold."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from pipeline.document import ENTITY_LABELS, STATUSES, Document, Mention, Relation, Sentence, Span, Triple

#: Letters, what moves offsets (surrogate pairs, accents that combine, right-to-left marks), markup and line ends.
TEXTS = st.text(min_size=1, max_size=40) | st.text(
    alphabet=st.sampled_from("aé ’😀\u0301\n\r\t\u200f\u202e<>&\"'\\"), min_size=8, max_size=60
)
EDTF = st.sampled_from(["2024", "2023/..", "../2020-02", "2019-06-13/2019-06-14", "XXXX-07-04", "2024-07"])
PROBABILITIES = st.floats(0.0, 1.0)


@st.composite
def spans(draw, text):
    start = draw(st.integers(0, len(text) - 1))
    return start, draw(st.integers(start + 1, len(text)))


@st.composite
def documents(draw):
    text = draw(TEXTS)
    mentions = []
    for label in draw(st.lists(st.sampled_from(ENTITY_LABELS), max_size=6)):
        start, end = draw(spans(text))
        status = draw(st.sampled_from(STATUSES)) if label == "STATUS" else None
        id = f"m{len(mentions)}"
        mentions.append(Mention(id, label, start, end, text[start:end], status, draw(PROBABILITIES)))
    heads = [m for m in mentions if m.status]
    holders = [m for m in mentions if m.label in ("COUNTRY", "PLACE")]
    relations = tuple(
        Relation("holder", head.id, tail.id, draw(PROBABILITIES)) for head in heads for tail in holders
    )
    triples = tuple(
        Triple(
            draw(st.sampled_from(["FRA", "XKX"])),
            head.status,
            draw(EDTF | st.none()),
            draw(st.sampled_from(["ONU", "Union africaine", 'a<b>"é\\']) | st.none()),
            trigger=head.id,
            holder=tail.id,
            date_source=draw(st.sampled_from(["text", "document", None])),
            confidence=draw(PROBABILITIES),
            evidence=draw(spans(text).map(lambda s: Span(*s)) | st.none()),
        )
        for head in heads
        for tail in holders
    )
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=4)))
    sentences = tuple(
        Sentence(start, end, number, draw(st.booleans()))
        for number, (start, end) in enumerate(pairwise(edges))
    )
    return Document(
        draw(st.text(min_size=1, max_size=20)),
        text,
        date=draw(EDTF | st.none()),
        style=draw(st.sampled_from(["news", None])),
        sentences=sentences,
        entities=tuple(mentions),
        relations=relations,
        triples=triples,
        inferred_date=draw(EDTF | st.none()),
    )
