"""`extract`: all stages in one process, from texts to triples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.commands.options import (
    ConfigPath,
    DateColumn,
    DocumentDate,
    IdColumn,
    Paths,
    TextColumn,
    load_config,
    read_inputs,
    with_progress,
)


def extract(
    paths: Paths,
    output: Annotated[
        Path | None,
        typer.Option(
            help="A .jsonl, .csv or .parquet file for the triples; - writes JSON lines to standard output."
        ),
    ] = None,
    config: ConfigPath = None,
    document_date: DocumentDate = None,
    text_column: TextColumn = "text",
    id_column: IdColumn = "id",
    date_column: DateColumn = "date",
) -> None:
    """Extract dated country statuses from French texts: one row a triple, and a table on the terminal."""
    import contextlib
    import json

    from pipeline.extractor import Extractor
    from pipeline.results import MOST_SHOWN, open_writer, show_triples, triple_rows

    documents, problems = read_inputs(paths, document_date, text_column, id_column, date_column)
    extractor = Extractor.from_pretrained(config=load_config(config))
    done = with_progress(extractor.pipe(documents), "documents")
    if output is not None and str(output) == "-":
        for document in done:
            for row in triple_rows(document):
                typer.echo(json.dumps(row, ensure_ascii=False))
        problems.exit()
        return
    shown: list[dict[str, Any]] = []
    total = 0
    with contextlib.nullcontext() if output is None else open_writer(output) as writer:
        for document in done:
            rows = triple_rows(document)
            if writer is not None:
                writer.write(rows)
            shown += rows[: MOST_SHOWN - len(shown)]
            total += len(rows)
    show_triples(shown, total=total)
    problems.exit()
