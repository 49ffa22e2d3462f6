"""Which dates belong to which holder of a status, and what period they say it holds.

The rules are those of section 4 of the annotation guidelines. They look at how a text lists holders and
dates (parentheses, order, « respectivement »), at the status, and at words of beginning, ending and handing on;
never at which country or organisation it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.document import Mention, Status

Bound = Literal["from", "until"]

#: Statuses that last until something ends them: a date alone is their start.
LASTING: frozenset[Status] = frozenset(
    {"member", "associate", "observer", "partner", "withdrawn", "suspended"}
)


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A DATE mention with its grounded value: `point` without open bounds, `bound` where the text opens one."""

    mention: Mention
    point: str
    bound: Bound | None = None


_DETERMINERS = r"(?:(?:l['’]|d['’]|le|la|les|du|de|des|à|au|aux|en|son|pour|the)\s*)*"
_LINK = re.compile(
    rf"[\s,;•*·\-–—/|\d.()]*(?:\b(?:et|ou|puis|ainsi que|de même que|comme|avec)\b)?[\s,]*{_DETERMINERS}",
    re.I,
)
_AND = re.compile(rf"\s*,?\s*\b(?:et|ou|ainsi que|de même que|puis)\b\s*{_DETERMINERS}", re.I)
_OPENS_BRACKET = re.compile(r"\s*(?:\(\d\)\s*)?[(\[][^()\[\]]{0,40}$")
_LABELS_NEXT = re.compile(rf"\s*(?:[:–—\-|/\t]|,?\s*(?:c['’]était|ce fut))\s*{_DETERMINERS}$|^[ \t]+$", re.I)
_SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-ZÀ-Ý«])|\n\s*\n")
_ORDINALS = re.compile(
    r"\b(?:(?P<first>le premier|la première|les premiers|l['’]un(?:e)?|celui-là|celle-là)"
    r"|(?P<second>le second|la seconde|le deuxième|la deuxième|l['’]autre)"
    r"|(?P<third>le troisième|la troisième)"
    r"|(?P<rest>les (?:deux |trois |quatre )?autres)"
    r"|(?P<last>ce dernier|cette dernière|le dernier|la dernière|celui-ci|celle-ci))\b",
    re.I,
)
_RESPECTIVELY = re.compile(r"\brespectivement\b|\bdans (?:cet|l['’]) ordre\b|\btour à tour\b", re.I)


def share(text: str, holders: Sequence[Mention], dates: Sequence[SaidDate]) -> list[list[SaidDate]]:
    """The dates of one status dealt out to its holders, in the holders' order.

    Both sequences are in text order. A lone holder takes all dates, a lone date goes to all holders; else
    each holder has the date of its own parentheses or clause, or of its place in the order. A date that is
    nobody's own goes to the holders that have none.
    """
    if len(holders) == 1 or not dates:
        return [list(dates) for _ in holders]
    if len(dates) == 1:
        return _share_one(text, holders, dates[0])
    by_rank = _by_rank(text, holders, dates)
    if by_rank is not None:
        return by_rank
    groups = _groups(text, holders, dates)
    if len(groups) == 1:
        return [list(dates) for _ in holders]
    return _share_among(text, holders, groups, dates)


_SET_OFF = re.compile(
    rf"\)?,?\s*(?:et|puis|ainsi que|y compris)?,?\s*(?:depuis|dès|à partir d[eu]|en)\s+{_DETERMINERS}", re.I
)
_JOINED_ALONE = re.compile(
    r",\s+(?:arrivée?|entrée?|venue?|revenue?|réadmise|admise|partie?|sortie?|exclue?|suspendue?|retirée?)\b[^;.]{0,30}",
    re.I,
)
_RELATIVE = re.compile(rf"(?:\bque|\bqu['’]|\bdont|\boù)\s*{_DETERMINERS}$", re.I)


