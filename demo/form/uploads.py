"""The pictures that a visitor chose: files that were uploaded, found, measured and decoded.

The events hand their values on unprocessed (`preprocess=False`), so that every complaint is a sentence of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO, TypeVar

from gradio.data_classes import FileDataDict
from gradio.utils import get_upload_folder
from PIL import Image

from demo.browser.toasts import message_of
from demo.words import Language, say
from nst_core.images import load_image, read_size
from nst_core.images.sizes import scaled
from nst_core.scene.scales import Size

T = TypeVar("T")

DETAIL = 4  # times the result's long side: what a job keeps of a picture, so that those who wait cost little memory
_decoders = BoundedSemaphore(2)  # at once, however many people come: a picture may take 400 MB


def path_of(picture: FileDataDict | None) -> str | None:
    """The path of a chosen picture's file, if there is one."""
    return picture["path"] if picture else None


def load(kind: str, picture: FileDataDict | None, language: Language = "en", size: int | None = None) -> Image.Image:
    """A chosen picture, "RGBA" where it has transparent parts; raises `ValueError`. `kind`: photo or painting.

    With the `size` of a result it is only as large as that needs: it may wait for long, beside many others.
    """
    with _decoders:
        image = _read(partial(load_image, keep_alpha=True), kind, picture, language)
        return image if size is None else _shrunk(image, size)


def _shrunk(image: Image.Image, size: int) -> Image.Image:
    """At most `DETAIL` times as large as at `size`, and of exactly the shape that it has there."""
    if max(image.size) <= DETAIL * size:
        return image
    width, height = scaled(image.size, size)
    return image.resize((DETAIL * width, DETAIL * height), Image.Resampling.LANCZOS)


def size_of(kind: str, picture: FileDataDict | None, language: Language = "en") -> Size:
    """The size (width, height) of a chosen picture, by its first bytes; raises `ValueError`."""
    return _read(read_size, kind, picture, language)


def _read(reader: Callable[[BinaryIO], T], kind: str, picture: FileDataDict | None, language: Language) -> T:
    path = uploaded(kind, picture, language)
    try:
        with path.open("rb") as stream:
            return reader(stream)
    except OSError:
        raise ValueError(say(language, f"error.{kind}_lost")) from None
    except ValueError as error:
        raise ValueError(say(language, f"error.{kind}_bad", reason=message_of(language, error))) from error


def uploaded(kind: str, picture: FileDataDict | None, language: Language = "en") -> Path:
    """Where a chosen picture lies; raises `ValueError` for none, and for a file that wasn't uploaded."""
    if not picture or not picture["path"]:
        raise ValueError(say(language, f"error.no_{kind}"))
    # Gradio checks a path only where the request calls it a file; one could name any picture on this machine instead.
    path, cache = Path(picture["path"]).resolve(), Path(get_upload_folder()).resolve()
    if not path.is_relative_to(cache):
        raise ValueError(say(language, f"error.{kind}_foreign"))
    return path
