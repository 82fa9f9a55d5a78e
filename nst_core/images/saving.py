"""Pictures out: (1, 3, H, W) in [0, 1] -> levels -> a file with its colour profile and text, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo, putchunk
from PIL.TiffImagePlugin import IFDRational

from nst_core.files import replacing
from nst_core.images import vips
from nst_core.images.formats import writing_options
from nst_core.images.vips import LEVELS, Levels

if TYPE_CHECKING:
    from torch import Tensor

MAX_TEXT = 1_000_000  # bytes of text in one file
_AFTER_HEADER = 8 + 25  # bytes of PNG's signature and of its first chunk, always IHDR


def save_image(
    image: Tensor | Levels,
    path: str | Path,
    *,
    alpha: Tensor | None = None,
    depth: int = 8,
    profile: bytes | None = None,
    dpi: float | None = None,
    text: Mapping[str, str] | None = None,
) -> None:
    """Write a picture in the format of the suffix, all or nothing, with no metadata but what is given here.

    `image` is (1, 3, H, W) in [0, 1], or (H, W, 3) or (H, W, 4) of uint8 or uint16 as `depth` says, and always sRGB;
    `alpha` is its opacity (1, 1, H, W) in [0, 1]. With `profile`, an ICC profile as `read_profile` returns it, the
    colours are converted into its space and the profile is embedded: the picture looks the same, but for colours that
    the space lacks. `dpi`, pixels an inch, is the resolution that whoever prints the file goes by: as near as its
    format can tell it, and in a WebP as EXIF. `text` goes into a PNG; the other formats have no agreed place for it, so
    there it is left out.

    Raises `ValueError` for an image or a text that can't be written, or not in this format, `OSError` for a disk that
    won't take it.
    """
    options = writing_options(Path(path), alpha is not None or (image.ndim == 3 and image.shape[2] == 4), depth)
    chunks = _text_chunks(text or {})
    pixels = _pixels(image, alpha, depth, profile)
    with replacing(path) as temporary, temporary.open("xb") as file:
        (_write if depth == 8 else _write_deep)(file, pixels, profile, dpi, chunks, options)


def _pixels(image: Tensor | Levels, alpha: Tensor | None, depth: int, profile: bytes | None) -> Levels:
    """What the file holds: (H, W, 3), or (H, W, 4) with opacity."""
    if not isinstance(image, np.ndarray):
        from nst_core.images.tensors import to_array  # here: whoever saves an array needs no torch

        # More levels than the file has, if they are converted yet: they are rounded once.
        pixels = to_array(image, 16 if profile else depth)
    elif image.dtype != LEVELS[depth] or image.ndim != 3 or image.shape[2] not in (3, 4):
        raise ValueError(f"a picture is {LEVELS[depth].__name__} (H, W, 3 or 4), got {image.dtype} {image.shape}")
    else:
        pixels = image
    colours, opacity = pixels[..., :3], pixels[..., 3:]
    if alpha is not None:
        from nst_core.images.tensors import to_levels

        if alpha.shape != (1, 1, *pixels.shape[:2]):
            raise ValueError(f"alpha of (1, 1, H, W) is wanted for {pixels.shape}, got {tuple(alpha.shape)}")
        opacity = to_levels(alpha, depth)
    if profile:
        colours = vips.from_srgb(colours, profile, depth)
    return np.concatenate([colours, opacity], 2) if opacity.size else colours


def _text_chunks(text: Mapping[str, str]) -> PngInfo:
    """The text as PNG's iTXt chunks, in UTF-8 (PNG specification, 11.3.3.4)."""
    chunks = PngInfo()
    for key, value in text.items():
        if not (0 < len(key) < 80 and key.isascii() and key.isprintable() and key == key.strip()):
            raise ValueError(f"{key!r} can't name a text; use 1 to 79 letters without accents")
        chunks.add_itxt(key, value.encode("utf-8", "backslashreplace"))  # a file's name may hold what isn't text
    if sum(len(data) for _, data, *_ in chunks.chunks) > MAX_TEXT:
        raise ValueError(f"the text is longer than {MAX_TEXT} bytes; shorten it")
    return chunks


def _write(
    file: BinaryIO,
    pixels: Levels,
    profile: bytes | None,
    dpi: float | None,
    chunks: PngInfo,
    options: dict[str, Any],
) -> None:
    if profile:
        options = options | {"icc_profile": profile}
    if dpi:
        options = options | ({"exif": _resolution(dpi)} if options["format"] == "WEBP" else {"dpi": (dpi, dpi)})
    if options["format"] == "PNG":
        options = options | {"pnginfo": chunks}
    encoded = BytesIO()  # Pillow's JPEG encoder takes no notice of a disk that is full
    Image.fromarray(pixels).save(encoded, **options)
    file.write(encoded.getbuffer())


def _resolution(dpi: float) -> Image.Exif:
    """As TIFF's tags have it, for a format without a place of its own."""
    exif, inches = Image.Exif(), 2
    exif[ExifTags.Base.XResolution] = exif[ExifTags.Base.YResolution] = IFDRational(dpi)
    exif[ExifTags.Base.ResolutionUnit] = inches
    return exif


def _write_deep(
    file: BinaryIO,
    pixels: Levels,
    profile: bytes | None,
    dpi: float | None,
    chunks: PngInfo,
    options: dict[str, Any],
) -> None:
    data = vips.encode(pixels, profile, dpi, **options)
    header = _AFTER_HEADER if options["format_string"] == ".png" else 0
    file.write(data[:header])
    for name, content, *_ in chunks.chunks if header else ():
        putchunk(file, name, content)  # libvips' own text chunks aren't UTF-8
    file.write(data[header:])
