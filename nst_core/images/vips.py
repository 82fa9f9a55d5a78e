"""What Pillow can't, by libvips: colours of 16 bits a channel, converted into a profile's space, and files of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nst_core.extras import require

Levels = NDArray[np.uint8] | NDArray[np.uint16]
LEVELS: dict[int, Any] = {8: np.uint8, 16: np.uint16}  # by depth: bits a channel

NO_PROFILE = "the picture's colours can't be converted into that colour profile; leave it out"
USUAL_DPI = 72.0  # libvips writes a resolution, 25 dpi if none is given: a poster for whoever prints it
INCH = 25.4  # millimetres


def from_srgb(colours: Levels, profile: bytes, depth: int) -> Levels:
    """(H, W, 3) in sRGB -> the space of the ICC `profile`, as `depth` bits a channel.

    Perceptual, as `to_rgb` reads a picture. Raises `ValueError` for a profile that colours can't be converted into.
    """
    if profile[16:20] != b"RGB ":  # the header's data colour space (ICC.1:2022, 7.2.8)
        raise ValueError(NO_PROFILE)
    vips = _vips()
    try:
        # By way of Lab in floats: libvips' direct transform interpolates in a coarse table, wrong by up to 1200 levels.
        lab = _image(colours).icc_import(input_profile="srgb", intent="perceptual", pcs="lab").copy()
        lab.set_type(vips.GValue.blob_type, "icc-profile-data", profile)
        converted: Levels = lab.icc_export(depth=depth, intent="perceptual", pcs="lab").numpy()
    except vips.Error as error:
        raise ValueError(NO_PROFILE) from error
    return converted


def encode(pixels: Levels, profile: bytes | None, dpi: float | None = None, **options: Any) -> bytes:
    """(H, W, 3), or (H, W, 4) with opacity -> a file's bytes, with the profile, a resolution and no other metadata."""
    per_mm = (dpi or USUAL_DPI) / INCH
    image = _image(pixels).copy(xres=per_mm, yres=per_mm)
    if profile:
        image.set_type(_vips().GValue.blob_type, "icc-profile-data", profile)
    data: bytes = image.write_to_buffer(keep="icc" if profile else "none", **options)
    return data


def _image(pixels: Levels) -> Any:
    interpretation = "srgb" if pixels.dtype == np.uint8 else "rgb16"
    image = _vips().Image.new_from_array(np.ascontiguousarray(pixels))
    return image.copy(interpretation=interpretation)


def _vips() -> Any:
    require("pyvips")
    import pyvips  # type: ignore[import-untyped]  # it has stubs, but doesn't say so

    return pyvips
