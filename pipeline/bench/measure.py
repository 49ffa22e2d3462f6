"""Systems measured in turns: A B A B …, so that what else the machine does meets all of them alike."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from pipeline.bench.child import Child, Timing
from pipeline.bench.corpus import Corpus, count_words
from pipeline.bench.systems import System
from pipeline.document import Document
from pipeline.errors import StatutsError


@dataclass(frozen=True, slots=True)
class SystemRuns:
    """What was measured of a system on a corpus, a number for each repetition.

    `way` is the quickest one of the warm-up, in which `runs` read the whole corpus. `cold` are the seconds
    from the start of a fresh process to the answer for one article, `warm` those of a loaded system.
    """

    name: str
    finds: str
    way: str
    runs: tuple[Timing, ...]
    cold: tuple[float, ...]
    warm: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CorpusRuns:
    """What was measured on a corpus; `article_words` is the length of the article for `cold` and `warm`."""

    name: str
    documents: int
    sentences: int
    words: int
    article_words: int
    systems: tuple[SystemRuns, ...]


def measure(
    corpus: Corpus,
    systems: Sequence[System],
    *,
    repetitions: int,
    tell: Callable[[str], None] = lambda step: None,
) -> CorpusRuns:
    """Measure systems on a corpus; `tell` gets a few words on each step before it.

    Raises StatutsError where a system cannot be loaded or fails.
    """
    article = corpus.article
    cold: dict[str, list[float]] = {system.name: [] for system in systems}
    warm: dict[str, list[float]] = {system.name: [] for system in systems}
    runs: dict[str, list[Timing]] = {system.name: [] for system in systems}
    ways = {}
    for repetition in range(repetitions):
        for system in systems:
            tell(f"{corpus.name}: {system.name}, cold, {repetition + 1} of {repetitions}")
            cold[system.name].append(_cold(system, article))
    with ExitStack() as stack:
        children = [stack.enter_context(Child(system)) for system in systems]
        for child in children:
            tell(f"{corpus.name}: {child.name}, warm-up")
            ways[child.name] = _quickest(child, corpus)
        for repetition in range(repetitions):
            for child in children:
                tell(f"{corpus.name}: {child.name}, {repetition + 1} of {repetitions}")
                runs[child.name].append(child.run(ways[child.name], corpus.documents))
        for _ in range(repetitions):
            for child in children:
                warm[child.name].append(child.run(child.ways[0], [article]).seconds)
    return CorpusRuns(
        corpus.name,
        len(corpus.documents),
        corpus.sentences,
        corpus.words,
        count_words(article.text),
        tuple(
            SystemRuns(
                name, system.finds, ways[name], tuple(runs[name]), tuple(cold[name]), tuple(warm[name])
            )
            for system in systems
            for name in (system.name,)
        ),
    )


def _cold(system: System, article: Document) -> float:
    with Child(system) as child:
        child.run(child.ways[0], [article])
        return child.age


def _quickest(child: Child, corpus: Corpus) -> str:
    """The way that reads the corpus fastest once it has read a little of it; all are warm after that."""
    seconds = {}
    for way in child.ways:
        child.run(way, [corpus.article])
        seconds[way] = child.run(way, corpus.documents).seconds
    return min(seconds, key=lambda way: seconds[way])


def command_seconds(arguments: Sequence[str], *, text: str = "") -> float:
    """Wall-clock seconds of a command of ours in a fresh process, with `text` on its standard input.

    Raises StatutsError where it fails.
    """
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments], input=text.encode(), capture_output=True, check=False
    )
    seconds = time.perf_counter() - begun
    if done.returncode:
        reason = " ".join(done.stderr.decode(errors="replace").split())
        raise StatutsError(f"python -m pipeline {' '.join(arguments)}: {reason}")
    return seconds
