"""`adapt`: the encoder, adapted to unannotated French text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def adapt(
    encoder: Annotated[Path, typer.Option(help="The folder of the encoder.")],
    texts: Annotated[Path, typer.Option(help="The folder of the texts: .jsonl (`text`) and .txt files.")],
    work: Annotated[Path, typer.Option(help="The folder for checkpoints; a rerun goes on from there.")],
    output: Annotated[Path, typer.Option(help="The folder to write.")],
    bf16: Annotated[bool, typer.Option("--bf16", help="Multiply in bfloat16, where the CPU can.")] = False,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 13,
) -> None:
    """Adapt the encoder to French prose: it learns to tell words that are hidden from it."""
    from pipeline.training.adapt import Adaptation
    from pipeline.training.adapt import adapt as adapted
    from pipeline.training.gate import texts_of

    recipe = Adaptation(bf16=bf16, seed=seed)
    losses = adapted(encoder, texts_of(texts), output, work=work, recipe=recipe)
    typer.echo(f"{output}: loss from {losses[0]:.2f} to {losses[-1]:.2f} nats a hidden piece")
