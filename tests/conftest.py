"""What many tests share: the shipped model, loaded once."""

from __future__ import annotations

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
