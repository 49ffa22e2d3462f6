"""`dates`: the date expressions of a sentence, or of every row of a JSON-lines file, with their EDTF
values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def dates(
    sentence: Annotated[str | None, typer.Argument(help="The sentence or text to read.")] = None,
    document_date: Annotated[
        str | None,
        typer.Option(
            help="The document's date as EDTF (2024-07-03); inferred from the text where not given."
        ),
    ] = None,
    input: Annotated[
        Path | None, typer.Option(help="JSON lines with `text`, and optionally `date` and `spans`.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Where the rows go, each with its `dates` added.")
    ] = None,
) -> None:
    """Find French date expressions and give their EDTF (ISO 8601-2) values."""
    from pipeline.dates import find_and_ground, infer_document_date, is_edtf
    from pipeline.dates.rows import date_file
    from pipeline.errors import StatutsError

    if input is not None or output is not None:
        if input is None or output is None or sentence is not None or document_date is not None:
            raise StatutsError(
                "give either a sentence, or both --input and --output with the dates in the rows"
            )
        date_file(input, output)
        return
    if sentence is None:
        raise StatutsError("nothing to read: give a sentence, or --input and --output")
    if document_date is None:
        inferred = infer_document_date(sentence)
        document_date = inferred.value
        if inferred.value:
            reasons = ", ".join(f"« {reason} »" for reason in inferred.reasons)
            typer.echo(
                f"document date {inferred.value} ({inferred.confidence:.0%}), from {reasons}", err=True
            )
    elif not is_edtf(document_date):
        raise StatutsError(
            f"--document-date {document_date!r} is no EDTF date: write 2024-07-03, 2024-07 or 2024"
        )
    for found in find_and_ground(sentence, document_date=document_date):
        typer.echo(f"{found.start}\t{found.end}\t{found.text}\t{found.value or '?'}")
