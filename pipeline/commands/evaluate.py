"""`evaluate`: the models on annotated sets, stage by stage, and what goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import ConfigPath, load_config

_SETS = tuple(Path("annotations") / name for name in ("gold", "dev", "test"))


def evaluate(
    sets: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[SET]...",
            help="Annotated documents: JSONL or brat, files or folders.",
            show_default="annotations/gold, dev and test",
        ),
    ] = None,
    real: Annotated[
        list[Path] | None, typer.Option("--real", help="Another set, besides; may be repeated.")
    ] = None,
    output: Annotated[Path, typer.Option(help="A JSON file for all numbers.")] = Path(
        "build/evaluation.json"
    ),
    errors: Annotated[
        Path, typer.Option(help="A Markdown file for the errors, by cause and trigger.")
    ] = Path("build/errors.md"),
    config: ConfigPath = None,
) -> None:
    """Score the models end to end and stage by stage, and trace every wrong triple to what caused it."""
    from rich.console import Console

    from pipeline.corpus import read_annotated
    from pipeline.evaluation import error_report, show
    from pipeline.evaluation import evaluate as evaluated
    from pipeline.extractor import Extractor
    from pipeline.files import replacing, write_json

    paths = [*(sets or _SETS), *(real or ())]
    golds = {str(path): list(read_annotated(path)) for path in paths}
    extractor = Extractor.from_pretrained(config=load_config(config))
    with replacing(output) as numbers, replacing(errors) as page:
        found = []
        with Console(stderr=True).status("") as status:
            for name, gold in golds.items():
                status.update(name)
                found.append(evaluated(name, gold, extractor))
        write_json(numbers, {evaluation.name: evaluation.to_row() for evaluation in found})
        page.write_text(error_report(found), encoding="utf-8")
    show(found)
