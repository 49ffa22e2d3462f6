"""Variants of annotated passages that keep the annotation true.

Names change places with others that stand after the same words (« de la », « l' ») elsewhere in the corpus,
so that gender and elision stay right; years move together; typography changes as it does on the web.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from pipeline.document import Document, EntityLabel, Mention

_BEFORE = re.compile(
    r"(?:\b(?:de la|à la|de l['’]|à l['’]|la|le|les|l['’]|d['’]|du|des|de|au|aux|en|à|et))\s?$", re.I
)
_YEAR = re.compile(r"\b(19[4-9]\d|20[0-4]\d)\b")
_VOWELS = "aeiouyhéèêàâîïôœ"
SWAPPED: tuple[EntityLabel, ...] = ("COUNTRY", "PLACE", "ORG")

#: Label and what stands before a mention, to the texts that stand so somewhere.
Pools = dict[tuple[str, str], tuple[str, ...]]


def _context(text: str, mention: Mention) -> str:
    """What decides which names can stand in a mention's place: the word before it, and its own form."""
    match = _BEFORE.search(text, max(0, mention.start - 6), mention.start)
    before = re.sub(r"\s+", " ", match[0].lower().replace("’", "'").strip()) if match else ""
    vowel = mention.text[:1].lower() in _VOWELS
    acronym = mention.text.isupper()
    return f"{before}|{vowel}|{acronym}"


def pools(documents: Sequence[Document]) -> Pools:
    """The names of the documents by label and context. Adjectives, which start small, are left out."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for document in documents:
        for mention in document.entities:
            if mention.label in SWAPPED and mention.text[:1].isupper():
                found[mention.label, _context(document.text, mention)].add(mention.text)
    return {key: tuple(sorted(texts)) for key, texts in found.items()}


def rewrite(document: Document, change: Callable[[str, Mention | None], str]) -> Document:
    """The document with every mention's text, and every stretch between mentions (None), passed through
    `change`; offsets follow. Its triples are dropped: their countries may not hold any more.
    """
    parts: list[str] = []
    mentions = []
    length = position = 0
    for mention in sorted(document.entities, key=lambda mention: mention.start):
        for piece in (change(document.text[position : mention.start], None), change(mention.text, mention)):
            parts.append(piece)
            length += len(piece)
        mentions.append(replace(mention, start=length - len(parts[-1]), end=length, text=parts[-1]))
        position = mention.end
    parts.append(change(document.text[position:], None))
    order = {mention.id: mention for mention in mentions}
    return replace(
        document,
        text="".join(parts),
        entities=tuple(order[mention.id] for mention in document.entities),
        sentences=(),
        triples=(),
    )


def swap_names(document: Document, names: Pools, random: Random, share: float = 0.5) -> Document:
    """Exchange about `share` of the passage's names, each the same way wherever it stands."""
    contexts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for mention in document.entities:
        if mention.label in SWAPPED and mention.text[:1].isupper():
            contexts[mention.label, mention.text].add(_context(document.text, mention))
    chosen: dict[tuple[str, str], str] = {}
    used = {text for _, text in contexts}
    for (label, text), places in sorted(contexts.items()):
        fitting = set.intersection(*(set(names.get((label, place), ())) for place in places)) - used
        if fitting and random.random() < share:
            chosen[label, text] = random.choice(sorted(fitting))
            used.add(chosen[label, text])
    return rewrite(
        document, lambda text, mention: chosen.get((mention.label, text), text) if mention else text
    )


def shift_years(document: Document, random: Random) -> Document:
    """Move all years that stand in dates by the same number."""
    by = random.randint(-12, 6)

    def change(text: str, mention: Mention | None) -> str:
        if mention is None or mention.label != "DATE":
            return text
        return _YEAR.sub(lambda match: str(int(match[0]) + by), text)

    return rewrite(document, change)


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _typos(text: str, random: Random) -> str:
    letters = list(text)
    for index in range(1, len(letters) - 1):
        if letters[index].isalpha() and letters[index + 1].isalpha() and random.random() < 0.012:
            letters[index], letters[index + 1] = letters[index + 1], letters[index]
    return "".join(letters)


def retype(document: Document, random: Random) -> Document:
    """Change apostrophes, quotation marks, case, accents or letters; most passages in nothing or one."""
    draw = random.random()
    changes: list[Callable[[str], str]] = []
    if random.random() < 0.4:
        changes.append(
            lambda text: text.replace("’", "'") if "’" in document.text else text.replace("'", "’")
        )
    if random.random() < 0.1:
        changes.append(lambda text: text.replace("« ", '"').replace(" »", '"'))
    if draw < 0.04:
        changes.append(str.upper)
    elif draw < 0.06:
        changes.append(str.lower)
    elif draw < 0.10:
        changes.append(_without_accents)
    elif draw < 0.14:
        changes.append(lambda text: _typos(text, random))
    if not changes:
        return document

    def change(text: str, mention: Mention | None) -> str:
        for each in changes:
            text = each(text) or text
        return text

    return rewrite(document, change)


def joined(first: Document, second: Document, random: Random) -> Document:
    """Two passages as one document, as an article holds several: no relation crosses between them."""
    gap = random.choice(("\n", "\n\n", "\n\n"))
    offset = len(first.text) + len(gap)
    moved = [
        replace(mention, id=f"+{mention.id}", start=mention.start + offset, end=mention.end + offset)
        for mention in second.entities
    ]
    crossed = [replace(r, head=f"+{r.head}", tail=f"+{r.tail}") for r in second.relations]
    return Document(
        f"{first.id}+{second.id}",
        first.text + gap + second.text,
        entities=(*first.entities, *moved),
        relations=(*first.relations, *crossed),
    )


def epoch(documents: Sequence[Document], names: Pools, random: Random) -> list[Document]:
    """The corpus as one epoch sees it: every passage once, some changed, some two in one document."""
    varied = []
    for document in documents:
        if random.random() < 0.6:
            document = swap_names(document, names, random)
        if random.random() < 0.3:
            document = shift_years(document, random)
        varied.append(retype(document, random))
    random.shuffle(varied)
    result = []
    while varied:
        document = varied.pop()
        if varied and random.random() < 0.15:
            document = joined(document, varied.pop(), random)
        result.append(document)
    return result
