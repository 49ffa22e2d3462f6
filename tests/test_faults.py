"""What goes wrong around a run, made to happen: full disks, killed processes, odd machines."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time

import pytest

from pipeline import streaming
from pipeline.config import Config
from pipeline.document import Document, Triple
from pipeline.errors import StatutsError
from pipeline.files import new_folder, replacing
from pipeline.results import open_writer, triple_rows
from pipeline.stages import write_stage
from pipeline.streaming import extracted, resumable
from tests.conftest import ROOT

TEXT = "La République de Guinée a été suspendue de l’Union africaine le 10 septembre 2021."
ROW = triple_rows(Document("a", TEXT, triples=(Triple("GIN", "suspended", "2021-09-10"),)))[0]
#: `extract` with rows that need no model: a document takes 4 ms.
FAKE = f"""
import json, sys, time
import pipeline.streaming as streaming
streaming._COMMIT = 0.01
def extracted(documents, config, **options):
    for document in documents:
        time.sleep(0.004)
        yield [json.loads({json.dumps(json.dumps(ROW))}) | {{"document": document.id}}]
streaming.extracted = extracted
from pipeline.commands import main
main()
"""
DOCUMENTS = 500
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def command(tmp_path):
    """`extract`, with made-up rows, of so many documents into `o.jsonl`, where something is already."""
    rows = (json.dumps({"id": str(number), "text": "x"}) + "\n" for number in range(DOCUMENTS))
    (tmp_path / "in.jsonl").write_text("".join(rows))
    (tmp_path / "o.jsonl").write_text("what was there\n")
    return [
        sys.executable,
        "-c",
        FAKE,
        "extract",
        str(tmp_path / "in.jsonl"),
        "--output",
        str(tmp_path / "o.jsonl"),
    ]


def started(command, **options):
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, **options
    )


def until(condition):
    for _ in range(20_000):
        if condition():
            return
        time.sleep(0.005)
    pytest.fail("it never happened")


def done_so_far(folder):
    try:
        return json.loads((folder / ".o.jsonl.partial/progress.json").read_text())["documents"]
    except OSError:
        return 0


def is_whole(folder):
    rows = [json.loads(line) for line in (folder / "o.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row["document"] for row in rows] == [str(number) for number in range(DOCUMENTS)] and sorted(
        os.listdir(folder)
    ) == ["in.jsonl", "o.jsonl"]


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name
)
def test_a_run_that_is_stopped_leaves_what_was_there_and_the_next_completes_it(tmp_path, command, number):
    run = started(command)
    until(lambda: done_so_far(tmp_path) > 20 or run.poll() is not None)
    run.send_signal(number)
    errors = run.communicate()[1]
    assert run.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert "Traceback" not in errors
    assert (tmp_path / "o.jsonl").read_text() == "what was there\n"
    assert sorted(os.listdir(tmp_path)) == [".o.jsonl.partial", "in.jsonl", "o.jsonl"]
    assert 20 < done_so_far(tmp_path) < DOCUMENTS
    again = subprocess.run(command, check=False, capture_output=True, text=True, env=ENVIRONMENT)
    assert again.returncode == 0, again.stderr
    assert is_whole(tmp_path)


def test_a_second_run_on_one_output_is_refused_until_the_first_ends_or_is_killed(tmp_path, command):
    first = started(command)
    until(lambda: done_so_far(tmp_path) > 0 or first.poll() is not None)
    first.send_signal(signal.SIGSTOP)  # it holds the output as long as it is there
    second = subprocess.run(command, check=False, capture_output=True, text=True, env=ENVIRONMENT)
    assert second.returncode == 2
    assert "another run is writing it" in second.stderr
    assert second.stderr.count("\n") == 1
    first.kill()
    first.communicate()
    assert subprocess.run(command, check=False, capture_output=True, env=ENVIRONMENT).returncode == 0
    assert is_whole(tmp_path)


def test_of_two_writers_of_a_stage_each_writes_a_whole_file(tmp_path):
    path = tmp_path / "o.jsonl"
    with replacing(path) as first, replacing(path) as second:
        assert first != second
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"
    assert os.listdir(tmp_path) == ["o.jsonl"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_stage_that_is_stopped_leaves_no_temporary_file(tmp_path, number):
    os.mkfifo(tmp_path / "in.jsonl")  # a reader waits here for as long as nobody writes
    (tmp_path / "o.jsonl").write_text("what was there\n")
    run = started(
        [
            sys.executable,
            "-m",
            "pipeline",
            "segment",
            str(tmp_path / "in.jsonl"),
            "--output",
            str(tmp_path / "o.jsonl"),
        ]
    )
    until(lambda: list(tmp_path.glob(".o.jsonl.*")) or run.poll() is not None)
    run.send_signal(number)
    assert "Traceback" not in run.communicate()[1]
    assert run.returncode == 128 + number
    assert sorted(os.listdir(tmp_path)) == ["in.jsonl", "o.jsonl"]
    assert (tmp_path / "o.jsonl").read_text() == "what was there\n"


@pytest.mark.parametrize(
    "saved",
    [
        "",
        "[]",
        "\x00\x00",
        '{"job": "job"}',
        '{"job": "job", "documents": "1", "rows": 1, "bytes": 1}',
        '{"job": "job", "documents": 1, "rows": 1, "bytes": 999}',
    ],
)
def test_a_damaged_partial_output_is_begun_anew(tmp_path, saved):
    with contextlib.suppress(KeyboardInterrupt), resumable(tmp_path / "o.jsonl", "job") as partial:
        partial.write([ROW])
        raise KeyboardInterrupt
    (tmp_path / ".o.jsonl.partial/progress.json").write_text(saved)
    with resumable(tmp_path / "o.jsonl", "job") as partial:
        assert (partial.done, partial.total) == (0, 0)
        partial.write([ROW])
    assert (tmp_path / "o.jsonl").read_text(encoding="utf-8").count("\n") == 1


def die(config):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_is_one_line(monkeypatch):
    monkeypatch.setattr(streaming, "_load", die)
    with pytest.raises(StatutsError, match="a worker process was killed"):
        list(extracted([Document("a", TEXT)], Config(), workers=2))


def mounted(folder, options):
    """A file system of its own at `folder`, where this user may make one."""
    return (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True
        ).returncode
        == 0
    )


@pytest.fixture
def full_disk(tmp_path):
    """A folder in which 64 kB can be written: a small disk, or files that may grow no larger."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() == 0 and mounted(folder, "size=64k"):
        yield folder
        subprocess.run(["umount", "-l", folder], check=True)
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, hard))
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def letters(number):
    """A text that no compression makes small."""
    return os.urandom(50_000).hex() + str(number)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_a_full_disk_leaves_what_was_there(full_disk, suffix):
    path = full_disk / f"o{suffix}"
    path.write_text("what was there\n")
    with (
        pytest.raises(StatutsError, match=rf"o\{suffix}: cannot be written \((No space left|File too large)"),
        open_writer(path) as writer,
    ):
        writer.write([ROW | {"document": letters(number)} for number in range(3)])
    if suffix != ".csv":
        with pytest.raises(StatutsError, match="cannot be written"):
            write_stage(path, (Document(str(number), letters(number)) for number in range(3)))
    with pytest.raises(StatutsError, match="cannot be written"), new_folder(full_disk / "f") as folder:
        (folder / "a").write_text(letters(0))
    assert path.read_text() == "what was there\n"
    assert os.listdir(full_disk) == [path.name]


