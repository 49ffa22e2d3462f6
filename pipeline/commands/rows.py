"""`rows`: the triples of documents as rows, in a file or as a table on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import MinConfidence


def rows(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT...", help="Files that the stage `triples` wrote.")
    ],
    output: Annotated[
        Path | None, typer.Option(help="A .jsonl, .csv or .parquet file; without it, a table is shown.")
    ] = None,
    min_confidence: MinConfidence = 0.0,
) -> None:
    """Turn documents with triples into one row a triple."""
    from pipeline.results import open_writer, show_triples, triple_rows
    from pipeline.stages import documents_of

    found = (
        triple_rows(document, min_confidence=min_confidence)
        for path in inputs
        for document in documents_of(path)
    )
    if output is None:
        show_triples([row for of_document in found for row in of_document])
        return
    with open_writer(output) as writer:
        for of_document in found:
            writer.write(of_document)
