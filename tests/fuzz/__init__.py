"""Fuzzing: a module a target, each with `INPUT`, a strategy, and `check`, which holds for every input.

An input is text, bytes or a JSON value, so that it can be kept in `corpus/<target>/` (`.txt`, `.bin`, `.json`)
once it has broken something. `python -m tests.fuzz` tries many, `tests/test_fuzz.py` the kept ones and some.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

CORPUS = Path(__file__).parent / "corpus"
TARGETS = (
    "segmenter",
    "dates",
    "dating",
    "countries",
    "reading",
    "assembler",
    "scorer",
    "exchange",
    "brat",
    "annotated",
    "sources",
    "config",
    "api",
)


def target(name: str) -> ModuleType:
    """The module of a target."""
    return import_module(f"tests.fuzz.{name}")


def kept(name: str) -> Iterator[tuple[str, Any]]:
    """The inputs kept of a target, with their files' names."""
    for path in sorted((CORPUS / name).glob("*")):
        yield path.name, load(path)


def load(path: Path) -> Any:
    """The input that a file holds."""
    data = path.read_bytes()
    if path.suffix == ".bin":
        return data
    return json.loads(data) if path.suffix == ".json" else data.decode()


def save(folder: Path, name: str, data: Any) -> Path:
    """Write an input to a file that `load` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(data, bytes):
        path = folder / f"{name}.bin"
        path.write_bytes(data)
    else:
        path = folder / f"{name}.json"
        path.write_text(json.dumps(data) + "\n")
    return path
