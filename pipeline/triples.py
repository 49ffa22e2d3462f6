"""From mentions and relations to triples: country codes, dates, organisations, evidence and confidence."""

from __future__ import annotations

import logging
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.countries import country_code, country_codes
from pipeline.dates import ground_all, infer_document_date
from pipeline.document import TAIL_LABELS, Document, Mention, Relation, Span, Status, Triple
from pipeline.status_dates import LASTING, Case, SaidDate, leaving_dates, periods, share

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Link:
    """The tail of a relation, with the confidence of the relation."""

    mention: Mention
    confidence: float


@dataclass(frozen=True, slots=True)
class _Stated:
    """One STATUS mention with what its relations tie to it, each in text order."""

    trigger: Mention
    status: Status
    holders: tuple[_Link, ...]
    orgs: tuple[_Link, ...]
    dates: tuple[_Link, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is read of a document before its triples: each by mention id.

    `codes` of holders, `values` of dates, `names` of organisations; `starting`: what statuses a date starts.
    """

    document: Document
    codes: dict[str, str]
    values: dict[str, SaidDate]
    names: dict[str, str]
    starting: dict[str, list[_Stated]]


def assemble(document: Document) -> Document:
    """The document with its triples, read from its entities and relations by the annotation guidelines.

    Each holder of each status yields a triple, or several where the text gives it several periods or
    organisations; a triple that is said twice stands once, under its most confident saying. Where
    `document.date` is None, `inferred_date` is filled from the text. A date that the text does not say is the
    document's (`date_source="document"`), None where that is unknown too.

    A triple's confidence is the product of those of its trigger, its holder and the relation between them,
    and of the least confident of its dates (mention times relation): a score to rank by, not yet calibrated.
    Its evidence covers the trigger, the holder, the organisation and the dates, and the sentences that
    these stand in where `document.sentences` is filled.

    Relations that no well-formed document has (to an unknown mention, to a label that the type does not
    take, said twice) are passed over. A holder of no known country is logged as a warning and yields none.
    """
    inferred = document.inferred_date
    if document.date is None and inferred is None:
        inferred = infer_document_date(document.text).value
    document = replace(document, inferred_date=inferred)
    stated = _stated(document)
    values = _said_dates(document)
    starting: dict[str, list[_Stated]] = defaultdict(list)
    for status in stated:
        for date in _known(status, values)[:1]:
            starting[date.mention.id].append(status)
    names = _organisation_names(document)
    reading = _Reading(document, _country_codes(document, stated), values, names, starting)
    triples = [triple for status in stated for triple in _triples(reading, status)]
    return replace(document, triples=tuple(_merged(triples)))


def _stated(document: Document) -> list[_Stated]:
    """The document's statuses that have a holder, in text order."""
    mentions = {mention.id: mention for mention in document.entities}
    tails: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for relation in document.relations:
        if _well_formed(relation, mentions):
            known = tails[relation.head, relation.type].get(relation.tail, 0.0)
            tails[relation.head, relation.type][relation.tail] = max(known, relation.confidence)
    related = {tail for (_, kind), found in tails.items() if kind == "date" for tail in found}
    unrelated = sorted(
        (mention for mention in document.entities if mention.label == "DATE" and mention.id not in related),
        key=lambda date: date.start,
    )

    def links(head: str, kind: str) -> list[_Link]:
        return [_Link(mentions[tail], confidence) for tail, confidence in tails[head, kind].items()]

    def in_order(found: list[_Link]) -> tuple[_Link, ...]:
        return tuple(sorted(found, key=lambda link: _position(link.mention)))

    stated = []
    for head in sorted(mentions.values(), key=_position):
        holders = links(head.id, "holder")
        if head.label == "STATUS" and head.status is not None and holders:
            dates = links(head.id, "date") + _bracketed(document.text, holders, unrelated)
            orgs = in_order(links(head.id, "org"))
            stated.append(_Stated(head, head.status, in_order(holders), orgs, in_order(dates)))
    return stated


_OPENING = re.compile(r"\s*\((?:depuis|en|dès|le)?\s*(?:le\s+)?")


def _bracketed(text: str, holders: Sequence[_Link], unrelated: Sequence[Mention]) -> list[_Link]:
    """The dates that no relation ties to a status, but a holder's brackets do: « Rwanda (2009) »."""
    found = []
    for link in holders:
        index = bisect_left(unrelated, link.mention.end, key=lambda date: date.start)
        if index < len(unrelated) and _OPENING.fullmatch(text, link.mention.end, unrelated[index].start):
            found.append(_Link(unrelated[index], link.confidence))
    return found


def _position(mention: Mention) -> tuple[int, int, str]:
    return (mention.start, mention.end, mention.id)


def _well_formed(relation: Relation, mentions: dict[str, Mention]) -> bool:
    head, tail = mentions.get(relation.head), mentions.get(relation.tail)
    return head is not None and tail is not None and tail.label in TAIL_LABELS[relation.type]


def _country_codes(document: Document, stated: Sequence[_Stated]) -> dict[str, str]:
    """Codes of the holders, by id; one whose country is not known is logged and left out.

    The countries that a document names settle which of several places of one name it means, and its places
    which of several countries (« Congo » beside Kinshasa).
    """
    contexts: dict[bool, set[str]] = {}

    def context(place: bool) -> set[str]:
        if place not in contexts:
            others = {
                mention.text
                for mention in document.entities
                if mention.label == ("COUNTRY" if place else "PLACE")
            }
            contexts[place] = {code for text in others if (code := country_code(text, place=not place))}
        return contexts[place]

    codes: dict[str, str] = {}
    for holder in {link.mention.id: link.mention for status in stated for link in status.holders}.values():
        place = holder.label == "PLACE"
        shared = len(country_codes(holder.text, place=place)) > 1
        code = country_code(holder.text, place=place, context=context(place) if shared else ())
        if code:
            codes[holder.id] = code
        else:
            log.warning("%s: no country known for %r", document.id, holder.text)
    return codes


def _said_dates(document: Document) -> dict[str, SaidDate]:
    """The DATE mentions with a known value, by id. All are grounded together: one may count from another."""
    mentions = sorted(
        (mention for mention in document.entities if mention.label == "DATE"),
        key=lambda date: (date.start, date.end),
    )
    grounded = ground_all(
        document.text,
        [(mention.start, mention.end) for mention in mentions],
        document_date=document.date or document.inferred_date,
    )
    return {
        mention.id: SaidDate(mention, date.point, date.bound)
        for mention, date in zip(mentions, grounded, strict=True)
        if date.point is not None
    }


def _triples(reading: _Reading, status: _Stated) -> Iterator[Triple]:
    document, codes = reading.document, reading.codes
    dates = [reading.values[link.mention.id] for link in status.dates if link.mention.id in reading.values]
    holders = [link.mention for link in status.holders]
    ends = _ends(reading, status)
    for org, own_dates in _by_organisation(document.text, status, dates):
        shares = share(document.text, holders, [date for date in own_dates if date.mention.id not in ends])
        dated = {codes.get(holder.id) for holder, own in zip(holders, shares, strict=True) if own}
        for link, its_dates in zip(status.holders, shares, strict=True):
            code = codes.get(link.mention.id)
            if code is None:
                continue
            others = tuple(holder for holder in holders if codes.get(holder.id) != code)
            case = Case(document.text, status.status, status.trigger, link.mention, others)
            its_dates += [date for date in own_dates if code in ends.get(date.mention.id, ())]
            if not its_dates and code in dated:
                continue  # named again without its date
            its_dates = its_dates or leaving_dates(case, own_dates)
            ended = len(its_dates) == 1 and _is_end(reading, status, code, its_dates[0])
            said: list[tuple[str | None, tuple[SaidDate, ...]]] = [*periods(case, its_dates, ended=ended)]
            for value, sources in said or [(document.date or document.inferred_date, ())]:
                yield _triple(reading, status, link, org, value, sources)


#: The statuses whose start ends a status of the same country in the same body.
_ENDED_BY: dict[Status, frozenset[Status]] = {
    "member": frozenset({"withdrawn", "suspended"}),
    "associate": frozenset({"member", "withdrawn", "suspended"}),
    "observer": frozenset({"member", "associate", "partner", "withdrawn", "suspended"}),
    "partner": frozenset({"member", "associate", "withdrawn", "suspended"}),
    "suspended": frozenset({"member", "withdrawn"}),
    "withdrawn": frozenset({"member"}),
}


def _ends(reading: _Reading, status: _Stated) -> dict[str, set[str]]:
    """DATE ids that end this status for some of its holders only, each with these holders' codes.

    Such a date starts another status of theirs that rules this one out, and is not the start of this one.
    """
    found: dict[str, set[str]] = {}
    if len(status.holders) > 1:
        mine = _countries(reading, status)
        for date in _known(status, reading.values)[1:]:
            for other in reading.starting[date.mention.id]:
                theirs = mine & _countries(reading, other)
                rules_out = other.status in _ENDED_BY.get(status.status, ())
                if theirs and rules_out and _same_body(reading, status, other):
                    found[date.mention.id] = found.get(date.mention.id, set()) | theirs
    return found


def _is_end(reading: _Reading, status: _Stated, code: str, date: SaidDate) -> bool:
    """Whether a holder's lone date starts another status of it, told further on, that rules this one out."""
    return status.status in LASTING and any(
        other.trigger.start > status.trigger.start
        and other.status in _ENDED_BY.get(status.status, ())
        and {status.status, other.status} != {"withdrawn", "suspended"}
        and code in _countries(reading, other)
        and _same_body(reading, status, other)
        for other in reading.starting[date.mention.id]
    )


def _countries(reading: _Reading, status: _Stated) -> set[str]:
    return {reading.codes[link.mention.id] for link in status.holders if link.mention.id in reading.codes}


def _same_body(reading: _Reading, one: _Stated, other: _Stated) -> bool:
    """Whether two statuses may be in the same organisation: one that names none may be in any."""
    bodies = [{_folded(reading.names[link.mention.id]) for link in status.orgs} for status in (one, other)]
    return not all(bodies) or bool(bodies[0] & bodies[1])


def _known(status: _Stated, values: dict[str, SaidDate]) -> list[SaidDate]:
    """The status's dates with a known value, in time's order."""
    known = [values[link.mention.id] for link in status.dates if link.mention.id in values]
    return sorted(known, key=lambda date: date.point)


def _by_organisation(
    text: str, status: _Stated, dates: list[SaidDate]
) -> list[tuple[_Link | None, list[SaidDate]]]:
    """The organisation that the status is in, with the dates; several where each has a date of its own.

    « a adhéré à l'ONU en 1992, à l'OMC en 1998 » are two; else of several organisations the one whose
    relation is surest is taken, the nearest of equally sure ones.
    """
    if not status.orgs:
        return [(None, dates)]
    if len(status.orgs) > 1 and len(dates) >= len(status.orgs) and len(status.holders) == 1:
        dealt = share(text, [link.mention for link in status.orgs], dates)
        if all(dealt):
            return list(zip(status.orgs, dealt, strict=True))
    trigger = status.trigger

    def closeness(link: _Link) -> tuple[float, int]:
        between = max(link.mention.start - trigger.end, trigger.start - link.mention.end)
        return (round(link.confidence * link.mention.confidence, 2), -between)

    return [(max(status.orgs, key=closeness), dates)]


def _triple(
    reading: _Reading,
    status: _Stated,
    holder: _Link,
    org: _Link | None,
    value: str | None,
    sources: Sequence[SaidDate],
) -> Triple:
    sureness = {link.mention.id: link.mention.confidence * link.confidence for link in status.dates}
    confidence = status.trigger.confidence * holder.mention.confidence * holder.confidence
    confidence *= min((sureness[date.mention.id] for date in sources), default=1.0)
    mentions = [status.trigger, holder.mention, *(date.mention for date in sources)]
    if org is not None:
        mentions.append(org.mention)
    return Triple(
        country=reading.codes[holder.mention.id],
        status=status.status,
        date=value,
        organisation=reading.names[org.mention.id] if org else None,
        trigger=status.trigger.id,
        holder=holder.mention.id,
        org=org.mention.id if org else None,
        dates=tuple(date.mention.id for date in sorted(sources, key=lambda date: date.mention.start)),
        date_source="text" if sources else "document" if value is not None else None,
        confidence=confidence,
        evidence=_evidence(reading.document, mentions),
    )


def _evidence(document: Document, mentions: Sequence[Mention]) -> Span:
    """The stretch of the mentions, drawn out to the bounds of the sentences that it begins and ends in."""
    start, end = min(mention.start for mention in mentions), max(mention.end for mention in mentions)
    first = bisect_right(document.sentences, start, key=lambda sentence: sentence.start) - 1
    last = bisect_right(document.sentences, end - 1, key=lambda sentence: sentence.start) - 1
    if first >= 0 and document.sentences[first].end > start:
        start = document.sentences[first].start
    if last >= 0:
        end = max(end, document.sentences[last].end)
    return Span(start, end)


_ACRONYM = re.compile(r"(?=(?:[^A-ZÀ-Ý]*[A-ZÀ-Ý]){2}|[A-Z][a-z]+\b)[A-ZÀ-Ý][\w.+&'’-]{1,11}")
_ALIAS_GAP = re.compile(r"\s*(?:\(|, (?:ou|dite?|alias|en abrégé) |\bou )\s*(?:l['’])?(?:en \w+,? )?\s*")
_IN_BRACKETS = re.compile(r"\s*\(([A-Z][A-Z.]+[A-Z+.])[,)]")
_WORD = re.compile(r"[^\W\d_]+")
#: Words of an organisation's name that its acronym leaves out.
_UNCOUNTED = frozenset(
    ("de", "du", "des", "d", "la", "le", "les", "l", "et", "à", "au", "aux", "en", "pour", "sur")
)


def _organisation_names(document: Document) -> dict[str, str]:
    """What each ORG mention is called in a triple, by id: its acronym where the text gives one.

    The text gives it beside the full name (« … (OPEP) »), or elsewhere, where its letters are the initials.
    """
    orgs = sorted(
        (mention for mention in document.entities if mention.label == "ORG"), key=lambda org: org.start
    )
    short: dict[str, str] = {}
    for one, other in pairwise(orgs):
        name, acronym = (one.text, other.text) if len(one.text) > len(other.text) else (other.text, one.text)
        if _is_acronym(acronym) and _ALIAS_GAP.fullmatch(document.text[one.end : other.start]):
            short.setdefault(_folded(name), acronym)
    acronyms = {_plain("".join(_WORD.findall(org.text))): org.text for org in orgs if _is_acronym(org.text)}
    for org in orgs:
        beside = _IN_BRACKETS.match(document.text, org.end)
        initials = _plain(
            "".join(word[0] for word in _WORD.findall(org.text) if word.lower() not in _UNCOUNTED)
        )
        if " " in org.text and beside and _plain(beside[1])[:1] == initials[:1]:
            short.setdefault(_folded(org.text), beside[1])
        elif not _is_acronym(org.text) and initials in acronyms:
            short.setdefault(_folded(org.text), acronyms[initials])
    return {org.id: short.get(_folded(org.text), org.text) for org in orgs}


def _is_acronym(text: str) -> bool:
    return " " not in text and _ACRONYM.fullmatch(text) is not None


def _folded(text: str) -> str:
    return " ".join(text.replace("’", "'").lower().split())


def _plain(letters: str) -> str:
    decomposed = unicodedata.normalize("NFD", letters.lower())
    return "".join(letter for letter in decomposed if letter.isalpha())


def _merged(triples: Sequence[Triple]) -> list[Triple]:
    """Each triple once, in the order of first saying, as its most confident saying has it.

    One that the text does not date says nothing beside a dated one of the same status in the same body.
    """
    best: dict[tuple[str, str, str | None, str | None], Triple] = {}
    for triple in triples:
        key = (triple.country, triple.status, triple.date, triple.organisation)
        if key not in best or triple.confidence > best[key].confidence:
            best[key] = triple
    alike: dict[tuple[str, str], list[Triple]] = defaultdict(list)
    for triple in best.values():
        alike[triple.country, triple.status].append(triple)
    return [
        triple
        for triple in best.values()
        if not any(_says_less(triple, other) for other in alike[triple.country, triple.status])
    ]


def _says_less(triple: Triple, other: Triple) -> bool:
    """Whether `other`, of the same country and status, has a date or an organisation that `triple` lacks."""
    if triple.organisation not in (None, other.organisation):
        return False
    if triple.date_source == other.date_source and triple.date == other.date:
        return triple.organisation is None and other.organisation is not None
    return triple.date_source != "text" and other.date_source == "text"
