"""What many tests share: the shipped model, loaded once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import ModuleType

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


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory, tokenizer):
    """An encoder of one small layer, untrained, in a folder."""
    from transformers import BertConfig, BertModel

    from pipeline.encoding import PAD, special

    path = tmp_path_factory.mktemp("encoder")
    BertModel(
        BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            pad_token_id=special(tokenizer, PAD),
        ),
        add_pooling_layer=False,
    ).save_pretrained(path)
    tokenizer.save(str(path / "tokenizer.json"))
    (path / "tokenizer_config.json").write_text("{}")
    return path


@contextmanager
def stopping_after(module: ModuleType, *, steps: int) -> Iterator[None]:
    """A training of `module` is interrupted within the block, once it has taken so many steps."""
    step, taken = module._step, count()

    def interrupted(*arguments):
        if next(taken) == steps:
            raise KeyboardInterrupt
        return step(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            yield
