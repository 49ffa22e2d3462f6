"""`rows`: the triples of documents as rows, in a file or as a table on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def rows(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT...", help="Files that the stage `triples` wrote.")
    ],
    output: Annotated[
        Path | None, typer.Option(help="A .jsonl, .csv or .parquet file; without it, a table is shown.")
    ] = None,
) -> None:
    """Turn documents with triples into one row a triple."""
    from pipeline.results import open_writer, show_triples, triple_rows
    from pipeline.stages import documents_of

    if output is None:
        show_triples(
            [row for path in inputs for document in documents_of(path) for row in triple_rows(document)]
        )
        return
    with open_writer(output) as writer:
        for path in inputs:
            for document in documents_of(path):
                writer.write(triple_rows(document))
