"""JSON-lines rows with their dates: the batch form of the component.

A row has `text`, optionally `date` (the document's, EDTF) and `spans` (pairs of character offsets). It comes
back as it was, with `dates`: a list of `start`, `end`, `text` and `value` (EDTF or null).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.dates.dating import infer_document_date
from pipeline.dates.grounding import find_and_ground, ground_all
from pipeline.dates.values import is_edtf
from pipeline.errors import StatutsError
from pipeline.files import replacing


def _spans(row: Mapping[str, Any], text: str, place: str) -> list[tuple[int, int]] | None:
    """The spans of a row, None where it has none."""
    given = row.get("spans")
    if given is None:
        return None
    spans: list[tuple[int, int]] = []
    pairs: list[Any] = given if isinstance(given, list) else [given]
    for pair in pairs:
        integers = isinstance(pair, list) and len(pair) == 2 and all(type(offset) is int for offset in pair)
        if not integers or not 0 <= pair[0] < pair[1] <= len(text):
            raise StatutsError(
                f"{place}: `spans` must be pairs [start, end] of offsets inside `text`, not {pair!r}"
            )
        spans.append((pair[0], pair[1]))
    return spans


def date_row(row: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The row with its `dates`. Without `date`, the document's date is inferred from the text.

    `place` (file and line) is for messages. Raises StatutsError where a field is not as the format says.
    """
    text, date = row.get("text"), row.get("date")
    if not isinstance(text, str):
        raise StatutsError(f"{place}: the row needs a string `text`")
    if date is not None and not (isinstance(date, str) and is_edtf(date)):
        raise StatutsError(f"{place}: `date` must be an EDTF date such as 2024-07-03 or null, not {date!r}")
    spans = _spans(row, text, place)
    document_date = date if date is not None else infer_document_date(text, spans).value
    if spans is None:
        found = find_and_ground(text, document_date=document_date)
    else:
        found = ground_all(text, spans, document_date=document_date)
    return {
        **row,
        "dates": [{"start": g.start, "end": g.end, "text": g.text, "value": g.value} for g in found],
    }


def _read(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row of a JSON-lines file with its place."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                place = f"{path}, line {number}"
                try:
                    row = json.loads(line)
                except json.JSONDecodeError as error:
                    raise StatutsError(
                        f"{place}: not a JSON object ({error.msg}); write one object a line"
                    ) from error
                if not isinstance(row, dict):
                    raise StatutsError(f"{place}: not a JSON object; write one object a line")
                yield place, row
    except OSError as error:
        raise StatutsError(f"{path}: cannot be read ({error.strerror}); check --input") from error
    except UnicodeDecodeError as error:
        raise StatutsError(f"{path}: not UTF-8 at byte {error.start}; convert the file to UTF-8") from error


def date_file(source: Path, target: Path) -> int:
    """Date every row of `source` into `target`; the number of rows. The target is only replaced once all are
    done.

    Raises StatutsError naming file and line where a row is bad or a file cannot be read or written.
    """
    count = 0
    with replacing(target) as fresh, fresh.open("w", encoding="utf-8") as lines:
        for place, row in _read(source):
            lines.write(json.dumps(date_row(row, place), ensure_ascii=False) + "\n")
            count += 1
    return count
