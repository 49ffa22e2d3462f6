"""Annotated documents in the forms of other tools: brat, spaCy, Hugging Face `datasets`, RDF.

One module a form; `docs/exchange.md` tells what each holds. A form is loaded when it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal, get_args

from pipeline.document import Document
from pipeline.errors import StatutsError

Form = Literal["jsonl", "parquet", "brat", "datasets", "spacy", "turtle"]

FORMS: tuple[Form, ...] = get_args(Form)
#: The forms that are a file, by its suffix; the others are folders.
SUFFIXES: dict[str, Form] = {
    ".jsonl": "jsonl",
    ".parquet": "parquet",
    ".spacy": "spacy",
    ".ttl": "turtle",
}


def form_of(path: Path, to: str | None = None) -> Form:
    """The form to write: `to`, else what the path's suffix says.

    Raises StatutsError where neither tells, or both and differently.
    """
    told = SUFFIXES.get(path.suffix.lower())
    if to is None:
        if told is None:
            known = ", ".join(SUFFIXES)
            raise StatutsError(
                f"{path}: its name tells no form; end it in {known}, or give --to brat or --to datasets"
            )
        return told
    form = next((form for form in FORMS if form == to), None)
    if form is None:
        raise StatutsError(f"--to {to}: unknown form; known are {', '.join(FORMS)}")
    if told != (form if form in SUFFIXES.values() else None):
        suffix = next((suffix for suffix, name in SUFFIXES.items() if name == form), "no suffix of a file")
        raise StatutsError(f"{path}: --to {form} writes a path with {suffix}")
    return form


def write(path: Path, documents: Iterable[Document], form: Form) -> int:
    """Write documents in a form; their number. Nothing is there unless all are.

    Raises StatutsError where they cannot be written, or the form's library is not installed.
    """
    return _writer(form)(path, documents)


def _writer(form: Form) -> Callable[[Path, Iterable[Document]], int]:
    if form == "brat":
        from pipeline.exchange.brat import write_brat

        return write_brat
    if form == "datasets":
        from pipeline.exchange.hub import write_dataset

        return write_dataset
    if form == "spacy":
        from pipeline.exchange.docbin import write_docbin

        return write_docbin
    if form == "turtle":
        from pipeline.exchange.turtle import write_turtle

        return write_turtle
    from pipeline.stages import write_stage

    return write_stage


def reader(path: Path) -> Callable[[Path], Iterator[Document]] | None:
    """What reads a path in one of these forms; None for JSON lines, brat and what is none of them."""
    if path.is_dir():
        from pipeline.exchange.hub import is_dataset, read_dataset

        return read_dataset if is_dataset(path) else None
    form = SUFFIXES.get(path.suffix.lower())
    if form == "spacy":
        from pipeline.exchange.docbin import read_docbin

        return read_docbin
    if form == "turtle":
        from pipeline.exchange.turtle import read_turtle

        return read_turtle
    if form == "parquet":
        from pipeline.stages import documents_of

        return documents_of
    return None
