"""Small pictures of those that no browser shows, such as a TIFF: the page would have an empty box."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from gradio.data_classes import FileDataDict
from gradio.utils import get_upload_folder
from PIL import Image

from demo.files import KEPT_FOR
from nst_core.files import replacing

SUFFIX = ".preview.png"  # behind the address of the picture: show-previews.js looks there
SIDE = 1024  # pixels of the long side
SHOWN = {"JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF", "ICO"}  # by every browser


def with_previews(pictures: Iterable[FileDataDict | None]) -> list[str]:
    """The paths of those of the chosen pictures that have a preview."""
    paths = [picture["path"] for picture in pictures if picture and picture["path"]]
    return [path for path in paths if preview_of(Path(path)).exists()]


def preview_of(path: Path) -> Path:
    """Where the preview of an uploaded file is, if it has one."""
    return path.with_name(path.name + SUFFIX)


def write_preview(path: Path, image: Image.Image) -> None:
    """Write a preview of `image`, "RGB" or "RGBA", beside the uploaded file that it is from, if its format needs one.

    Nothing is painted from it. On a full disk there is none.
    """
    preview = preview_of(path)
    if image.format in SHOWN or preview.exists():
        return
    small, encoded = image.copy(), BytesIO()
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    small.save(encoded, "PNG")
    with suppress(OSError):
        remove_outdated(Path(get_upload_folder()))
        with replacing(preview) as temporary:
            temporary.write_bytes(encoded.getvalue())


def remove_outdated(uploads: Path) -> None:
    """Remove previews that are as old as uploads may get: Gradio doesn't know of them."""
    for preview in uploads.glob(f"*/*{SUFFIX}"):
        with suppress(OSError):
            if time.time() - preview.stat().st_mtime > KEPT_FOR:
                preview.unlink()
