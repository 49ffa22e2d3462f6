"""The Ray job: the rows of one process, whatever dies meanwhile."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.config import Config
from pipeline.corpus import read_annotated
from pipeline.errors import StatutsError
from pipeline.sources import read_documents
from pipeline.streaming import extracted
from tests.conftest import ROOT

pytest.importorskip("ray", reason="no Ray: install the extra `ray` to run these tests")

from pipeline import cluster


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """Parquet files of 20 passages each, and a file that cannot be read."""
    folder = tmp_path_factory.mktemp("texts")
    passages = list(read_annotated(ROOT / "annotations/dev"))[:40]
    for number in range(2):
        rows = [
            {"id": p.id, "text": p.text, "date": p.date} for p in passages[20 * number : 20 * number + 20]
        ]
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{number}.parquet")
    (folder / "broken.parquet").write_bytes(b"no table")
    return folder


def rows_of(folder: Path):
    return [row for part in sorted(folder.iterdir()) for row in pq.read_table(part).to_pylist()]


def plain_rows(texts):
    documents = read_documents([str(texts)], document_date=None, on_error=lambda error: None)
    return [row for rows in extracted(documents, Config()) for row in rows]


def worker_processes() -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            name = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if re.match(r"ray::.*_Worker", name):
            found.append(int(entry.name))
    return found


def test_a_killed_worker_changes_nothing(texts, tmp_path):
    output, told, killed = tmp_path / "triples", [], []

    def kill_one():
        while not killed:
            parts = len(list(tmp_path.glob(".triples.*/part-*.parquet")))
            workers = worker_processes()
            if parts > 2 and workers:
                os.kill(workers[0], signal.SIGKILL)
                killed.append(parts)
            time.sleep(0.01)

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    count = cluster.extract(
        [str(texts)],
        output,
        address=cluster.LOCAL,
        config=Config(),
        part_documents=4,
        min_confidence=0.9,
        on_error=lambda error: told.append(str(error)),
    )
    killer.join(1)
    assert killed
    assert killed[0] < 11
    rows = rows_of(output)
    plain = plain_rows(texts)
    assert rows == [row for row in plain if row["confidence"] >= 0.9] != plain
    assert count == len(rows) > 50
    assert len(told) == 1
    assert "broken.parquet" in told[0]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["-", "--output", "out", "--ray", "local"], "standard input"),
        (["a.txt", "--ray", "local"], "name a folder"),
        (["a.txt", "--output", "out", "--ray", "local", "--workers", "2"], "name a folder"),
    ],
)
def test_what_a_cluster_cannot_do_is_one_line(tmp_path, arguments, reason):
    (tmp_path / "a.txt").write_text("Le Mali.", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "extract", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 2
    assert reason in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_folder_with_other_files_is_left_alone(texts, tmp_path):
    (tmp_path / "notes.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(StatutsError, match=r"holds notes\.txt"):
        cluster.extract(
            [str(texts)], tmp_path, address=cluster.LOCAL, config=Config(), on_error=lambda error: None
        )
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "keep"
