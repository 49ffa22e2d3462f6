"""The command line, one module a command. Heavy imports wait until a command runs."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys

import typer

from pipeline.commands.adapt import adapt
from pipeline.commands.bench import bench
from pipeline.commands.bench_dates import bench_dates
from pipeline.commands.convert import convert
from pipeline.commands.dates import dates
from pipeline.commands.encoder import encoder
from pipeline.commands.evaluate import evaluate
from pipeline.commands.extract import extract
from pipeline.commands.report import report
from pipeline.commands.rows import rows
from pipeline.commands.score import score
from pipeline.commands.serve import serve
from pipeline.commands.stage import entities, relations, segment, triples
from pipeline.commands.train import train
from pipeline.errors import StatutsError, one_line
from pipeline.files import FULL

app = typer.Typer(
    help="Dated statuses of countries in international organisations, from French text.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    extract,
    segment,
    entities,
    relations,
    triples,
    rows,
    score,
    evaluate,
    convert,
    report,
    serve,
    dates,
    train,
    encoder,
    adapt,
    bench,
):
    app.command()(command)
app.command("bench-dates")(bench_dates)


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname.lower()}: {one_line(record.getMessage())}"


def main() -> None:
    """Run a command; a `StatutsError` becomes one line on standard error and exit code 2."""
    # Other libraries' progress bars would break into the output.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for stream in (sys.stdout, sys.stderr):
        # Whatever the locale: JSON lines are UTF-8, and a name is not worth stopping for.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    # So that what is half done is cleaned up, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except StatutsError as error:
        print("error:", one_line(str(error)), file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has left: nothing more to say, and nothing to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        if error.errno not in FULL:
            raise
        print(f"error: standard output: cannot be written ({error.strerror})", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
