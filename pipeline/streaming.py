"""Any number of documents, in constant memory: several processes, and an output that a rerun completes.

An output grows in a folder beside it (`.name.partial`): the rows so far, and how many documents and bytes of
them count. These change together, a whole document at a time, so that a run killed at any moment goes on
where it was; the output itself appears when all is done.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.config import Config
from pipeline.document import Document
from pipeline.engines import available_cores
from pipeline.errors import StatutsError
from pipeline.extractor import Extractor
from pipeline.results import checked_suffix, open_writer, triple_rows
from pipeline.stages import batched

Rows = list[dict[str, Any]]
#: Seconds after which what is done is made to count.
_COMMIT = 0.5
#: Rows that go from the partial output into the final one at a time.
_CHUNK = 5000


def extracted(
    documents: Iterable[Document], config: Config, *, workers: int = 1, min_confidence: float = 0.0
) -> Iterator[Rows]:
    """The rows of each document, in order, by so many processes; each loads the models once.

    Triples of less than `min_confidence` (0 to 1) are left out. Documents are read as they are needed.
    Raises StatutsError where a model cannot be loaded or a worker is killed.
    """
    if workers == 1:
        for document in Extractor.from_pretrained(config=config).pipe(documents, gated=True):
            yield triple_rows(document, min_confidence=min_confidence)
        return
    threads = config.threads or max(1, available_cores() // workers)
    context = multiprocessing.get_context("spawn")
    waiting: deque[Future[list[Rows]]] = deque()
    with ProcessPoolExecutor(
        workers, context, _load, (config.model_copy(update={"threads": threads}),)
    ) as pool:
        try:
            for batch in batched(documents):
                waiting.append(pool.submit(_work, batch, min_confidence))
                if len(waiting) > 2 * workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BrokenProcessPool as error:
            raise StatutsError(
                "a worker process was killed, perhaps for want of memory; run again, with fewer --workers"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_extractor: Extractor | None = None


def _load(config: Config) -> None:
    global _extractor
    # Ctrl-C is for the process that reads and writes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _extractor = Extractor.from_pretrained(config=config)


def _work(batch: Sequence[Document], min_confidence: float) -> list[Rows]:
    assert _extractor is not None
    read = _extractor.pipe(batch, gated=True)
    return [triple_rows(document, min_confidence=min_confidence) for document in read]


class Partial:
    """The unfinished output of one job: `done` documents are safe, with `total` rows so far."""

    def __init__(self, folder: Path, job: str | None) -> None:
        self.progress = folder / "progress.json"
        self.job = job
        size = self.done = self.total = 0
        try:
            saved = json.loads(self.progress.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            saved = {}
        rows = folder / "rows.jsonl"
        same = job is not None and saved.get("job") == job
        if same and rows.exists() and rows.stat().st_size >= saved["bytes"]:
            self.done, self.total, size = (saved[key] for key in ("documents", "rows", "bytes"))
        self.file = rows.open("r+b" if size else "w+b")
        self.file.truncate(size)
        self.file.seek(size)
        self._pending = self.done
        self._last = time.monotonic()

    def write(self, rows: Rows) -> None:
        """Append the rows of the next document."""
        self.file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n".encode() for row in rows)
        self.total += len(rows)
        self._pending += 1
        if time.monotonic() - self._last > _COMMIT:
            self.commit()

    def commit(self) -> None:
        """Make all documents so far count."""
        self.file.flush()
        fresh = self.progress.with_suffix(".new")
        saved = {
            "job": self.job,
            "documents": self._pending,
            "rows": self.total,
            "bytes": self.file.tell(),
        }
        fresh.write_text(json.dumps(saved), encoding="utf-8")
        os.replace(fresh, self.progress)
        self.done, self._last = self._pending, time.monotonic()

    def rows(self) -> Iterator[Rows]:
        """All rows so far, in chunks."""
        self.file.seek(0)
        while chunk := [json.loads(line) for line in islice(self.file, _CHUNK)]:
            yield chunk


@contextmanager
def resumable(output: Path, job: str | None) -> Iterator[Partial]:
    """An output that grows beside `output` and takes its place when the block ends well; else it stays, and
    another run of the same `job` goes on with it. A `job` of None never goes on.

    Raises StatutsError where it cannot be written, or another run is writing it.
    """
    from filelock import FileLock, Timeout

    checked_suffix(output)
    target = output.resolve()
    if target.is_dir():
        raise StatutsError(f"{output}: a folder; name a file for the output")
    folder = target.with_name(f".{target.name}.partial")
    if target.exists() and not target.is_file():
        # A pipe or device: nothing can lie beside it.
        folder, job = Path(tempfile.mkdtemp()), None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # In a folder that others can write to, a link here would lead the rows over another file.
        if any(path.is_symlink() for path in (folder, *folder.iterdir())):
            raise StatutsError(f"{folder}: is or holds a link, which no run leaves; remove it")
        with FileLock(folder / "lock", timeout=0):
            partial = Partial(folder, job)
            with partial.file:
                try:
                    yield partial
                finally:
                    partial.commit()
                with open_writer(output) as writer:
                    for rows in partial.rows():
                        writer.write(rows)
            shutil.rmtree(folder, ignore_errors=True)
    except Timeout as error:
        raise StatutsError(f"{output}: another run is writing it; wait, or name another output") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise StatutsError(f"{output}: cannot be written ({reason}); a rerun goes on from here") from error


def job_of(paths: Sequence[str], **options: object) -> str | None:
    """What a run does, as text: its inputs with their sizes and times, and its options. None where an input
    can be read only once, such as standard input.
    """
    inputs = []
    for name in paths:
        path = Path(name)
        if not (path.is_file() or path.is_dir()):
            return None
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                state = file.stat()
                inputs.append((str(file.resolve()), state.st_size, state.st_mtime_ns))
    return json.dumps([inputs, options], ensure_ascii=False, sort_keys=True, default=str)
