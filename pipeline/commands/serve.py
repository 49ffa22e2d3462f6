"""`serve`: the pipeline as a web page and a JSON API."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.commands.options import ConfigPath, load_config


def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen on: 0.0.0.0 for all of the machine's.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 for any that is free.")] = 8000,
    config: ConfigPath = None,
    most_characters: Annotated[int, typer.Option(min=1, help="Characters that a text may have.")] = 200_000,
    most_seconds: Annotated[float, typer.Option(min=0.1, help="Seconds that a text may take.")] = 60.0,
) -> None:
    """Serve a page to try texts on, and `POST /extract`; to this machine alone unless --host says else."""
    from pipeline.errors import StatutsError

    try:
        from pipeline.serve.run import run
    except ModuleNotFoundError as error:
        raise StatutsError(
            f"serve: needs {error.name}; install the extra `serve` (statuts[serve])"
        ) from error
    from pipeline.serve.limits import Limits

    limits = Limits(characters=most_characters, seconds=most_seconds)
    run(load_config(config), host, port, limits)
