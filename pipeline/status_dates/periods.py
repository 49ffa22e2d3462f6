"""The periods that a holder's dates say for its status: open or closed, by the status and the words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.document import Mention, Status
from pipeline.status_dates.sharing import DETERMINERS, SENTENCE_END, SaidDate

#: Statuses that last until something ends them: a date alone is their start.
LASTING: frozenset[Status] = frozenset(
    {"member", "associate", "observer", "partner", "withdrawn", "suspended"}
)

_ENDING = re.compile(
    r"\b(?:s['’]ach[eè]v\w*|achèv\w*|expir\w*|pr(?:en|i)\w* fin|échéance|lev[ée]{1,2}e?s?|levait|abrog\w+"
    r"|cess\w+|termin\w+|sortante?s?|jusqu['’](?!ici\b|alors\b)\w*"
    r"|rend\w* (?:leur|son) (?:fauteuil|siège|place)s?)\b",
    re.I,
)
_LOSING = re.compile(
    r"\b(?:perd\w*|renonc\w+|troqu\w+|abandonn\w+|cess\w+)\b(?:(?!\bcontre\b)[^.;]){0,45}$", re.I
)
_STATE_AT = re.compile(
    r"(?:\bsituation|\bétat|\bliste|\bcomposition|\bà jour|\barrêtée?s?|\bdonnées)"
    r"(?:\s+(?:au|en|de|du|le|à|fin))*\s*$",
    re.I,
)
_WAS = re.compile(r"\b(?:était|étaient|faisait|faisaient|comptait|comptaient)\s+(?:\w+\s+){0,3}$", re.I)
_STATE_NOUN = re.compile(
    r"(?:membre|observat|partenaire|associé|état|pays|statut|rang|titre|siège|partie)", re.I
)
_EFFECTIVE = re.compile(
    r"\b(?:effecti\w+|effet|vigueur)(?:\s+(?:le|au|en|à compter du|à partir du|depuis))?\s+$", re.I
)
_AT = re.compile(r"\s*\(?(?:au|en)\s+", re.I)
_COLON = re.compile(r"\s*\)?\s*:")
_FROM_HIM = re.compile(
    r"\b(?:succ[eèé]d\w*|prédécesseure?s?|relais|remplac\w+|suite|mains|relève|retirée?)\b[^.;:]{0,60}$"
    r"|\b(?:passe|passera|passée?)\s+(?:\w+\s+)?(?:du|de la|de l['’]|des|de)\s*$"
    rf"|\bqu(?:e|['’])\s*(?:détenai|exerçai|assurai|occupai|assumai)(?:t|ent)\s+(?:jusqu\S+\s+)?{DETERMINERS}$",
    re.I,
)
_AFTER_HIM = re.compile(rf"\baprès\s+{DETERMINERS}$", re.I)
_HANDS_ON = (
    r"\b(?:transmis\w*|transmet\w*|cèd\w+|céd[ée]\w*|remis\w*|remet\w*"
    r"|pass\w+ (?:lui-même |elle-même )?(?:le|la) (?:témoin|main|flambeau|relais|maillet))\b"
)
_HE_HANDS_ON = re.compile(
    rf"^[^.;\n]{{0,70}}?(?:{_HANDS_ON}"
    r"|\b(?:achèv\w+|sortante?|s['’]ach[eè]v\w+|expir\w+|pris fin|prend\w* fin|perd)\b)",
    re.I,
)
_TO_THE_NEXT = re.compile(rf"{_HANDS_ON}.*(?:\bà|\bau|\baux)\s+(?:l['’]|la |le |les )?$", re.I | re.S)
_TAKES_OVER = re.compile(
    r"\b(?:pris|prend\w*|prit|reç\w+|succ[eèé]d\w*|relais|relève|suite|témoin|flambeau|rênes|confi\w+|transm\w+"
    r"|remis\w*|remet\w*|cèd\w*|céd\w*|élue?|échoi\w+|reven\w+|revien\w+|ouvert\w*|passe\w*|entr\w+|commandes"
    r"|hérit\w+)\b",
    re.I,
)
_THROUGHOUT = re.compile(r"\b(?:pour|durant|pendant)\s+(?:tout )?(?:le mois (?:de |d['’]))?$", re.I)
_UNDER = re.compile(r"\bsous (?:la|sa)\s+(?:\w+\s+)?$", re.I)


@dataclass(frozen=True, slots=True)
class Case:
    """One holder of one status, with the status's other holders: where `periods` reads the text."""

    text: str
    status: Status
    trigger: Mention
    holder: Mention
    others: tuple[Mention, ...]


def periods(
    case: Case, dates: Sequence[SaidDate], *, ended: bool = False
) -> list[tuple[str, tuple[SaidDate, ...]]]:
    """The EDTF periods that the holder's dates say for its status, each with the dates it is made of.

    Two dates make an interval, several intervals are several periods; none without dates. `ended`: what
    a lone date says is when the status ended, since it starts one that rules this one out.
    """
    ordered = sorted(dates, key=lambda date: (_first(date.point), date.mention.start))
    if case.status == "chair":
        ordered = _own_term(case, ordered)
    if case.status in LASTING:
        # « a annoncé en janvier son retrait, effectif en juin »: it starts in June.
        lefts = [_before(case.text, date.mention) for date in ordered]
        effective = [index for index, left in enumerate(lefts) if _EFFECTIVE.search(left)]
        if effective:
            since = [date for date in ordered[: effective[0]] if date.bound == "from"]
            ordered = since + ordered[effective[0] :]
    if not ordered:
        return []
    if len(ordered) == 1:
        return [(_single(case, ordered[0], ended=ended), (ordered[0],))]
    ranges = [date for date in ordered if "/" in date.point]
    later = [date for date in ordered if ranges and _first(date.point) > _last(ranges[-1].point)]
    if len(ranges) > 1 or later or any(date.point[0] in "{[" for date in ordered):
        return [(_single(case, date, ended=False), (date,)) for date in ordered]
    return [(_joined(case.status, ordered), tuple(ordered))]


