"""Pictures of any mode -> upright sRGB, with or without opacity, or a mask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageCms

from nst_core.errors import InputError

TRUSTED = 32  # of 255: less opacity than this leaves too few levels for a colour that somebody divided by it

_ORIENTATION = 0x0112  # EXIF tag
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WHITES = {"I": (255.0, 65535.0), "F": (1.0, 255.0, 65535.0)}  # levels that white may have in Pillow's deep modes
_BAND = 1 << 20  # pixels that are converted at once: on the way they take up to thirty times their bytes

Convert = Callable[[Image.Image], Image.Image]


def to_rgb(image: Image.Image, shrink: int = 1) -> Image.Image:
    """Turn a picture of any mode into upright sRGB of mode "RGB", on white where it is transparent.

    The result is a new image that carries no metadata: a second call changes nothing. It has the mean of each square of
    `shrink` pixels a side.
    """
    separate = _separator(image)

    def on_white(band: Image.Image) -> Image.Image:
        rgb, alpha = separate(band)
        if alpha is None:
            return rgb
        white = Image.new("RGB", rgb.size, "white")
        white.paste(rgb, mask=alpha)
        return white

    return _by_bands(image, on_white, "RGB", shrink)


def to_rgba(image: Image.Image, shrink: int = 1) -> Image.Image:
    """Turn a picture of any mode into upright sRGB: "RGBA" where something of it is transparent, else "RGB".

    It has the mean of each square of `shrink` pixels a side.
    """
    separate = _separator(image)
    if _opacities(image) in (None, (255, 255)):
        return _by_bands(image, lambda band: separate(band)[0], "RGB", shrink)

    def both(band: Image.Image) -> Image.Image:
        rgb, alpha = separate(band)
        if alpha is not None:
            rgb.putalpha(alpha)
        return rgb

    return _by_bands(image, both, "RGBA", shrink)


def to_mask(image: Image.Image) -> Image.Image:
    """The levels of a picture of any mode, upright, as "L"; black where it is transparent.

    They are taken as they are stored: a profile tells how light looks, and a mask isn't looked at.
    """
    to_8_bits = _leveller(image)
    to_srgb = _colour_manager(image.mode, None)

    def levels(band: Image.Image) -> Image.Image:
        colour, alpha = _split_alpha(band)
        grey = to_srgb(to_8_bits(colour)).convert("L")
        return grey if alpha is None else ImageChops.multiply(grey, alpha)

    return _by_bands(image, levels, "L")


def opaque_as_shown(image: Image.Image) -> Image.Image:
    """A picture that was decoded, without its opacity where every viewer takes that for none.

    In a BMP of 32 bits the fourth byte is usually left at 0, also where the header calls it opacity.
    """
    return image.convert("RGB") if image.format == "BMP" and is_invisible(image) else image


def is_invisible(image: Image.Image) -> bool:
    """Whether all of a picture of any mode is transparent."""
    return _opacities(image) == (0, 0)


def _opacities(image: Image.Image) -> tuple[float, float] | None:
    """The least and the most opacity in a picture of any mode; None where it has none."""
    if image.mode in ("RGBA", "LA", "PA"):  # the colours needn't be taken apart then
        return _extremes(image.getextrema()[-1:])
    return _extremes(alpha.getextrema() for _, band in _bands(image) if (alpha := _split_alpha(band)[1]) is not None)


def _extremes(pairs: Iterable[Any]) -> tuple[float, float] | None:
    """The least and the most of several pairs of them; None of no pair."""
    found = list(pairs)
    return (float(min(low for low, _ in found)), float(max(high for _, high in found))) if found else None


def check_visible(image: Image.Image, name: str = "a picture") -> None:
    """Raise `InputError`, about a picture of any mode by its `name`, where nothing of it can be seen."""
    if is_invisible(image):
        raise InputError(
            f"{name} is transparent everywhere, so there is nothing to see; use another one", "transparent"
        )


def split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The colours of a picture of any mode as "RGB", and its opacity as "L", or `None` if all of it is opaque.

    Under what is transparent the colours around go on smoothly, instead of the white or black that a file holds there:
    it could be seen at the edge as soon as the picture is scaled. Where it is opaque nothing changes.
    Raises `ValueError` for a picture of which nothing can be seen.
    """
    rgba = to_rgba(image)
    if rgba.mode == "RGB":
        return rgba, None
    check_visible(rgba)
    alpha = rgba.getchannel("A")
    return _filled(rgba.convert("RGB"), np.asarray(alpha)), alpha


def _filled(rgb: Image.Image, opacity: NDArray[np.uint8]) -> Image.Image:
    """`rgb` with the colours around where it is transparent."""
    import torch  # here: pictures are read, and refused, before it is

    from nst_core.images.inpaint import push_pull

    colours = torch.from_numpy(np.asarray(rgb, np.float32)).permute(2, 0, 1)[None]  # (1, 3, H, W)
    weights = torch.from_numpy(np.minimum(opacity / np.float32(TRUSTED), 1))[None, None]
    filled = push_pull(colours, weights)[0].permute(1, 2, 0).round().to(torch.uint8)
    return Image.fromarray(filled.numpy())


