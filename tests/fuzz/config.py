"""Any YAML as a configuration: one, or a StatutsError in one line."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import strategies as st

from pipeline.config import Config, read_config
from pipeline.errors import StatutsError
from tests.fuzz.french import mixed

_PIECES = """entities|relations|engine|device|threads|model|labels|: |:\n  |\n|embedded|onnx|torch|cpu|cuda|1|0|-1|1e400|
{|}|[|]|&a |*a|<<: |!!python/object:os.system |!!binary |!!set |? |- |null|~|true|2024-07-03|9999-99-99|0o7|"|'|PER: |
COUNTRY|%YAML 9.9\n|---\n|# |\t|!!int |!!timestamp |=""".replace("|\n", "|").split("|")
INPUT = mixed(*_PIECES).map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=40)


def check(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_bytes(data)
        problem = None
        try:
            assert isinstance(read_config(path), Config)
        except StatutsError as error:
            problem = str(error)
    if problem is not None:
        assert problem.startswith(f"{path}: ")
        assert len(problem.splitlines()) == 1
