"""Annotated documents: JSON lines in the form of `annotations/`, or brat standoff.

A JSON line holds a document. Keys: `id`, `date` (EDTF or null), `style`, `text`; `sentences` (start, end,
paragraph, heading), `entities` (id, label, start, end, text, status of a STATUS, confidence),
`relations` (type, head, tail, confidence),
`triples` (country, status, date, organisation, and the ids of the mentions that say so), `inferred_date`.
What a stage has not filled yet is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, get_args

from pipeline.dates import is_edtf
from pipeline.document import (
    ENTITY_LABELS,
    RELATION_TYPES,
    STATUSES,
    DateSource,
    Document,
    Mention,
    Relation,
    Sentence,
    Span,
    Triple,
)
from pipeline.errors import StatutsError
from pipeline.exchange import SUFFIXES, reader
from pipeline.exchange.brat import read_brat

_SURROGATES = re.compile("[\ud800-\udfff]")


def to_row(document: Document) -> dict[str, Any]:
    """A document as a JSON object; empty fields are left out."""
    row: dict[str, Any] = {"id": document.id, "date": document.date, "style": document.style}
    row["text"] = document.text
    if document.inferred_date is not None:
        row["inferred_date"] = document.inferred_date
    for name in ("sentences", "entities", "relations", "triples"):
        items = [asdict(item) for item in getattr(document, name)]
        if items:
            row[name] = [
                {key: value for key, value in item.items() if value is not None or key == "date"}
                for item in items
            ]
    return row


def _build(cls: type, item: dict[str, Any]) -> Any:
    names = {field.name for field in fields(cls)}
    return cls(**{key: value for key, value in item.items() if key in names and value is not None})


def from_row(row: dict[str, Any]) -> Document:
    """The document of a JSON object. Raises ValueError, KeyError or TypeError where it is not in the form."""
    text = row["text"]
    document = Document(
        id=str(row["id"]),
        text=text,
        date=row.get("date"),
        style=row.get("style"),
        sentences=tuple(_build(Sentence, item) for item in row.get("sentences") or ()),
        entities=tuple(_build(Mention, item) for item in row.get("entities") or ()),
        relations=tuple(_build(Relation, item) for item in row.get("relations") or ()),
        triples=tuple(_triple(item) for item in row.get("triples") or ()),
        inferred_date=row.get("inferred_date"),
    )
    check(document)
    return document


def _triple(item: dict[str, Any]) -> Triple:
    evidence = item.get("evidence")
    triple: Triple = _build(Triple, {**item, "date": "", "evidence": None, "dates": None})
    return replace(
        triple,
        date=item.get("date"),
        dates=tuple(item.get("dates") or ()),
        evidence=Span(**evidence) if evidence else None,
    )


def _check_values(document: Document) -> None:
    """Raise ValueError where a value is of another type or range than its field's."""
    names: list[object] = [document.style or ""]
    offsets: list[Span] = list(document.sentences)
    for mention in document.entities:
        names += [mention.id, mention.text]
        offsets.append(Span(mention.start, mention.end))
    for relation in document.relations:
        names += [relation.head, relation.tail]
    for triple in document.triples:
        told = (triple.organisation, triple.trigger, triple.holder, triple.org)
        names += [triple.country, *triple.dates, *(name for name in told if name is not None)]
        if triple.evidence is not None:
            offsets.append(triple.evidence)
        if triple.date_source not in (None, *get_args(DateSource)):
            raise ValueError(f"date_source {triple.date_source!r} is not one of ours")
    for name in names:
        if not isinstance(name, str) or _SURROGATES.search(name):
            raise ValueError(f"{name!r} is not a text")
    for span in offsets:
        if type(span.start) is not int or type(span.end) is not int:
            raise ValueError(f"offsets {span.start!r} and {span.end!r} are not whole numbers")
        if not 0 <= span.start < span.end <= len(document.text):
            raise ValueError(f"offsets {span.start} and {span.end} lie outside the text")
    if any(type(sentence.paragraph) is not int for sentence in document.sentences):
        raise ValueError("a sentence's paragraph is not a whole number")
    parts: list[Mention | Relation | Triple] = [*document.entities, *document.relations, *document.triples]
    for item in parts:
        value = item.confidence
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ValueError(f"confidence {value!r} is not a number from 0 to 1")


def check(document: Document) -> None:
    """Raise ValueError, in a few words, where a document's parts contradict its text or each other."""
    text = document.text
    if not isinstance(text, str):
        raise ValueError("`text` is not a string")
    if _SURROGATES.search(text) or _SURROGATES.search(document.id):
        raise ValueError("a lone surrogate, which no file can hold")
    _check_values(document)
    for date in (document.date, document.inferred_date, *(triple.date for triple in document.triples)):
        if date is not None and not (isinstance(date, str) and is_edtf(date)):
            raise ValueError(f"date {date!r} is not an EDTF date")
    known: set[str] = set()
    for mention in document.entities:
        if mention.id in known:
            raise ValueError(f"mention {mention.id}: this id stands twice")
        known.add(mention.id)
        if mention.label not in ENTITY_LABELS:
            raise ValueError(f"mention {mention.id}: unknown label {mention.label!r}")
        if mention.status not in (STATUSES if mention.label == "STATUS" else (None,)):
            raise ValueError(f"mention {mention.id}: a STATUS, and nothing else, carries one of our statuses")
        if text[mention.start : mention.end] != mention.text:
            raise ValueError(f"mention {mention.id}: offsets do not give its text")
    for relation in document.relations:
        if relation.type not in RELATION_TYPES or not {relation.head, relation.tail} <= known:
            raise ValueError(f"relation {relation.head} to {relation.tail}: unknown type or mention")
    for triple in document.triples:
        if triple.status not in STATUSES or not re.fullmatch("[A-Z]{3}", triple.country):
            raise ValueError(f"triple {triple.country} {triple.status}: unknown status, or no alpha-3 code")


def read_jsonl(path: Path) -> Iterator[Document]:
    """The documents of a JSON-lines file. Raises StatutsError that names the file and line of a bad row."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    yield from_row(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                    raise StatutsError(f"{path}:{number}: not an annotated document: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise StatutsError(f"{path}: cannot be read: {error}") from error


def to_line(document: Document) -> str:
    """The document as a JSON line, with its end."""
    return json.dumps(to_row(document), ensure_ascii=False) + "\n"


def read_annotated(path: Path) -> Iterator[Document]:
    """The annotated documents of a file in any form of `pipeline.exchange`, or of a folder.

    A folder is one of `datasets`, or searched for `.jsonl` and brat's `.ann` files. Raises StatutsError where
    there is none, or one is not in its form.
    """
    other = reader(path)
    if other is not None:
        yield from other(path)
    elif path.is_dir():
        found = [child for child in sorted(path.rglob("*")) if child.suffix in (".jsonl", ".ann")]
        if not found:
            raise StatutsError(f"{path}: no annotated document (.jsonl, .ann) in this folder")
        for child in found:
            yield from read_annotated(child)
    elif not path.is_file():
        raise StatutsError(f"{path}: no such file or folder")
    elif path.suffix == ".ann":
        yield read_brat(path)
    elif path.suffix == ".jsonl":
        yield from read_jsonl(path)
    else:
        raise StatutsError(f"{path}: not annotated; give {', '.join(SUFFIXES)}, .ann or a folder")
