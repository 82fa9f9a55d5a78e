"""Results that links open with: small pictures that the server keeps, of example pictures alone."""

from __future__ import annotations

import logging
import os
import re
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import numpy as np
from gradio.utils import get_upload_folder
from PIL import Image

from demo.browser import html
from demo.files import check_room
from demo.jobs.records import Pixels
from nst_core.files import replacing
from nst_core.scene.scales import Size

logger = logging.getLogger(__name__)

MOST_BYTES = 50_000_000  # of all: about 500 pictures; what was looked at longest ago goes first
NAME = re.compile(r"[0-9a-f]{16}")


def name_of(key: str) -> str:
    """What the result of the job with that key is called in a link, which doesn't tell the key: that steers the job."""
    return blake2b(key.encode(), digest_size=8).hexdigest()


def keep(name: str, image: Pixels, size: Size) -> None:
    """A picture of that name, scaled to `size` or smaller, in place of the one before; none where the disk is full."""
    folder = _folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        check_room(folder / name)
        with replacing(folder / f"{name}.jpg") as temporary:
            temporary.write_bytes(html.preview(image, size))
    except OSError as error:
        logger.warning("a shared picture can't be kept: %s", error)
    _make_room(folder)


def find(name: str) -> Pixels | None:
    """The picture of that name, (H, W, 3); None where there is none, or none any more."""
    path = _folder() / f"{name}.jpg"
    if not NAME.fullmatch(name) or not path.exists():
        return None
    with suppress(OSError):
        os.utime(path)
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _folder() -> Path:
    return Path(get_upload_folder()) / "shared"


def _make_room(folder: Path) -> None:
    total = 0
    for path in sorted(folder.glob("*.jpg"), key=lambda path: path.stat().st_mtime, reverse=True):
        total += path.stat().st_size
        if total > MOST_BYTES:
            path.unlink(missing_ok=True)
