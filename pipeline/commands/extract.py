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
    MinConfidence,
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
    workers: Annotated[int, typer.Option(min=1, help="Processes; each loads the models.")] = 1,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Run on this Ray cluster (auto, host:port; local starts one); --output is then a folder.",
        ),
    ] = None,
    min_confidence: MinConfidence = 0.0,
    document_date: DocumentDate = None,
    text_column: TextColumn = "text",
    id_column: IdColumn = "id",
    date_column: DateColumn = "date",
) -> None:
    """Extract dated country statuses from French texts: one row a triple, and a table on the terminal.

    An output that was not finished, because the run was stopped, is completed by the same command.
    """
    import json
    from itertools import islice

    from pipeline.errors import StatutsError
    from pipeline.results import MOST_SHOWN, show_triples
    from pipeline.sources import Columns
    from pipeline.streaming import extracted, job_of, resumable

    documents, problems = read_inputs(paths, document_date, text_column, id_column, date_column)
    settings = load_config(config)
    if ray is not None:
        from pipeline import cluster

        if output is None or str(output) == "-" or workers > 1:
            raise StatutsError("--ray: name a folder with --output, and no --workers: each core is one")
        rows_in_all = cluster.extract(
            paths,
            output,
            address=ray,
            config=settings,
            document_date=document_date,
            columns=Columns(text=text_column, id=id_column, date=date_column),
            min_confidence=min_confidence,
            on_error=problems,
        )
        show_triples(cluster.first_rows(output, MOST_SHOWN), total=rows_in_all)
        problems.exit()
        return
    if output is None or str(output) == "-":
        total = 0
        shown: list[dict[str, Any]] = []
        every = with_progress(documents, "documents")
        for rows in extracted(every, settings, workers=workers, min_confidence=min_confidence):
            if output is not None:
                for row in rows:
                    typer.echo(json.dumps(row, ensure_ascii=False))
            total += len(rows)
            shown += rows[: MOST_SHOWN - len(shown)]
        if output is None:
            show_triples(shown, total=total)
        problems.exit()
        return
    columns = (text_column, id_column, date_column)
    options = settings.model_dump()
    job = job_of(paths, config=options, date=document_date, columns=columns, min_confidence=min_confidence)
    with resumable(output, job) as partial:
        rest = islice(with_progress(documents, "documents"), partial.done, None)
        for rows in extracted(rest, settings, workers=workers, min_confidence=min_confidence):
            partial.write(rows)
        shown = next(partial.rows(), [])
    show_triples(shown, total=partial.total)
    problems.exit()
