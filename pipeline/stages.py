"""The files between stages: documents as JSON lines or Parquet (streamed by `datasets`), read in batches."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.corpus import from_row, read_jsonl, to_line, to_row
from pipeline.document import Document
from pipeline.errors import StatutsError
from pipeline.files import replacing

#: What a file between stages may end in.
SUFFIXES = (".jsonl", ".parquet")
#: Documents, and characters of them, that are read together.
BATCH_DOCUMENTS, BATCH_CHARACTERS = 64, 200_000

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


def features() -> Any:
    """The columns of documents, as `datasets.Features`."""
    from datasets import Features, List, Value

    def feature(form: Any) -> Any:
        if isinstance(form, list):
            return List(feature(form[0]))
        if isinstance(form, dict):
            return {key: feature(value) for key, value in form.items()}
        return Value(form)

    return Features(feature(_FIELDS))


def _parquet_documents(path: Path) -> Iterator[Document]:
    from datasets import load_dataset
    from datasets.exceptions import DatasetGenerationError

    number = 0
    try:
        with tempfile.TemporaryDirectory() as cache:
            rows = load_dataset(
                "parquet",
                data_files=str(path),
                split="train",
                streaming=True,
                features=features(),
                cache_dir=cache,
            )
            for number, row in enumerate(rows, start=1):  # noqa: B007 (told in the error)
                yield from_row(row)
    except (ValueError, KeyError, TypeError, OSError, DatasetGenerationError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise StatutsError(f"{path}: row {number}: not an annotated document: {reason}") from error


def documents_of(path: Path) -> Iterator[Document]:
    """The documents of a stage's file, one by one. Raises StatutsError where a row is not in the form."""
    if path.suffix not in SUFFIXES:
        raise StatutsError(f"{path}: a stage reads {' or '.join(SUFFIXES)}; run the stage before this one")
    if not path.is_file():
        raise StatutsError(f"{path}: no such file; run the stage before this one")
    return read_jsonl(path) if path.suffix == ".jsonl" else _parquet_documents(path)


def write_stage(path: Path, documents: Iterable[Document]) -> int:
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

        schema = features().arrow_schema
        with pq.ParquetWriter(fresh, schema) as writer:
            for batch in batched(documents):
                writer.write_table(pa.Table.from_pylist([to_row(document) for document in batch], schema))
                count += len(batch)
    return count


def batched(
    documents: Iterable[Document], *, most: int = BATCH_DOCUMENTS, characters: int = BATCH_CHARACTERS
) -> Iterator[list[Document]]:
    """Runs of documents that are read together: at most so many, fewer where they are long."""
    batch: list[Document] = []
    length = 0
    for document in documents:
        if batch and (len(batch) >= most or length + len(document.text) > characters):
            yield batch
            batch, length = [], 0
        batch.append(document)
        length += len(document.text)
    if batch:
        yield batch


def mapped(
    documents: Iterator[Document], stage: Callable[[Sequence[Document]], list[Document]]
) -> Iterator[Document]:
    """Documents passed through one stage, in batches."""
    for run in batched(documents):
        yield from stage(run)
