"""How good a picture is by numbers: its relative style error seen at three sizes, and its content error at two layers.

At relu4_2, the papers' layer, a picture can be near to a photo whose faces and calm places it has lost; relu3_1 sees
that.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from nst_core.config import TransferConfig
from nst_core.images import load_image
from nst_core.images.sizes import MIN_SIDE, fit
from nst_core.loss.objective import Objective
from nst_core.network.vgg import VGG
from nst_core.scene.scene import build_scene, gather

EXAMPLES = Path(__file__).parents[2] / "examples"


class Pair(NamedTuple):
    """A photo, a painting, and what they are called."""

    name: str
    photo: Image.Image
    painting: Image.Image


class Verdict(NamedTuple):
    """Relative errors of a picture."""

    full: float  # of its style, as it is
    half: float  # seen at half the size
    quarter: float
    detail: float  # of its content at relu3_1
    things: float  # at relu4_2

    @property
    def content(self) -> float:
        """The mean over the two layers."""
        return mean(self[3:])

    @property
    def style(self) -> float:
        """The mean over the three sizes."""
        return mean(self[:3])


def load_pairs(count: int) -> list[Pair]:
    """The first pairs of `examples/pairs.json`."""
    listed = json.loads((EXAMPLES / "pairs.json").read_text("utf-8"))[:count]
    return [
        Pair(
            f"{Path(entry['content']).stem} x {Path(entry['style']).stem}",
            load_image(EXAMPLES / entry["content"]),
            load_image(EXAMPLES / entry["style"]),
        )
        for entry in listed
    ]


def judge(image: Tensor, pair: Pair, network: VGG) -> Verdict:
    """Errors of `image` (1, 3, H, W) by the default losses; at each size the painting is seen as large as the photo.

    Half and quarter are as small as VGG-19 can see, where they would be smaller.
    """
    config = TransferConfig(content_layers=("relu3_1", "relu4_2"))
    pictures = gather(pair.photo, pair.painting, (), None, config)
    smallest = math.ceil(max(MIN_SIDE * max(size) / min(size) for size in (pair.photo.size, pair.painting.size)))
    seen_at = []
    for part in (1, 2, 4):
        width, height = fit(pair.photo.size, max(round(max(image.shape[-2:]) / part), smallest))
        seen = F.interpolate(image, (height, width), mode="bicubic", antialias=True).clamp(0, 1) if part > 1 else image
        scene = build_scene(pictures, (width, height), config, network.device)
        with torch.no_grad():
            seen_at.append(Objective(network, scene, config)(seen).values())
    large, middle, small = seen_at
    return Verdict(large.style, middle.style, small.style, *large.content_layers.values())
