"""Debian's Chromium for the tests of pages; they are skipped, with the reason, where there is none."""

from __future__ import annotations

import shutil

import pytest

from tests.conftest import ROOT

SCREENSHOTS = ROOT / "build/screenshots"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser():
    """A browser without windows."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium here: `apt-get install chromium` to test pages")
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield started
        started.close()


def serious_findings(page) -> list[str]:
    """What axe finds that keeps people from using the page: rule and element."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page).response["violations"]
    return [
        f"{found['id']}: {node['html'][:100]}"
        for found in violations
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]


def overflow(page) -> int:
    """How many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
