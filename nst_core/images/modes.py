"""Pictures of any mode -> upright sRGB, with or without opacity, or a mask."""

from __future__ import annotations

from io import BytesIO

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


def to_rgb(image: Image.Image) -> Image.Image:
    """Turn a picture of any mode into upright sRGB of mode "RGB", on white where it is transparent.

    The result is a new image that carries no metadata: a second call changes nothing.
    """
    opaque, alpha = _separate(image)
    if alpha is None:
        return opaque
    rgb = Image.new("RGB", opaque.size, "white")
    rgb.paste(opaque, mask=alpha)
    return rgb


def to_rgba(image: Image.Image) -> Image.Image:
    """Turn a picture of any mode into upright sRGB: "RGBA" where something of it is transparent, else "RGB"."""
    rgb, alpha = _separate(image)
    if alpha is not None:
        rgb.putalpha(alpha)
    return rgb


def to_mask(image: Image.Image) -> Image.Image:
    """The levels of a picture of any mode, upright, as "L"; black where it is transparent.

    They are taken as they are stored: a profile tells how light looks, and a mask isn't looked at.
    """
    colour, alpha = _split_alpha(_upright(image))
    grey = _to_srgb(_to_8_bits(colour), None).convert("L")
    if alpha is not None:
        grey = ImageChops.multiply(grey, alpha)
    grey.info = {}
    return grey


def opaque_as_shown(image: Image.Image) -> Image.Image:
    """A picture that was decoded, without its opacity where every viewer takes that for none.

    In a BMP of 32 bits the fourth byte is usually left at 0, also where the header calls it opacity.
    """
    return image.convert("RGB") if image.format == "BMP" and is_invisible(image) else image


def is_invisible(image: Image.Image) -> bool:
    """Whether all of a picture of any mode is transparent."""
    has_channel = image.mode in ("RGBA", "LA", "PA")  # the colours needn't be taken apart then
    alpha = image.getchannel("A") if has_channel else _split_alpha(image)[1]
    return alpha is not None and alpha.getextrema() == (0, 0)


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
    rgb, alpha = _separate(image)
    if alpha is None:
        return rgb, None
    check_visible(image)
    return _filled(rgb, np.asarray(alpha)), alpha


def _filled(rgb: Image.Image, opacity: NDArray[np.uint8]) -> Image.Image:
    """`rgb` with the colours around where it is transparent."""
    import torch  # here: pictures are read, and refused, before it is

    from nst_core.images.inpaint import push_pull

    colours = torch.from_numpy(np.asarray(rgb, np.float32)).permute(2, 0, 1)[None]  # (1, 3, H, W)
    weights = torch.from_numpy(np.minimum(opacity / np.float32(TRUSTED), 1))[None, None]
    filled = push_pull(colours, weights)[0].permute(1, 2, 0).round().to(torch.uint8)
    return Image.fromarray(filled.numpy())


def _separate(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Upright sRGB as "RGB" without metadata, and its opacity as "L", or `None` if all of it is opaque."""
    colour, alpha = _split_alpha(_upright(image))
    rgb = _to_srgb(_to_8_bits(colour), image.info.get("icc_profile")).convert("RGB")
    rgb.info = {}
    if alpha is not None and alpha.getextrema() == (255, 255):
        alpha = None
    return rgb, alpha


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except Exception:  # broken EXIF data raises anything, and says nothing about the pixels
        return image
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


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


def _to_8_bits(image: Image.Image) -> Image.Image:
    """Any mode without alpha -> "L", "RGB", "CMYK" or "LAB", those that colour management takes."""
    if _is_deep(image):
        return _scale_to_8_bits(image)
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _scale_to_8_bits(image: Image.Image) -> Image.Image:
    values = np.nan_to_num(np.asarray(image).astype(np.float32), nan=0, posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    whites = [white for white in _WHITES.get(image.mode, (65535.0,)) if low >= 0 and high <= white]
    black, white = (0.0, whites[0]) if whites else (low, high)
    scaled = (values - black) * (255 / max(white - black, 1e-30))
    return Image.fromarray(np.rint(scaled).astype(np.uint8))


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Follow the embedded profile; one that is broken or of another colour space is ignored."""
    srgb = ImageCms.createProfile("sRGB")
    if image.mode == "LAB":
        source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    elif not profile:
        return image
    else:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
        except OSError:
            return image
    if source.profile.xcolor_space.strip() == "RGB" and image.mode == "L":
        image = image.convert("RGB")
    try:
        return ImageCms.profileToProfile(image, source, srgb, outputMode="RGB") or image
    except ImageCms.PyCMSError:
        return image
