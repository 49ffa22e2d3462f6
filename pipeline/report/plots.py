"""Reliability and precision-recall as SVG that follows the page's colours.

Vega-Lite, drawn by vl-convert: images of some 10 kB with text as text and `currentColor`, no script to ship.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import vl_convert
from markupsafe import Markup

from pipeline.calibration import Bin, Point

#: Stands out from a light and from a dark ground.
_ACCENT = "#4a86c5"
#: More points than this draw the same line.
_MOST_POINTS = 200
_CONFIG = {
    "aria": False,
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        **dict.fromkeys(
            ("labelColor", "titleColor", "domainColor", "tickColor", "gridColor"), "currentColor"
        ),
        "gridOpacity": 0.15,
        "tickCount": 5,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
}


def reliability_plot(bins: Sequence[Bin], words: Mapping[str, str]) -> Markup:
    """Accuracy over confidence beside the diagonal, a point a bin, larger where there are more.

    `words` has the titles of the axes (`confidence`, `accuracy`).
    """
    diagonal = {
        "data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
        "mark": {"type": "line", "strokeDash": [4, 4], "color": "currentColor", "opacity": 0.6},
        "encoding": _encoding(words["confidence"], words["accuracy"]),
    }
    rows = [{"x": each.confidence, "y": each.accuracy, "n": each.count} for each in bins]
    line = {"mark": {"type": "line", "color": _ACCENT}}
    points = {
        "mark": {"type": "point", "filled": True, "opacity": 1, "color": _ACCENT},
        "encoding": {
            "size": {"field": "n", "type": "quantitative", "legend": None, "scale": {"range": [30, 200]}}
        },
    }
    measured = {
        "data": {"values": rows},
        "encoding": _encoding(words["confidence"], words["accuracy"]),
        "layer": [line, points],
    }
    return _drawn([diagonal, measured])


def precision_recall_plot(points: Sequence[Point], words: Mapping[str, str]) -> Markup:
    """Precision over recall as the confidence asked for falls; `words` has `precision` and `recall`."""
    step = max(1, -(-len(points) // _MOST_POINTS))
    kept = [*points[::step], *points[-1:]]
    layer = {
        "data": {
            "values": [{"x": point.recall, "y": point.precision, "n": n} for n, point in enumerate(kept)]
        },
        "mark": {"type": "line", "color": _ACCENT, "point": {"color": _ACCENT} if len(kept) < 30 else False},
        "encoding": _encoding(words["recall"], words["precision"]) | {"order": {"field": "n"}},
    }
    return _drawn([layer])


def _encoding(x: str, y: str) -> dict[str, Any]:
    scale = {"domain": [0, 1]}
    return {
        name: {"field": name, "type": "quantitative", "title": title, "scale": scale}
        for name, title in (("x", x), ("y", y))
    }


def _drawn(layers: list[dict[str, Any]]) -> Markup:
    chart = {"width": 280, "height": 220, "config": _CONFIG, "layer": layers}
    # Only numbers and our own labels go in, so the SVG is safe as it is.
    # The page names the image, and has its values in a table.
    svg: str = vl_convert.vegalite_to_svg(chart)
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" ', 1))
