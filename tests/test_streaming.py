"""Long runs: several processes, and an output that a rerun completes whatever killed the first."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from pipeline.config import Config
from pipeline.document import Document
from pipeline.errors import StatutsError
from pipeline.streaming import extracted, job_of, resumable

#: Writes 400 documents of 0 to 3 rows each, slowly; told where it was when it began.
WRITER = """
import sys, time
from itertools import islice
from pathlib import Path
import pipeline.streaming as streaming
streaming._COMMIT = 0.01
with streaming.resumable(Path(sys.argv[1]), "job") as partial:
    for number in islice(range(400), partial.done, None):
        partial.write([{"document": number, "row": row, "text": "é" * 40} for row in range(number % 4)])
        time.sleep(0.001)
"""
EXPECTED = [(number, row) for number in range(400) for row in range(number % 4)]


def written(path):
    return [
        (row["document"], row["row"])
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]


def test_a_run_killed_at_any_moment_is_completed_by_the_next(tmp_path, monkeypatch):
    output = tmp_path / "rows.jsonl"
    output.write_text("what was there\n")
    # onnxruntime and the like are not needed here, and starting would take longer than writing.
    command = [sys.executable, "-c", WRITER, str(output)]
    chance = random.Random(7)
    kills = 0
    for _ in range(40):
        run = subprocess.Popen(command)
        partial = tmp_path / ".rows.jsonl.partial/progress.json"
        while run.poll() is None and not partial.exists():
            time.sleep(0.002)
        time.sleep(chance.random() * 0.08)
        if run.poll() is not None:
            break
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        kills += 1
        assert output.read_text() == "what was there\n" or written(output) == EXPECTED
    else:
        subprocess.run(command, check=True)
    assert kills >= 3
    assert written(output) == EXPECTED
    assert os.listdir(tmp_path) == ["rows.jsonl"]


def stopped(output, job, row):
    """Begins a job, writes a document and is stopped; how many documents were done when it began."""
    done = -1
    with contextlib.suppress(KeyboardInterrupt), resumable(output, job) as partial:
        done = partial.done
        partial.write([row])
        raise KeyboardInterrupt
    return done


def test_another_job_does_not_go_on(tmp_path):
    output = tmp_path / "rows.jsonl"
    assert [stopped(output, job, {"document": n}) for n, job in enumerate(("one", "two", "two"))] == [0, 0, 1]
    with resumable(output, "two") as partial:
        assert (partial.done, partial.total) == (2, 2)
    assert output.read_text() == '{"document": 1}\n{"document": 2}\n'


def test_what_can_be_read_only_once_does_not_go_on(tmp_path):
    assert [stopped(tmp_path / "rows.jsonl", None, {"document": n}) for n in (1, 2)] == [0, 0]


def test_two_runs_do_not_write_one_output(tmp_path):
    output = tmp_path / "rows.csv"
    with resumable(output, "job"), pytest.raises(StatutsError, match="another run"), resumable(output, "job"):
        pass


@pytest.mark.parametrize("name", ["rows.txt", "rows"])
def test_the_suffix_is_checked_before_any_work(tmp_path, name):
    with pytest.raises(StatutsError, match="unknown suffix"), resumable(tmp_path / name, "job"):
        pytest.fail("the work began")
    assert not os.listdir(tmp_path)


def test_a_job_is_its_inputs_and_options(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("un")
    first = job_of([str(path)], date=None)
    assert first == job_of([str(path)], date=None)
    assert first != job_of([str(path)], date="2024")
    path.write_text("deux")
    assert first != job_of([str(path)], date=None)
    assert job_of(["-"]) is None


def test_workers_give_the_rows_of_one_process_in_order():
    text = "La Finlande a rejoint l'OTAN le 4 avril 2023."
    documents = [Document(str(number), text * (1 + number % 3)) for number in range(130)]
    config = Config(threads=1)
    alone = list(extracted(documents, config))
    assert [{row["document"] for row in rows} for rows in alone] == [{str(n)} for n in range(130)]
    assert list(extracted(documents, config, workers=2)) == alone


@pytest.mark.parametrize("workers", [1, 2])
def test_a_least_confidence_leaves_out_the_rows_below_it(workers):
    documents = [Document("a", "La Finlande a rejoint l'OTAN le 4 avril 2023.")]
    (rows,) = extracted(documents, Config(threads=1))
    least = rows[0]["confidence"]
    for given, kept in ((least, rows), (least + 1e-4, [])):
        assert list(extracted(documents, Config(threads=1), workers=workers, min_confidence=given)) == [kept]


def test_documents_are_read_as_they_are_needed():
    taken = []

    def documents():
        for number in range(1000):
            taken.append(number)
            yield Document(str(number), "Le Mali.")

    next(extracted(documents(), Config()))
    assert len(taken) <= 130
