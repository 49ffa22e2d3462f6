"""Output files and folders that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import StatutsError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A new file beside `path` that takes its place when the block ends well, and is gone when it does not.

    A link is followed; what is there and no file (a pipe, a device) is written to itself. Raises StatutsError
    where the folder or file cannot be written.
    """
    path = path.resolve()
    with _telling(path):
        if path.is_dir():
            raise StatutsError(f"{path}: a folder; name a file for the output")
        special = path.exists() and not path.is_file()
        if not special:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            os.close(handle)
    if special:
        yield path
        return
    fresh = Path(name)
    try:
        yield fresh
        with _telling(path):
            # As any new file would be; mkstemp makes it readable to its owner only.
            fresh.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A fresh folder beside `path` that gets its name when the block ends well, and is gone when it does not.

    What is in a folder may have been corrected by hand: raises StatutsError where `path` is there and not an
    empty folder, or cannot be written.
    """
    path = path.resolve()
    with _telling(path):
        if path.exists() and not (path.is_dir() and not any(path.iterdir())):
            raise StatutsError(f"{path}: is there already; name a new folder, or remove this one")
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield fresh
        with _telling(path):
            fresh.chmod(0o755)
            os.replace(fresh, path)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StatutsError(f"{path}: cannot be written ({error.strerror or error})") from error