def leaving_dates(case: Case, dates: Sequence[SaidDate]) -> list[SaidDate]:
    """The dates at which a holder that has none of its own leaves the chair to others, of theirs."""
    if case.status != "chair":
        return []
    return [date for date in dates if "/" not in date.point and _is_leaving(case, date)]


def _own_term(case: Case, dates: list[SaidDate]) -> list[SaidDate]:
    """Of a handing-over's dates, the day for the one who leaves the chair, the term for the next."""
    terms = [date for date in dates if "/" in date.point]
    days = [date for date in dates if "/" not in date.point]
    if not terms or not days or not case.others:
        return dates
    return days[:1] if _is_leaving(case, days[0]) else terms


def _single(case: Case, date: SaidDate, *, ended: bool) -> str:
    if "/" in date.point or date.point[:1] in "{[":
        return date.point
    if case.status == "chair":
        return _chair(case, date)
    if case.status in LASTING:
        return _lasting(case, date, ended)
    return _open(date) if case.status == "candidate" else date.point


def _lasting(case: Case, date: SaidDate, ended: bool) -> str:
    left = case.text[max(0, case.trigger.start - 60) : case.trigger.start]
    left = SENTENCE_END.split(left)[-1]
    if ended or (case.status not in ("withdrawn", "suspended") and _LOSING.search(left)):
        return f"../{date.point}"
    if date.bound and not (case.status == "withdrawn" and date.bound == "until"):
        return _open(date)
    if case.status != "withdrawn" and _ends(case, date):
        return f"../{date.point}"
    if _STATE_AT.search(_before(case.text, date.mention)):
        return date.point
    if _STATE_NOUN.match(case.trigger.text) and (_WAS.search(left) or _heads_list(case, date)):
        return date.point
    return f"{date.point}/.."


def _heads_list(case: Case, date: SaidDate) -> bool:
    """« Membres au 1er juillet 2024 : A, B »: what held then."""
    text, start, end = case.text, case.trigger.end, date.mention.end
    return bool(_AT.fullmatch(text, start, date.mention.start) and _COLON.match(text, end))


def _chair(case: Case, date: SaidDate) -> str:
    if _is_leaving(case, date) and len(date.point) > 4:
        return f"../{date.point}"
    if date.bound:
        return _open(date)
    if _ends(case, date):
        return f"../{date.point}"
    throughout = _THROUGHOUT.search(_before(case.text, date.mention))
    if len(date.point) == 4 or throughout or _UNDER.search(_before(case.text, case.trigger)):
        return date.point
    spans = (case.trigger, case.holder, date.mention)
    around = case.text[max(0, min(span.start for span in spans) - 25) : max(span.end for span in spans) + 10]
    return f"{date.point}/.." if len(date.point) > 7 or _TAKES_OVER.search(around) else date.point


def _before(text: str, mention: Mention) -> str:
    return text[max(0, mention.start - 40) : mention.start]


def _open(date: SaidDate) -> str:
    """The value with the open end that the text gives it."""
    if "/" in date.point or date.bound is None:
        return date.point
    return f"{date.point}/.." if date.bound == "from" else f"../{date.point}"


def _joined(status: Status, dates: Sequence[SaidDate]) -> str:
    """One period of several dates in time's order: from the first to the last, or the finest of one time."""
    start, end = dates[0], dates[-1]
    within = [date for date in dates if "/" in date.point]
    if within:
        first, _, last = within[0].point.partition("/")
        for date in dates:
            if "/" not in date.point and date.point.startswith(first):
                first = date.point
            elif "/" not in date.point and date.point.startswith(last):
                last = date.point
        return f"{first}/{last}"
    if end.point.startswith(start.point):
        return f"{end.point}/.." if status in LASTING or "from" in (start.bound, end.bound) else end.point
    if status == "acceding":
        return start.point
    return f"{start.point}/{end.point}"


def _first(point: str) -> str:
    return point.partition("/")[0].lstrip(".{[")


def _last(point: str) -> str:
    return point.rpartition("/")[2]


def _ends(case: Case, date: SaidDate) -> bool:
    """Whether a word of ending stands between the status and its date, in one sentence."""
    between = case.text[case.trigger.start : date.mention.start]
    return len(between) < 120 and not SENTENCE_END.search(between) and bool(_ENDING.search(between))


def _is_leaving(case: Case, date: SaidDate) -> bool:
    """Whether the text says that the chair leaves this holder at the date, rather than comes to it."""
    text, holder = case.text, case.holder
    passed = max((other.end for other in case.others if other.end <= holder.start), default=0)
    left = text[max(passed, holder.start - 75) : holder.start]
    if _FROM_HIM.search(SENTENCE_END.split(left)[-1]):
        return True
    following = [other for other in case.others if other.start >= holder.end]
    right = text[holder.end : min((other.start for other in following), default=holder.end + 110)]
    if following and (_TO_THE_NEXT.search(right[-150:]) or _AFTER_HIM.search(left)):
        return True
    # « qui préside depuis novembre et cédera la présidence »: the date of the start is its own.
    own = date.bound == "from" and not any(other.end <= date.mention.start for other in following)
    return not own and bool(_HE_HANDS_ON.search(SENTENCE_END.split(right)[0]))