def test_a_disk_that_fills_in_the_middle_is_gone_on_from(tmp_path, command):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    run = started(command, preexec_fn=limit)
    errors = run.communicate()[1]
    assert run.returncode == 2
    assert errors.count("\n") == 1
    assert "cannot be written" in errors
    assert "a rerun goes on from here" in errors
    assert (tmp_path / "o.jsonl").read_text() == "what was there\n"
    assert subprocess.run(command, check=False, capture_output=True, env=ENVIRONMENT).returncode == 0
    assert is_whole(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [["dates", "le 4 avril 2023"], ["extract", "in.jsonl", "--output", "-"], ["extract", "in.jsonl"]],
)
def test_standard_output_to_a_full_disk_is_one_line(tmp_path, command, arguments):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*command[:3], *arguments],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=ENVIRONMENT,
        )
    assert done.returncode == 2
    assert done.stderr == "error: standard output: cannot be written (No space left on device)\n"


@pytest.fixture
def read_only(tmp_path):
    """A folder that nobody writes to; for root, who may, on a disk that is read only."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    if os.geteuid() == 0:
        if not mounted(folder, "ro"):
            pytest.skip("root writes to any folder, and may not mount one read only here")
        yield folder
        subprocess.run(["umount", "-l", folder], check=True)
        return
    folder.chmod(0o500)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize(
    "opened",
    [replacing, new_folder, open_writer, lambda path: resumable(path, "job")],
    ids=["file", "folder", "rows", "resumable"],
)
def test_a_read_only_folder_is_one_line(read_only, opened):
    with (
        pytest.raises(
            StatutsError, match=r"o\.csv: cannot be written \((Read-only file system|Permission denied)"
        ) as error,
        opened(read_only / "o.csv"),
    ):
        pytest.fail("the work began")
    assert "\n" not in str(error.value)


#: Any use of the network ends the process.
NO_NETWORK = "import os, socket; socket.socket.connect = socket.getaddrinfo = lambda *a: os._exit(99)\n"
#: In the year 2286, and the clock goes back an hour each time it is asked.
OTHER_CLOCK = "import itertools, time; time.time = lambda at=itertools.count(1e10, -3600): next(at)\n"
#: No letter beyond ASCII on standard streams and in file names, and no help from Python against it.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
NOWHERE = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "HF_HOME"), "/proc/none")


@pytest.mark.parametrize(
    ("before", "variables"),
    [
        pytest.param("", ASCII, id="ascii"),
        pytest.param("", {"LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr"}, id="turkish"),
        pytest.param("", {"HOME": None, "USER": None, "LOGNAME": None}, id="no home"),
        pytest.param("", NOWHERE, id="a home that cannot be written"),
        pytest.param(OTHER_CLOCK, {"TZ": "Pacific/Kiritimati"}, id="another clock"),
        pytest.param(NO_NETWORK, {"http_proxy": "http://127.0.0.1:9"}, id="no network"),
    ],
)
def test_the_rows_are_the_same_on_any_machine_and_the_home_is_left_alone(
    extractor, tmp_path, before, variables
):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        key: value
        for key, value in ENVIRONMENT.items()
        if key not in ("XDG_CACHE_HOME", "ORT_DISABLE_TELEMETRY")
    }
    environment |= {"HOME": str(home)} | variables
    environment = {key: value for key, value in environment.items() if value is not None}
    program = before + "from pipeline.commands import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "extract", "a.txt", "--output", "o.jsonl"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert not list(home.rglob("*"))
    expected = triple_rows(next(extractor.pipe([Document("a.txt", TEXT)], gated=True)))
    rows = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text("utf-8").splitlines()]
    assert "Guinée" in done.stdout.decode()
    assert [row | {"confidence": 0} for row in rows] == [row | {"confidence": 0} for row in expected] != []


def test_a_file_name_beyond_ascii_is_read_in_any_locale(tmp_path):
    (tmp_path / "Guinée.txt").write_text(TEXT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "segment", "Guinée.txt", "--output", "o.jsonl"],
        cwd=tmp_path,
        env=ENVIRONMENT | ASCII,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads((tmp_path / "o.jsonl").read_text(encoding="utf-8"))["text"] == TEXT
