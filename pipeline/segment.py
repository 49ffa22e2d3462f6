"""Text to paragraphs and sentences, by the conventions of French typography.

A line is a paragraph. Within it a sentence ends at a full stop, question or exclamation mark or ellipsis,
with the marks that close a quotation after it, unless the stop belongs to an abbreviation, an initial, a
number or an address, or the text goes on in lower case. A missing space after the stop (« monde.Les »)
ends a sentence all the same. Offsets are into the untouched text.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.document import Document, Sentence

_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_END = re.compile(r"(?P<stop>[.!?…]+)(?P<close>(?:[\u00a0\u202f ]?[»”]|[\"')\]])*)(?P<space>\s*)")
_LAST_WORD = re.compile(r"[\w’'.-]*$")
_ACRONYM = re.compile(r"(?:\w\.-?)+\w$")

ABBREVIATIONS = frozenset(
    """
    m mm mme mmes mlle mlles me mgr dr drs pr prof st ste sts stes gén gal col cdt cap lt sgt cf p pp éd
    ed coll chap vol t art al av apr env ex fig hab id ibid op cit no nos n s ss bd boul pl rte tél fax
    réf janv jan févr fév avr juil juill sept oct nov déc lun mar mer jeu ven sam dim min max km vs jr
    ltd inc cie éts
    """.split()
)
"""Words, in lower case, whose full stop does not end a sentence where more text follows."""

NEVER_FINAL = frozenset(
    """
    m mm mme mmes mlle mlles me mgr dr pr prof st ste cf p pp art no nos n bd av vs
    """.split()
)
"""Abbreviations that stand before a name or number, so that even a capital after them goes on."""

_HEADING_CHARACTERS = 160


#: A determiner or pronoun that begins a sentence after an acronym with stops (« J.-C. Le… »).
_OPENING = re.compile(r"(?:Les?|La|L['’]|Une?|Des|Ces?|Cette|Il|Elles?|Ils|En|Au|À|Dans|Mais)\b")
#: How far back the word before a stop is looked for.
_LONGEST_WORD = 40


def _goes_on(line: str, match: re.Match[str]) -> bool:
    """Whether the stop at `match` lies inside a sentence."""
    if match.end() >= len(line):
        return False
    following = line[match.end()]
    if following.islower():
        # « Yahoo! a », « 14 p. cent », « site.fr »; after a closed quotation too (« … ! » a-t-il dit).
        return True
    if following in ",;:)]%»”":
        return True
    if match["stop"] != "." or match["close"]:
        return not match["space"] and not following.isupper() and following not in '«"“—–-'
    start = max(0, match.start() - _LONGEST_WORD)
    word = _LAST_WORD.search(line, start, match.start())
    before = re.split(r"['’]", word[0].strip("’'-") if word else "")[-1]
    if not match["space"]:
        return not _is_missing_space(line, match, before)
    folded = before.lower()
    if folded in NEVER_FINAL or (len(before) == 1 and before.isupper()):
        return True
    if _ACRONYM.search(before):
        return not _OPENING.match(line, match.end())
    return folded in ABBREVIATIONS and not following.isupper()


def _is_missing_space(line: str, match: re.Match[str], before: str) -> bool:
    """Whether a sentence ends where no space follows: « monde.Les », « 2024.Le », « l'OTAN.Le ».

    Not in « 3.5 », « U.R.S.S. », « www.exemple.fr ».
    """
    following = line[match.end()]
    if following in "«“":
        return True
    if not following.isupper() or len(before) < 2 or "." in before:
        return False
    capitalised = line[match.end() + 1 : match.end() + 2].islower()
    return before[-1].islower() or (capitalised and (before.isdigit() or before.isupper()))


def _sentences_of(line: str) -> list[tuple[int, int]]:
    spans = []
    start = 0
    for match in _END.finditer(line):
        if match.start() < start or _goes_on(line, match):
            continue
        end = match.end("close")
        spans.append((start, end))
        start = match.end()
    spans.append((start, len(line)))
    return [(a, b) for a, b in ((a, b) for a, b in spans) if line[a:b].strip()]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of `text`, in order; they cover every character but white space.

    A short line without a final mark, not followed by one that goes on in lower case, is a heading.
    """
    lines = [match.span() for match in _LINE.finditer(text) if match[0].strip()]
    sentences = []
    for paragraph, (line_start, line_end) in enumerate(lines):
        line = text[line_start:line_end]
        spans = _sentences_of(line)
        following = lines[paragraph + 1] if paragraph + 1 < len(lines) else None
        heading = (
            len(spans) == 1
            and len(line) <= _HEADING_CHARACTERS
            and line.rstrip()[-1] not in '.!?…:;,»"”'
            and following is not None
            and not text[slice(*following)].lstrip()[0].islower()
        )
        for start, end in spans:
            start, end = _trim(text, line_start + start, line_start + end)
            sentences.append(Sentence(start, end, paragraph, heading))
    return tuple(sentences)


def segment(document: Document) -> Document:
    """Fill `document.sentences`."""
    return replace(document, sentences=split_sentences(document.text))
