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
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.dates import is_edtf
from pipeline.document import Document
from pipeline.errors import StatutsError, one_line

log = logging.getLogger(__name__)

#: What a folder is searched for.
SUFFIXES = (".txt", ".jsonl", ".csv", ".parquet")
#: What would be taken for prose, and what to give in its place.
_NOT_TEXT = {
    ".json": "JSON lines (.jsonl)",
    ".tsv": "CSV",
    **dict.fromkeys((".html", ".pdf", ".docx"), "plain text"),
}
#: Tried in this order on bytes that are not UTF-8.
ENCODINGS = ("cp1252", "iso8859_15", "mac_roman")
STANDARD_INPUT = "-"
#: Characters of one text; one of more would take some 2 GB and more of memory to read.
MOST_CHARACTERS = 5_000_000
#: Rows of a Parquet file that are unpacked together: a few bytes of it can stand for a text of any length.
_PARQUET_ROWS = 16
_TIME_OF_DAY = re.compile(r"(?<=\d{4}-\d\d-\d\d)[T ].*", re.S)
_SURROGATES = re.compile("[\ud800-\udfff]")


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
            for path in files_of(given):
                yield from _guarded(path, document_date, columns or Columns(), on_error)
        except StatutsError as error:
            on_error(error)


def files_of(given: str) -> Iterator[str]:
    """The files of a folder, searched for `SUFFIXES`, or the one file that is given.

    Raises StatutsError where there is none.
    """
    if given == STANDARD_INPUT:
        yield given
        return
    path = Path(given)
    try:
        path.stat()
    except OSError as error:
        reason = "no such file or folder" if isinstance(error, FileNotFoundError) else error.strerror
        raise StatutsError(f"{printable(given)}: {reason}") from error
    if not path.is_dir():
        yield given
        return
    found = [
        child
        for child in sorted(path.rglob("*"))
        if child.suffix.lower() in SUFFIXES
        and not any(part.startswith(".") for part in child.relative_to(path).parts)
        and child.is_file()
    ]
    if not found:
        raise StatutsError(f"{given}: no {', '.join(SUFFIXES)} file in this folder")
    for child in found:
        yield str(child)


def _guarded(
    path: str, date: str | None, columns: Columns, on_error: Callable[[StatutsError], None]
) -> Iterator[Document]:
    try:
        suffix = Path(path).suffix.lower()
        if suffix in _NOT_TEXT:
            raise StatutsError(f"{path}: {suffix} is not read; give {_NOT_TEXT[suffix]}")
        reader = _ROWS.get(suffix)
        if reader is None:
            text = _short_enough(decode(_bytes(path), path), path)
            if not text.strip():
                log.warning("%s: empty; no triples in it", path)
            yield Document(printable(path), text, date=date)
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
        reason = error.strerror or one_line(str(error))
        on_error(StatutsError(f"{printable(path)}: cannot be read ({reason})"))


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


def _short_enough(text: str, place: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise StatutsError(
            f"{place}: a text of {len(text):,} characters, over {MOST_CHARACTERS:,}; cut it into documents"
        )
    return text


def _from_row(row: dict[str, Any], place: str, default_date: str | None, columns: Columns) -> Document:
    text = row.get(columns.text)
    if columns.text not in row:
        raise StatutsError(f"{place}: no column `{columns.text}`; name the text's column with --text-column")
    if not isinstance(text, str):
        raise StatutsError(
            f"{place}: `{columns.text}` is not a text but {json.dumps(text, default=str)[:40]}"
        )
    id, date = row.get(columns.id), row.get(columns.date)
    name = place if id in (None, "") else str(id)
    text = _short_enough(text, place)
    return Document(printable(name), printable(text, name), date=_date(date, place) or default_date)


def printable(text: str, place: str | None = None) -> str:
    """The text with each lone surrogate, which no file can hold, replaced by U+FFFD; offsets stay.

    With `place`, a warning tells of it.
    """
    if not _SURROGATES.search(text):
        return text
    if place is not None:
        log.warning("%s: holds lone surrogates; read as U+FFFD", printable(place))
    return _SURROGATES.sub("\ufffd", text)


def _date(value: Any, place: str) -> str | None:
    """A row's date as EDTF: EDTF itself, a date or time of Python, or an ISO 8601 time, cut to its day."""
    if value in (None, ""):
        return None
    try:
        return checked_date(value.isoformat() if isinstance(value, datetime.date) else str(value))
    except ValueError:
        log.warning("%s: %r is no EDTF date (2024-07-03, 2024-07, 2024); the date is inferred", place, value)
        return None


def checked_date(value: str) -> str:
    """A document's date as EDTF, a time of day cut off. Raises ValueError where it is no EDTF date."""
    day = _TIME_OF_DAY.sub("", value.strip())
    if not is_edtf(day):
        raise ValueError(f"{value!r}: not an EDTF date; write 2024-07-03, 2024-07 or 2024")
    return day


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
        for number, row in enumerate(rows, start=1):
            if None in row:
                raise StatutsError(f"{path}: row {number} has more cells than the header; quote its text")
            yield number, row
    except csv.Error as error:
        raise StatutsError(f"{path}:{rows.line_num}: not valid CSV: {error}") from error


def _parquet_rows(path: str, columns: Columns) -> Iterator[tuple[int, dict[str, Any]]]:
    import pyarrow
    import pyarrow.parquet

    try:
        names = pyarrow.parquet.read_schema(path).names
        _need_column(columns.text, names, path)
        # One text that many rows share is kept once, and texts are taken out of it row by row.
        with pyarrow.parquet.ParquetFile(path, read_dictionary=[columns.text]) as file:
            wanted = [name for name in (columns.text, columns.id, columns.date) if name in names]
            number = 0
            for batch in file.iter_batches(batch_size=_PARQUET_ROWS, columns=wanted):
                for cells in zip(*batch.columns, strict=True):
                    number += 1
                    yield number, {n: cell.as_py() for n, cell in zip(wanted, cells, strict=True)}
    except (pyarrow.ArrowException, ValueError, OverflowError) as error:
        raise StatutsError(f"{path}: not a readable Parquet file: {str(error).splitlines()[0]}") from error


def _need_column(name: str, names: Sequence[str], path: str) -> None:
    if name not in names:
        there = ", ".join(names) or "none"
        raise StatutsError(f"{path}: no column `{name}` (there: {there}); name it with --text-column")


_ROWS: dict[str, Callable[[str, Columns], Iterator[tuple[int, Any]]]] = {
    ".jsonl": _jsonl_rows,
    ".ndjson": _jsonl_rows,
    ".csv": _csv_rows,
    ".parquet": _parquet_rows,
}
