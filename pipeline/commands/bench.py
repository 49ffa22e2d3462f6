"""`bench`: speed, latency and memory, beside spaCy's entities on the same texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import ConfigPath, Output, TextColumn, load_config, read_inputs

_PASSAGES = (Path("annotations/train"), Path("annotations/dev"))


def bench(
    input: Annotated[
        list[str] | None, typer.Option(help="Texts of your own, files or folders: a corpus each.")
    ] = None,
    generated: Annotated[bool, typer.Option(help="Measure on articles joined from passages too.")] = True,
    passages: Annotated[
        list[Path] | None,
        typer.Option(
            help="Annotated passages to join into articles.", show_default="annotations/train and dev"
        ),
    ] = None,
    documents: Annotated[int, typer.Option(min=1, help="Documents a corpus, at most.")] = 100,
    words: Annotated[int, typer.Option(min=1, help="Words in an article joined from passages.")] = 400,
    repetitions: Annotated[int, typer.Option(min=1, help="Runs of each system on each corpus.")] = 7,
    torch: Annotated[bool, typer.Option("--torch", help="Also our own encoder in plain torch fp32.")] = False,
    seed: Annotated[int, typer.Option(help="Draws passages and documents.")] = 13,
    output: Output = Path("build/bench.json"),
    config: ConfigPath = None,
    text_column: TextColumn = "text",
) -> None:
    """Measure speed, latency and memory beside spaCy's entities on the same texts, in turns.

    Writes JSON, and a plot beside it. Needs the extra `speed` for spaCy and the plot.
    """
    from importlib.util import find_spec

    from rich.console import Console

    from pipeline.bench.corpus import corpus, sample
    from pipeline.bench.corpus import generated as generated_corpora
    from pipeline.bench.machine import describe
    from pipeline.bench.measure import command_seconds, measure
    from pipeline.bench.systems import systems
    from pipeline.corpus import read_annotated
    from pipeline.errors import StatutsError
    from pipeline.files import replacing, write_json

    if output.suffix != ".json":
        raise StatutsError(f"{output}: unknown suffix; name a .json file")
    settings = load_config(config)
    corpora, failed = [], 0
    for path in input or ():
        found, problems = read_inputs([path], None, text_column, "id", "date")
        corpora.append(corpus(path, sample(found, documents, seed=seed)))
        failed += problems.count
    if generated:
        annotated = [passage for path in passages or _PASSAGES for passage in read_annotated(path)]
        corpora += generated_corpora(annotated, documents=documents, words=words, seed=seed)
    if not corpora:
        raise StatutsError("nothing to measure on: name texts with --input, or leave out --no-generated")
    table = systems(settings, torch=torch)
    present = [system for system in table if system.installed]
    absent = [system.name for system in table if not system.installed]
    machine = describe()
    with replacing(output) as fresh, Console(stderr=True).status("commands") as status:
        cold = [*(["--config", str(config)] if config else []), "--output", "-"]
        commands = {"--help": ["--help"], "extract": ["extract", "-", *cold]}
        article = corpora[0].article.text
        started = {
            name: [command_seconds(arguments, text=article) for _ in range(repetitions)]
            for name, arguments in commands.items()
        }
        measured = [measure(c, present, repetitions=repetitions, tell=status.update) for c in corpora]

        from pipeline.bench.report import estimate, show, to_row

        row = {
            "machine": machine,
            "commands": {name: {"seconds": seconds} for name, seconds in started.items()},
            "corpora": [to_row(runs) for runs in measured],
        }
        write_json(fresh, row)
    for runs in measured:
        show(runs, absent)
    for name, seconds in started.items():
        print(f"python -m pipeline {name}: {estimate(seconds).show(2)} s")
    if find_spec("matplotlib") is not None:
        from pipeline.bench.plot import plot

        plot(measured, f"{machine['cpu']}, cores: {machine['cores']}", output.with_suffix(".png"))
    else:
        print("no plot: matplotlib is not installed")
    if failed:
        raise typer.Exit(2)
