"""Numbers in French words, read by `text2num` from runs of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import cast

from text_to_num import text2num

from pipeline.dates.tokens import Token

_LONGEST = 12


@lru_cache(maxsize=8192)
def _value(words: tuple[str, ...]) -> int | None:
    try:
        return int(text2num(" ".join(words), "fr"))
    except ValueError:
        return None


def number_at(tokens: Sequence[Token], i: int, *, below_month: bool = False) -> tuple[int, int] | None:
    """The number, in digits or in words, that starts at token `i`, and the index after it; None if none does.

    The longest run of number words that reads as one number wins. With `below_month` only numbers up to 31
    count.
    """
    if i >= len(tokens):
        return None
    first = tokens[i]
    if first.category == "number":
        return None if first.value is None else (cast(int, first.value), i + 1)
    if first.category != "number_word":
        return None
    run: list[tuple[str, int]] = []
    j = i
    while j < len(tokens) and j < i + 2 * _LONGEST:
        tok = tokens[j]
        if tok.category == "number_word":
            run.append((tok.form, j + 1))
        elif (
            tok.form in ("-", "et")
            and run
            and j + 1 < len(tokens)
            and tokens[j + 1].category == "number_word"
        ):
            if tok.form == "et":
                run.append(("et", -1))
        else:
            break
        j += 1
    for length in range(len(run), 0, -1):
        if run[length - 1][1] < 0:
            continue
        value = _value(tuple(word for word, _ in run[:length]))
        if value is not None and not (below_month and value > 31):
            return value, run[length - 1][1]
    return None
