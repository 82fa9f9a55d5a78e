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
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from nst_core.errors import InputError
from nst_core.extras import require
from nst_core.images import ico, jpeg, vips
from nst_core.images.budget import check_memory
from nst_core.images.kinds import damage
from nst_core.images.modes import check_visible, opaque_as_shown, orientation_of, to_mask, to_rgb, to_rgba
from nst_core.images.opening import open_picture
from nst_core.images.sizes import MAX_PIXELS, MAX_REDUCED_PIXELS, MIN_SIDE

_PNG_HEAD = 4_000_000  # bytes of a PNG within which its text is looked for

Source = str | Path | BinaryIO
Size = tuple[int, int]
Convert = Callable[[Image.Image, str, int], Image.Image]  # a picture, what to call it, and how often to shrink it
Wanted = Callable[[Size], Size]


def load_image(
    source: Source, *, keep_alpha: bool = False, wanted: Wanted | None = None, most_bytes: int | None = None
) -> Image.Image:
    """Read a picture file, or the first frame of an animation, as upright sRGB of mode "RGB".

    With `keep_alpha` it is "RGBA" if something of it is transparent; otherwise it lies on white.
    A JPEG of more than `MAX_PIXELS` comes at half its size. `wanted` tells the size (width, height), by the picture's
    own, that it comes in where that is smaller; it is then decoded with less memory. Raises `ValueError`, one sentence
    for a person, for what is missing, not a picture, damaged, transparent everywhere, larger than `MAX_PIXELS`, or
    `MAX_REDUCED_PIXELS` for such a JPEG, or smaller than `MIN_SIDE` a side, and, before it is decoded, for what takes
    more memory than is free, or than `most_bytes`.
    """

    def convert(image: Image.Image, name: str, shrink: int) -> Image.Image:
        check_visible(image, name)
        return to_rgba(image, shrink) if keep_alpha else to_rgb(image, shrink)

    return _decode(source, convert, MIN_SIDE, wanted, most_bytes)


def load_mask(source: Source) -> Image.Image:
    """Read a picture file of any size as a mask: upright "L", white = 255 = here, black where it is transparent.

    Raises `ValueError` as `load_image` does.
    """
    return _decode(source, lambda image, name, shrink: to_mask(image), 1)


def read_size(source: Source) -> tuple[int, int]:
    """The size (width, height) of a picture file as it is stored, which may lie on its side; no pixel is decoded.

    Raises `ValueError` as `load_image` does, but for damage beyond the file's beginning.
    """
    with _identified(source) as (image, name):
        _check_size(image, name, MIN_SIDE)
        return image.size


def read_format(source: Source) -> str:
    """Pillow's name of a picture file's format, such as "JPEG" or "TIFF"; no pixel is decoded.

    Raises `ValueError` as `load_image` does, but for damage beyond the file's beginning.
    """
    with _identified(source) as (image, _):
        return image.format or ""


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


def _decode(
    source: Source, convert: Convert, min_side: int, wanted: Wanted | None = None, most_bytes: int | None = None
) -> Image.Image:
    with _identified(source) as (image, name):
        _check_size(image, name, min_side)
        full = image.size
        shrink = max(1, max(full) // max(wanted(full))) if wanted else 1
        with _told_as_damage(name):
            if isinstance(image, JpegImageFile):
                shrink = _reduced(image, shrink)
            check_memory(image, name, shrink, most_bytes)
            if isinstance(image, JpegImageFile) and image.fp and not jpeg.is_whole(image.fp):
                raise damage(name)
            image.load()
            if image.mode in ("P", "PA") and not image.palette:
                raise damage(name)
            size = wanted(full[::-1] if orientation_of(image) > 4 else full) if wanted else None
            return _sized(convert(opaque_as_shown(image), name, shrink), size)


def _reduced(image: JpegImageFile, shrink: int) -> int:
    """Have a JPEG decoded at a part of its size, as small as `shrink` allows; returns how often the rest is to shrink.

    One larger than other pictures may be comes at half its size at the most.
    """
    least = 2 if math.prod(image.size) > MAX_PIXELS else 1
    times = max(least, *(each for each in (1, 2, 4, 8) if each <= shrink))
    if times > 1:
        image.draft(image.mode, (image.width // times, image.height // times))
    return max(1, shrink // times)


def _sized(image: Image.Image, size: Size | None) -> Image.Image:
    return image if size in (None, image.size) else image.resize(size, Image.Resampling.LANCZOS)


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
    with _told_as_damage(name):
        for size, limit in ((ico.largest(stream), MAX_PIXELS), (ico.largest_bitmap(stream), ico.MOST_BITMAP_PIXELS)):
            if math.prod(size) > limit:
                raise _too_large(f"{name} is {size[0]}x{size[1]} pixels,", limit)
        try:
            return open_picture(stream, name)
        except Image.DecompressionBombError:
            raise _too_large(f"{name} has far", MAX_PIXELS) from None


@contextmanager
def _told_as_damage(name: str) -> Iterator[None]:
    """A decoder raises whatever it stumbles over: OSError, SyntaxError, struct.error, AssertionError, ..."""
    try:
        yield
    except (InputError, MemoryError):
        raise
    except Exception as error:
        raise damage(name) from error


def _too_large(sentence: str, limit: int) -> InputError:
    megapixels = limit // 1_000_000
    return InputError(
        f"{sentence} more than {megapixels} megapixels; scale it down first", "too_large", megapixels=megapixels
    )


def _check_size(image: Image.Image, name: str, min_side: int) -> None:
    size, limit = image.size, MAX_PIXELS
    if isinstance(image, JpegImageFile) and math.prod(size) > limit and image.fp and jpeg.is_lean(image.fp):
        limit = MAX_REDUCED_PIXELS
    if math.prod(size) > limit:
        raise _too_large(f"{name} is {size[0]}x{size[1]} pixels,", limit)
    if min(size) < min_side:
        raise InputError(
            f"{name} is {size[0]}x{size[1]} pixels; each side needs at least {min_side}: use a larger picture",
            "too_small",
            width=size[0],
            height=size[1],
            least=min_side,
        )


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
