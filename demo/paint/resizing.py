"""Pictures of a run at another size than they were painted at."""

from __future__ import annotations

import numpy as np
from PIL import Image

from demo.jobs.records import Deep, Pixels
from nst_core.scene.scales import Size


def resized(image: Pixels, size: Size) -> Pixels:
    """A picture at `size` (width, height)."""
    if image.shape[1::-1] == size:
        return image
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS))


def resized_deep(image: Deep, size: Size) -> Deep:
    """A picture with 16 bits a channel at `size`: Pillow resizes such channels one at a time, and as numbers."""
    if image.shape[1::-1] == size:
        return image
    channels = [Image.fromarray(channel.astype(np.float32)) for channel in np.moveaxis(image, 2, 0)]
    numbers = np.dstack([np.asarray(channel.resize(size, Image.Resampling.LANCZOS)) for channel in channels])
    return numbers.round().clip(0, 65535).astype(np.uint16)