def _share_one(text: str, holders: Sequence[Mention], date: SaidDate) -> list[list[SaidDate]]:
    """A lone date is everyone's, unless it stands in the brackets or the clause of one holder."""
    start, end = date.mention.start, date.mention.end
    before = [index for index, holder in enumerate(holders) if holder.end <= start]
    owner: int | None = None
    if before:
        last = before[-1]
        gap = text[holders[last].end : start]
        linked = last > 0 and _AND.fullmatch(text[holders[last - 1].end : holders[last].start])
        if _OPENS_BRACKET.fullmatch(gap) and not linked:  # « A, B (2019), C »
            owner = last
        elif (
            last > 0 and last + 1 == len(holders) and _JOINED_ALONE.fullmatch(gap)
        ):  # « et un D, arrivée en 1997 »
            owner = last
        elif last + 1 < len(holders) and _SET_OFF.fullmatch(gap) and text[end : end + 1] == ",":
            owner = last + 1  # « A, B et, depuis 2019, C »
        elif last > 0 and _RELATIVE.search(text[: holders[last].start][-20:]):
            owner = last  # « A aura le statut, que B détient depuis 1976 »
    return [[date] if owner in (None, index) else [] for index in range(len(holders))]


def _by_rank(text: str, holders: Sequence[Mention], dates: Sequence[SaidDate]) -> list[list[SaidDate]] | None:
    """« le premier en …, le second en … », « respectivement en … et en … »; None where the text says neither."""
    all_first = holders[-1].end <= dates[0].mention.start
    if not all_first:
        return None
    shared: list[list[SaidDate]] = [[] for _ in holders]
    previous = holders[-1].end
    ranked = 0
    for date in dates:
        ranks = list(_ORDINALS.finditer(text, previous, date.mention.start))
        previous = date.mention.end
        if ranks:
            kind = ranks[-1].lastgroup
            if kind == "rest":
                whose = [index for index in range(len(holders)) if not shared[index]]
            else:
                whose = [{"first": 0, "second": 1, "third": 2}.get(kind or "last", len(holders) - 1)]
            for rank in whose:
                if rank < len(holders):
                    shared[rank].append(date)
            ranked += 1
    if ranked == len(dates) or (ranked and len(dates) == 2):
        return shared
    between = text[holders[0].start : dates[-1].mention.end]
    if len(dates) == len(holders) and (_RESPECTIVELY.search(between) or len(dates) > 2):
        return [[date] for date in dates]
    return None


def _groups(text: str, holders: Sequence[Mention], dates: Sequence[SaidDate]) -> list[list[int]]:
    """Indices of holders that are listed together (« A, B et C »), with no date between them."""
    gaps = [text[one.end : other.start] for one, other in zip(holders, holders[1:], strict=False)]
    groups = [[0]]
    for index, gap in enumerate(gaps):
        left, right = holders[index], holders[index + 1]
        parted = any(left.end <= date.mention.start < right.start for date in dates)
        if parted or not _LINK.fullmatch(gap):
            groups.append([])
        groups[-1].append(index + 1)
    return groups


def _share_among(
    text: str, holders: Sequence[Mention], groups: list[list[int]], dates: Sequence[SaidDate]
) -> list[list[SaidDate]]:
    """Each date to the group that it follows, or to the one that it heads."""
    starts = [holders[group[0]].start for group in groups]
    ends = [holders[group[-1]].end for group in groups]
    follow = _dates_follow(text, starts, ends, dates)
    owned: list[list[SaidDate]] = [[] for _ in groups]
    spare: list[SaidDate] = []
    for date in dates:
        before = [index for index in range(len(groups)) if ends[index] <= date.mention.start]
        after = [index for index in range(len(groups)) if date.mention.end <= starts[index]]
        owner = (before[-1] if before else None) if follow else (after[0] if after else None)
        if follow and before and after and _heads_clause(text, ends[before[-1]], date, starts[after[0]]):
            owner = after[0]
        if owner is None:
            spare.append(date)
        else:
            owned[owner].append(date)
    for index in range(1, len(groups)):
        # « A dès 1992, imités en 1995 par B »: B's date is the later of the two before it.
        if follow and not owned[index] and len(owned[index - 1]) > 1:
            if _BY.fullmatch(text[owned[index - 1][-1].mention.end : starts[index]]):
                owned[index].append(owned[index - 1].pop())
    shared: list[list[SaidDate]] = [[] for _ in holders]
    for group, own in zip(groups, owned, strict=True):
        for date in own:
            only_last = follow and _only_last(text, [holders[index] for index in group], date)
            for index in group[-1:] if only_last else group:
                shared[index].append(date)
    for index in range(1, len(holders)):
        upper = holders[index + 1].start if index + 1 < len(holders) else holders[index].end + 40
        if not shared[index] and _SAME_TIME.search(text[holders[index].end : upper]):
            shared[index] = list(shared[index - 1])
    return [own or list(spare) for own in shared]


