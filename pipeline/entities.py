"""From text to mentions: COUNTRY, PLACE, ORG, DATE, and STATUS with its code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import softmax

from pipeline.countries.names import codes_of_name
from pipeline.countries.places import codes_of_place
from pipeline.document import ENTITY_LABELS, STATUSES, Document, EntityLabel, Mention, Status
from pipeline.encoding import Encoding
from pipeline.heads import BIO_TAGS, TRIGGER_CLASSES, Heads

#: Ids of mentions: the label's letter and a number, as in the annotations.
_LETTERS: dict[EntityLabel, str] = {"COUNTRY": "c", "PLACE": "p", "ORG": "o", "DATE": "d", "STATUS": "s"}
_STATUS_TAGS = [BIO_TAGS.index("B-STATUS"), BIO_TAGS.index("I-STATUS")]
_NONE = TRIGGER_CLASSES.index("none")
_UNREAD = np.where(np.arange(len(BIO_TAGS)) == BIO_TAGS.index("O"), 0.0, -1e3)
#: Words that stand between two triggers rather than inside one.
_PARTING = {"et", "ou", "ni", "puis", "mais", "comme"}
_LABELS: dict[str, EntityLabel] = {label: label for label in ENTITY_LABELS}


def find_entities(document: Document, encoding: Encoding, hidden: np.ndarray, heads: Heads) -> Document:
    """Fill `document.entities` by the tagger and the classifier of triggers.

    `hidden` (words, hidden size) are the states of `encoding`'s words; there is no mention in those that were
    not read, whose states are zero. A mention's confidence is the mean
    probability of its label over its words; a STATUS mention's, the mean of that and of the probability
    that it carries a status.
    """
    if not len(encoding.words):
        return replace(document, entities=())
    logits = heads.tag(hidden)
    logits[~hidden.any(axis=1)] = _UNREAD
    probabilities = softmax(logits, axis=-1)
    logits[:, _STATUS_TAGS] += heads.decisions.trigger_bias
    spans = joined(decode(logits, continuation=heads.decisions.continuation), encoding, document.text)
    triggers = [(start, end) for label, start, end in spans if label == "STATUS"]
    classes = heads.classify_triggers(hidden, np.array(triggers, dtype=np.int64).reshape(-1, 2))
    carried = dict(zip(triggers, classes, strict=True))
    mentions = []
    for label, start, end in spans:
        tags = [BIO_TAGS.index(f"{prefix}-{label}") for prefix in "BI"]
        confidence = float(probabilities[start:end, tags].sum(1).mean())
        status: Status | None = None
        if label == "STATUS":
            probability = carried[start, end]
            confidence = (confidence + 1 - float(probability[_NONE])) / 2
            if confidence < heads.decisions.thresholds["trigger"]:
                continue
            status = STATUSES[int(probability[:_NONE].argmax())]
        first, last = int(encoding.words[start, 0]), int(encoding.words[end - 1, 1])
        text = document.text[first:last]
        settled = settle(label, text)
        if settled is not None:
            mentions.append(Mention("", settled, first, last, text, status, min(1.0, confidence)))
    return replace(document, entities=number(mentions))


def settle(label: EntityLabel, text: str) -> EntityLabel | None:
    """The label of a mention after a look into the names of countries and places.

    A COUNTRY that is no state's name or people is a PLACE if one is called so, else no mention; a PLACE whose
    name only a state bears is a COUNTRY.
    """
    if label == "COUNTRY" and not codes_of_name(text):
        return "PLACE" if codes_of_place(text) else None
    if label == "PLACE" and text[:1].isupper() and codes_of_name(text) and not codes_of_place(text):
        return "COUNTRY"
    return label


def decode(logits: np.ndarray, *, continuation: float = 0.0) -> list[tuple[EntityLabel, int, int]]:
    """Labelled half-open word spans of BIO logits (words, tags): each word's best tag, from left to right.

    `continuation` is added to the logit of going on with the mention that the word before is in. An I that
    goes on from nothing begins a mention.
    """
    spans: list[tuple[EntityLabel, int, int]] = []
    best = logits.argmax(-1)
    for word in range(len(best)):
        tag = int(best[word])
        inside = spans[-1][0] if spans and spans[-1][2] == word else None
        if inside and continuation:
            going_on = BIO_TAGS.index(f"I-{inside}")
            if logits[word, going_on] + continuation >= logits[word, tag]:
                tag = going_on
        prefix, _, name = BIO_TAGS[tag].partition("-")
        if not name:
            continue
        if prefix == "I" and inside == name:
            spans[-1] = (spans[-1][0], spans[-1][1], word + 1)
        else:
            spans.append((_LABELS[name], word, word + 1))
    return spans


def joined(
    spans: Sequence[tuple[EntityLabel, int, int]], encoding: Encoding, text: str
) -> list[tuple[EntityLabel, int, int]]:
    """The spans of `decode`, two triggers made one where a single word that does not part them is between:
    « a » and « admis » in « a été admis ».
    """
    found: list[tuple[EntityLabel, int, int]] = []
    for label, start, end in spans:
        if found and label == found[-1][0] == "STATUS" and start - found[-1][2] <= 1:
            between = text[encoding.words[found[-1][2] - 1, 1] : encoding.words[start, 0]].strip()
            if not between or (between[0].isalpha() and between.casefold() not in _PARTING):
                found[-1] = (label, found[-1][1], end)
                continue
        found.append((label, start, end))
    return found


def number(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The mentions in text order with fresh ids."""
    counts = dict.fromkeys(ENTITY_LABELS, 0)
    numbered = []
    for mention in sorted(mentions, key=lambda mention: (mention.start, mention.end)):
        counts[mention.label] += 1
        numbered.append(replace(mention, id=f"{_LETTERS[mention.label]}{counts[mention.label]}"))
    return tuple(numbered)
