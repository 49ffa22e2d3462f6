"""Beyond one machine: the same stages as a Ray Data job, from files to a folder of Parquet parts.

A read task turns files into packs of documents, a pool of actors, each with the models loaded, turns packs
into parts of the output. A part's name is its place in the input: a pack that is read twice, because a
worker died over it, gives the same part again, and the parts in the order of their names hold the rows that
one process writes. What there is to tell travels with the data, so it is told once too.

Every machine of the cluster sees input and output under the same paths.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.config import Config
from pipeline.document import Document
from pipeline.engines import available_cores
from pipeline.errors import StatutsError
from pipeline.extractor import Extractor
from pipeline.files import new_folder
from pipeline.results import open_writer, triple_rows
from pipeline.sources import STANDARD_INPUT, Columns, files_of, read_documents
from pipeline.stages import batched

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)

#: The address that stands for a cluster of this machine's cores, started for the job and ended with it.
LOCAL = "local"
#: What is told on a worker: `level` (of `logging`) and `message`.
Told = list[dict[str, Any]]
#: Documents and characters in a part, at most: what is done anew when a worker dies.
PART_DOCUMENTS, PART_CHARACTERS = 256, 800_000
PARTS = "part-*.parquet"
#: How often a pack is tried again after its worker has died, before the job is given up.
RETRIES = 3
#: Read tasks in all, at most, and cores that one of them at a time keeps busy.
_READ_TASKS, _CORES_A_READER = 1000, 16


def extract(
    paths: Sequence[str],
    output: Path,
    *,
    address: str,
    config: Config,
    document_date: str | None = None,
    columns: Columns | None = None,
    part_documents: int = PART_DOCUMENTS,
    min_confidence: float = 0.0,
    on_error: Callable[[StatutsError], None],
) -> int:
    """Write the triples of all documents of `paths` to the folder `output`; the number of rows.

    `address` is that of a running Ray cluster, or `LOCAL`. `document_date` (EDTF) dates documents without
    one; triples of less than `min_confidence` (0 to 1) are left out. The folder appears, or takes
    the place of an older one, when all is done. What cannot be read is told to `on_error`, and the rest goes
    on. Raises StatutsError where the output cannot be written, a model not loaded, the cluster not reached,
    and where workers keep dying.
    """
    if STANDARD_INPUT in paths:
        raise StatutsError("- (standard input): the machines of a cluster cannot read it; name files")
    target = output.resolve()
    for path in map(Path, paths):
        if target == path.resolve() or target in path.resolve().parents:
            raise StatutsError(f"{output}: holds the input {path}; name another folder for the output")
    tasks = _read_tasks(paths, on_error)
    reading = {
        "document_date": document_date,
        "columns": columns or Columns(),
        "part_documents": part_documents,
    }
    with new_folder(target, over=PARTS) as folder, _cluster(address):
        # So that an output without any row can be read too; the first pack's part replaces it.
        _write_part(folder / _part_name(0, 0), [])
        total, parts = 0, {_part_name(0, 0)}
        working = {
            # Each core is an actor of its own.
            "config": config.model_copy(update={"threads": 1}),
            "folder": folder,
            "min_confidence": min_confidence,
        }
        for done in _job(tasks, reading, working):
            for told in done["told"]:
                if told["level"] >= logging.ERROR:
                    on_error(StatutsError(told["message"]))
                else:
                    log.log(told["level"], "%s", told["message"])
            total += done["rows"]
            parts.add(done["part"])
        _need_parts(folder, parts, output)
    return total


def first_rows(output: Path, most: int) -> list[dict[str, Any]]:
    """The first rows of an output."""
    import pyarrow.dataset

    rows: list[dict[str, Any]] = pyarrow.dataset.dataset(output, format="parquet").head(most).to_pylist()
    return rows


def _read_tasks(paths: Sequence[str], on_error: Callable[[StatutsError], None]) -> list[dict[str, Any]]:
    """The files in order, in runs that one task each reads."""
    files: list[str] = []
    for path in paths:
        try:
            files += files_of(path)
        except StatutsError as error:
            on_error(error)
    size = -(-len(files) // _READ_TASKS) or 1
    starts = range(0, len(files), size)
    return [{"task": task, "files": files[start : start + size]} for task, start in enumerate(starts)]


@contextlib.contextmanager
def _cluster(address: str) -> Iterator[None]:
    """A connection to a Ray cluster; `LOCAL` starts one. Nothing is sent elsewhere."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise StatutsError("--ray: Ray is not installed; run `pip install .[ray]`") from error
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address == LOCAL:
            ray.init(
                LOCAL,
                num_cpus=available_cores(),
                include_dashboard=False,
                _node_ip_address="127.0.0.1",
                **quiet,
            )
        else:
            ray.init(address, **quiet)
    except (OSError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise StatutsError(f"--ray {address}: no such Ray cluster ({reason})") from error
    try:
        yield
    finally:
        ray.shutdown()


def _job(
    tasks: Sequence[dict[str, Any]], reading: dict[str, Any], working: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Run all tasks on the cluster: part, rows and what there is to tell of each pack, as it is done.

    Raises StatutsError where the job fails.
    """
    import ray
    from ray.data import ActorPoolStrategy, DataContext, TaskPoolStrategy
    from ray.exceptions import RayError

    if not tasks:
        return
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
    here = os.getcwd()
    context = DataContext.get_current().copy()
    context.enable_progress_bars = False
    # A row is a pack: each becomes a block, and so a task, of its own.
    context.target_max_block_size = 1
    with DataContext.current(context):
        packs = ray.data.from_items(list(tasks), override_num_blocks=len(tasks)).map_batches(
            _read,
            batch_size=1,
            batch_format="pyarrow",
            fn_kwargs={**reading, "here": here},
            # Next to nothing beside extraction, which has all cores.
            num_cpus=0,
            compute=TaskPoolStrategy(size=1 + cores // _CORES_A_READER),
            max_retries=RETRIES,
        )
        parts = packs.map_batches(
            _Worker,
            batch_size=1,
            batch_format="pyarrow",
            fn_constructor_kwargs={**working, "here": here},
            num_cpus=1,
            compute=ActorPoolStrategy(size=cores),
            # A machine may be taken away and given back any number of times; a text that kills may not.
            max_restarts=-1,
            max_task_retries=RETRIES,
        )
        try:
            yield from parts.iter_rows()
        except RayError as error:
            raise _as_ours(error) from error


def _as_ours(error: BaseException) -> StatutsError:
    """The StatutsError that a worker raised, else one that tells what Ray tells."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, StatutsError):
            return cause
        cause = getattr(cause, "cause", None) or cause.__cause__
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return StatutsError(f"the Ray job failed: {lines[-1].strip()}")


def _part_name(task: int, pack: int) -> str:
    return f"part-{task:05}-{pack:06}.parquet"


def _read(
    tasks: pa.Table, *, document_date: str | None, columns: Columns, part_documents: int, here: str
) -> Iterator[pa.Table]:
    """The packs of read tasks: so many documents, and what was told while they were read."""
    _go_to(here)
    for task in tasks.to_pylist():
        with _overheard() as told:
            documents = read_documents(
                task["files"],
                document_date=document_date,
                columns=columns,
                on_error=lambda error: log.error("%s", error),
            )
            packs = batched(documents, most=part_documents, characters=PART_CHARACTERS)
            for number, pack in enumerate(chain(packs, [[]])):
                if pack or told:
                    yield _pack(_part_name(task["task"], number), pack, told)
                told.clear()


def _pack(part: str, documents: Sequence[Document], told: Told) -> pa.Table:
    import pyarrow as pa

    rows = [{"id": each.id, "text": each.text, "date": each.date} for each in documents]
    document = pa.struct([(name, pa.string()) for name in ("id", "text", "date")])
    return pa.table(
        {
            "part": pa.array([part], pa.string()),
            "documents": pa.array([rows], pa.list_(document)),
            "told": pa.array([told], pa.list_(_told_type())),
        }
    )


def _told_type() -> pa.DataType:
    import pyarrow as pa

    return pa.struct([("level", pa.int64()), ("message", pa.string())])


class _Worker:
    """An actor: loads the models once, then writes the part of each pack."""

    def __init__(self, *, config: Config, folder: Path, min_confidence: float, here: str) -> None:
        _go_to(here)
        self.min_confidence = min_confidence
        self.extractor = Extractor.from_pretrained(config=config)
        self.folder = folder

    def __call__(self, packs: pa.Table) -> pa.Table:
        """Part, number of rows and what there is to tell of each pack."""
        import pyarrow as pa

        done = []
        for pack in packs.to_pylist():
            documents = [Document(each["id"], each["text"], date=each["date"]) for each in pack["documents"]]
            with _overheard() as told:
                read = self.extractor.pipe(documents, gated=True)
                rows = [
                    row
                    for document in read
                    for row in triple_rows(document, min_confidence=self.min_confidence)
                ]
            _write_part(self.folder / pack["part"], rows)
            done.append({"part": pack["part"], "rows": len(rows), "told": pack["told"] + told})
        schema = [("part", pa.string()), ("rows", pa.int64()), ("told", pa.list_(_told_type()))]
        return pa.Table.from_pylist(done, pa.schema(schema))


def _write_part(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    # Under another name first: of two workers at the same part, neither sees the other's half.
    with open_writer(path) as writer:
        writer.write(rows)


def _need_parts(folder: Path, parts: set[str], output: Path) -> None:
    """Drop what killed workers left; raises StatutsError where a part is not there."""
    for path in folder.iterdir():
        if path.name not in parts:
            path.unlink()
    missing = sorted(parts - {path.name for path in folder.iterdir()})
    if missing:
        raise StatutsError(
            f"{output}: {len(missing)} parts written by other machines are not there; "
            "name a folder that all share"
        )


def _go_to(here: str) -> None:
    """Make relative paths mean on a worker what they mean where the command was given."""
    try:
        os.chdir(here)
    except OSError as error:
        raise StatutsError(
            f"{here}: not on every machine of the cluster; run from a folder that all share"
        ) from error


@contextlib.contextmanager
def _overheard() -> Iterator[Told]:
    """What the pipeline tells by its loggers."""
    told: Told = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append({"level": record.levelno, "message": record.getMessage()})

    listener, ours = Listener(logging.WARNING), logging.getLogger("pipeline")
    ours.addHandler(listener)
    try:
        yield told
    finally:
        ours.removeHandler(listener)
