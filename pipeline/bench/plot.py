"""A picture of what was measured: words a second of each system, and where the pipeline's time goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.bench.measure import CorpusRuns
from pipeline.bench.report import estimate, stages
from pipeline.files import replacing

#: Inches.
_WIDTH, _ROW = 11.0, 2.4


def plot(measured: Sequence[CorpusRuns], title: str, path: Path) -> None:
    """Draw a row a corpus into a `.png` or `.svg` file: bars with their interval, a dot a run; stages.

    Raises StatutsError where the file cannot be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, _ROW * len(measured) + 0.6), layout="constrained")
    figure.suptitle(title, fontsize="medium")
    rows = figure.subplots(len(measured), 2, squeeze=False)
    for (speeds, shares), corpus in zip(rows, measured, strict=True):
        names = [system.name for system in corpus.systems]
        for place, system in enumerate(corpus.systems):
            values = [corpus.words / run.seconds for run in system.runs]
            speeds.barh(place, estimate(values).median, color=f"C{place}", alpha=0.6)
            speeds.plot(values, [place] * len(values), "k.", markersize=4)
            whole = sum(stages(system).values())
            left = 0.0
            for number, (stage, seconds) in enumerate(stages(system).items()):
                share = 100 * seconds / whole
                label = stage if place == 0 else None
                shares.barh(place, share, left=left, color=f"C{number}", label=label)
                left += share
        for axes, caption in ((speeds, "words a second"), (shares, "% of the time")):
            axes.set_yticks(range(len(names)), names)
            axes.set_ylim(len(names) - 0.5, -0.5)
            axes.set_xlabel(caption)
        speeds.set_title(corpus.name, loc="left", fontsize="medium")
        if shares.get_legend_handles_labels()[1]:
            shares.legend(fontsize="x-small", loc="center right")
    with replacing(path) as fresh:
        figure.savefig(fresh, format=path.suffix.removeprefix("."), dpi=150)
