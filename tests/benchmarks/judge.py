"""How good a picture is by numbers: its relative style error seen at three sizes, and its content error."""

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
    content: float

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
    pictures = gather(pair.photo, pair.painting, (), None, TransferConfig())
    styles, contents = [], []
    smallest = math.ceil(max(MIN_SIDE * max(size) / min(size) for size in (pair.photo.size, pair.painting.size)))
    for part in (1, 2, 4):
        width, height = fit(pair.photo.size, max(round(max(image.shape[-2:]) / part), smallest))
        seen = F.interpolate(image, (height, width), mode="bicubic", antialias=True).clamp(0, 1) if part > 1 else image
        scene = build_scene(pictures, (width, height), TransferConfig(), network.device)
        with torch.no_grad():
            losses = Objective(network, scene, TransferConfig())(seen).values()
        styles.append(losses.style)
        contents.append(losses.content)
    large, middle, small = styles
    return Verdict(large, middle, small, contents[0])
