"""What several commands have in common."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.errors import StatutsError, one_line

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.document import Document

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH...", help="Text, JSONL, CSV or Parquet files, folders of them, or - for standard input."
    ),
]
Output = Annotated[Path, typer.Option(help="The file to write.")]
ConfigPath = Annotated[
    Path | None, typer.Option("--config", help="A YAML file such as configs/default.yaml.")
]
DocumentDate = Annotated[
    str | None,
    typer.Option(help="The date (EDTF: 2024-07-04) of documents that bring none; else it is inferred."),
]
TextColumn = Annotated[str, typer.Option(help="The column of rows that holds the text.")]
IdColumn = Annotated[str, typer.Option(help="The column that holds the document's id, if there is one.")]
DateColumn = Annotated[str, typer.Option(help="The column that holds the document's date, if there is one.")]

MinConfidence = Annotated[
    float, typer.Option(min=0, max=1, help="Leave out triples of a lower confidence than this.")
]


class Problems:
    """Collects what could not be read: told at once, in one line each; the command's exit code in the end."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, error: StatutsError) -> None:
        """Tell a problem and count it."""
        self.count += 1
        print("error:", one_line(str(error)), file=sys.stderr)

    def exit(self) -> None:
        """Exit with code 2 if there was any problem."""
        if self.count:
            raise typer.Exit(2)


def load_config(path: Path | None) -> Config:
    """The configuration of a file, or the default one."""
    from pipeline.config import Config, read_config

    return read_config(path) if path else Config()


def read_inputs(
    paths: list[str], document_date: str | None, text_column: str, id_column: str, date_column: str
) -> tuple[Iterator[Document], Problems]:
    """The documents of a command's inputs, and the problems met once these are read.

    Raises StatutsError where --document-date is no EDTF date.
    """
    from pipeline.sources import Columns, checked_date, read_documents

    try:
        date = None if document_date is None else checked_date(document_date)
    except ValueError as error:
        raise StatutsError(f"--document-date {error}") from error
    problems = Problems()
    columns = Columns(text=text_column, id=id_column, date=date_column)
    return read_documents(paths, document_date=date, columns=columns, on_error=problems), problems


def with_progress(documents: Iterable[Document], description: str) -> Iterator[Document]:
    """Pass documents on under a progress bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield from progress.track(documents, description=description)
