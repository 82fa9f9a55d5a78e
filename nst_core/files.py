"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

LONGEST_NAME = 255  # bytes, of nearly all file systems
FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows knows no quota
ATTEMPTS, PAUSE = 200, 0.05  # seconds between them, for a lock


def expand_home(name: str) -> Path:
    """`name` with the home folder that it begins with, `~` or `~ada`; as it is where nobody knows that home."""
    return Path(os.path.expanduser(name))


def check_place(path: str | Path) -> Path:
    """Return `path` if a file can be written there; `ValueError` that says why not."""
    target = Path(path)
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            target.lstat()  # a name may be too long; from Python 3.14 on the questions below don't tell
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
        way_out = "a shorter name" if getattr(error, "errno", None) == errno.ENAMETOOLONG else "another place"
        raise ValueError(f"{target} can't be written: {reason}; choose {way_out}") from error
    return target


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """In the block no other process is in such a block about the same folder.

    That is as far as the system can see to it, and the other one comes out in time: one that is suspended stops nobody.
    """
    with ExitStack() as stack:
        with suppress(OSError, ImportError):  # Windows has no fcntl, and some network drives no locks
            import fcntl

            place = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, place)  # which ends the lock, too
            for _ in range(ATTEMPTS):
                try:
                    fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(PAUSE)
        yield


def fitting(folder: Path, stem: str, ending: str) -> Path:
    """`folder/stem+ending`; where that is longer than a name may be, a part of `stem` and its hash stand in for it.

    For names that are made of others: whoever gave a long one needn't know what else is called after it.
    """
    room = _longest_name(folder) - len(os.fsencode(ending))
    if len(os.fsencode(stem)) > room:
        mark = "~" + hashlib.sha256(os.fsencode(stem)).hexdigest()[:8]
        while len(os.fsencode(stem)) > room - len(mark):
            stem = stem[:-1]
        stem += mark
    return folder / f"{stem}{ending}"


def _longest_name(folder: Path) -> int:
    """In bytes; file systems that count letters tell more, and take what fits here all the same."""
    try:
        return min(LONGEST_NAME, os.pathconf(folder, "PC_NAME_MAX"))
    except (OSError, ValueError, AttributeError):  # it isn't there yet; Windows has no pathconf
        return LONGEST_NAME


def is_disk_full(error: BaseException) -> bool:
    """Whether something failed as there was no room for a file, or no more allowed to whoever runs this."""
    return isinstance(error, OSError) and error.errno in FULL


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A name to write to, whose file takes the place of `path` when the block ends well; a link stays a link.

    The suffix is that of `path`.
    """
    target = Path(path).resolve()
    with temporary_beside(target) as temporary:
        yield temporary
        temporary.replace(target)


@contextmanager
def temporary_beside(target: Path) -> Iterator[Path]:
    """A free name in the folder of `target`, so that a rename can't cross file systems; nothing is left behind."""
    temporary = target.with_name(f".nst-{secrets.token_hex(8)}.tmp{target.suffix}")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
