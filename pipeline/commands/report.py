"""`report`: an extraction to look at, as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import Output


def report(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT...", help="Files that the stage `triples` wrote.")
    ],
    output: Output,
    gold: Annotated[
        list[Path] | None,
        typer.Option(help="Annotated documents to set beside: JSONL or brat files, or folders of them."),
    ] = None,
) -> None:
    """Write texts, triples and timeline, with --gold errors and scores, as one HTML file for a browser."""
    from pipeline.corpus import read_annotated
    from pipeline.errors import StatutsError
    from pipeline.files import replacing
    from pipeline.stages import documents_of

    try:
        from pipeline.report.page import render
    except ModuleNotFoundError as error:
        raise StatutsError(
            f"report: needs {error.name}; install the extra `report` (statuts[report])"
        ) from error

    documents = [document for path in inputs for document in documents_of(path)]
    golds = [document for path in gold for document in read_annotated(path)] if gold else None
    page = render(documents, golds)
    with replacing(output) as fresh:
        fresh.write_text(page, encoding="utf-8")
    typer.echo(f"{output}: {len(documents)} documents; open it in a browser")
