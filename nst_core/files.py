"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def expand_home(name: str) -> Path:
    """`name` with the home folder that it begins with, `~` or `~ada`; as it is where nobody knows that home."""
    return Path(os.path.expanduser(name))


def check_place(path: str | Path) -> Path:
    """Return `path` if a file can be written there; `ValueError` that says why not."""
    target = Path(path)
    try:
        if target.is_dir():
            raise ValueError(f"{target} is a folder; name a file")
        if target.exists() and not os.access(target, os.W_OK):
            raise ValueError(f"{target} is write-protected; choose another name")
        place = target.resolve()
        if not place.parent.is_dir():
            raise ValueError(f"the folder {place.parent} doesn't exist; create it or choose another")
        with temporary_beside(place) as trial:
            trial.touch()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"{target} can't be written: {reason}; choose another place") from error
    return target


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A name to write to, whose file takes the place of `path` when the block ends well; a link stays a link."""
    target = Path(path).resolve()
    with temporary_beside(target) as temporary:
        yield temporary
        temporary.replace(target)


@contextmanager
def temporary_beside(target: Path) -> Iterator[Path]:
    """A free name in the folder of `target`, so that a rename can't cross file systems; nothing is left behind."""
    temporary = target.with_name(f".nst-{secrets.token_hex(8)}.tmp")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
