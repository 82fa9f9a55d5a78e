"""Where what is made of a visit lies, how long, and how much of the disk it may take."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path

from gradio.utils import get_upload_folder

from demo.visitors.identity import Visitor
from demo.visitors.uploads import EACH, RESERVE, TOTAL, UNUSED_FOR, free_space

KEPT_FOR = 24 * 3600  # seconds: what was uploaded and what was made
LITTLE = 100_000_000  # bytes that a network may take though others have taken all
NOBODY = Visitor()


def new_folder(visitor: Visitor = NOBODY) -> Path:
    """Within Gradio's cache, which may be served; nobody can guess its name. It stays for `KEPT_FOR` while it is used.

    Raises `OSError` where there is no room on the disk for this visitor.
    """
    return _made(reserved_folder(visitor))


def new_folder_beside(folder: Path) -> Path:
    """Another one for the same visitor; raises `OSError` like `new_folder`."""
    return _made(folder.with_name(unique_name()))


def reserved_folder(visitor: Visitor = NOBODY) -> Path:
    """Where `new_folder` would make one; it isn't there yet, because the disk may be full."""
    with suppress(OSError):
        remove_outdated(home())
    return home() / _digest(visitor.network) / unique_name()


def _made(folder: Path) -> Path:
    check_room(folder)
    return kept_alive(folder)


def home() -> Path:
    """The folder of all that is made; in it each network has one."""
    return Path(get_upload_folder()) / "made"


def kept_alive(folder: Path) -> Path:
    """The folder, which is there, and was used at this moment."""
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    return folder


def check_room(folder: Path, share: float = 1.0) -> None:
    """Raise `OSError` where the network that a reserved folder is of has used up this share of its part of the disk."""
    if free_space(folder) < RESERVE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    mine = _size(folder.parent)
    if mine > share * EACH or (mine > LITTLE and _size(home()) > share * TOTAL):
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))


def unique_name() -> str:
    """A name for a file or folder that nobody can guess."""
    return secrets.token_hex(16)


def remove_outdated(home: Path) -> None:
    """Remove old folders in `home`: Gradio knows of no file that it hasn't sent, and tells of no session it drops."""
    _remove_older(home, KEPT_FOR)


def remove_unused(used: Collection[Path]) -> None:
    """Remove the folders that no session uses, by the files and folders that these hold on to."""
    in_use = {folder for path in used for folder in (path, *path.parents)}
    _remove_older(home(), UNUSED_FOR, in_use)


def _remove_older(home: Path, seconds: float, spared: Collection[Path] = ()) -> None:
    for folder in _folders(home):
        with suppress(OSError):  # its session has ended meanwhile, or there are others beside it
            if folder not in spared and time.time() - folder.stat().st_mtime > seconds:
                shutil.rmtree(folder, ignore_errors=True)
                folder.parent.rmdir()  # its network's, once that is empty


def _folders(home: Path) -> Iterator[Path]:
    return home.glob("*/*/")


def _size(folder: Path) -> int:
    """The bytes of all that is in it."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += os.stat(os.path.join(parent, name)).st_size
    return total


def _digest(network: str) -> str:
    """The name of a network's folder: an address that is served shall tell nobody where its visitor comes from."""
    return blake2b(network.encode(), key=_salt(), digest_size=8).hexdigest()


@cache
def _salt() -> bytes:
    return secrets.token_bytes(16)
