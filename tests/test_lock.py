"""requirements.lock: exact versions, all of them within what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LINES = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
LOCKED = {canonicalize_name(name): version for name, version in (line.split("==") for line in LINES)}


def asked(extra=None):
    """The requirements of the package, or of an extra with the extras that it names."""
    for text in PROJECT["dependencies"] if extra is None else PROJECT["optional-dependencies"][extra]:
        requirement = Requirement(text)
        if requirement.name == PROJECT["name"]:
            for other in requirement.extras:
                yield from asked(other)
        else:
            yield requirement


def test_the_lock_satisfies_pyproject():
    for requirement in [*asked(), *asked("test")]:
        version = LOCKED.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name}: not in requirements.lock; run `make lock`"
        assert requirement.specifier.contains(version, prereleases=True), (
            f"{requirement}: locked at {version}"
        )


def test_the_lock_holds_exact_versions_and_no_addresses():
    assert LINES
    for line in LINES:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line), line


def test_every_dependency_has_a_lower_bound_or_a_pin():
    for requirement in asked():
        assert {specifier.operator for specifier in requirement.specifier} & {">=", "=="}, str(requirement)
