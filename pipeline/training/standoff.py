"""Annotations kept apart from their texts, which are other people's and stay where they are.

A JSON line holds `id`, `file` and `line` (from 0) of the text in a folder, the characters `start` to `end`
(half-open) of it that make the passage, the `sha256` of the passage, and `entities` and `relations` as in
`annotations/`, their offsets counted from the passage's start, without their words. A line of a `.jsonl`
file is an object with `text`; a line of any other file is the text itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.corpus import from_row, to_row
from pipeline.document import Document
from pipeline.errors import StatutsError


def detached(document: Document, *, file: str, line: int, start: int) -> dict[str, Any]:
    """The row that keeps a passage's annotation without a word of it.

    The passage begins at character `start` of line `line` (from 0) of `file`.
    """
    row = to_row(document)
    return {
        "id": document.id,
        "file": file,
        "line": line,
        "start": start,
        "end": start + len(document.text),
        "sha256": _digest(document.text),
        "entities": [
            {key: item[key] for key in ("id", "label", "start", "end", "status") if key in item}
            for item in row.get("entities", ())
        ],
        "relations": [
            {key: item[key] for key in ("type", "head", "tail")} for item in row.get("relations", ())
        ],
    }


def attached(path: Path, texts: Path) -> Iterator[Document]:
    """The annotated passages of the stand-off file `path`, their texts taken from the folder `texts`.

    Raises StatutsError where either cannot be read, or a text is not the one that was annotated.
    """
    lines: dict[str, list[str]] = {}
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for name in {row["file"] for row in rows}:
            lines[name] = (texts / name).read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StatutsError(f"{path}: cannot be joined with the texts in {texts}: {error}") from error
    for number, row in enumerate(rows, start=1):
        try:
            whole = lines[row["file"]][row["line"]]
            whole = json.loads(whole)["text"] if row["file"].endswith(".jsonl") else whole
            text = whole[row["start"] : row["end"]]
            if _digest(text) != row["sha256"]:
                raise ValueError(f"{texts / row['file']} holds another text than was annotated")
            entities = [{**item, "text": text[item["start"] : item["end"]]} for item in row["entities"]]
            yield from_row({**row, "text": text, "entities": entities})
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise StatutsError(f"{path}:{number}: cannot be joined with its text: {error}") from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
