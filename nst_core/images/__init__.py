"""Pictures in and out: any file -> upright sRGB `PIL.Image` -> (1, 3, H, W) in [0, 1] -> a file without metadata.

Names are loaded when they are first used: whoever only wants a picture's size needs no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nst_core.lazy import attributes

if TYPE_CHECKING:
    from nst_core.images.formats import check_output
    from nst_core.images.modes import check_visible, split_alpha, to_mask, to_rgb, to_rgba
    from nst_core.images.reading import load_image, load_mask, read_format, read_profile, read_size, read_text
    from nst_core.images.saving import save_image
    from nst_core.images.sizes import MAX_PIXELS, MIN_SIDE, fit
    from nst_core.images.tensors import to_array, to_tensor

__all__ = [
    "MAX_PIXELS",
    "MIN_SIDE",
    "check_output",
    "check_visible",
    "fit",
    "load_image",
    "load_mask",
    "read_format",
    "read_profile",
    "read_size",
    "read_text",
    "save_image",
    "split_alpha",
    "to_array",
    "to_mask",
    "to_rgb",
    "to_rgba",
    "to_tensor",
]

_FOLDER = "nst_core.images"
__getattr__ = attributes(
    _FOLDER,
    {"check_output": f"{_FOLDER}.formats", "save_image": f"{_FOLDER}.saving"}
    | dict.fromkeys(("check_visible", "split_alpha", "to_mask", "to_rgb", "to_rgba"), f"{_FOLDER}.modes")
    | dict.fromkeys(
        ("load_image", "load_mask", "read_format", "read_profile", "read_size", "read_text"), f"{_FOLDER}.reading"
    )
    | dict.fromkeys(("to_array", "to_tensor"), f"{_FOLDER}.tensors")
    | dict.fromkeys(("MAX_PIXELS", "MIN_SIDE", "fit"), f"{_FOLDER}.sizes"),
)
