"""The JSON API's forms: what `POST /extract` takes and gives, told in `/openapi.json`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pipeline.document import DateSource, Document, Mention, Relation, Span, Status
from pipeline.results import triple_rows
from pipeline.sources import checked_date, printable

#: Lone surrogates, which JSON can hold and no answer can, are read as in files.
_Text = Annotated[str, BeforeValidator(lambda value: printable(value) if isinstance(value, str) else value)]


class ExtractRequest(BaseModel):
    """A text to read."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"text": "La Finlande a rejoint l'OTAN le 4 avril 2023.", "date": "2023-04-05"}]
        },
    )

    text: _Text = Field(
        description="The text, in French; offsets count its characters (Unicode code points)."
    )
    date: Annotated[str, Field(max_length=64), AfterValidator(checked_date)] | None = Field(
        None, description="The document's date as EDTF (2024-07-03, 2024-07, 2024); inferred where not given."
    )
    id: _Text = Field("text", max_length=1000, description="The document's id, given back.")


class Evidence(BaseModel):
    """The sentences that say a triple."""

    text: str
    start: int
    end: int


class Spans(BaseModel):
    """Where the words of a triple are."""

    country: Span | None
    status: Span | None
    organisation: Span | None
    date: list[Span]


class TripleRow(BaseModel):
    """A triple, as a row of `extract`: see docs/formats.md."""

    document: str
    document_date: str | None
    country: str
    country_text: str | None
    status: Status
    status_text: str | None
    organisation: str | None
    date: str | None
    date_text: str | None
    date_source: DateSource | None
    confidence: float
    evidence: Evidence | None
    spans: Spans


class Extraction(BaseModel):
    """What is read in a text."""

    id: str
    date: str | None
    inferred_date: str | None
    triples: list[TripleRow]
    entities: list[Mention]
    relations: list[Relation]


class Problem(BaseModel):
    """Why there is no answer."""

    error: str


def extraction(document: Document) -> Extraction:
    """The answer on a document that was read."""
    return Extraction(
        id=document.id,
        date=document.date,
        inferred_date=document.inferred_date,
        triples=[TripleRow.model_validate(row) for row in triple_rows(document)],
        entities=list(document.entities),
        relations=list(document.relations),
    )
