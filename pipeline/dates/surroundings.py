"""What stands around an expression and changes what it means: prepositions, habit, and where the clause
looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.dates.expressions import Calendar, Expression, NthWeekday, Offset, Range, Several
from pipeline.dates.lexicon import words
from pipeline.dates.parse_calendar import forms, token
from pipeline.dates.tense import EXCLUSIVE, LIKELY, leaning
from pipeline.dates.tokens import Token

Bound = Literal["from", "until"]


@dataclass(frozen=True, slots=True)
class Governor:
    """What the words before an expression make of it.

    `bound` opens one side of it; `sign` is the side on which a duration lies of now (-1 « depuis », « il y a
    »; +1 « dans », « d'ici »; 0: no date). `word` is the preposition itself.
    """

    bound: Bound | None = None
    sign: int = 0
    word: str = ""


NONE = Governor()
_SINCE = Governor("from", -1, "depuis")
_FROM = Governor("from", 0, "dès")
_AFTER = Governor("from", 0, "après")
_UNTIL = Governor("until", 0, "jusque")
_BY = Governor("until", 1, "ici")
_BEFORE = Governor("until", 0, "avant")
_AGO = Governor(None, -1, "il y a")
_IN = Governor(None, 1, "dans")

#: Words that may stand between a preposition and its date.
_FILLERS = words("""
    le la l' les du des de d' au aux à en ce cet cette ces mois jour journée période date environ près
    plus moins presque déjà quelque quelques maintenant au-delà bientôt seulement exactement tout toute
    juste un une « " ' (
    bien peu même ses leur dernier dernière soir matin nuit midi après-midi soirée
    """)
_FARTHEST = 7
#: Tokens on either side after which a text without full stops counts as another sentence.
_SENTENCE_REACH = 80
_ALWAYS = frozenset(("chaque", "habituellement", "traditionnellement", "généralement", "annuellement"))
_OPENING = words("ouvert ouverte ouverts ouvertes fermé fermée fermés fermées ouvre ferme ouvrent ferment")


def governor(tokens: Sequence[Token], i: int, j: int, of_duration: bool = False) -> Governor:
    """What governs the expression of tokens `i` to `j`: « depuis », « jusqu'à », « il y a », « dans » and the
    like.

    « Il y a », « dans » and « sous » govern durations only.
    """
    k, skipped = i - 1, 0
    while k >= 0 and skipped < _FARTHEST:
        form = tokens[k].form
        found = _preposition(tokens, k, i)
        if found is not None:
            return found if found.sign == 0 or found.bound == "from" or found is _BY or of_duration else NONE
        if form not in _FILLERS and tokens[k].category not in ("weekday", "part"):
            break
        if tokens[k].category == "stop":
            break
        k, skipped = k - 1, skipped + 1
    if forms(tokens, j, "au", "plus", "tard") or (forms(tokens, i - 4, "au", "plus", "tard") or forms(
        tokens, i - 3, "au", "plus", "tard"
    )):  # fmt: skip
        return _BEFORE
    return NONE


def _preposition(tokens: Sequence[Token], k: int, i: int) -> Governor | None:
    form = tokens[k].form
    before = token(tokens, k - 1).form
    if form == "depuis":
        return _SINCE
    if form == "dès" or (form in ("partir", "compter") and before == "à"):
        return _FROM
    if form in ("jusqu'", "jusque"):
        return _UNTIL
    if form == "ici" and before == "d'":
        return _BY
    if form == "sous" and i - k <= 2:
        return Governor("until", 1, "sous")
    if form == "avant":
        # « avant-hier » is no preposition, « trois ans avant » none of what follows.
        return (
            None if token(tokens, k + 1).form == "-" or token(tokens, k - 1).category == "unit" else _BEFORE
        )
    if form == "après":
        return None if token(tokens, k + 1).form == "-" or token(tokens, k - 1).category == "unit" else _AFTER
    if form == "a" and before == "y":
        return _AGO
    if form in ("voici", "voilà") or (form == "fait" and before in ("ça", "cela")):
        return _AGO
    if form == "dans":
        within = i - k == 2 and tokens[i - 1].form == "les"
        return Governor("until", 1, "dans les") if within else _IN
    return None


def sentence(tokens: Sequence[Token], i: int, j: int) -> tuple[int, int]:
    """First and last token index (half-open) of the sentence that holds the tokens `i` to `j`, as far as it
    counts.
    """
    start = i
    while start > 0 and i - start < _SENTENCE_REACH and tokens[start - 1].category != "stop":
        start -= 1
    end = j
    while end < len(tokens) and end - j < _SENTENCE_REACH and tokens[end].category != "stop":
        end += 1
    return start, end


def is_recurring(tokens: Sequence[Token], i: int, j: int, node: Expression, govern: Governor) -> bool:
    """Whether the sentence tells what happens every year, so that a date without a year keeps it open."""
    start, end = sentence(tokens, i, j)
    opening = False
    for k in range(start, end):
        form = tokens[k].form
        if form in _ALWAYS:
            return True
        if form in ("tous", "toutes") and token(tokens, k + 1).form == "les" and k + 2 <= j:
            return tokens[k + 2].form in ("ans", "années") or i - 1 <= k + 2 <= j
        opening = opening or form in _OPENING
    if not opening:
        return False
    # Opening times by months are a place's habit: « fermé à partir du mois de juin », « ouvert de mai à
    # octobre ».
    months = [node.start, node.end] if isinstance(node, Range) else [node]
    by_months = all(isinstance(m, Calendar) and m.month and not m.day and m.direction is None for m in months)
    return by_months and (isinstance(node, Range) or govern.word == "dès") and _present(tokens, start, end)


def _present(tokens: Sequence[Token], start: int, end: int) -> bool:
    return not any(
        tokens[k].form in ("sera", "seront", "était", "étaient", "a", "ont", "été", "restera", "resteront")
        for k in range(start, end)
    )


def needs_direction(node: Expression) -> bool:
    """Whether the value depends on where the clause looks: a bare weekday, or a date without its year."""
    if isinstance(node, NthWeekday):
        return needs_direction(node.of)
    if isinstance(node, Calendar):
        return node.year is None
    if isinstance(node, Range):
        return needs_direction(node.start) or needs_direction(node.end)
    return isinstance(node, Several) or not isinstance(node, Offset)


def looks(tokens: Sequence[Token], i: int, j: int, node: Expression, govern: Governor, text: str) -> int:
    """`Scope.leaning` for the expression of tokens `i` to `j`."""
    if govern.word == "depuis":
        return -EXCLUSIVE
    verbs = leaning(tokens, i, j, text)
    if govern.word in ("ici", "sous"):
        return EXCLUSIVE
    if govern.bound == "until":
        return LIKELY if verbs < 0 else EXCLUSIVE
    if verbs:
        return verbs
    last = node.members[-1] if isinstance(node, Several) else node.end if isinstance(node, Range) else node
    if isinstance(last, Calendar) and last.weekday is not None and not last.day:
        # « le putsch de mercredi » is behind; « concert samedi », « jeudi et vendredi » are announced.
        return -LIKELY if last is node and token(tokens, i - 1).form in ("de", "du") else LIKELY
    if govern.word == "dès":
        return LIKELY
    return LIKELY // 5 if isinstance(node, Range) and govern is NONE else 0
