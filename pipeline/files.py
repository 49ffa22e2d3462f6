"""Output files and folders that appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from pipeline.errors import StatutsError

#: Errors that only writing meets: no space left on the disk, for the user, for a file; a disk that fails.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})


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
        with _telling(path, only=FULL):
            yield path
        return
    fresh = Path(name)
    try:
        with _telling(path, only=FULL):
            yield fresh
        with _telling(path):
            # As any new file would be; mkstemp makes it readable to its owner only.
            fresh.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def write_json(path: Path, row: dict[str, Any]) -> None:
    """Write a JSON object for people to read too."""
    path.write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@contextlib.contextmanager
def new_folder(path: Path, *, over: str | None = None) -> Iterator[Path]:
    """A fresh folder beside `path` that gets its name when the block ends well, and is gone when it does not.

    What is in a folder may have been corrected by hand: raises StatutsError where `path` is there and holds
    anything but files whose names match `over` (as in `fnmatch`), or cannot be written.
    """
    path = path.resolve()
    with _telling(path):
        if path.exists() and not path.is_dir():
            raise StatutsError(f"{path}: a file; name a folder for the output")
        others = [child.name for child in path.iterdir()] if path.exists() else []
        kept = sorted(name for name in others if over is None or not fnmatch(name, over))
        if kept:
            raise StatutsError(f"{path}: is there already and holds {kept[0]}; name a new folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    old = fresh.with_name(f"{fresh.name}.old")
    try:
        with _telling(path, only=FULL):
            yield fresh
        with _telling(path):
            fresh.chmod(0o755)
            if path.exists():
                os.rename(path, old)
            try:
                os.rename(fresh, path)
            except OSError:
                if old.exists():
                    os.rename(old, path)
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _telling(path: Path, *, only: frozenset[int] | None = None) -> Iterator[None]:
    """Turn errors of the system, `only` those of these numbers, into one line on `path`."""
    try:
        yield
    except OSError as error:
        if only is not None and error.errno not in only:
            raise
        raise StatutsError(f"{path}: cannot be written ({error.strerror or error})") from error
