"""Finding date expressions in running text, without a model: what the grammar reads, minus what is no
date.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pipeline.dates import lexicon
from pipeline.dates.expressions import (
    Calendar,
    Century,
    Duration,
    Expression,
    Feast,
    Neighbour,
    Numeric,
    Offset,
    Range,
    Season,
    Several,
)
from pipeline.dates.grammar import expression, may_start
from pipeline.dates.parse_calendar import counts_something, token
from pipeline.dates.surroundings import governor
from pipeline.dates.tokens import Token

_YEAR_CUES = lexicon.words("""
    en depuis dès année an années après vers entre jusqu'en été hiver printemps automne in début fin mi
    courant
    circa ( [ saison exercice rentrée édition millésime campagne ici horizon avant promotion
    """)
_QUANTIFIERS = lexicon.words("plus moins près environ quelque quelques presque autour total les ces des fois")
_MONTH_CUES = lexicon.words("en fin début mi dès depuis courant jusqu' de d' ici mois")
_EVENT_HEADS = lexicon.words(
    "événements evénements évènements esprit héritage acquis barricades révolte slogans soixante-huitards"
)
_HOLIDAY_NAMES = frozenset(((1, 5), (8, 5), (14, 7), (15, 8), (11, 11), (1, 11)))
_SEASON_CUES = lexicon.words("l' cet le ce au en un chaque fin début mi")
_DAY_ARTICLES = lexicon.words("le du au les des dès")
_HAVING = lexicon.words(
    "a ont avait avaient aurait auraient aura auront ai avons avez ayant avoir n' jamais pas"
)


def _names_place(tokens: Sequence[Token], i: int) -> bool:
    """Whether the date names a street, square, station or school: « rue du 4-Septembre »."""
    k = i - 2 if token(tokens, i - 1).form in ("du", "des", "de") else i - 1
    head = token(tokens, k).form
    return head in lexicon.NAMED_AFTER_DATES and token(tokens, k - 1).form != "d'"


def _is_event_name(tokens: Sequence[Token], i: int, j: int, node: Calendar, text: str) -> bool:
    """« Mai 68 », « le 11-Septembre », « les événements de mai 68 »: an event, whatever its date."""
    last = tokens[j - 1]
    short_year = last.category == "number" and len(last.form) == 2 and j - 1 > i
    if short_year and node.month == 5 and last.form == "68":
        month_at = i if not node.day else i + 1
        named = text[tokens[month_at].start].isupper() and text[tokens[month_at].start :][1:2].islower()
        quoted = text[max(0, tokens[i].start - 2) : tokens[i].start].strip() in ("«", "“", '"')
        start = token(tokens, i - 1).category == "stop"
        heads = {token(tokens, i - 1).form, token(tokens, i - 2).form, token(tokens, i - 3).form}
        return (named and not start) or quoted or bool(heads & _EVENT_HEADS) or (named and not node.day)
    hyphenated = node.day and token(tokens, i + 1).form == "-" and token(tokens, i + 2).category == "month"
    if hyphenated and text[tokens[i + 2].start].isupper() and node.year is None:
        return (node.day, node.month) not in _HOLIDAY_NAMES
    return False


def _year_is_meant(tokens: Sequence[Token], i: int, j: int, year: int, text: str) -> bool:
    """Whether a number of four digits is a year, not a count, a label or a measure."""
    before = token(tokens, i - 1).form
    after = token(tokens, j)
    if (
        before in lexicon.LABELS
        or before in ("€", "$", "°", "+", "×")
        or after.form in ("%", "€", "$", "°", "°c")
    ):
        return False
    strong = before in _YEAR_CUES
    # « depuis 2008 contraires »: after such a word only a unit or a measure makes it a count.
    measured = not strong or after.category == "unit" or after.form in lexicon.COUNTED
    if measured and counts_something(tokens, j) and not text[after.start].isupper():
        return False
    if strong:
        return True
    if tokens[i].category == "number_word" or token(tokens, i - 2).form in lexicon.LABELS:
        return False
    if before in ("de", "des", "d'", "à", "les") and token(tokens, i - 2).form in _QUANTIFIERS | {
        "plus",
        "moins",
    }:
        return False
    if (
        before in _QUANTIFIERS
        or after.category in ("number", "opaque")
        or token(tokens, i - 1).category == "number"
    ):
        return False
    return 1600 <= year <= 2100


def _calendar(tokens: Sequence[Token], i: int, j: int, node: Calendar, text: str) -> bool:
    if node.month:
        if _names_place(tokens, i) or _is_event_name(tokens, i, j, node, text):
            return False
        if not node.day and node.year is None and node.direction is None and tokens[i].category == "month":
            return _month_is_meant(tokens, i, j, text)
        return True
    if node.weekday is not None:
        return _weekday_is_meant(tokens, i, j, node)
    if node.day:
        # « Le 29, à Mendoza », « jusqu'au 19 »; anything less could be a rank, a house or a score.
        if governor(tokens, i, j).bound is not None and tokens[i].category == "number":
            return not counts_something(tokens, j) and token(tokens, j).form not in lexicon.NAMED_AFTER_DATES
        return (
            token(tokens, i - 1).form == "le"
            and token(tokens, j).form == ","
            and tokens[i].category == "number"
        )
    if isinstance(node.year, int):
        plain = j == i + 1 or tokens[i].category == "number_word"
        return not plain or _year_is_meant(tokens, i, j, node.year, text)
    return True


def _month_is_meant(tokens: Sequence[Token], i: int, j: int, text: str) -> bool:
    """A month alone: not the planet Mars, a surname or a product."""
    raw = text[tokens[i].start : tokens[i].end]
    before = token(tokens, i - 1)
    if raw.islower():
        return True
    if raw.isupper():
        return text[max(0, tokens[i].start - 12) : tokens[i].start].upper().strip() != "" or len(raw) > 4
    if before.form in _MONTH_CUES and before.form not in ("de", "d'"):
        return True
    ambiguous = tokens[i].form in ("mars", "avril", "mai", "juin", "août")
    if ambiguous:
        return before.category == "stop" and token(tokens, j).form in (":", ",", "-", "–", "—")
    return before.form not in ("sur", "de", "d'", "la", "le")


def _weekday_is_meant(tokens: Sequence[Token], i: int, j: int, node: Calendar) -> bool:
    """A weekday that is one day: not « le lundi », « tous les mardis », « chaque jeudi »."""
    before = token(tokens, i - 1).form
    if node.direction is not None or node.day:
        return True
    if before in ("chaque", "le", "du", "au", "les", "un") or token(tokens, i - 2).form == "chaque":
        return False
    return not (tokens[i].form == "dimanche" and before == "habits")


def _season_is_meant(tokens: Sequence[Token], i: int, j: int, node: Season) -> bool:
    if node.year is not None or node.direction is not None:
        return token(tokens, i - 1).form not in _HAVING
    before, after = token(tokens, i - 1).form, token(tokens, j).form
    if tokens[i].category == "season" and before not in _SEASON_CUES and before != "du":
        return False
    if tokens[i].form == "été" and before not in ("l'", "cet", "en", "fin", "début"):
        return False
    return after not in ("arabe", "arabes", "austral") and not (
        after in ("de", "des", "du") and tokens[i].form == "printemps"
    )


def is_date(tokens: Sequence[Token], i: int, j: int, node: Expression, text: str) -> bool:
    """Whether the expression of tokens `i` to `j` is a date in its surroundings."""
    category, before = tokens[i].category, token(tokens, i - 1)
    if category == "dm" and before.form not in _DAY_ARTICLES and before.category != "weekday":
        return False  # « 1/10 »
    match node:
        case Numeric(moment=moment) if category == "my":
            return 1800 <= int(moment.year) <= 2200
        case Calendar():
            return _calendar(tokens, i, j, node, text)
        case Range(start=Calendar() as start, end=Calendar() as end):
            if start.weekday is not None and not start.day:
                return token(tokens, i - 1).form not in ("du", "le", "chaque")
            # « du vendredi 19 au lundi 22 » has weekdays to tell it from « du 19 au 22 » of anything.
            bare = end.day and not end.month and (start.weekday is None or end.weekday is None)
            if _names_place(tokens, i) or bare:
                return False
            if not start.month and not start.day and isinstance(start.year, int):
                return _years_are_meant(tokens, i, j, start.year, cast(int, end.year))
            return True
        case Several():
            first = node.members[0]
            if not node.members[-1].month and node.members[-1].weekday is None:
                return False
            return (
                first.weekday is None
                or first.day > 0
                or token(tokens, i - 1).form not in ("les", "le", "chaque")
            )
        case Duration():
            govern = governor(tokens, i, j, of_duration=True)
            if govern.sign == 0:
                return False
            # « dans les trois jours suivant la décision » counts from an event.
            return govern.word != "dans les" or token(tokens, j).form not in ("suivant", "qui", "après")
        case Season():
            return _season_is_meant(tokens, i, j, node)
        case Offset(unit="day", count=0):
            # « la France d'aujourd'hui » is no date, « à partir d'aujourd'hui » is.
            adjective = token(tokens, i - 1).form == "d'" and tokens[i].category == "deictic"
            return not adjective or governor(tokens, i, j).bound is not None
        case Feast() | Neighbour():
            return not _names_place(tokens, i)
        case Range(start=Century()):
            return True
        case _:
            return True


def _years_are_meant(tokens: Sequence[Token], i: int, j: int, first: int, last: int) -> bool:
    before = token(tokens, i - 1).form
    if before in lexicon.LABELS or counts_something(tokens, j) or token(tokens, j).form in ("%", "€", "$"):
        return False
    glued = token(tokens, i - 1).end == tokens[i].start and before in ("-", "/", "+")
    if glued or (token(tokens, j).form in ("-", "/") and token(tokens, j).start == tokens[j - 1].end):
        return False
    return (1000 <= first < last <= 2200) and (before in _YEAR_CUES or first >= 1400)


def detect(tokens: Sequence[Token], text: str) -> list[tuple[int, int, Expression]]:
    """Every date expression, as first token, token after the last, and what it says; in order, never
    overlapping.
    """
    found: list[tuple[int, int, Expression]] = []
    i = 0
    while i < len(tokens):
        if may_start(tokens, i):
            parsed = expression(tokens, i)
            if parsed:
                # What is read as a whole and is no date has no date inside: « rue du 4-Septembre ».
                if is_date(tokens, i, parsed[1], parsed[0], text):
                    found.append((i, parsed[1], parsed[0]))
                i = parsed[1]
                continue
        i += 1
    return found
