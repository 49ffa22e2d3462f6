"""The seconds of each stage inside a run of the extractor as it is, not of stages run one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from pipeline import extractor as stages
from pipeline import reading
from pipeline.extractor import Extractor
from pipeline.gate import Gate

STAGES = ("segment", "encode", "gate", "encoder", "entities", "relations", "triples")


@contextmanager
def timed_stages(extractor: Extractor) -> Iterator[dict[str, float]]:
    """While the block runs, add up the seconds of each of `STAGES` in this process.

    What lies between them (windows, pooling of words) is in none. Batches overlap, so that the seconds of all
    stages may be more than the run took.
    """
    seconds = dict.fromkeys(STAGES, 0.0)
    places: list[tuple[str, Any, str]] = [
        ("segment", stages, "segment"),
        ("encode", reading, "encode"),
        ("gate", Gate, "open"),
        ("entities", stages, "find_entities"),
        ("relations", stages, "find_relations"),
        ("triples", stages, "assemble"),
    ]
    places += [
        ("encoder", reader, "engine") for reader in dict.fromkeys((extractor.relations, extractor.entities))
    ]
    with ExitStack() as restored:
        for stage, owner, name in places:
            original = getattr(owner, name)
            restored.callback(setattr, owner, name, original)
            setattr(owner, name, _timed(original, stage, seconds))
        yield seconds


def _timed(function: Callable[..., Any], stage: str, seconds: dict[str, float]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            seconds[stage] += time.perf_counter() - begun

    return call
