"""Triples as rows for users: JSON lines, CSV or Parquet by the file's suffix, or a table."""

from __future__ import annotations

import contextlib
import csv
import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import IO, Any, Protocol

from pipeline.document import Document, Mention, Triple
from pipeline.errors import StatutsError, harmless
from pipeline.files import replacing

SUFFIXES = (".jsonl", ".csv", ".parquet")
#: What stands between several dates of one triple in `date_text` and in CSV cells.
SEPARATOR = " ; "
#: Rows in a row group of a Parquet file.
_ROW_GROUP = 5000
#: Rows of the table on the terminal.
MOST_SHOWN = 200


def triple_rows(document: Document, *, min_confidence: float = 0.0) -> list[dict[str, Any]]:
    """One row for each triple of a document whose confidence is `min_confidence` (0 to 1) or more, in the
    form that `docs/formats.md` describes.
    """
    mentions = {mention.id: mention for mention in document.entities}
    rows = [_row(document, triple, mentions) for triple in document.triples]
    return [row for row in rows if row["confidence"] >= min_confidence]


def _row(document: Document, triple: Triple, mentions: dict[str, Mention]) -> dict[str, Any]:
    trigger, holder, org = (mentions.get(id or "") for id in (triple.trigger, triple.holder, triple.org))
    dates = [mentions[id] for id in triple.dates if id in mentions]
    evidence = None
    if triple.evidence is not None:
        start, end = triple.evidence.start, triple.evidence.end
        evidence = {"text": document.text[start:end], "start": start, "end": end}
    return {
        "document": document.id,
        "document_date": document.date or document.inferred_date,
        "country": triple.country,
        "country_text": holder.text if holder else None,
        "status": triple.status,
        "status_text": trigger.text if trigger else None,
        "organisation": triple.organisation,
        "date": triple.date,
        "date_text": SEPARATOR.join(date.text for date in dates) or None,
        "date_source": triple.date_source,
        "confidence": round(triple.confidence, 4),
        "evidence": evidence,
        "spans": {
            "country": _span(holder),
            "status": _span(trigger),
            "organisation": _span(org),
            "date": [_span(date) for date in dates],
        },
    }


def _span(mention: Mention | None) -> dict[str, int] | None:
    return {"start": mention.start, "end": mention.end} if mention else None


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row for CSV: nested values become columns (`evidence_start`, `country_start`, …)."""
    cells = {key: value for key, value in row.items() if key not in ("evidence", "spans")}
    evidence = row["evidence"] or {}
    cells |= {"evidence": evidence.get("text")} | {
        f"evidence_{end}": evidence.get(end) for end in ("start", "end")
    }
    for name, span in row["spans"].items():
        several = span if isinstance(span, list) else [span] if span else []
        for end in ("start", "end"):
            cells[f"{name}_{end}"] = SEPARATOR.join(str(each[end]) for each in several)
    return cells


_EMPTY = {
    **triple_rows(Document("", "", triples=(Triple("", "member", None),)))[0],
    "evidence": {"text": "", "start": 0, "end": 0},
}
CSV_COLUMNS = tuple(flat(_EMPTY))


class Writer(Protocol):
    """Takes rows in order."""

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Append rows."""


class _JsonLines:
    def __init__(self, file: IO[str]) -> None:
        self.file = file

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        self.file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


#: What makes a spreadsheet take a cell for a formula (OWASP, « CSV Injection »), and the mark itself.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠'")


def guarded(cell: Any) -> Any:
    """A cell for CSV: text that a spreadsheet might calculate, or that begins so, with `'` before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


class _Csv:
    def __init__(self, file: IO[str]) -> None:
        self.writer = csv.DictWriter(file, CSV_COLUMNS)
        self.writer.writeheader()

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        self.writer.writerows({name: guarded(cell) for name, cell in flat(row).items()} for row in rows)


class _Parquet:
    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        span = pa.struct([("start", pa.int64()), ("end", pa.int64())])
        texts = dict.fromkeys(_EMPTY, pa.string()) | {"confidence": pa.float64()}
        texts["evidence"] = pa.struct([("text", pa.string()), ("start", pa.int64()), ("end", pa.int64())])
        spans = dict.fromkeys(_EMPTY["spans"], span) | {"date": pa.list_(span)}
        texts["spans"] = pa.struct(list(spans.items()))
        self.schema = pa.schema(list(texts.items()))
        self.writer = pq.ParquetWriter(path, self.schema)
        self.rows: list[dict[str, Any]] = []

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        self.rows += rows
        if len(self.rows) >= _ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        self.writer.write_table(pa.Table.from_pylist(self.rows, self.schema))
        self.rows = []

    def close(self) -> None:
        if self.rows:
            self._flush()
        self.writer.close()


def checked_suffix(path: Path) -> str:
    """The suffix of a file of rows, in lower case. Raises StatutsError where it is none that we write."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise StatutsError(f"{path}: unknown suffix; name a file that ends in {', '.join(SUFFIXES)}")
    return suffix


@contextlib.contextmanager
def open_writer(path: Path) -> Iterator[Writer]:
    """A writer of rows to a `.jsonl`, `.csv` or `.parquet` file, which appears when all are written.

    Raises StatutsError for another suffix or a file that cannot be written.
    """
    suffix = checked_suffix(path)
    with replacing(path) as fresh:
        if suffix == ".parquet":
            with contextlib.closing(_Parquet(fresh)) as writer:
                yield writer
        else:
            with fresh.open("w", encoding="utf-8", newline="") as file:
                yield _JsonLines(file) if suffix == ".jsonl" else _Csv(file)


def show_triples(rows: Sequence[dict[str, Any]], *, total: int | None = None) -> None:
    """Print the first `MOST_SHOWN` rows, a table a document; `total` is how many there are in all."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    for document, group in groupby(rows[:MOST_SHOWN], key=lambda row: row["document"]):
        table = Table(box=SIMPLE, padding=(0, 1, 0, 0), title=Text(harmless(document)), title_justify="left")
        for column in ("", "country", "status", "organisation", "date", "confidence"):
            kept = column not in ("country", "organisation")
            table.add_column(column, no_wrap=kept, justify="right" if column == "confidence" else "left")
        for row in group:
            cells = (row["country"], row["country_text"], row["status"], row["organisation"], row["date"])
            table.add_row(*(Text(harmless(cell or "–")) for cell in cells), f"{row['confidence']:.2f}")
        console.print(table)
    hidden = (len(rows) if total is None else total) - MOST_SHOWN
    if hidden > 0:
        console.print(f"… and {hidden} more")
    elif not rows:
        console.print("no triples")