_BY = re.compile(rf"\s+(?:par|à|aux?|pour)\s+{_DETERMINERS}", re.I)
_SAME_TIME = re.compile(
    r"^[^.;]{0,20}\b(?:le même (?:jour|mois)|la même année|au même moment|en même temps)\b", re.I
)


def _dates_follow(text: str, starts: Sequence[int], ends: Sequence[int], dates: Sequence[SaidDate]) -> bool:
    """Whether dates follow their holders (« A en 2020, B en 2021 ») rather than head them (« 2020 : A, 2021 : B »).

    Decided by what stands first and last; where that leaves it open, by the shorter ways between them.
    """
    first_headed = dates[0].mention.end <= starts[0]
    last_followed = ends[-1] <= dates[-1].mention.start
    if not (first_headed and last_followed):
        return last_followed or not first_headed
    missing = 60
    cost_after = cost_before = 0
    for index in range(len(starts)):
        upper = starts[index + 1] if index + 1 < len(starts) else len(text)
        lower = ends[index - 1] if index else 0
        follows = [date.mention for date in dates if ends[index] <= date.mention.start < upper]
        heads = [date.mention for date in dates if lower <= date.mention.start < starts[index]]
        if not follows:
            cost_after += missing
        elif not _OPENS_BRACKET.fullmatch(text[ends[index] : follows[0].start]):
            cost_after += min(missing, _distance(text, ends[index], follows[0].start))
        if not heads:
            cost_before += missing
        elif not _LABELS_NEXT.fullmatch(text[heads[-1].end : starts[index]]):
            cost_before += min(missing, _distance(text, heads[-1].end, starts[index]))
    return cost_after <= cost_before


def _heads_clause(text: str, previous: int, date: SaidDate, following: int) -> bool:
    """Whether a new clause starts between the holder before and the date, and runs on to the holder after."""
    behind, ahead = text[previous : date.mention.start], text[date.mention.end : following]
    return ";" in behind and not re.search(r"[;\n]", ahead) and not _SENTENCE_END.search(ahead)


def _distance(text: str, start: int, end: int) -> int:
    """Characters between two mentions; ends of clauses, lines and sentences count for many."""
    gap = text[start:end]
    return len(gap) + 60 * len(_SENTENCE_END.findall(gap)) + 15 * gap.count(";") + 15 * gap.count("\n")


def _only_last(text: str, group: Sequence[Mention], date: SaidDate) -> bool:
    """Whether a date in brackets after a list is its last item's alone: « A, B, C (2015), D (2019) »."""
    if len(group) == 1 or not _OPENS_BRACKET.fullmatch(text[group[-1].end : date.mention.start]):
        return False
    if _AND.fullmatch(text[group[-2].end : group[-1].start]):
        return False
    closing = text.find(")", date.mention.end)
    return text[closing + 1 : closing + 2] == "," if 0 <= closing < date.mention.end + 25 else False


