"""`convert`: annotated documents from one form to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def convert(
    input: Annotated[
        Path,
        typer.Argument(
            help="A .jsonl, .parquet, .spacy, .ttl or .ann file, or a folder of brat or `datasets`."
        ),
    ],
    output: Annotated[Path, typer.Argument(help="A .jsonl, .parquet, .spacy or .ttl file, or a new folder.")],
    to: Annotated[
        str | None,
        typer.Option(
            help="jsonl, parquet, spacy, turtle, brat or datasets: needed for a folder, else its name tells."
        ),
    ] = None,
) -> None:
    """Convert annotated documents: gold, or what the stage `triples` wrote."""
    from pipeline.commands.options import with_progress
    from pipeline.corpus import read_annotated
    from pipeline.exchange import form_of, write

    form = form_of(output, to)
    count = write(output, with_progress(read_annotated(input), "documents"), form)
    typer.echo(f"{output}: {count} documents")
