"""Pictures in and out: any file -> upright sRGB `PIL.Image` -> (1, 3, H, W) in [0, 1] -> a file without metadata."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from nst_core.images.formats import check_output
from nst_core.images.modes import split_alpha, to_mask, to_rgb, to_rgba
from nst_core.images.reading import load_image, load_mask, read_profile, read_size, read_text
from nst_core.images.saving import save_image, to_array
from nst_core.images.sizes import MAX_PIXELS, MIN_SIDE, fit

__all__ = [
    "MAX_PIXELS",
    "MIN_SIDE",
    "check_output",
    "fit",
    "load_image",
    "load_mask",
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


def to_tensor(image: Image.Image, size: tuple[int, int]) -> Tensor:
    """Resample to `size` (w, h): (1, 3, h, w) float32 RGB in [0, 1]. Transparency is resolved before, not after."""
    resampled = to_rgb(image).resize(size, Image.Resampling.LANCZOS)
    pixels = np.asarray(resampled, dtype=np.float32) / 255  # (H, W, 3)
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].contiguous()
