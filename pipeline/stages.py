"""The files between stages: documents as JSON lines or Parquet, read, batched and mapped with `datasets`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.corpus import from_row, to_line, to_row
from pipeline.document import Document
from pipeline.errors import StatutsError
from pipeline.results import replacing

if TYPE_CHECKING:
    from datasets import IterableDataset

#: What a file between stages may end in.
SUFFIXES = (".jsonl", ".parquet")
#: Documents mapped at a time.
BATCH = 64

_SPAN = {"start": "int64", "end": "int64"}
_FIELDS: dict[str, Any] = {
    "id": "string",
    "date": "string",
    "style": "string",
    "text": "string",
    "inferred_date": "string",
    "sentences": [{**_SPAN, "paragraph": "int64", "heading": "bool"}],
    "entities": [
        {
            "id": "string",
            "label": "string",
            **_SPAN,
            "text": "string",
            "status": "string",
            "confidence": "float64",
        }
    ],
    "relations": [{"type": "string", "head": "string", "tail": "string", "confidence": "float64"}],
    "triples": [
        {
            **dict.fromkeys(
                ("country", "status", "date", "organisation", "trigger", "holder", "org"), "string"
            ),
            "dates": ["string"],
            "date_source": "string",
            "confidence": "float64",
            "evidence": _SPAN,
        }
    ],
}


def _features() -> Any:
    from datasets import Features, List, Value

    def feature(form: Any) -> Any:
        if isinstance(form, list):
            return List(feature(form[0]))
        if isinstance(form, dict):
            return {key: feature(value) for key, value in form.items()}
        return Value(form)

    return Features(feature(_FIELDS))


def _lines(path: str) -> Iterator[dict[str, Any]]:
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_stage(path: Path) -> IterableDataset:
    """A stage's file as a streaming dataset of rows. Raises StatutsError where there is no such file."""
    from datasets import IterableDataset, load_dataset

    if path.suffix not in SUFFIXES:
        raise StatutsError(f"{path}: a stage reads {' or '.join(SUFFIXES)}; run the stage before this one")
    if not path.is_file():
        raise StatutsError(f"{path}: no such file; run the stage before this one")
    if path.suffix == ".parquet":
        return load_dataset(
            "parquet", data_files=str(path), split="train", streaming=True, features=_features()
        )
    # Not its "json" reader, which takes a string like 2024-07-04 for a time and gives back another string.
    return IterableDataset.from_generator(_lines, gen_kwargs={"path": str(path)})


def documents_of(path: Path) -> Iterator[Document]:
    """The documents of a stage's file. Raises StatutsError where a row is not in the documented form."""
    from datasets.exceptions import DatasetGenerationError

    number = 0
    try:
        for row in read_stage(path):
            number += 1
            yield from_row(row)
    except (ValueError, KeyError, TypeError, DatasetGenerationError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise StatutsError(f"{path}: row {number}: not a stage's file: {reason}") from error


def write_stage(path: Path, documents: Iterator[Document]) -> int:
    """Write documents to a `.jsonl` or `.parquet` file, which appears when all are done; their number."""
    if path.suffix not in SUFFIXES:
        raise StatutsError(f"{path}: unknown suffix; name a file that ends in {' or '.join(SUFFIXES)}")
    count = 0
    with replacing(path) as fresh:
        if path.suffix == ".jsonl":
            with fresh.open("w", encoding="utf-8") as lines:
                for document in documents:
                    lines.write(to_line(document))
                    count += 1
            return count
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = _features().arrow_schema
        with pq.ParquetWriter(fresh, schema) as writer:
            for batch in _runs(documents):
                writer.write_table(pa.Table.from_pylist([to_row(document) for document in batch], schema))
                count += len(batch)
    return count


def _runs(documents: Iterator[Document]) -> Iterator[list[Document]]:
    run: list[Document] = []
    for document in documents:
        run.append(document)
        if len(run) == BATCH:
            yield run
            run = []
    if run:
        yield run


def mapped(
    documents: Iterator[Document], stage: Callable[[Sequence[Document]], list[Document]]
) -> Iterator[Document]:
    """Documents passed through one stage, in batches."""
    for run in _runs(documents):
        yield from stage(run)
