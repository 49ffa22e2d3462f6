"""Which of a status's dates belong to which of its holders: by brackets, clauses, order and lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pipeline.document import Mention

Bound = Literal["from", "until"]

#: What may stand before a name or a date without being part of its mention.
DETERMINERS = r"(?:(?:l['’]|d['’]|le|la|les|du|de|des|à|au|aux|en|son|pour|the)\s*)*"
SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-ZÀ-Ý«])|\n\s*\n")


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A DATE mention with its value: `point` without open bounds, `bound` where the text opens one."""

    mention: Mention
    point: str
    bound: Bound | None = None


_LINK = re.compile(
    rf"[\s,;•*·\-–—/|\d.()]*(?:\b(?:et|ou|puis|ainsi que|de même que|comme|avec)\b)?[\s,]*{DETERMINERS}",
    re.I,
)
_AND = re.compile(rf"\s*,?\s*\b(?:et|ou|ainsi que|de même que|puis)\b\s*{DETERMINERS}", re.I)
_OPENS_BRACKET = re.compile(r"\s*(?:\(\d\)\s*)?[(\[][^()\[\]]{0,40}$")
_LABELS_NEXT = re.compile(rf"\s*(?:[:–—\-|/\t]|,?\s*(?:c['’]était|ce fut))\s*{DETERMINERS}$|^[ \t]+$", re.I)
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
    rf"\)?,?\s*(?:et|puis|ainsi que|y compris)?,?\s*(?:depuis|dès|à partir d[eu]|en)\s+{DETERMINERS}", re.I
)
_JOINED_ALONE = re.compile(
    r",\s+(?:arrivée?|entrée?|venue?|revenue?|réadmise|admise|partie?|sortie?|exclue?|suspendue?|retirée?)\b[^;.]{0,30}",
    re.I,
)
_RELATIVE = re.compile(rf"(?:\bque|\bqu['’]|\bdont|\boù)\s*{DETERMINERS}$", re.I)


def _share_one(text: str, holders: Sequence[Mention], date: SaidDate) -> list[list[SaidDate]]:
    """A lone date is everyone's, unless it stands in the brackets or the clause of one holder."""
    start, end = date.mention.start, date.mention.end
    before = [index for index, holder in enumerate(holders) if holder.end <= start]
    owner: int | None = None
    if before:
        last = before[-1]
        gap = text[holders[last].end : start]
        linked = last > 0 and _AND.fullmatch(text[holders[last - 1].end : holders[last].start])
        bracketed = _OPENS_BRACKET.fullmatch(gap) and not linked  # « A, B (2019), C »
        alone = 0 < last == len(holders) - 1 and _JOINED_ALONE.fullmatch(gap)  # « et B, arrivée en 1997 »
        if bracketed or alone:
            owner = last
        elif last + 1 < len(holders) and _SET_OFF.fullmatch(gap) and text[end : end + 1] == ",":
            owner = last + 1  # « A, B et, depuis 2019, C »
        elif last > 0 and _RELATIVE.search(text[holders[last - 1].end : holders[last].start][-20:]):
            owner = last  # « A aura le statut, que B détient depuis 1976 »
    return [[date] if owner in (None, index) else [] for index in range(len(holders))]


def _by_rank(text: str, holders: Sequence[Mention], dates: Sequence[SaidDate]) -> list[list[SaidDate]] | None:
    """« le premier en …, le second en … », « A et B, en … et en … »; None where the text says neither."""
    listed = _listed(text, holders) and _listed(text, [date.mention for date in dates])
    in_order = [[date] for date in dates] if len(dates) == len(holders) else None
    if dates[-1].mention.end <= holders[0].start:
        return in_order if listed else None
    if holders[-1].end > dates[0].mention.start:
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
    return in_order if listed or _RESPECTIVELY.search(between) else None


def _listed(text: str, mentions: Sequence[Mention]) -> bool:
    """Whether the mentions make one list: « A, B et C »."""
    return all(_LINK.fullmatch(text[one.end : other.start]) for one, other in pairwise(mentions))


def _groups(text: str, holders: Sequence[Mention], dates: Sequence[SaidDate]) -> list[list[int]]:
    """Indices of holders that are listed together (« A, B et C »), with no date between them."""
    groups = [[0]]
    for index, (left, right) in enumerate(pairwise(holders), start=1):
        parted = any(left.end <= date.mention.start < right.start for date in dates)
        if parted or not _listed(text, (left, right)):
            groups.append([])
        groups[-1].append(index)
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
        crowded = follow and not owned[index] and len(owned[index - 1]) > 1
        if crowded and _BY.fullmatch(text[owned[index - 1][-1].mention.end : starts[index]]):
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


_BY = re.compile(rf"\s+(?:par|à|aux?|pour)\s+{DETERMINERS}", re.I)
_SAME_TIME = re.compile(
    r"^[^.;]{0,20}\b(?:le même (?:jour|mois)|la même année|au même moment|en même temps)\b", re.I
)


def _dates_follow(text: str, starts: Sequence[int], ends: Sequence[int], dates: Sequence[SaidDate]) -> bool:
    """Whether dates follow their holders (« A en 2020, B en 2021 »), or head them (« 2020 : A, 2021 : B »).

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
    return ";" in behind and not re.search(r"[;\n]", ahead) and not SENTENCE_END.search(ahead)


def _distance(text: str, start: int, end: int) -> int:
    """Characters between two mentions; ends of clauses, lines and sentences count for many."""
    gap = text[start:end]
    return len(gap) + 60 * len(SENTENCE_END.findall(gap)) + 15 * gap.count(";") + 15 * gap.count("\n")


def _only_last(text: str, group: Sequence[Mention], date: SaidDate) -> bool:
    """Whether a date in brackets after a list is its last item's alone: « A, B, C (2015), D (2019) »."""
    if len(group) == 1 or not _OPENS_BRACKET.fullmatch(text[group[-1].end : date.mention.start]):
        return False
    if _AND.fullmatch(text[group[-2].end : group[-1].start]):
        return False
    closing = text.find(")", date.mention.end)
    return text[closing + 1 : closing + 2] == "," if 0 <= closing < date.mention.end + 25 else False
