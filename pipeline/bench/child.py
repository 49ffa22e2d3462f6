"""A system in a process of its own: no other's threads, caches or memory are in its numbers."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from pipeline.bench.systems import Outcome, Run, System
from pipeline.document import Document
from pipeline.errors import StatutsError

#: Seconds that a process has to end by itself.
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Timing:
    """One run: its wall-clock seconds, what it found, and the most memory so far, in bytes."""

    seconds: float
    outcome: Outcome
    memory: int


@dataclass(frozen=True, slots=True)
class _Failure:
    reason: str


class Child:
    """A fresh process that loads a system and then runs it when asked; ends with the block.

    `ways` are the system's ways to run. Raises StatutsError where the system cannot be loaded.
    """

    def __init__(self, system: System) -> None:
        self.name = system.name
        self.begun = time.perf_counter()
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, system.load))
        self._process.start()
        theirs.close()
        try:
            self.ways: list[str] = self._answer()
        except BaseException:
            self.close()
            raise

    @property
    def age(self) -> float:
        """Seconds since the process was asked for."""
        return time.perf_counter() - self.begun

    def run(self, way: str, documents: Sequence[Document]) -> Timing:
        """Run the system over documents. Raises StatutsError where it fails."""
        # The process may have ended since: then the answer tells.
        with suppress(BrokenPipeError):
            self._connection.send((way, documents))
        answer: Timing = self._answer()
        return answer

    def _answer(self) -> Any:
        try:
            answer = self._connection.recv()
        except (EOFError, ConnectionResetError):
            raise StatutsError(
                f"{self.name}: its process ended before it answered, perhaps for want of memory"
            ) from None
        if isinstance(answer, _Failure):
            raise StatutsError(f"{self.name}: {answer.reason}")
        return answer

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _serve(connection: Connection, load: Callable[[], Mapping[str, Run]]) -> None:
    # The other end closed, or Ctrl-C, which every process of the terminal gets: nobody is left to answer.
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt), connection:
        try:
            ways = load()
            connection.send(list(ways))
            while True:
                way, documents = connection.recv()
                begun = time.perf_counter()
                outcome = ways[way](documents)
                seconds = time.perf_counter() - begun
                connection.send(Timing(seconds, outcome, peak_memory()))
        except (EOFError, BrokenPipeError):
            raise
        except Exception as error:
            kind = "" if isinstance(error, StatutsError) else f"{type(error).__name__}: "
            connection.send(_Failure(kind + " ".join(str(error).split())))


def peak_memory() -> int:
    """The most that this process, or the largest one that it started and saw end, has held, in bytes.

    No less than what the process held that started this one, from which Linux counts on (`ru_maxrss`).
    """
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return most if sys.platform == "darwin" else most * 1024
