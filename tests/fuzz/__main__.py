"""`python -m tests.fuzz`: many cases of every target, and a table of what they came to.

Hypothesis makes inputs by each target's strategy; where atheris is installed, it then changes raw ones by the
code that they reach, on the targets that read text or bytes. Inputs that break something are written to
`build/fuzz/<target>/`: move them to `tests/fuzz/corpus/<target>/` once mended.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from rich.console import Console
from rich.table import Table

from tests.fuzz import TARGETS, save, target
from tests.fuzz.guided import GUIDED

FOUND = Path("build/fuzz")


def by_strategy(name: str, cases: int, start: int) -> tuple[int, str]:
    """Run a target on `cases` inputs; how many were run, and the error with its smallest input's file."""
    module, count, last = target(name), 0, None

    def check(data: object) -> None:
        nonlocal count, last
        count, last = count + 1, data
        module.check(data)

    run = settings(
        max_examples=cases,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    try:
        seed(start)(run(given(module.INPUT)(check)))()
    except Exception as error:
        traceback.print_exc()
        return count, f"{type(error).__name__}: {save(FOUND / name, f'seed-{start}', last)}"
    return count, ""


def by_coverage(name: str, cases: int) -> tuple[int, str]:
    """Run a target under atheris, in a process of its own, which ends at the first error."""
    folder = FOUND / name
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.guided", name, f"-runs={cases}", "-max_len=400", "-seed=1"]
    command += [f"-artifact_prefix={folder}/", "-timeout=20", "-rss_limit_mb=4000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    counted = re.findall(r"^(?:Done (\d+) runs|#(\d+)\s)", done.stderr, re.M)
    count = int(next(filter(None, reversed(counted[-1])))) if counted else 0
    if done.returncode == 0:
        return count, ""
    print(done.stdout[-3000:], done.stderr[-1500:], file=sys.stderr)
    written = re.findall(r"Test unit written to (\S+)", done.stderr)
    return count, written[0] if written else f"exit code {done.returncode}"


def main() -> int:
    """Run all or some targets; 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000, help="of each target and way")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("targets", nargs="*", default=TARGETS)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    table = Table("target", "inputs by", "cases", "seconds", "failure", title=f"seed {asked.seed}")
    ways = [(name, "strategy") for name in asked.targets]
    if importlib.util.find_spec("atheris"):
        ways += [(name, "coverage") for name in asked.targets if name in GUIDED]
    cases = failures = 0
    for name, way in ways:
        begun = time.perf_counter()
        count, failure = (
            by_strategy(name, asked.cases, asked.seed)
            if way == "strategy"
            else by_coverage(name, asked.cases)
        )
        seconds = time.perf_counter() - begun
        table.add_row(name, way, str(count), f"{seconds:.1f}", failure)
        print(f"{name} {way}: {count} cases, {seconds:.1f} s {failure}", file=sys.stderr, flush=True)
        cases, failures = cases + count, failures + bool(failure)
    Console().print(table)
    print(f"{cases} cases, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
