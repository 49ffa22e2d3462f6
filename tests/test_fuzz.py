"""Every target of `tests/fuzz` holds for the inputs that once broke something, and for some new ones."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz import TARGETS, kept, target

KEPT = [pytest.param(name, data, id=f"{name}/{file}") for name in TARGETS for file, data in kept(name)]


@pytest.mark.parametrize(("name", "data"), KEPT)
def test_what_once_broke_something_does_so_no_more(name, data):
    target(name).check(data)


@pytest.mark.parametrize("name", TARGETS)
def test_some_inputs(name):
    module = target(name)
    quick = settings(
        max_examples=getattr(module, "FEW", 50),
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    quick(given(module.INPUT)(module.check))()
