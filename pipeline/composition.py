"""Text in decomposed Unicode (« é » as e and an accent), read as the composed text that models know.

A document whose text is not in NFC (Unicode Standard Annex #15) is read in NFC; what is found in it goes back
to the original text's offsets. A character that was composed goes back whole: offsets never cut it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline.document import Document

#: The medial vowels and final consonants of Hangul: what joins the character before it and is no mark.
_JAMO = range(0x1160, 0x1200)
#: A letter with more marks than this is no writing, and ordering them takes a time that grows with the square
#: of their number: it is left as it is. Stream-Safe Text Format (UAX #15) has the like, 30.
_MOST_MARKS = 30


def read_composed(document: Document, read: Callable[[Document], Document]) -> Document:
    """What `read` makes of the document in NFC, with the offsets of the document as it is."""
    return restored(read(composed(document)), document)


def composed(document: Document) -> Document:
    """The document in NFC with all its offsets moved; itself where its text is that already."""
    if unicodedata.is_normalized("NFC", document.text):
        return document
    text, starts, ends = aligned(document.text)

    def start_of(at: int) -> int:
        return bisect_left(starts, starts[bisect_right(starts, at) - 1])

    def end_of(at: int) -> int:
        return bisect_right(ends, ends[bisect_left(ends, at)]) - 1

    return _moved(document, text, start_of, end_of)


def restored(document: Document, original: Document) -> Document:
    """A document read from `composed(original)`, with the text of `original` and offsets into it."""
    if document.text == original.text:
        return document
    _, starts, ends = aligned(original.text)
    return _moved(document, original.text, starts.__getitem__, ends.__getitem__)


def aligned(text: str) -> tuple[str, list[int], list[int]]:
    """`text` in NFC, and where in `text` a span begins, and ends, that does so at each of its offsets.

    A span that begins or ends inside of what one composed character stands for takes all of it in.
    """
    characters = set(text)
    joining = "".join(re.escape(each) for each in characters if _joins(each))
    changing = "".join(re.escape(each) for each in characters if not unicodedata.is_normalized("NFC", each))
    forms = [rf"[{changing}][{joining}]*"] if changing and joining else [rf"[{changing}]"] * bool(changing)
    forms += [rf".[{joining}]+"] * bool(joining)
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in re.finditer("|".join(forms), text, re.S) if forms else ():
        whole = match[0] if len(match[0]) > _MOST_MARKS else unicodedata.normalize("NFC", match[0])
        if whole == match[0]:
            continue
        same = range(at, match.start())
        at = match.end()
        parts += (text[same.start : same.stop], whole)
        starts += (*same, *[match.start()] * len(whole))
        ends += (*same, match.start(), *[at] * (len(whole) - 1))
    rest = range(at, len(text) + 1)
    return "".join((*parts, text[at:])), [*starts, *rest], [*ends, *rest]


def _joins(character: str) -> bool:
    """Whether composing may join a character to the one before it."""
    return unicodedata.category(character).startswith("M") or ord(character) in _JAMO


def _moved(
    document: Document, text: str, start_of: Callable[[int], int], end_of: Callable[[int], int]
) -> Document:
    def moved(span: Any) -> Any:
        return replace(span, start=start_of(span.start), end=end_of(span.end))

    def said(mention: Any) -> Any:
        mention = moved(mention)
        return replace(mention, text=text[mention.start : mention.end])

    return replace(
        document,
        text=text,
        sentences=tuple(map(moved, document.sentences)),
        entities=tuple(map(said, document.entities)),
        triples=tuple(
            replace(triple, evidence=triple.evidence and moved(triple.evidence))
            for triple in document.triples
        ),
    )