def _by_bands(image: Image.Image, convert: Convert, mode: str, shrink: int = 1) -> Image.Image:
    """A picture of any mode, converted into `mode` a band of lines after the other, without metadata, and put upright.

    Only a band of it is there in between: a conversion as a whole takes several times the memory of the picture.
    """
    width, height = (-(-side // shrink) for side in image.size)
    whole = Image.new(mode, (width, height))
    for top, band in _bands(image, shrink):
        converted = convert(band)
        whole.paste(converted.reduce(shrink) if shrink > 1 else converted, (0, top // shrink))
    turn = _UPRIGHT.get(orientation_of(image))
    return whole if turn is None else whole.transpose(turn)


def _bands(image: Image.Image, multiple: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Bands of a picture, each with the number of its first line, and of a multiple of so many lines."""
    height = max(1, _BAND // image.width // multiple) * multiple
    if height >= image.height:
        yield 0, image
        return
    for top in range(0, image.height, height):
        yield top, image.crop((0, top, image.width, min(top + height, image.height)))


def _separator(image: Image.Image) -> Callable[[Image.Image], tuple[Image.Image, Image.Image | None]]:
    """What takes bands of `image` apart: into sRGB as "RGB", and their opacity as "L", `None` if it has no such."""
    to_8_bits, to_srgb = _leveller(image), _colour_manager(image.mode, image.info.get("icc_profile"))

    def separate(band: Image.Image) -> tuple[Image.Image, Image.Image | None]:
        colour, alpha = _split_alpha(band)
        return to_srgb(to_8_bits(colour)).convert("RGB"), alpha

    return separate


def orientation_of(image: Image.Image) -> int:
    """How a picture has to be turned, by EXIF's number; 1 = it is upright, or nobody knows."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken EXIF data raises anything, and says nothing about the pixels
        return 1


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Colour and opacity; opacity is `None` where everything is opaque by the picture's mode."""
    if image.mode in ("RGBa", "La"):  # premultiplied
        image = image.convert(image.mode.upper())
    if not image.has_transparency_data or _is_deep(image):
        return image, None
    if image.mode in ("1", "L", "LA"):
        grey = image.convert("LA")
        return grey.getchannel("L"), grey.getchannel("A")
    colour = image.convert("RGBA")
    return colour.convert("RGB"), colour.getchannel("A")


def _is_deep(image: Image.Image) -> bool:
    return image.mode in _WHITES or image.mode.startswith("I;16")


def _leveller(image: Image.Image) -> Convert:
    """What turns bands of `image`, without alpha, into "L", "RGB", "CMYK" or "LAB": colour management takes those."""
    return partial(_scaled_to_8_bits, *_black_and_white(image)) if _is_deep(image) else _to_8_bits


def _to_8_bits(image: Image.Image) -> Image.Image:
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _black_and_white(image: Image.Image) -> tuple[float, float]:
    """The levels that black and white have in all of a deep picture."""
    bands = (_values(band) for _, band in _bands(image))
    low, high = _extremes((values.min(), values.max()) for values in bands) or (0.0, 0.0)
    whites = [white for white in _WHITES.get(image.mode, (65535.0,)) if low >= 0 and high <= white]
    return (0.0, whites[0]) if whites else (low, high)


def _scaled_to_8_bits(black: float, white: float, image: Image.Image) -> Image.Image:
    scaled = (_values(image) - black) * (255 / max(white - black, 1e-30))
    return Image.fromarray(np.rint(scaled).astype(np.uint8))


def _values(image: Image.Image) -> NDArray[np.float32]:
    """The levels of a deep picture (H, W); 0 for what is no number."""
    return np.nan_to_num(np.asarray(image).astype(np.float32), nan=0, posinf=0, neginf=0)


def _colour_manager(mode: str, profile: bytes | None) -> Convert:
    """What turns bands of a picture of that mode into sRGB; a profile that is broken or of another space is ignored."""
    try:
        source = _profile_of(mode, profile)
    except OSError:
        source = None
    if source is None:
        return lambda band: band
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    is_of_rgb = source.profile.xcolor_space.strip() == "RGB"

    @cache
    def transform_of(mode: str) -> ImageCms.ImageCmsTransform | None:
        try:
            return ImageCms.buildTransform(source, srgb, mode, "RGB")
        except ImageCms.PyCMSError:
            return None

    def to_srgb(band: Image.Image) -> Image.Image:
        band = band.convert("RGB") if is_of_rgb and band.mode == "L" else band
        transform = transform_of(band.mode)
        return band if transform is None else ImageCms.applyTransform(band, transform) or band

    return to_srgb


def _profile_of(mode: str, profile: bytes | None) -> ImageCms.ImageCmsProfile | None:
    """The profile of a picture's colours; `OSError` for one that is broken."""
    if mode == "LAB":
        return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    return ImageCms.ImageCmsProfile(BytesIO(profile)) if profile else None
