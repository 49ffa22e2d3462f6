"""Whether confidences mean what they say: reliability, its error, and precision against recall.

Guo, Pleiss, Sun and Weinberger, « On Calibration of Modern Neural Networks », ICML 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Bin:
    """The predictions with a confidence from `low` to `high`: their mean confidence, and how many are right.

    `confidence` and `accuracy` are shares in [0, 1], `count` is the number of predictions.
    """

    low: float
    high: float
    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, slots=True)
class Point:
    """Precision and recall of the predictions with at least this confidence."""

    confidence: float
    precision: float
    recall: float


def reliability(confidences: Sequence[float], correct: Sequence[bool], *, bins: int = 10) -> list[Bin]:
    """The predictions by bins of confidence of equal width; bins without any are left out.

    `correct` tells of each confidence in [0, 1] whether its prediction is right.
    """
    sure, right = np.asarray(confidences, dtype=float), np.asarray(correct, dtype=bool)
    index = np.clip((sure * bins).astype(int), 0, bins - 1)
    return [
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            confidence=float(sure[index == number].mean()),
            accuracy=float(right[index == number].mean()),
            count=int((index == number).sum()),
        )
        for number in np.unique(index).tolist()
    ]


def expected_calibration_error(confidences: Sequence[float], correct: Sequence[bool]) -> float:
    """Mean distance of confidence and accuracy over ten bins, weighted by count; 0 without predictions."""
    found = reliability(confidences, correct)
    total = sum(each.count for each in found)
    return sum(abs(each.confidence - each.accuracy) * each.count for each in found) / total if total else 0.0


def precision_recall(confidences: Sequence[float], correct: Sequence[bool], gold: int) -> list[Point]:
    """A point for each confidence there is, the highest first; `gold` is how many items there are to find."""
    sure, right = np.asarray(confidences, dtype=float), np.asarray(correct, dtype=bool)
    order = np.argsort(-sure, kind="stable")
    sure, found = sure[order], np.cumsum(right[order])
    lasts = np.flatnonzero(np.append(np.diff(sure) != 0, True)[: len(sure)])
    return [
        Point(float(sure[last]), float(found[last] / (last + 1)), float(found[last] / gold) if gold else 0.0)
        for last in lasts
    ]
