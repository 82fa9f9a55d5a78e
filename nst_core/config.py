"""What a run is asked to do: `TransferConfig`, valid from birth and the only home of a default."""

from __future__ import annotations

import math
from dataclasses import Field, dataclass, field, fields
from enum import StrEnum
from typing import Any


class Initial(StrEnum):
    """The image that the optimisation starts from."""

    CONTENT = "content"
    NOISE = "noise"
    STYLE = "style"


class Optimizer(StrEnum):
    """What moves the pixels."""

    LBFGS = "lbfgs"
    ADAM = "adam"


class Pooling(StrEnum):
    """How VGG-19 halves its feature maps; Gatys et al. (2016) prefer the average."""

    MAX = "max"
    AVERAGE = "average"


class Border(StrEnum):
    """What VGG-19 sees beyond the edge of a picture."""

    MIRROR = "mirror"
    ZERO = "zero"


class Normalization(StrEnum):
    """What a layer's squared error is divided by."""

    ENERGY = "energy"
    PAPER = "paper"


def _option(default: Any, help: str, low: float = -math.inf, high: float = math.inf) -> Any:
    """A field with its description and inclusive range, which the command line and the page read."""
    return field(default=default, metadata={"help": help, "low": low, "high": high})


@dataclass(frozen=True, kw_only=True)
class TransferConfig:
    """Everything that decides a picture beside the pictures that go in.

    The total loss is content_weight x content + style_weight x sum of w_l x style_l + tv_weight x total variation
    (Gatys et al., 2016, eq. 7, and the usual smoothness term). Raises `ValueError` for a value out of range.
    """

    size: int = _option(512, "long side of the result in pixels", 32, 10_000)
    steps: int = _option(200, "optimiser steps, all scales together", 1, 100_000)
    style_weight: float = _option(5.0, "beta: how much the painting counts", 0, 1e12)
    content_weight: float = _option(1.0, "alpha: how much the photo counts", 0, 1e12)
    tv_weight: float = _option(5.0, "total variation: how much roughness costs", 0, 1e12)
    scales: int = _option(3, "sizes from coarse to fine, a factor 2 apart; 1 = full size only", 1, 8)
    initial: Initial = _option(Initial.CONTENT, "image to start from")
    seed: int = _option(0, "seed of the noise", 0, 2**63 - 1)
    optimizer: Optimizer = _option(Optimizer.LBFGS, "what moves the pixels")
    learning_rate: float = _option(1.0, "length of a step, relative to the optimiser's usual one", 1e-6, 1e3)
    pooling: Pooling = _option(Pooling.MAX, "how VGG-19 halves its feature maps")
    border: Border = _option(Border.MIRROR, "what VGG-19 sees beyond the picture's edge: its mirror image, or zeros")
    normalization: Normalization = _option(
        Normalization.ENERGY, "divide each layer's error by its target's energy, or as the paper does"
    )
    content_layers: tuple[str, ...] = _option(("relu4_2",), "layers whose features keep the photo")
    style_layers: tuple[str, ...] = _option(
        ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"), "layers whose Gram matrices keep the painting"
    )
    style_layer_weights: tuple[float, ...] = _option(
        (), "w_l, one a style layer; none = equal, adding up to 1", 0, 1e12
    )
    weights: str = _option("embedded", "VGG-19's parameters: embedded, torchvision, or a .safetensors or .pth file")

    def __post_init__(self) -> None:
        for option in fields(self):
            self._check_number(option)
        for name, kind in CHOICES.items():
            object.__setattr__(self, name, _member(kind, name, getattr(self, name)))
        if not self.content_layers and not self.style_layers:
            raise ValueError("content_layers and style_layers are both empty; name at least one layer")
        if self.style_layer_weights and len(self.style_layer_weights) != len(self.style_layers):
            raise ValueError(
                f"style_layer_weights has {len(self.style_layer_weights)} values for {len(self.style_layers)} "
                "style_layers; give one a layer, or none"
            )

    def _check_number(self, option: Field[Any]) -> None:
        name, value = option.name, getattr(self, option.name)
        if type(option.default) is int and type(value) is not int:
            raise ValueError(f"{name} must be a whole number, got {value!r}")
        if type(option.default) is float and type(value) not in (int, float):
            raise ValueError(f"{name} must be a number, got {value!r}")
        low, high = option.metadata["low"], option.metadata["high"]
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, int | float) and not low <= number <= high:  # also catches NaN
                raise ValueError(f"{name} must be between {low:g} and {high:g}, got {number}")

    @property
    def layer_weights(self) -> dict[str, float]:
        """w_l of eq. 5 by the style layer's name."""
        equal = tuple(1 / len(self.style_layers) for _ in self.style_layers)
        return dict(zip(self.style_layers, self.style_layer_weights or equal, strict=True))


CHOICES: dict[str, type[StrEnum]] = {
    "initial": Initial,
    "optimizer": Optimizer,
    "pooling": Pooling,
    "border": Border,
    "normalization": Normalization,
}


def _member(kind: type[StrEnum], name: str, value: str) -> StrEnum:
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{name} must be one of {', '.join(kind)}, got {value!r}") from None
