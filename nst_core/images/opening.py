"""Which decoder opens a file, by its first bytes; what isn't pixels is kept from it."""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from nst_core.errors import InputError
from nst_core.extras import require
from nst_core.images import bmp, gif, ico, isobmff, jpeg, png, ppm, tiff, webp
from nst_core.images.essentials import Essentials, size_of
from nst_core.images.kinds import refusal, refusal_of_kind

# A list of our own, because Pillow's would hand an uploaded EPS file to Ghostscript.
READABLE = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "JPEG2000", "PPM", "ICO")
# By what a file begins with: formats that Pillow gets without what it might stumble over, or doesn't know all of
_FORMATS = {
    png.SIGNATURE: png.essentials,
    jpeg.BEGINNING: jpeg.essentials,
    bmp.BEGINNING: bmp.essentials,
    gif.BEGINNING: gif.essentials,
    b"RIFF": webp.essentials,
    **dict.fromkeys(tiff.BEGINNINGS, tiff.essentials),
    **dict.fromkeys(ppm.BEGINNINGS, ppm.essentials),
}
_HEAD = 64  # bytes that tell what a file is
_IN_LETTERS = (b"P1", b"P2", b"P3")  # PPM and its kin, whose numbers are written out
_MOST_LETTERS = 4_000_000  # bytes of such a file: Pillow reads 5 MB of them in a second


def open_picture(stream: BinaryIO, name: str) -> Image.Image:
    """A picture, not yet decoded, with "icc_profile" and "exif" among its `info` where it has any that are sound.

    The profile is what the file says of its colours in any way. Raises `InputError`, about the file by its `name`, for
    what isn't a picture, or is one that can't be read, and whatever a decoder raises for one that is damaged.
    """
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(0)
    if isobmff.is_container(head):
        isobmff.check_boxes(stream)
    if isobmff.is_heif(head):
        return _open_heif(stream, name)
    if head.startswith(jpeg.BEGINNING) and (kind := jpeg.rare_kind(stream)):
        raise refusal_of_kind(name, kind)
    if head.startswith(_IN_LETTERS) and size_of(stream) > _MOST_LETTERS:
        raise refusal_of_kind(name, "PPM (as text)")
    essentials = _essentials(stream, head)
    try:
        image = _open(essentials.pixels, head)
    except UnidentifiedImageError:
        raise refusal(stream, name) from None
    if kind := tiff.camera_raw(image):
        raise refusal_of_kind(name, kind)
    image.info.update(essentials.info)
    if image.format == "AVIF":
        _add_profile(image, stream)
    return image


def _essentials(stream: BinaryIO, head: bytes) -> Essentials:
    for beginning, essentials in _FORMATS.items():
        if head.startswith(beginning):
            return essentials(stream)
    if head.startswith(ico.BEGINNING) and (inside := ico.png_in(stream)):
        return Essentials(inside)
    stream.seek(0)
    return Essentials(stream)


def _open(pixels: BinaryIO, head: bytes) -> Image.Image:
    """By Pillow; it would refuse a JPEG of 200 megapixels, which takes less memory than others of half the size."""
    if head.startswith(jpeg.BEGINNING):
        return JpegImageFile(pixels)
    return Image.open(pixels, formats=READABLE)


def _open_heif(stream: BinaryIO, name: str) -> Image.Image:
    try:
        require("pillow_heif")
    except InputError as error:
        raise InputError(f"{name} can't be read: {error}", "not_read", kind="HEIC") from error
    from pillow_heif import HeifImageFile

    image: Image.Image = HeifImageFile(stream)  # type: ignore[no-untyped-call]
    _add_profile(image, stream)
    return image


def _add_profile(image: Image.Image, stream: BinaryIO) -> None:
    """In both formats a profile that is embedded goes before code points."""
    if not image.info.get("icc_profile") and (profile := isobmff.colour_profile(stream)):
        image.info["icc_profile"] = profile
