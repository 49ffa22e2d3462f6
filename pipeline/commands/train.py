"""`train`: the shipped model, from the repository's own annotations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train(
    training: Annotated[list[Path], typer.Option(help="Annotated JSONL files or folders to learn from.")],
    dev: Annotated[list[Path], typer.Option(help="Annotated files to choose the epoch and thresholds by.")],
    encoder: Annotated[Path, typer.Option(help="The folder of the encoder to start from.")],
    output: Annotated[Path, typer.Option(help="The folder for the model and its card.")],
    work: Annotated[Path, typer.Option(help="The folder for checkpoints; a rerun goes on from there.")],
    test: Annotated[
        list[Path] | None, typer.Option(help="Annotated files that only the model card reports on.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the passages.")] = 10,
    refining: Annotated[int, typer.Option(min=0, help="More passes, at lower learning rates.")] = 5,
    standoff: Annotated[
        Path | None, typer.Option(help="More to learn from: annotations kept apart from their texts.")
    ] = None,
    texts: Annotated[
        Path | None,
        typer.Option(help="The folder of the texts of --standoff; the gate learns from all of it."),
    ] = None,
    bf16: Annotated[bool, typer.Option("--bf16", help="Multiply in bfloat16, where the CPU can.")] = False,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 13,
) -> None:
    """Fine-tune the encoder with its heads, choose by dev, write the model and its card."""
    from pipeline.corpus import read_annotated
    from pipeline.errors import StatutsError
    from pipeline.training.card import save
    from pipeline.training.gate import texts_of
    from pipeline.training.standoff import attached
    from pipeline.training.train import Recipe
    from pipeline.training.train import train as trained

    sets = [[d for path in paths for d in read_annotated(path)] for paths in (training, dev, test or [])]
    if standoff is not None:
        if texts is None:
            raise StatutsError(f"{standoff}: its texts lie apart; give their folder with --texts")
        sets[0] += attached(standoff, texts)
    recipe = Recipe(epochs=epochs, refining=refining, bf16=bf16, seed=seed)
    model = trained(sets[0], sets[1], encoder=encoder, work=work, recipe=recipe)
    raw = texts_of(texts) if texts is not None else ()
    save(model, encoder, output, recipe=recipe, training=sets[0], dev=sets[1], test=sets[2], raw=raw)
    typer.echo(f"{output}: model and card written")
