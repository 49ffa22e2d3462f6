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
    rf"[\s,•*·\-–—/|\d.()]*(?:\b(?:et|ou|puis|ainsi que|de même que|comme|avec)\b)?[\s,]*{_DETERMINERS}", re.I
)
_AND = re.compile(rf"\s*,?\s*\b(?:et|ou|ainsi que|de même que|puis)\b\s*{_DETERMINERS}", re.I)
_OPENS_BRACKET = re.compile(r"\s*(?:\(\d\)\s*)?[(\[][^()\[\]]{0,40}$")
_LABELS_NEXT = re.compile(rf"\s*(?:[:–—\-|/\t]|,?\s*(?:c['’]était|ce fut))\s*{_DETERMINERS}$|^[ \t]+$", re.I)
_SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-ZÀ-Ý«])|\n\s*\n")
_ORDINALS = re.compile(
    r"\b(?:(?P<first>le premier|la première|les premiers|l['’]un(?:e)?|celui-là|celle-là)"
    r"|(?P<second>le second|la seconde|le deuxième|la deuxième|l['’]autre)"
    r"|(?P<third>le troisième|la troisième)"
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


def _share_one(text: str, holders: Sequence[Mention], date: SaidDate) -> list[list[SaidDate]]:
    """A date in a list item's own brackets, with more items after it, is that item's; else it is everyone's."""
    before = [index for index, holder in enumerate(holders) if holder.end <= date.mention.start]
    if before and before[-1] > 0:
        last = before[-1]
        bracketed = _OPENS_BRACKET.fullmatch(text[holders[last].end : date.mention.start])
        if bracketed and not _AND.fullmatch(text[holders[last - 1].end : holders[last].start]):
            return [[date] if index == last else [] for index in range(len(holders))]
    if before and before[-1] == 0 and len(holders) > 1:
        gap = text[holders[0].end : date.mention.start]
        if _OPENS_BRACKET.fullmatch(gap):
            return [[date], *([] for _ in holders[1:])]
    if before:
        # « A, B et, depuis 2019, C »: the date stands inside the list, set off by commas.
        last = before[-1]
        gap = text[holders[last].end : date.mention.start]
        if last + 1 < len(holders) and re.fullmatch(r",? (?:et|puis|ainsi que|y compris|,)+,? \w+ ", gap):
            return [[date] if index == last + 1 else [] for index in range(len(holders))]
    return [[date] for _ in holders]


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
            rank = {"first": 0, "second": 1, "third": 2, "last": len(holders) - 1}[kind or "last"]
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


def _distance(text: str, start: int, end: int) -> float:
    gap = text[start:end]
    return len(gap) + 60 * len(_SENTENCE_END.findall(gap)) + 15 * gap.count(";") + 15 * gap.count("\n")


def _share_among(
    text: str, holders: Sequence[Mention], groups: list[list[int]], dates: Sequence[SaidDate]
) -> list[list[SaidDate]]:
    """Dates that follow their holders, or dates that head them: whichever leaves the shorter ways."""
    shared: list[list[SaidDate]] = [[] for _ in holders]
    starts = [holders[group[0]].start for group in groups]
    ends = [holders[group[-1]].end for group in groups]
    missing = 60.0
    cost_after = cost_before = 0.0
    for index in range(len(groups)):
        upper = starts[index + 1] if index + 1 < len(groups) else len(text)
        lower = ends[index - 1] if index else 0
        follows = [date for date in dates if ends[index] <= date.mention.start < upper]
        heads = [date for date in dates if lower <= date.mention.start < starts[index]]
        if follows:
            way = text[ends[index] : follows[0].mention.start]
            bracket = _OPENS_BRACKET.fullmatch(way) is not None
            cost_after += (
                0 if bracket else min(missing, _distance(text, ends[index], follows[0].mention.start))
            )
        else:
            cost_after += missing
        if heads:
            way = text[heads[-1].mention.end : starts[index]]
            label = _LABELS_NEXT.fullmatch(way) is not None
            cost_before += 0 if label else min(missing, _distance(text, heads[-1].mention.end, starts[index]))
        else:
            cost_before += missing
    spare: list[SaidDate] = []
    follow = cost_after <= cost_before
    for date in dates:
        if follow:
            owners = [index for index in range(len(groups)) if ends[index] <= date.mention.start]
            owner = owners[-1] if owners else None
        else:
            owners = [index for index in range(len(groups)) if date.mention.end <= starts[index]]
            owner = owners[0] if owners else None
        if owner is None:
            spare.append(date)
            continue
        members = groups[owner]
        if follow and _only_last(text, [holders[index] for index in members], date):
            members = members[-1:]
        for index in members:
            shared[index].append(date)
    return [own or list(spare) for own in shared]


def _only_last(text: str, group: Sequence[Mention], date: SaidDate) -> bool:
    """Whether a date in brackets after a list is its last item's alone: « A, B, C (2015), D (2019) »."""
    if len(group) == 1 or not _OPENS_BRACKET.fullmatch(text[group[-1].end : date.mention.start]):
        return False
    if _AND.fullmatch(text[group[-2].end : group[-1].start]):
        return False
    closing = text.find(")", date.mention.end)
    return text[closing + 1 : closing + 2] == "," if 0 <= closing < date.mention.end + 25 else False


_ENDING = re.compile(
    r"\b(?:s['’]ach[eè]v\w*|achèv\w*|expir\w*|pren\w+ fin|pris fin|échéance|lev[ée]{1,2}e?s?|levait|abrog\w+|cess\w+"
    r"|termin\w+|sortante?s?|jusqu['’]\w*)\b",
    re.I,
)
_STATE_AT = re.compile(
    r"(?:\bsituation|\bétat|\bliste|\bcomposition|\bà jour|\barrêtée?s?|\bdonnées)(?:\s+(?:au|en|de|du|le|à|fin))*\s*$",
    re.I,
)
_WAS = re.compile(r"\b(?:était|étaient|faisait|faisaient|comptait|comptaient)\s+(?:\w+\s+){0,3}$", re.I)
_TITLES = (
    r"(?:(?:son|leur) homologue|(?:le |la |l['’])?(?:chef\w*|présidente?|roi|Premier ministre)[^,.;]{0,30}?)?"
)
_FROM_HIM = re.compile(
    r"(?:\bsucc[eèé]d\w*|\brelais|\bremplac\w+|\bsuite|\bmains|\brelève|\bprendre la place|\bretirée?)"
    r"(?:\s+[\w'’-]+){0,3}?\s*(?:\b(?:à|au|aux|de|du|des)\b|\bd['’])?\s*"
    rf"{_TITLES}\s*{_DETERMINERS}$|\b(?:passe|passera|passée?) (?:du|de la|de l['’]|des|de)\s*$"
    rf"|\bremplac\w+\s+[^.;]{{0,60}}$",
    re.I,
)
_HE_HANDS_ON = re.compile(
    r"^[^.;\n]{0,70}?\b(?:transmis\w*|transmet\w*|transmettr\w*|cèd\w+|céd[ée]\w*|remis\w*|remet\w*"
    r"|pass\w+ (?:lui-même |elle-même )?(?:le|la) (?:témoin|main|flambeau|relais|maillet)|achèv\w+|sortante?"
    r"|s['’]ach[eè]v\w+|expir\w+|pris fin|prend\w* fin|perd)\b",
    re.I,
)
_TAKES_OVER = re.compile(
    r"\b(?:pris|prend\w*|prit|reç\w+|succ[eèé]d\w*|relais|relève|suite|témoin|flambeau|rênes|confi\w+|transm\w+|remis\w*"
    r"|remet\w*|cèd\w*|céd\w*|élue?|échoi\w+|reven\w+|revien\w+|ouvert\w*|passe\w*|entr\w+|commandes|hérit\w+)\b",
    re.I,
)


def periods(
    text: str,
    status: Status,
    trigger: Mention,
    holder: Mention,
    others: Sequence[Mention],
    dates: Sequence[SaidDate],
    *,
    ended_by: frozenset[str] = frozenset(),
) -> list[tuple[str, tuple[SaidDate, ...]]]:
    """The EDTF periods that the dates of one holder say for its status, each with the dates it is made of.

    `others` are the status's other holders; `ended_by` holds ids of DATE mentions that start another status
    which ends this one. Empty where there are no dates. Two dates make an interval; several intervals
    are several periods.
    """
    dates = sorted(dates, key=lambda date: (_first(date.point), date.mention.start))
    intervals = [date for date in dates if "/" in date.point]
    if not dates:
        return []
    if len(dates) == 1:
        date = dates[0]
        return [(_single(text, status, trigger, holder, others, date, date.mention.id in ended_by), (date,))]
    if intervals and (
        len(intervals) > 1
        or any(date.bound == "from" and _first(date.point) > _last(intervals[-1].point) for date in dates)
    ):
        return [(_open(date), (date,)) for date in dates]
    return [(_joined(status, dates), tuple(dates))]


def _single(
    text: str,
    status: Status,
    trigger: Mention,
    holder: Mention,
    others: Sequence[Mention],
    date: SaidDate,
    ended: bool,
) -> str:
    if date.bound or "/" in date.point:
        return _open(date)
    if status in LASTING:
        if ended or _ends(text, trigger, date):
            return f"../{date.point}"
        if _STATE_AT.search(text[: date.mention.start][-40:]) or (
            status != "withdrawn" and _WAS.search(text[: trigger.start][-40:])
        ):
            return date.point
        return f"{date.point}/.."
    if status != "chair":
        return date.point
    if ended or _ends(text, trigger, date) or _hands_on(text, holder, others):
        return f"../{date.point}"
    takes = len(date.point) > 4 and (
        _TAKES_OVER.search(_stretch(text, trigger, holder, date)) or (len(date.point) > 7)
    )
    return f"{date.point}/.." if takes else date.point


def _open(date: SaidDate) -> str:
    if "/" in date.point or date.bound is None:
        return date.point
    return f"{date.point}/.." if date.bound == "from" else f"../{date.point}"


def _joined(status: Status, dates: Sequence[SaidDate]) -> str:
    """One period of several dates, in time's order: from the first to the last, or the finest of the same time."""
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
        return _open(end) if status not in LASTING or end.bound else f"{end.point}/.."
    if status in ("candidate", "acceding"):
        return _open(start)
    return f"{start.point}/{end.point}"


def _first(point: str) -> str:
    return point.partition("/")[0].lstrip(".")


def _last(point: str) -> str:
    return point.rpartition("/")[2]


def _stretch(text: str, *mentions: Mention | SaidDate) -> str:
    """The text from a little before the first to a little after the last of the mentions."""
    spans = [item.mention if isinstance(item, SaidDate) else item for item in mentions]
    return text[max(0, min(span.start for span in spans) - 25) : max(span.end for span in spans) + 10]


def _ends(text: str, trigger: Mention, date: SaidDate) -> bool:
    """Whether a word of ending stands between the status and its date, in one sentence."""
    between = text[trigger.start : date.mention.start]
    return len(between) < 120 and not _SENTENCE_END.search(between) and bool(_ENDING.search(between))


def _hands_on(text: str, holder: Mention, others: Sequence[Mention]) -> bool:
    """Whether the text says that the chair leaves this holder, rather than comes to it."""
    left = text[max(0, holder.start - 60) : holder.start]
    left = _SENTENCE_END.split(left)[-1]
    if _FROM_HIM.search(left):
        return True
    following = [other.start for other in others if other.start >= holder.end]
    right = text[holder.end : min([*following, holder.end + 110])]
    right = _SENTENCE_END.split(right)[0]
    return bool(_HE_HANDS_ON.search(right))
