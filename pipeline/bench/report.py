"""What was measured, as medians with their intervals: rows for JSON, tables for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np

from pipeline.bench.measure import CorpusRuns, SystemRuns

_RESAMPLES = 2000
#: What a run spends outside the stages.
REST = "rest"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A median and its 95 % bootstrap interval (percentiles of resamples), None of a single value."""

    median: float
    low: float | None = None
    high: float | None = None

    def show(self, digits: int = 0) -> str:
        """The median, with its interval in brackets."""
        if self.low is None or self.high is None:
            return f"{self.median:,.{digits}f}"
        return f"{self.median:,.{digits}f} ({self.low:,.{digits}f}–{self.high:,.{digits}f})"


def estimate(values: Sequence[float]) -> Estimate:
    """The median of repetitions, with the interval that these tell."""
    middle = float(median(values))
    if len(values) < 2:
        return Estimate(middle)
    from scipy.stats import bootstrap

    found = bootstrap(
        (np.asarray(values),),
        np.median,
        n_resamples=_RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return Estimate(middle, float(found.low), float(found.high))


def ratio(ours: SystemRuns, other: SystemRuns) -> Estimate:
    """How many times the other's words a second ours reads: the median over pairs of neighbouring runs."""
    pairs = zip(ours.runs, other.runs, strict=True)
    return estimate([theirs.seconds / own.seconds for own, theirs in pairs])


def stages(system: SystemRuns) -> dict[str, float]:
    """The median seconds of each stage of a run, and of the `rest` of it; empty where none was timed."""
    timed = [run for run in system.runs if run.outcome.stages]
    if not timed:
        return {}
    rows = [
        {**run.outcome.stages, REST: max(0.0, run.seconds - sum(run.outcome.stages.values()))}
        for run in timed
    ]
    return {stage: float(median(row[stage] for row in rows)) for stage in rows[0]}


def to_row(measured: CorpusRuns) -> dict[str, Any]:
    """What was measured on a corpus as a JSON object.

    Speeds of stages are words a second as if there were nothing else. `ratios` are those of the first system.
    """
    first, *others = measured.systems
    counts = {name: getattr(measured, name) for name in ("documents", "sentences", "words")}
    return {
        "corpus": measured.name,
        **counts,
        "article_words": measured.article_words,
        "systems": {s.name: _system_row(s, counts) for s in measured.systems},
        "ratios": {other.name: asdict(ratio(first, other)) for other in others},
    }


def _system_row(system: SystemRuns, counts: dict[str, int]) -> dict[str, Any]:
    seconds = [run.seconds for run in system.runs]
    speeds = {
        f"{unit}_per_second": asdict(estimate([count / s for s in seconds])) for unit, count in counts.items()
    }
    return {
        "way": system.way,
        system.finds: system.runs[-1].outcome.found,
        **speeds,
        "cold_seconds": asdict(estimate(system.cold)),
        "warm_seconds": asdict(estimate(system.warm)),
        "peak_memory_bytes": max(run.memory for run in system.runs),
        "stages": {
            stage: {"seconds": spent, "words_per_second": counts["words"] / spent if spent else None}
            for stage, spent in stages(system).items()
        },
        "runs": [asdict(run) for run in system.runs],
    }


#: A table's columns: what stands in them for a system.
_COLUMNS: dict[str, Callable[[CorpusRuns, SystemRuns], str]] = {
    "words/s": lambda m, s: estimate([m.words / run.seconds for run in s.runs]).show(),
    "sentences/s": lambda m, s: f"{median(m.sentences / run.seconds for run in s.runs):,.0f}",
    "documents/s": lambda m, s: f"{median(m.documents / run.seconds for run in s.runs):,.1f}",
    "statuts is × as fast": lambda m, s: "" if s is m.systems[0] else ratio(m.systems[0], s).show(2),
    "warm, ms": lambda m, s: f"{1000 * median(s.warm):,.0f}",
    "cold, s": lambda m, s: f"{median(s.cold):.1f}",
    "memory, MB": lambda m, s: f"{max(run.memory for run in s.runs) / 1e6:,.0f}",
    "found": lambda m, s: f"{s.runs[-1].outcome.found:,} {s.finds}",
}


def show(measured: CorpusRuns, absent: Sequence[str] = ()) -> None:
    """Print what was measured on a corpus, and the stages of each system that tells them."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    console = Console()
    size = f"{measured.documents:,} documents, {measured.sentences:,} sentences, {measured.words:,} words"
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0), title=f"{measured.name}: {size}")
    table.add_column("")
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    for system in measured.systems:
        table.add_row(system.name, *(cell(measured, system) for cell in _COLUMNS.values()))
    for name in absent:
        table.add_row(name, "not installed")
    console.print(table)
    for system in measured.systems:
        spent = stages(system)
        if spent:
            split = Table(box=SIMPLE, padding=(0, 1, 0, 0), title=f"{system.name}, by stage")
            for column in ("", "words/s", "share of the time"):
                split.add_column(column, justify="right" if column else "left")
            for stage, seconds in spent.items():
                speed = f"{measured.words / seconds:,.0f}" if seconds else "–"
                split.add_row(stage, speed, f"{seconds / sum(spent.values()):.1%}")
            console.print(split)
