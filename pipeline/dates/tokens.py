"""Text to the tokens that the grammar reads: words and numbers with their category and offsets.

Each kind of number that is no date (phone numbers, times, amounts with decimals, addresses of the net) is one
opaque token, so that the parser never sees its digits.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.dates import lexicon
from pipeline.dates.values import Moment, days_in_month

_LETTERS = r"A-Za-zªº\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u1d00-\u1dbf\u1e00-\u1eff"
_TOKEN = re.compile(
    rf"""
    [ ]*+ (?: (?P<plain>[{_LETTERS}]++(?![\d'’-]))
    | (?P<word>(?i:aujourd['’]hui) | \b(?i:le|du|au|en|dès)(?=\d)
        | [{_LETTERS}]++(?:-[ \t]*\n[ \t]*(?=[a-zà-ÿ])[{_LETTERS}]++)?(?:['’](?=[\w(«])|(?!\d)))
    | (?P<opaque>https?://[^\s<>"]+ | www\.[^\s<>"]+
        | [#@]\w+
        | (?:\+\d{{2,3}}[ .]?\d|0\d)(?:[ .-]\d\d){{3,4}}(?!\d)
        | \d{{1,2}}:\d\d(?::\d\d)?(?:[.,]\d+)?
        | \d{{1,2}}[ \u00a0\u202f]?[hH](?:[ \u00a0\u202f]?[0-5]\d)?(?![{_LETTERS}\d])
        | \d{{1,3}}(?:[ \u00a0\u202f.]\d{{3}})+(?![\d/])
        | \d+,\d+ | \d+\.\d+(?![./-]?\d)
        | [{_LETTERS}]+\d\w*
      )
    | (?P<iso>\d{{4}}-\d\d-\d\d(?!\d|-\d))
    | (?P<dmy>\d{{1,2}}(?P<sep>[/.-])\d{{1,2}}(?P=sep)(?:\d{{4}}|\d\d)(?![\d]|[/.-]\d))
    | (?P<my>\d{{1,2}}/\d{{4}}(?![\d/]))
    | (?P<dm>\d{{1,2}}/(?:0?[1-9]|1[0-2])(?![\d/]))
    | (?P<ordinal>\d+(?:ers?|[eè]res?|nde?s?|(?:i?[eè])?mes?|es?|ᵉʳ?|ᵉ)(?![{_LETTERS}\d]))
    | (?P<number>\d+)
    | (?P<newline>[ \t]*\n\s*)
    | (?P<mark>[^\w\s])
    )
    """,
    re.VERBOSE,
)
#: An end of a sentence that no reading of the text around it can undo: no abbreviation ends like this.
_SURE_END = re.compile(
    r"[.!?…](?<=[a-zà-ÿ]{4}.)(?<!(?:janv|févr|fevr|sept|juil|uill).)(?=\s+[A-ZÀ-Þ])|\n[ \t]*\n\s*"
)
_LINE_BREAK_INSIDE = re.compile(r"-\s+")
_ROMAN = re.compile(r"(x{0,2}(?:ix|iv|v?i{0,3}))(?:e|è|ème|eme|ᵉ|er|ers|es|èmes)?")
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10}
_HALF_OR_QUARTER = re.compile(r"([TS])([1-4])")
#: A line shorter than this ends by intention, not because its text went on.
_SHORT_LINE = 50
#: A number that heads a line of a list or table.
_KEY = re.compile(r"\d{1,4}(?:[ ]?[-–—:|]|\t)")

_CATEGORIES: dict[str, tuple[str, object]] = {
    **{form: ("month", n) for form, n in lexicon.MONTHS.items()},
    **{form: ("month_abbreviation", n) for form, n in lexicon.MONTH_ABBREVIATIONS.items()},
    **{form: ("weekday", n) for form, n in lexicon.WEEKDAYS.items()},
    **{form: ("weekday_abbreviation", n) for form, n in lexicon.WEEKDAY_ABBREVIATIONS.items()},
    **{form: ("season", n) for form, n in lexicon.SEASONS.items()},
    **dict.fromkeys(lexicon.NUMBER_WORDS, ("number_word", None)),
    **{form: ("ordinal", n) for form, n in lexicon.ORDINALS.items()},
    **{form: ("unit", unit) for form, unit in lexicon.UNITS.items()},
    **{form: ("collective", n) for form, n in lexicon.COLLECTIVES.items()},
    **{form: ("direction", value) for form, value in lexicon.DIRECTIONS.items()},
    **{form: ("deictic", n) for form, n in lexicon.DEICTIC_DAYS.items()},
    **{form: ("anaphoric", n) for form, n in lexicon.ANAPHORIC_DAYS.items()},
    **dict.fromkeys(lexicon.PARTS, ("part", None)),
    **dict.fromkeys(lexicon.DEMONSTRATIVES, ("demonstrative", None)),
}


class Token(NamedTuple):
    """A token: its normalised form, characters `start` to `end`, category ("" for any other word) and value.

    `value` depends on the category: the month's number, the weekday (0 Monday), the number, the `Moment`.
    """

    form: str
    start: int
    end: int
    category: str = ""
    value: object = None


#: Stands before the first and after the last token, so that the grammar may look around freely.
NOTHING = Token("", -1, -1, "stop")


@lru_cache(maxsize=8192)
def roman_ordinal(form: str) -> int | None:
    """« xix », « xixe », « xixème » as 19; None where the form is no Roman number from 1 to 29."""
    match = _ROMAN.fullmatch(form)
    if not match or not match[1]:
        return None
    digits = [_ROMAN_DIGITS[letter] for letter in match[1]]
    return sum(-d if d < after else d for d, after in zip(digits, [*digits[1:], 0], strict=True))


def full_year(digits: str) -> int:
    """The year that digits stand for: four as they are, two in 1936 to 2035."""
    year = int(digits)
    if len(digits) != 2:
        return year
    return year + (2000 if year <= 35 else 1900)


def _numeric(kind: str, text: str) -> Moment | None:
    """The date in digits, None where no day or month has these numbers."""
    parts = re.split("[/.-]", text)
    if kind == "iso":
        year, month, day = (int(part) for part in parts)
    elif kind == "my":
        year, month, day = int(parts[1]), int(parts[0]), 0
    elif kind == "dm":
        year, month, day = -1, int(parts[1]), int(parts[0])
    else:
        year, month, day = full_year(parts[2]), int(parts[1]), int(parts[0])
    if not 1 <= month <= 12 or (kind != "my" and not 1 <= day <= days_in_month(year, month)):
        return None
    return Moment("XXXX" if year < 0 else f"{year:04d}", month, day)


@lru_cache(maxsize=65536)
def _classify(raw: str) -> tuple[str, str, object]:
    """The form, category and value of a word as written."""
    form = raw.lower()
    if not form.isascii():
        form = unicodedata.normalize("NFC", form).replace("’", "'")
    if "\n" in form:
        form = _LINE_BREAK_INSIDE.sub("", form)
    category, value = _CATEGORIES.get(form, ("", None))
    return form, category, value


def _ends_sentence(text: str, mark: str, end: int, before: Token) -> bool:
    """Whether a full stop (or the like) that ends at `end` closes its sentence."""
    if mark != ".":
        return True
    if (
        before.category.endswith("abbreviation")
        or len(before.form) <= 1
        or before.form in ("av", "st", "mm", "cf")
    ):
        return False
    following = text[end : end + 3].lstrip()
    return not following or not (following[0].islower() or following[0] in ",;:)")


def tokenize(text: str) -> list[Token]:
    """The tokens of a text, in order. Sentence ends and paragraph breaks have the category "stop"."""
    tokens: list[Token] = []
    _tokenize_into(tokens, text, 0, len(text))
    return tokens


def tokenize_around(text: str, spans: Sequence[tuple[int, int]]) -> list[Token]:
    """The tokens of the sentences that hold the spans (characters, half-open), in order.

    Sentences are cut where their end is beyond doubt only, so that none of `tokenize`'s is read in part.
    """
    sure = [0, *(match.end() for match in _SURE_END.finditer(text)), len(text)]
    tokens: list[Token] = []
    read = 0
    for start, end in sorted(spans):
        start = max(read, sure[bisect_right(sure, start) - 1])
        end = sure[min(bisect_left(sure, end), len(sure) - 1)]
        if start < end:
            _tokenize_into(tokens, text, start, end)
            read = end
    return tokens


def _tokenize_into(tokens: list[Token], text: str, first: int, last: int) -> None:
    """Add the tokens of the characters `first` to `last`, the beginnings and ends of sentences."""
    add, new = tokens.append, tuple.__new__
    line_start = text.rfind("\n", 0, first) + 1
    before = tokens[-1] if tokens else NOTHING
    for match in _TOKEN.finditer(text, first, last):
        kind = match.lastgroup or ""
        raw = match[kind]
        start, end = match.span(kind)
        if kind == "plain" or kind == "word":
            # By far the most tokens are words: the tuple is made without going through keyword arguments.
            form, category, value = _classify(raw)
            before = new(Token, (form, start, end, category, value))
            add(before)
            continue
        if kind == "number":
            token = Token(raw, start, end, "number", int(raw) if len(raw) <= 9 else None)
        elif kind == "mark":
            if raw in ".!?…":
                stop = _ends_sentence(text, raw, end, before)
                token = Token(raw, start, end, "stop" if stop else "")
            else:
                token = Token("'" if raw == "’" else raw, start, end)
        elif kind == "newline":
            following = text[end : end + 1]
            short = start - line_start < _SHORT_LINE
            line_start = end
            inside_date = before.category in ("month", "number", "weekday") or not short
            goes_on = raw.count("\n") == 1 and (
                following.islower() or (following.isdigit() and inside_date and not _KEY.match(text, end))
            )
            if goes_on or before.category == "stop":
                continue
            token = Token("\n", start, end, "stop")
        elif kind == "ordinal":
            digits = re.match(r"\d+", raw)
            token = Token(
                raw.lower(), start, end, "ordinal", int(digits[0]) if digits and len(raw) < 9 else None
            )
        elif kind == "opaque":
            match_portion = _HALF_OR_QUARTER.fullmatch(raw)
            if match_portion:
                token = Token(raw, start, end, "portion", (match_portion[1], int(match_portion[2])))
            else:
                token = Token(raw, start, end, "opaque")
        else:
            moment = _numeric(kind, raw)
            token = Token(raw, start, end, kind if moment and kind in ("dm", "my") else "date", moment)
            if moment is None:
                token = Token(raw, start, end, "opaque")
        add(token)
        before = token
