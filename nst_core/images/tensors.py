"""Pictures as tensors: `PIL.Image` of any mode and size -> (1, 3, H, W) in [0, 1]."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from nst_core.images.modes import to_rgb


def to_tensor(image: Image.Image, size: tuple[int, int]) -> Tensor:
    """Resample to `size` (w, h): (1, 3, h, w) float32 RGB in [0, 1]. Transparency is resolved before, not after."""
    resampled = to_rgb(image).resize(size, Image.Resampling.LANCZOS)
    pixels = np.asarray(resampled, dtype=np.float32) / 255  # (H, W, 3)
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].contiguous()
