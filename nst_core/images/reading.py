"""Pictures in: a file that anybody may have sent -> an upright picture, or a sentence that says why not."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from nst_core.errors import InputError
from nst_core.extras import require
from nst_core.images import vips
from nst_core.images.modes import to_mask, to_rgb, to_rgba
from nst_core.images.sizes import MAX_PIXELS, MIN_SIDE

_MEGAPIXELS = f"{MAX_PIXELS // 1_000_000} megapixels"

# A list of our own, because Pillow's would hand an uploaded EPS file to Ghostscript.
READABLE = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "JPEG2000", "PPM", "ICO")

_PNG_HEAD = 4_000_000  # bytes of a PNG within which its text is looked for

Source = str | Path | BinaryIO


def load_image(source: Source, *, keep_alpha: bool = False) -> Image.Image:
    """Read a picture file, or the first frame of an animation, as upright sRGB of mode "RGB".

    With `keep_alpha` it is "RGBA" if something of it is transparent; otherwise it lies on white.
    Raises `ValueError`, one sentence for a person, for what is missing, not a picture, damaged, larger than
    `MAX_PIXELS` (checked before decoding) or smaller than `MIN_SIDE` a side.
    """
    return _decode(source, to_rgba if keep_alpha else to_rgb, MIN_SIDE)


def load_mask(source: Source) -> Image.Image:
    """Read a picture file of any size as a mask: upright "L", white = 255 = here, black where it is transparent.

    Raises `ValueError` as `load_image` does.
    """
    return _decode(source, to_mask, 1)


def read_size(source: Source) -> tuple[int, int]:
    """The size (width, height) of a picture file as it is stored, which may lie on its side; no pixel is decoded.

    Raises `ValueError` as `load_image` does, but for damage beyond the file's beginning.
    """
    with _identified(source) as (image, name):
        _check_size(image.size, name, MIN_SIDE)
        return image.size


def read_profile(source: Source) -> bytes | None:
    """The ICC profile embedded in a picture file, if a picture can be saved with it: a sound one of an RGB space.

    Raises `ValueError` as `load_image` does, but for damage beyond the file's beginning: no pixel is decoded.
    """
    with _identified(source) as (image, _):
        profile = image.info.get("icc_profile")
    return profile if profile and _is_usable(profile) else None


def read_text(path: str | Path) -> dict[str, str]:
    """The texts of a PNG by their keys; none for another format, or for whatever can't be read.

    Only the file's beginning is read, where `save_image` writes them, and no pixel is decoded.
    """
    try:
        with _open(Path(path)) as stream, _quiet_pillow():
            image = Image.open(BytesIO(stream.read(_PNG_HEAD)), formats=["PNG"])
    except Exception:  # as in _decode, and a file without text is nothing to complain about
        return {}
    return {str(key): str(value) for key, value in image.info.items() if isinstance(value, str)}


def _open(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise ValueError(f"{path} is a folder; name a picture file in it")
        if not path.exists():
            raise ValueError(f"{path} doesn't exist; check the name")
        if not path.is_file():
            raise ValueError(f"{path} isn't an ordinary file; save the picture as a file first")
        return path.open("rb")
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}") from error


def _decode(source: Source, convert: Callable[[Image.Image], Image.Image], min_side: int) -> Image.Image:
    with _identified(source) as (image, name):
        _check_size(image.size, name, min_side)
        try:
            image.load()
        except MemoryError:
            raise
        # A decoder raises whatever it stumbles over: OSError, SyntaxError, struct.error, ...
        except Exception as error:
            raise _damaged(name) from error
        return convert(image)


@contextmanager
def _identified(source: Source) -> Iterator[tuple[Image.Image, str]]:
    """The picture, not yet decoded, and what to call it."""
    with _quiet_pillow():
        if isinstance(source, str | Path):
            with _open(Path(source)) as stream, _identify(stream, str(source)) as image:
                yield image, str(source)
        else:
            with _identify(source, "the picture") as image:
                yield image, "the picture"


def _identify(stream: BinaryIO, name: str) -> Image.Image:
    try:
        return Image.open(stream, formats=READABLE)
    except UnidentifiedImageError:
        about, what_it_is = _what_it_is(stream)
        raise InputError(f"{name} {what_it_is}", about) from None
    except Image.DecompressionBombError:
        raise _too_large(f"{name} has far more than {_MEGAPIXELS}; scale it down first") from None
    except MemoryError:
        raise
    # As in _decode: a picture's first bytes with nonsense behind them.
    except Exception as error:
        raise _damaged(name) from error


def _damaged(name: str) -> InputError:
    return InputError(f"{name} is damaged or cut off; save or download it again", "damaged")


def _too_large(sentence: str) -> InputError:
    return InputError(sentence, "too_large", megapixels=MAX_PIXELS // 1_000_000)


def _check_size(size: tuple[int, int], name: str, min_side: int) -> None:
    if math.prod(size) > MAX_PIXELS:
        raise _too_large(f"{name} is {size[0]}x{size[1]} pixels, more than {_MEGAPIXELS}; scale it down first")
    if min(size) < min_side:
        raise InputError(
            f"{name} is {size[0]}x{size[1]} pixels; each side needs at least {min_side}: use a larger picture",
            "too_small",
            width=size[0],
            height=size[1],
            least=min_side,
        )


def _what_it_is(stream: BinaryIO) -> tuple[str, str]:
    """In one word, and in a sentence about it."""
    stream.seek(0)
    head = stream.read(12)
    if not head:
        return "empty", "is empty (0 bytes); save or download it again"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
        return "heic", "is a HEIC photo, which can't be read here; export it as JPEG or PNG"
    return "no_picture", "isn't a picture that can be read; use JPEG, PNG, WebP, TIFF, GIF, BMP or AVIF"


@contextmanager
def _quiet_pillow() -> Iterator[None]:
    """Keep Pillow's remarks, such as that a picture is large, from being printed or raised: we judge for ourselves."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


def _is_usable(profile: bytes) -> bool:
    """Whether sRGB can be converted into the profile's space, tried by what will convert the picture."""
    require("pyvips")
    try:
        vips.from_srgb(np.zeros((1, 1, 3), np.uint8), profile, 8)
    except ValueError:
        return False
    return True
