"""What the README and the docs say: every command runs, every example gives what stands beside it."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "annotations/README.md",
]
#: `.ci/run` runs these; a test cannot run the tests.
BY_CI = ("make extract", "make test")


def blocks(kind):
    for page in PAGES:
        for block in re.findall(rf"```{kind}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.S):
            yield page, block


def commands():
    for page, block in blocks("console"):
        parts = re.split(r"^\$ ", block, flags=re.M)[1:]
        for part in parts:
            command, _, output = part.partition("\n")
            yield pytest.param(command, output.strip(), id=f"{page.name}: {command[:40]}")


@pytest.mark.parametrize(("command", "output"), list(commands()))
def test_commands_do_what_the_page_shows(command, output):
    if command in BY_CI:
        pytest.skip("run by .ci/run itself")
    line = re.sub(r"(?:\.venv/bin/)?python -m", f"{sys.executable} -m", command)
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    if output:
        assert same(done.stdout.strip(), output)


def same(printed: str, shown: str) -> bool:
    """Equal, but for the confidence's last digits, which depend on the machine."""
    if not shown.startswith("{"):
        return printed == shown
    rows = [json.loads(text) for text in (printed, shown)]
    confidences = [row.pop("confidence") for row in rows]
    return rows[0] == rows[1] and abs(confidences[0] - confidences[1]) < 0.01


@pytest.mark.parametrize("block", [pytest.param(b, id=page.name) for page, b in blocks("python")])
def test_python_examples_give_what_stands_beside_them(block):
    names: dict = {}
    for statement in ast.parse(block).body:
        source = ast.get_source_segment(block, statement)
        line = block.splitlines()[statement.end_lineno - 1]
        if isinstance(statement, ast.Expr) and "  # " in line:
            assert repr(eval(source, names)) == line.split("  # ", 1)[1]
        else:
            exec(source, names)


def test_commands_named_in_running_text_exist():
    shown = subprocess.run(
        [sys.executable, "-m", "pipeline", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for page in PAGES:
        for name in re.findall(
            r"`(?:\.venv/bin/)?python -m pipeline ([a-z-]+)", page.read_text(encoding="utf-8")
        ):
            assert re.search(rf"\b{name}\b", shown), f"{page.name}: {name}"
        for target in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8")):
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.M), (
                f"{page.name}: {target}"
            )


def test_links_lead_somewhere():
    for page in PAGES:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (Path(page).parent / link).exists(), f"{page.name}: {link}"


def test_every_test_that_a_page_names_exists():
    named = [
        name
        for page in PAGES
        for name in re.findall(r"`(test_\w+\.py)::(\w+)`", page.read_text(encoding="utf-8"))
    ]
    assert len(named) > 30
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), f"{file}::{test}"


def test_the_readme_stays_readable():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200
