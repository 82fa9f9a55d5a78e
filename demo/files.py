"""Where what is made of a visit lies, and how long."""

from __future__ import annotations

import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from gradio.utils import get_upload_folder

KEPT_FOR = 24 * 3600  # seconds: what was uploaded and what was made


def new_folder() -> Path:
    """Within Gradio's cache, which may be served; nobody can guess its name. It stays for `KEPT_FOR`.

    Raises `OSError` for a full disk.
    """
    folder = reserved_folder()
    folder.mkdir(parents=True)
    return folder


def reserved_folder() -> Path:
    """Where `new_folder` would make one; it isn't there yet, because the disk may be full."""
    home = Path(get_upload_folder()) / "made"
    with suppress(OSError):
        remove_outdated(home)
    return home / unique_name()


def unique_name() -> str:
    """A name for a file or folder that nobody can guess."""
    return secrets.token_hex(16)


def remove_outdated(home: Path) -> None:
    """Remove old folders in `home`: Gradio knows of no file that it hasn't sent, and tells of no session it drops."""
    for folder in home.iterdir():
        try:
            if time.time() - folder.stat().st_mtime > KEPT_FOR:
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:  # its session has ended meanwhile
            continue
