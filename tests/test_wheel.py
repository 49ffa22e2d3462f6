"""The wheel: all that an installed copy needs, and nothing that it must not have."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """The names of the files in a wheel built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_file_of_the_package_is_in_it(names):
    ours = {
        os.path.relpath(os.path.join(folder, file), ROOT)
        for folder, _, files in os.walk(ROOT / "pipeline")
        for file in files
        if os.path.basename(folder) != "__pycache__"
    }
    assert ours == {name for name in names if name.startswith("pipeline/")}


@pytest.mark.parametrize(
    "needed",
    [
        "pipeline/weights/model.safetensors",
        "pipeline/weights/tokenizer.json",
        "pipeline/weights/README.md",
        "pipeline/countries/names.tsv",
        "pipeline/report/templates/page.html",
        "pipeline/serve/templates/try.html",
        "pipeline/training/pieces.txt",
        "statuts-{version}.data/data/share/statuts/configs/default.yaml",
        "statuts-{version}.dist-info/licenses/LICENSES/MIT-weights.txt",
    ],
)
def test_what_runs_need_is_in_it(names, needed):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert needed.format(version=version) in names


def test_nothing_else_is_in_it(names):
    parts = {name.split("/")[0] for name in names}
    assert len(parts) == 3, parts
    assert all(part == "pipeline" or part.startswith("statuts-") for part in parts)
