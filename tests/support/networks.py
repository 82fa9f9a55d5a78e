"""A network of ten channels instead of 20 million parameters."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nst_core.config import Pooling
from nst_core.network.vgg import VGG

TINY_CHANNELS = ((4, 4), (6, 6), (8,))  # relu1_1, relu1_2, relu2_1, relu2_2, relu3_1


def tiny_parameters() -> dict[str, Tensor]:
    """Random, but of a scale that keeps features about 1."""
    generator, inputs, parameters = torch.Generator().manual_seed(1), 3, {}
    for block, channels in enumerate(TINY_CHANNELS, 1):
        for depth, outputs in enumerate(channels, 1):
            spread = math.sqrt(2 / (9 * inputs))
            weight = torch.randn(outputs, inputs, 3, 3, generator=generator) * spread
            parameters[f"conv{block}_{depth}.weight"] = weight
            parameters[f"conv{block}_{depth}.bias"] = torch.randn(outputs, generator=generator) * 0.1
            inputs = outputs
    return parameters


def tiny_network(pooling: Pooling = Pooling.MAX) -> VGG:
    return VGG(tiny_parameters(), pooling, TINY_CHANNELS)
