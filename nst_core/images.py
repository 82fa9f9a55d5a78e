"""Pictures in and out: any file -> upright sRGB `PIL.Image` -> (1, 3, H, W) in [0, 1] -> a file without metadata."""

from __future__ import annotations

import math

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from nst_core.modes import split_alpha, to_mask, to_rgb, to_rgba
from nst_core.reading import MAX_PIXELS, MIN_SIDE, load_image, load_mask, read_profile, read_text
from nst_core.saving import check_output, save_image, to_array

__all__ = [
    "MAX_PIXELS",
    "MIN_SIDE",
    "check_output",
    "fit",
    "load_image",
    "load_mask",
    "read_profile",
    "read_text",
    "save_image",
    "split_alpha",
    "to_array",
    "to_mask",
    "to_rgb",
    "to_rgba",
    "to_tensor",
]


def fit(size: tuple[int, int], long_side: int, name: str = "a picture") -> tuple[int, int]:
    """Scale `size` (w, h) so that its long side is `long_side`.

    Raises `ValueError`, about the picture by its `name`, if the other side gets below `MIN_SIDE`.
    """
    scale = long_side / max(size)
    width, height = (max(1, round(side * scale)) for side in size)
    if min(width, height) < MIN_SIDE:
        enough = math.ceil(MIN_SIDE * max(size) / min(size))
        raise ValueError(
            f"{name} of {size[0]}x{size[1]} pixels would be {width}x{height} at size {long_side}, and each side needs "
            f"at least {MIN_SIDE}: choose a size of at least {enough}, or crop the picture"
        )
    return width, height


def to_tensor(image: Image.Image, size: tuple[int, int]) -> Tensor:
    """Resample to `size` (w, h): (1, 3, h, w) float32 RGB in [0, 1]. Transparency is resolved before, not after."""
    resampled = to_rgb(image).resize(size, Image.Resampling.LANCZOS)
    pixels = np.asarray(resampled, dtype=np.float32) / 255  # (H, W, 3)
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].contiguous()
