"""What flows through the pipeline: a document with its sentences, mentions, relations and triples.

Plain frozen dataclasses; every stage takes a `Document` and returns a new one with more of its
fields filled. Offsets are characters (Unicode code points) of the untouched original text, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

EntityLabel = Literal["COUNTRY", "PLACE", "ORG", "DATE", "STATUS"]
Status = Literal[
    "member",
    "associate",
    "observer",
    "partner",
    "candidate",
    "acceding",
    "withdrawn",
    "suspended",
    "chair",
    "host",
]
RelationType = Literal["holder", "org", "date"]
DateSource = Literal["text", "document"]

ENTITY_LABELS: tuple[EntityLabel, ...] = get_args(EntityLabel)
STATUSES: tuple[Status, ...] = get_args(Status)
RELATION_TYPES: tuple[RelationType, ...] = get_args(RelationType)

#: The labels that a relation of each type may point to; its head is always a STATUS.
TAIL_LABELS: dict[RelationType, tuple[EntityLabel, ...]] = {
    "holder": ("COUNTRY", "PLACE"),
    "org": ("ORG",),
    "date": ("DATE",),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the document's text: characters `start` to `end`, half-open."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence(Span):
    """A sentence; `paragraph` counts the document's paragraphs from 0, `heading` marks a title line."""

    paragraph: int = 0
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A labelled span. `status` is set where, and only where, `label` is STATUS.

    `text` is the document's text from `start` to `end`; `confidence` is a probability in [0, 1].
    """

    id: str
    label: EntityLabel
    start: int
    end: int
    text: str
    status: Status | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation from the STATUS mention with id `head` to the mention with id `tail`."""

    type: RelationType
    head: str
    tail: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Triple:
    """Which country has which status, when.

    `country` is an ISO 3166-1 alpha-3 code (`XKX` for Kosovo; ISO 3166-3's for a former state),
    `date` an EDTF (ISO 8601-2) string or None. `trigger`, `holder`, `org` and `dates` are the ids of
    the mentions that say so (None or empty in a gold annotation that does not tell); `date_source`
    tells whether the date was read in the text or is the document's. `evidence` spans the words
    that say so.
    """

    country: str
    status: Status
    date: str | None
    organisation: str | None = None
    trigger: str | None = None
    holder: str | None = None
    org: str | None = None
    dates: tuple[str, ...] = ()
    date_source: DateSource | None = None
    confidence: float = 1.0
    evidence: Span | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A text and what is known of it.

    `date` is the document's date as an EDTF string, given with it; `inferred_date` is the one read
    from its own text where none was given.
    """

    id: str
    text: str
    date: str | None = None
    style: str | None = None
    sentences: tuple[Sentence, ...] = ()
    entities: tuple[Mention, ...] = ()
    relations: tuple[Relation, ...] = ()
    triples: tuple[Triple, ...] = ()
    inferred_date: str | None = None
