"""Pictures as tensors: `PIL.Image` of any mode and size -> (1, 3, H, W) in [0, 1] -> levels of 8 or 16 bits."""

from __future__ import annotations

from typing import Literal, overload

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from nst_core.images.modes import to_rgb
from nst_core.images.vips import LEVELS, Levels


def to_tensor(image: Image.Image, size: tuple[int, int]) -> Tensor:
    """Resample to `size` (w, h): (1, 3, h, w) float32 RGB in [0, 1]. Transparency is resolved before, not after."""
    resampled = to_rgb(image).resize(size, Image.Resampling.LANCZOS)
    pixels = np.asarray(resampled, dtype=np.float32) / 255  # (H, W, 3)
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].contiguous()


@overload
def to_array(image: Tensor, depth: Literal[8] = 8) -> NDArray[np.uint8]: ...
@overload
def to_array(image: Tensor, depth: int) -> Levels: ...
def to_array(image: Tensor, depth: int = 8) -> Levels:
    """(1, 3, H, W) in [0, 1] -> (H, W, 3), to nearest: uint8 at a depth of 8 bits, uint16 at 16.

    Raises `ValueError` for another shape, NaN, infinity.
    """
    if image.ndim != 4 or image.shape[:2] != (1, 3):
        raise ValueError(f"an image is (1, 3, H, W), got {tuple(image.shape)}")
    return to_levels(image, depth)


def to_levels(values: Tensor, depth: int) -> Levels:
    """(1, C, H, W) in [0, 1] -> (H, W, C) of so many bits, to nearest; raises `ValueError` for NaN and infinity."""
    pixels = values.detach()[0].float()
    extremes = torch.stack(torch.aminmax(pixels))  # NaN if one is: to ask of each would take as long as all else here
    if not bool(torch.isfinite(extremes).all()):
        raise ValueError("the image holds NaN or infinity, so there is no picture to show")
    levels = pixels.clamp(0, 1).mul_(2**depth - 1).round_()
    return interleaved(levels, depth) if levels.device.type == "cpu" else interleaved_there(levels, depth)


def interleaved(levels: Tensor, depth: int) -> Levels:
    """Whole numbers (C, H, W) as levels (H, W, C) of so many bits.

    By NumPy, in a third of torch's time, and torch would begin threads for each thread that shows a picture.
    """
    channels, height, width = levels.shape
    array: Levels = np.empty((height, width, channels), LEVELS[depth])
    for channel, plane in enumerate(levels.numpy()):
        array[..., channel] = plane
    return array


def interleaved_there(levels: Tensor, depth: int) -> Levels:
    """As `interleaved`, on the device where they are: less has to come from there."""
    whole = levels.to(torch.uint8 if depth == 8 else torch.int32)  # torch hardly knows uint16
    array: Levels = whole.permute(1, 2, 0).contiguous().cpu().numpy().astype(LEVELS[depth], copy=False)
    return array
