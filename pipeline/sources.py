"""The user's texts: files, folders and standard input, as documents.

A `.jsonl`, `.csv` or `.parquet` file holds a document a row, any other file is one text. Text is taken as it
is, line ends included; only a byte-order mark is not part of it.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.dates import is_edtf
from pipeline.document import Document
from pipeline.errors import StatutsError

log = logging.getLogger(__name__)

#: What a folder is searched for.
SUFFIXES = (".txt", ".jsonl", ".csv", ".parquet")
#: Tried in this order on bytes that are not UTF-8.
ENCODINGS = ("cp1252", "iso8859_15", "mac_roman")
STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The names of the columns of rows. Those of `id` and `date` need not be there."""

    text: str = "text"
    id: str = "id"
    date: str = "date"


def read_documents(
    paths: Sequence[str],
    *,
    document_date: str | None = None,
    columns: Columns | None = None,
    on_error: Callable[[StatutsError], None],
) -> Iterator[Document]:
    """The documents of files, folders (searched for `SUFFIXES`) and `-`, in order, read when asked for.

    A document's id is the row's, else the path as given, with the row's number for a row that has none.
    `document_date` (EDTF) dates those that bring no date of their own. What cannot be read is told to
    `on_error`, and the rest goes on.
    """
    for given in paths:
        try:
            for path in _files(given):
                yield from _guarded(path, document_date, columns or Columns(), on_error)
        except StatutsError as error:
            on_error(error)


def _files(given: str) -> Iterator[str]:
    if given == STANDARD_INPUT:
        yield given
        return
    path = Path(given)
    if not path.exists():
        raise StatutsError(f"{given}: no such file or folder")
    if not path.is_dir():
        yield given
        return
    found = [
        child for child in sorted(path.rglob("*")) if child.suffix.lower() in SUFFIXES and child.is_file()
    ]
    if not found:
        raise StatutsError(f"{given}: no {', '.join(SUFFIXES)} file in this folder")
    for child in found:
        yield str(child)


def _guarded(
    path: str, date: str | None, columns: Columns, on_error: Callable[[StatutsError], None]
) -> Iterator[Document]:
    try:
        reader = _ROWS.get(Path(path).suffix.lower())
        if reader is None:
            text = decode(_bytes(path), path)
            if not text.strip():
                log.warning("%s: empty; no triples in it", path)
            yield Document(path, text, date=date)
            return
        count = 0
        for number, row in reader(path, columns):
            count += 1
            try:
                yield _from_row(_object(row, f"{path}:{number}"), f"{path}:{number}", date, columns)
            except StatutsError as error:
                on_error(error)
        if not count:
            log.warning("%s: empty; no rows in it", path)
    except StatutsError as error:
        on_error(error)
    except OSError as error:
        on_error(StatutsError(f"{path}: cannot be read ({error.strerror or error})"))


def _bytes(path: str) -> bytes:
    return sys.stdin.buffer.read() if path == STANDARD_INPUT else Path(path).read_bytes()


def decode(data: bytes, path: str) -> str:
    """Text of bytes: UTF-8, UTF-16 with its mark, else the likeliest French encoding, which a warning names.

    Raises StatutsError where the bytes are no text.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise StatutsError(f"{path}: not a text file; give plain text, JSONL, CSV or Parquet") from None
    if b"\0" in data:
        raise StatutsError(f"{path}: a binary file; give plain text, JSONL, CSV or Parquet")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data, cp_isolation=list(ENCODINGS)).best()
    if best is None:
        raise StatutsError(f"{path}: neither UTF-8 nor a known French encoding; convert it to UTF-8")
    log.warning("%s: not UTF-8; read as %s", path, best.encoding)
    return str(best)


def _from_row(row: dict[str, Any], place: str, default_date: str | None, columns: Columns) -> Document:
    text = row.get(columns.text)
    if not isinstance(text, str):
        raise StatutsError(f"{place}: no text in column `{columns.text}`; name the text's column")
    id, date = row.get(columns.id), row.get(columns.date)
    return Document(place if id in (None, "") else str(id), text, date=_date(date, place) or default_date)


def _date(value: Any, place: str) -> str | None:
    """A row's date as EDTF: EDTF itself, a date or time of Python, or an ISO 8601 time, cut to its day."""
    if value in (None, ""):
        return None
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    text = str(value).strip()
    if is_edtf(text):
        return text
    if is_edtf(text[:10]) and text[10:11] in ("T", " "):
        return text[:10]
    log.warning("%s: %r is no EDTF date (2024-07-03, 2024-07, 2024); the date is inferred", place, value)
    return None


def _object(row: dict[str, Any] | bytes, place: str) -> dict[str, Any]:
    """A row as it is, or the JSON object of a line."""
    if isinstance(row, dict):
        return row
    try:
        value = json.loads(decode(row, place))
    except (ValueError, RecursionError) as error:
        raise StatutsError(f"{place}: not JSON ({error}); write one object a line") from error
    if not isinstance(value, dict):
        raise StatutsError(f"{place}: not a JSON object; write one object a line")
    return value


def _jsonl_rows(path: str, columns: Columns) -> Iterator[tuple[int, bytes]]:
    with Path(path).open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, line


def _csv_rows(path: str, columns: Columns) -> Iterator[tuple[int, dict[str, Any]]]:
    csv.field_size_limit(2**31 - 1)
    lines = io.StringIO(decode(Path(path).read_bytes(), path), newline="")
    delimiter = max(",;\t", key=lines.readline().count)
    lines.seek(0)
    rows = csv.DictReader(lines, delimiter=delimiter)
    if rows.fieldnames is None:
        return
    _need_column(columns.text, rows.fieldnames, path)
    try:
        yield from enumerate(rows, start=1)
    except csv.Error as error:
        raise StatutsError(f"{path}:{rows.line_num}: not valid CSV: {error}") from error


def _parquet_rows(path: str, columns: Columns) -> Iterator[tuple[int, dict[str, Any]]]:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            _need_column(columns.text, names, path)
            wanted = [name for name in (columns.text, columns.id, columns.date) if name in names]
            number = 0
            for batch in file.iter_batches(batch_size=256, columns=wanted):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except pyarrow.ArrowException as error:
        raise StatutsError(f"{path}: not a Parquet file: {str(error).splitlines()[0]}") from error


def _need_column(name: str, names: Sequence[str], path: str) -> None:
    if name not in names:
        there = ", ".join(names) or "none"
        raise StatutsError(f"{path}: no column `{name}` (there: {there}); name it with --text-column")


_ROWS: dict[str, Callable[[str, Columns], Iterator[tuple[int, Any]]]] = {
    ".jsonl": _jsonl_rows,
    ".csv": _csv_rows,
    ".parquet": _parquet_rows,
}