_ENDING = re.compile(
    r"\b(?:s['’]ach[eè]v\w*|achèv\w*|expir\w*|pren\w+ fin|pris fin|échéance|lev[ée]{1,2}e?s?|levait|abrog\w+"
    r"|cess\w+|termin\w+|sortante?s?|jusqu['’]\w*)\b",
    re.I,
)
_LOSING = re.compile(r"\b(?:perd\w*|renonc\w+|troqu\w+|abandonn\w+)\b(?:(?!\bcontre\b)[^.;]){0,45}$", re.I)
_STATE_AT = re.compile(
    r"(?:\bsituation|\bétat|\bliste|\bcomposition|\bà jour|\barrêtée?s?|\bdonnées)"
    r"(?:\s+(?:au|en|de|du|le|à|fin))*\s*$",
    re.I,
)
_WAS = re.compile(r"\b(?:était|étaient|faisait|faisaient|comptait|comptaient)\s+(?:\w+\s+){0,3}$", re.I)
_STATE_NOUN = re.compile(
    r"(?:membre|observat|partenaire|associé|état|pays|statut|rang|titre|siège|partie)", re.I
)
_FROM_HIM = re.compile(
    r"\b(?:succ[eèé]d\w*|relais|remplac\w+|suite|mains|relève|retirée?)\b[^.;:]{0,60}$"
    r"|\b(?:passe|passera|passée?)\s+(?:du|de la|de l['’]|des|de)\s*$",
    re.I,
)
_HANDS_ON = (
    r"\b(?:transmis\w*|transmet\w*|cèd\w+|céd[ée]\w*|remis\w*|remet\w*"
    r"|pass\w+ (?:lui-même |elle-même )?(?:le|la) (?:témoin|main|flambeau|relais|maillet))\b"
)
_HE_HANDS_ON = re.compile(
    rf"^[^.;\n]{{0,70}}?(?:{_HANDS_ON}|\b(?:achèv\w+|sortante?|s['’]ach[eè]v\w+|expir\w+|pris fin|prend\w* fin|perd)\b)",
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
    """One holder of one status: what `periods` reads the text around. `others` are the status's other holders."""

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
    if not ordered:
        return []
    if len(ordered) == 1:
        return [(_single(case, ordered[0], ended), (ordered[0],))]
    ranges = [date for date in ordered if "/" in date.point]
    later = [date for date in ordered if ranges and _first(date.point) > _last(ranges[-1].point)]
    if len(ranges) > 1 or later:
        return [(_open(date), (date,)) for date in ordered]
    return [(_joined(case.status, ordered), tuple(ordered))]


def leaving_dates(case: Case, dates: Sequence[SaidDate]) -> list[SaidDate]:
    """Of the dates of a chair that others take, those at which this holder, who has none of its own, leaves it."""
    if case.status != "chair":
        return []
    return [date for date in dates if "/" not in date.point and _is_leaving(case, date)]


def _own_term(case: Case, dates: list[SaidDate]) -> list[SaidDate]:
    """Of a handing-over's dates, the day for the one who leaves the chair, the term for the one who takes it."""
    terms = [date for date in dates if "/" in date.point]
    days = [date for date in dates if "/" not in date.point]
    if not terms or not days or not case.others:
        return dates
    return days[:1] if _is_leaving(case, days[0]) else terms


def _single(case: Case, date: SaidDate, ended: bool) -> str:
    if "/" in date.point or date.point[:1] in "{[":
        return date.point
    if case.status == "chair":
        return _chair(case, date)
    if case.status in LASTING:
        return _lasting(case, date, ended)
    return _open(date) if case.status == "candidate" else date.point


def _lasting(case: Case, date: SaidDate, ended: bool) -> str:
    left = case.text[max(0, case.trigger.start - 60) : case.trigger.start]
    left = _SENTENCE_END.split(left)[-1]
    if ended or (case.status not in ("withdrawn", "suspended") and _LOSING.search(left)):
        return f"../{date.point}"
    if date.bound:
        return _open(date)
    if _ends(case, date):
        return f"../{date.point}"
    if _STATE_AT.search(case.text[: date.mention.start][-40:]):
        return date.point
    if _STATE_NOUN.match(case.trigger.text) and _WAS.search(left):
        return date.point
    return f"{date.point}/.."


def _chair(case: Case, date: SaidDate) -> str:
    if _is_leaving(case, date) and len(date.point) > 4:
        return f"../{date.point}"
    if date.bound:
        return _open(date)
    if _ends(case, date):
        return f"../{date.point}"
    left = case.text[: date.mention.start][-40:]
    if (
        len(date.point) == 4
        or _THROUGHOUT.search(left)
        or _UNDER.search(case.text[: case.trigger.start][-30:])
    ):
        return date.point
    spans = (case.trigger, case.holder, date.mention)
    around = case.text[max(0, min(span.start for span in spans) - 25) : max(span.end for span in spans) + 10]
    return f"{date.point}/.." if len(date.point) > 7 or _TAKES_OVER.search(around) else date.point


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
    return len(between) < 120 and not _SENTENCE_END.search(between) and bool(_ENDING.search(between))


def _is_leaving(case: Case, date: SaidDate) -> bool:
    """Whether the text says that the chair leaves this holder at the date, rather than comes to it."""
    text, holder = case.text, case.holder
    passed = max((other.end for other in case.others if other.end <= holder.start), default=0)
    left = text[max(passed, holder.start - 75) : holder.start]
    if _FROM_HIM.search(_SENTENCE_END.split(left)[-1]):
        return True
    following = [other for other in case.others if other.start >= holder.end]
    right = text[holder.end : min((other.start for other in following), default=holder.end + 110)]
    if following and _TO_THE_NEXT.search(right[-150:]):
        return True
    # « qui préside depuis novembre et cédera la présidence »: the date of the start is its own.
    own = date.bound == "from" and not any(other.end <= date.mention.start for other in following)
    return not own and bool(_HE_HANDS_ON.search(_SENTENCE_END.split(right)[0]))
