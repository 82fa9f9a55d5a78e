"""The arithmetic of one evaluation, as it is without tricks."""

from __future__ import annotations

from typing import NamedTuple

from nst_core.config import TransferConfig
from nst_core.network.vgg import VGG
from nst_core.scene.scales import Size

TAPS = 9  # of a 3x3 convolution


class Shape(NamedTuple):
    """A convolution's: (1, inputs, height, width) -> (1, outputs, height, width)."""

    inputs: int
    outputs: int
    height: int
    width: int

    @property
    def flops(self) -> int:
        """Of one pass, forward or backward to the input: a multiplication and an addition count as two."""
        return 2 * TAPS * self.inputs * self.outputs * self.height * self.width


def convolutions(network: VGG, size: Size, config: TransferConfig) -> dict[str, Shape]:
    """By name, those that the losses of a picture of `size` (width, height) need, with zeros around it."""
    names, weights = list(network.layers), network.state_dict()
    deepest = max(names.index(layer) for layer in (*config.content_layers, *config.style_layers))
    found = {}
    for name in names[: deepest + 1]:
        if name.startswith("conv"):
            outputs, inputs = weights[f"layers.{name}.weight"].shape[:2]
            width, height = (side // network.stride(name) for side in size)
            found[name] = Shape(inputs, outputs, height, width)
    return found


def evaluation_flops(network: VGG, size: Size, config: TransferConfig) -> int:
    """Of loss and gradient: each convolution forward and backward, and as much again for each Gram matrix."""
    layers = convolutions(network, size, config)
    seen = (layers[name.replace("relu", "conv")] for name in config.style_layers)
    grams = sum(2 * shape.outputs**2 * shape.height * shape.width for shape in seen)
    return 2 * (sum(shape.flops for shape in layers.values()) + grams)
