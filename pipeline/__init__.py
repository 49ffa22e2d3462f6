"""From French text to dated statuses of countries in international organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.extractor import Extractor

__all__ = ["Extractor"]


def __getattr__(name: str) -> Any:
    # Loaded on first use: what needs no model (dates, the command line's help) starts without torch.
    if name == "Extractor":
        from pipeline.extractor import Extractor

        return Extractor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
