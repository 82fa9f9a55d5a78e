"""The pictures that a visitor chose: files that were uploaded, found, measured and decoded.

The events hand their values on unprocessed (`preprocess=False`), so that every complaint is a sentence of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from gradio.context import LocalContext
from gradio.data_classes import FileDataDict
from gradio.utils import get_upload_folder
from PIL import Image

from demo.browser.toasts import message_of
from demo.form.decoding import Decoder, decoder
from demo.visitors.identity import visitor_of
from demo.words import Language, say
from nst_core.scene.scales import Size

T = TypeVar("T")

KNOWN = 4096  # pictures whose sizes are kept


def path_of(picture: FileDataDict | None) -> str | None:
    """The path of a chosen picture's file, if there is one: a program may send anything in its place."""
    path = picture.get("path") if isinstance(picture, dict) else None
    return path if isinstance(path, str) and path else None


def load(kind: str, picture: FileDataDict | None, language: Language, size: int) -> Image.Image:
    """A chosen picture, "RGBA" where it has transparent parts; raises `ValueError`. `kind`: photo or painting.

    It is only as large as a result of that `size` needs it: it may wait for long, beside many others.
    """

    def decode(path: Path) -> Image.Image:
        with _decoder() as taken:
            return taken.decode(path, size)

    return _read(decode, kind, picture, language)


def size_of(kind: str, picture: FileDataDict | None, language: Language = "en") -> Size:
    """The size (width, height) of a chosen picture as it is stored, by its first bytes; raises `ValueError`."""
    return _read(lambda path: _size_of(path, path.stat().st_mtime_ns), kind, picture, language)


@lru_cache(KNOWN)
def _size_of(path: Path, since: int) -> Size:
    """The size of a picture that lies there since then: it is asked for with each change of the form."""
    with _decoder() as taken:
        return taken.size_of(path)


def _decoder() -> AbstractContextManager[Decoder]:
    """Nothing of what a stranger sent is read in the page's own process: a head, too, can be made to take long."""
    return decoder(visitor_of(LocalContext.request.get(None)).network)


def _read(reader: Callable[[Path], T], kind: str, picture: FileDataDict | None, language: Language) -> T:
    path = uploaded(kind, picture, language)
    try:
        return reader(path)
    except OSError:
        raise ValueError(say(language, f"error.{kind}_lost")) from None
    except ValueError as error:
        raise ValueError(say(language, f"error.{kind}_bad", reason=message_of(language, error))) from error


def uploaded(kind: str, picture: FileDataDict | None, language: Language = "en") -> Path:
    """Where a chosen picture lies; raises `ValueError` for none, and for a file that wasn't uploaded."""
    if not picture:
        raise ValueError(say(language, f"error.no_{kind}"))
    # Gradio checks a path only where the request calls it a file; one could name any picture on this machine instead.
    named, cache = path_of(picture), Path(get_upload_folder()).resolve()
    path = Path(named or "").resolve()
    if not named or not path.is_relative_to(cache):
        raise ValueError(say(language, f"error.{kind}_foreign"))
    return path
