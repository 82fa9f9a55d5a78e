"""Runs of seconds, and of a machine without memory."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import torch
from torch import Tensor

from nst_core.config import Pooling, TransferConfig
from nst_core.network.vgg import VGG
from nst_core.transfer import Step, Transfer
from tests.support.networks import TINY_CHANNELS, tiny_parameters
from tests.support.pictures import smooth_picture

TINY = TransferConfig(
    size=64,
    steps=6,
    scales=1,
    content_layers=("relu2_2",),
    style_layers=("relu1_1", "relu2_1"),
    style_weight=10.0,
    tv_weight=0.0,
)
Run = Callable[..., list[Step]]

LARGE = TransferConfig(
    size=300,
    steps=4,
    scales=1,
    tv_chroma=0.0,
    content_layers=("relu2_2",),
    style_layers=("relu1_1", "relu2_1", "relu3_1"),
)


class Cramped(VGG):
    """Has memory for so many pixels at once; `limits`: how many at each call, the last for all further ones."""

    def __init__(self, *limits: float) -> None:
        super().__init__(tiny_parameters(), Pooling.MAX, TINY_CHANNELS)
        self.limits, self.most = [*limits], 0

    def forward(self, image: Tensor, layers: Collection[str], *options: Any) -> dict[str, Any]:
        limit = self.limits.pop(0) if len(self.limits) > 1 else self.limits[0]
        pixels = image.shape[-1] * image.shape[-2]
        if pixels > limit:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        self.most = max(self.most, pixels)
        return super().forward(image, layers, *options)


def paint(network: VGG, **options: Any) -> tuple[Transfer, list[Step]]:
    """A run of `LARGE` and its steps."""
    run = Transfer(smooth_picture(300, 200, 1), smooth_picture(200, 178, 2), LARGE, extractor=network, **options)
    return run, list(run)
