"""`score`: the pipeline, or a file of its predictions, against annotated documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import ConfigPath, load_config, with_progress


def score(
    gold: Annotated[
        list[Path],
        typer.Argument(
            metavar="GOLD...",
            help="Annotated documents: JSONL files, or brat files (.ann, or a folder of them).",
        ),
    ],
    predicted: Annotated[
        list[Path] | None,
        typer.Option(help="Files of the last stage; without any, the gold's raw texts are extracted now."),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="A JSON file for scores and errors.")] = None,
    config: ConfigPath = None,
    errors: Annotated[bool, typer.Option(help="List the errors with their sentences.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show nothing; for use with --output.")] = False,
) -> None:
    """Score end to end: entities, relations and triples, with 95 % intervals, and the errors by kind."""
    from pipeline.corpus import read_annotated
    from pipeline.files import replacing, write_json
    from pipeline.score import score as scored
    from pipeline.score import show_report
    from pipeline.stages import documents_of

    golds = [document for path in gold for document in read_annotated(path)]
    if predicted:
        predictions = [document for path in predicted for document in documents_of(path)]
    else:
        from pipeline.extractor import Extractor, bare

        extractor = Extractor.from_pretrained(config=load_config(config))
        predictions = list(with_progress(extractor.pipe(map(bare, golds)), "documents"))
    report = scored(golds, predictions)
    if output is not None:
        with replacing(output) as fresh:
            write_json(fresh, report.to_row())
    if not quiet:
        show_report(report, errors=errors)
