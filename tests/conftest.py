"""What many tests share: the shipped model, loaded once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def extractor():
    from pipeline import Extractor

    return Extractor.from_pretrained()


@pytest.fixture(scope="session")
def reader(extractor):
    return extractor.relations


@pytest.fixture(scope="session")
def tokenizer(reader):
    return reader.tokenizer


#: Debian's, for Playwright's own browsers come from elsewhere; with no access to the network but the page.
CHROMIUM = shutil.which("chromium")
CHROMIUM_OPTIONS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def browser():
    """Chromium, driven by Playwright."""
    if CHROMIUM is None:
        pytest.skip("no browser: install Debian's package chromium to run these tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS.split())
        yield started
        started.close()
