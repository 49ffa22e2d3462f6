"""Documents as a folder of Hugging Face `datasets`, what `save_to_disk` writes and `load_from_disk` reads.

The columns are those of the Parquet files between stages.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.corpus import from_row
from pipeline.document import Document
from pipeline.errors import StatutsError
from pipeline.files import new_folder
from pipeline.stages import features, write_stage

#: The files by which such a folder is known: a dataset's, or that of several splits.
_MARKS = ("dataset_info.json", "dataset_dict.json")


def is_dataset(path: Path) -> bool:
    """Whether a folder is one that `save_to_disk` wrote."""
    return any((path / mark).is_file() for mark in _MARKS)


def write_dataset(path: Path, documents: Iterable[Document]) -> int:
    """Write a folder that `load_from_disk` reads; the number of documents.

    Raises StatutsError where the folder is there and not empty.
    """
    from datasets import Dataset

    with new_folder(path) as folder, tempfile.TemporaryDirectory() as work:
        rows = Path(work) / "rows.parquet"
        count = write_stage(rows, documents)
        if count:
            dataset = Dataset.from_parquet(str(rows), features=features(), cache_dir=work)
        else:
            dataset = Dataset.from_dict({name: [] for name in features()}, features=features())
        dataset.save_to_disk(str(folder), num_shards=None if count else 1)
    return count


def read_dataset(path: Path) -> Iterator[Document]:
    """The documents of such a folder, of all its splits in turn.

    Raises StatutsError where it is not readable, or a row is not in the form.
    """
    from datasets import DatasetDict, load_from_disk

    try:
        found = load_from_disk(str(path))
    except Exception as error:  # pyarrow and datasets each raise their own
        raise StatutsError(f"{path}: not a folder that `datasets` reads: {error}") from error
    for rows in found.values() if isinstance(found, DatasetDict) else [found]:
        for number, row in enumerate(rows, start=1):
            try:
                yield from_row(row)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise StatutsError(f"{path}: row {number}: not an annotated document: {error}") from error
