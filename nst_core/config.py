"""What a run is asked to do: `TransferConfig`, valid from birth and the only home of a default."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from enum import StrEnum
from typing import Any, Self

from nst_core.fields import NUMBERS, check_number, member, option


class Group(StrEnum):
    """Under which heading an option stands in the command line's help."""

    FIRST = "options"
    PAINTINGS = "paintings and regions"
    COLOURS = "colours"
    METHOD = "method"
    OPTIMISER = "optimiser"
    FILES = "files"


class Preset(StrEnum):
    """A named set of options."""

    PAPER = "paper"
    FAST = "fast"
    BALANCED = "balanced"
    FINE = "fine"


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
    """What VGG-19 sees beyond the edge of a picture; with `CIRCULAR` it becomes a tile without seams."""

    MIRROR = "mirror"
    ZERO = "zero"
    CIRCULAR = "circular"


class Margins(StrEnum):
    """What is done with a border of one colour around a painting: black bars, a museum's wall, the white of a scan."""

    KEEP = "keep"
    CUT = "cut"


class Normalization(StrEnum):
    """What a layer's squared error is divided by."""

    ENERGY = "energy"
    PAPER = "paper"


class StyleLoss(StrEnum):
    """Which statistic of a layer's features keeps the painting: the file in `nst_core/loss/statistics` of that name.

    After its name comes beta at a strength of 50 %, where alpha is 1: measured so that the content error is then about
    0.4 (see the README). Where it is defined under the paper's normalisation, another one for that follows.
    """

    halfway: Mapping[Normalization, float]  # beta, under each normalisation that there is for it

    GRAM = "gram", 5.0, 1000.0  # the paper's own ratio
    MEAN_VARIANCE = "mean_variance", 11.0
    WASSERSTEIN = "wasserstein", 4.5

    def __new__(cls, name: str, energy: float, paper: float | None = None) -> Self:
        loss = str.__new__(cls, name)
        loss._value_ = name
        loss.halfway = {Normalization.ENERGY: energy}
        if paper is not None:
            loss.halfway[Normalization.PAPER] = paper
        return loss


class TotalVariation(StrEnum):
    """How the differences of neighbouring pixels add up."""

    L2 = "l2"
    L1 = "l1"


class ColourMethod(StrEnum):
    """How the photo's colours are kept (Gatys et al., 2016, *Preserving Color in Neural Artistic Style Transfer*)."""

    LINEAR = "linear"
    LUMINANCE = "luminance"
    HISTOGRAM = "histogram"


def setting(
    group: Group,
    default: Any,
    help: str,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    steerable: bool = False,
    sets_pace: bool = False,
    rebuilds: bool = False,
) -> Any:
    """An option of `TransferConfig`, with its inclusive range and all that others need to know about it.

    `steerable`: it can be changed while a run is under way. `sets_pace`: a step's time depends on it, beside the
    number of pixels. `rebuilds`: it means something without a photo to repaint, too, for `reconstruct`.
    """
    about = {"group": group, "steerable": steerable, "sets_pace": sets_pace, "rebuilds": rebuilds}
    return option(default, help, low, high, **about)


@dataclass(frozen=True, kw_only=True)
class TransferConfig:
    """Everything that decides a picture beside the pictures that go in.

    The total loss is alpha x sum of v_l x content_l + beta x sum of w_l x style_l + gamma x total variation (Gatys et
    al., 2016, eq. 7, and the usual smoothness term), with the weights of `loss_weights`. Raises `ValueError` for a
    value out of range.
    """

    size: int = setting(Group.FIRST, 512, "long side of the result in pixels", 32, 10_000, rebuilds=True)
    steps: int = setting(
        Group.FIRST, 250, "optimiser steps, all scales together", 1, 100_000, steerable=True, rebuilds=True
    )
    strength: float = setting(
        # With the content at two layers as much painting as 50 % was with relu4_2 alone.
        Group.FIRST,
        60.0,
        "how much painting, in percent: 0 leaves the photo, 100 hardly any of it",
        0,
        100,
        steerable=True,
    )
    colours: float = setting(
        Group.FIRST, 100.0, "whose colours, in percent: 0 the photo's, 100 the painting's", 0, 100, steerable=True
    )
    colour_method: ColourMethod = setting(
        Group.COLOURS, ColourMethod.LINEAR, "how the photo's colours are kept", steerable=True
    )
    only_colours: bool = setting(Group.COLOURS, False, "give the photo the painting's colours, but no strokes")
    keep_alpha: bool = setting(Group.FILES, False, "transparent pixels don't count, and stay transparent")
    style_blend: tuple[float, ...] = setting(
        Group.PAINTINGS, (), "how much each painting counts beside the others; none = alike", 0, 1e6, steerable=True
    )
    style_scale: tuple[float, ...] = setting(
        Group.PAINTINGS,
        (),
        "size of the strokes, one for all paintings or one each: 2 = twice as large; none = 1",
        0.1,
        10,
    )
    sharp_strokes: bool = setting(
        Group.PAINTINGS,
        False,
        "where a painting is enlarged, fill its large strokes with fine ones of its own pixels, instead of blur",
    )
    margins: Margins = setting(
        Group.PAINTINGS, Margins.KEEP, "borders of one colour around the paintings: black bars, a wall, a scan's white"
    )
    style_weight: float | None = setting(
        Group.METHOD, None, "beta, the painting's weight; given, it counts instead of strength", 0, 1e12, steerable=True
    )
    content_weight: float = setting(Group.METHOD, 1.0, "alpha, the photo's weight", 0, 1e12, steerable=True)
    tv_weight: float = setting(
        Group.METHOD, 5.0, "total variation: how much roughness costs", 0, 1e12, steerable=True, rebuilds=True
    )
    tv_norm: TotalVariation = setting(
        Group.METHOD,
        TotalVariation.L2,
        "sum the squares of neighbours' differences, or their sizes",
        sets_pace=True,
        rebuilds=True,
    )
    tv_chroma: float = setting(
        # The statistics of early layers leave the colours of single pixels free: smooth paper and skies get specks.
        Group.METHOD,
        16.0,
        "how much specks of colour cost in it, at full size",
        0,
        1e6,
        steerable=True,
        rebuilds=True,
    )
    style_loss: StyleLoss = setting(
        Group.METHOD, StyleLoss.GRAM, "which statistics keep the painting", sets_pace=True, rebuilds=True
    )
    scales: int = setting(
        Group.METHOD,
        0,
        "sizes from coarse to fine, a factor 2 apart; 1 = full size only, 0 = from 64 pixels up",
        0,
        8,
        rebuilds=True,
    )
    initial: Initial = setting(Group.METHOD, Initial.CONTENT, "image to start from")
    seed: int = setting(Group.METHOD, 0, "seed of the noise", 0, 2**63 - 1, rebuilds=True)
    optimizer: Optimizer = setting(
        Group.OPTIMISER, Optimizer.LBFGS, "what moves the pixels", sets_pace=True, rebuilds=True
    )
    learning_rate: float = setting(
        Group.OPTIMISER, 1.0, "length of a step, relative to the optimiser's usual one", 1e-6, 1e3, rebuilds=True
    )
    pooling: Pooling = setting(
        Group.METHOD, Pooling.MAX, "how VGG-19 halves its feature maps", sets_pace=True, rebuilds=True
    )
    border: Border = setting(
        Group.METHOD,
        Border.MIRROR,
        "what VGG-19 sees beyond the picture's edge: its mirror image, zeros, or the opposite edge",
        sets_pace=True,
        rebuilds=True,
    )
    normalization: Normalization = setting(
        Group.METHOD,
        Normalization.ENERGY,
        "divide each layer's error by its target's energy, or as the paper does",
        sets_pace=True,
        rebuilds=True,
    )
    content_layers: tuple[str, ...] = setting(
        # The papers' relu4_2 alone lets strokes run through faces, and fills dark, flat places with a lattice of 8 px,
        # which is how far its positions are apart: at relu3_1 both are as wrong as they look.
        Group.METHOD,
        ("relu3_1", "relu4_2"),
        "layers whose features keep the photo",
        sets_pace=True,
    )
    style_layers: tuple[str, ...] = setting(
        Group.METHOD,
        ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
        "layers whose statistics keep the painting",
        sets_pace=True,
    )
    content_layer_weights: tuple[float, ...] = setting(
        Group.METHOD, (), "v_l, one a content layer; none = equal, adding up to 1", 0, 1e12
    )
    style_layer_weights: tuple[float, ...] = setting(
        Group.METHOD, (), "w_l, one a style layer; none = equal, adding up to 1", 0, 1e12, rebuilds=True
    )
    weights: str = setting(
        Group.METHOD,
        "embedded",
        "VGG-19's parameters: embedded, torchvision, or a .safetensors or .pth file",
        rebuilds=True,
    )

    def __post_init__(self) -> None:
        for each in fields(self):
            if isinstance(each.default, tuple):
                self._check_list(each)
            check_number(each, getattr(self, each.name))
        for name, kind in CHOICES.items():
            object.__setattr__(self, name, member(kind, name, getattr(self, name)))
        if not self.content_layers and not self.style_layers:
            raise ValueError("content_layers and style_layers are both empty; name at least one layer")
        self._check_layer_weights()
        if self.style_blend and not any(self.style_blend):
            raise ValueError("style_blend is zero for every painting; give at least one of them some weight")
        if self.normalization not in self.style_loss.halfway:
            known = " and ".join(loss for loss in StyleLoss if self.normalization in loss.halfway)
            raise ValueError(
                f"the {self.normalization}'s normalization is defined for {known} alone, not for style_loss "
                f"{self.style_loss}"
            )

    def _check_list(self, option: Field[Any]) -> None:
        """Several values come as a tuple or a list, and are kept as a tuple: a config can be hashed."""
        name, values = option.name, getattr(self, option.name)
        kinds, kind_name = ((str,), "names") if name in LAYER_LISTS else (NUMBERS[float], "numbers")
        if not isinstance(values, tuple | list) or any(type(value) not in kinds for value in values):
            raise ValueError(f"{name} must be a tuple of {kind_name}, got {values!r}")
        if name in LAYER_LISTS and len(set(values)) < len(values):
            raise ValueError(f"{name} has a layer twice, got {', '.join(values)}; name each once, and weigh it")
        object.__setattr__(self, name, tuple(values))

    def _check_layer_weights(self) -> None:
        for layers, weights in zip(LAYER_LISTS, LAYER_WEIGHTS, strict=True):
            names, values = getattr(self, layers), getattr(self, weights)
            if values and len(values) != len(names):
                raise ValueError(
                    f"{weights} has {len(values)} values for {len(names)} {layers}; give one a layer, or none"
                )

    @property
    def loss_weights(self) -> tuple[float, float, float]:
        """alpha, beta and the weight of the total variation.

        A strength of t shifts weight from the photo to the painting, (1 - t) : t. Total variation is there to smooth
        what the painting's statistics roughen, so it goes with them: at 0 % the photo comes back untouched.
        """
        photo, painting = 2 - self.effective_strength / 50, self.effective_strength / 50
        alpha, beta, gamma = self.halfway_weights
        return photo * alpha, painting * beta, painting * gamma

    @property
    def effective_strength(self) -> float:
        """The strength in percent; that of a style weight, which counts instead, is in the weight itself."""
        return self.strength if self.style_weight is None else 50.0

    @property
    def halfway_weights(self) -> tuple[float, float, float]:
        """`loss_weights` at a strength of 50 %."""
        beta = self.style_loss.halfway[self.normalization] if self.style_weight is None else self.style_weight
        return self.content_weight, beta, self.tv_weight

    def style_shares(self, paintings: int) -> tuple[float, ...]:
        """What each of so many paintings counts, adding up to 1; raises `ValueError` for another number of weights."""
        if len(self.style_blend) not in (0, paintings):
            raise ValueError(
                f"the number of values of style_blend is {len(self.style_blend)} and that of paintings {paintings}; "
                "give one each, or none"
            )
        blend = self.style_blend or (1.0,) * paintings
        return tuple(weight / sum(blend) for weight in blend)

    def style_scales(self, paintings: int) -> tuple[float, ...]:
        """The style scale of each of so many paintings; raises `ValueError` for another number of them."""
        if len(self.style_scale) not in (0, 1, paintings):
            raise ValueError(
                f"the number of values of style_scale is {len(self.style_scale)} and that of paintings {paintings}; "
                "give one for all, one each, or none"
            )
        scales = self.style_scale or (1.0,)
        return scales * paintings if len(scales) == 1 else scales

    @classmethod
    def preset(cls, name: Preset | str, **changes: Any) -> TransferConfig:
        """The config of a preset, with changes; raises `ValueError` for a name that there isn't."""
        return cls(**PRESETS[member(Preset, "preset", name)] | changes)

    @property
    def layer_weights(self) -> dict[str, float]:
        """w_l of eq. 5 by the style layer's name."""
        equal = tuple(1 / len(self.style_layers) for _ in self.style_layers)
        return dict(zip(self.style_layers, self.style_layer_weights or equal, strict=True))


LAYER_LISTS = ("content_layers", "style_layers")
LAYER_WEIGHTS = ("content_layer_weights", "style_layer_weights")

CHOICES: dict[str, type[StrEnum]] = {
    each.name: type(each.default) for each in fields(TransferConfig) if isinstance(each.default, StrEnum)
}

# What a preset changes of the defaults.
PRESETS: dict[Preset, dict[str, Any]] = {
    # Gatys et al. (2016), section 2 and figure 3; beta for Oxford's weights as they are, on which see the README.
    Preset.PAPER: {
        "steps": 500,
        "style_weight": StyleLoss.GRAM.halfway[Normalization.PAPER],
        "tv_weight": 0.0,
        "tv_chroma": 0.0,
        "scales": 1,
        "initial": Initial.NOISE,
        "pooling": Pooling.AVERAGE,
        "border": Border.ZERO,
        "normalization": Normalization.PAPER,
        "content_layers": ("relu4_2",),
    },
    Preset.FAST: {"size": 256, "steps": 50},
    Preset.BALANCED: {},
    Preset.FINE: {"size": 1024, "steps": 500},
}

# What looking inside the network changes of the defaults: Gatys et al. (2015), figure 1. A little smoothness removes
# noise that no layer sees: at 64 px the mean error of a photo from relu1_2 falls from 0.12 to 0.01, from relu4_1 from
# 0.24 to 0.22.
RECONSTRUCTION: dict[str, Any] = {
    "initial": Initial.NOISE,
    "style_weight": 1.0,
    "tv_weight": 0.05,
    "tv_chroma": 0.0,
}

# What painting for paper changes of the options that aren't given: there each pixel is looked at from nearby.
PRINT: dict[str, Any] = {"sharp_strokes": True}

# What of a run can be changed while it is under way.
STEERABLE = tuple(each.name for each in fields(TransferConfig) if each.metadata["steerable"])


def check_steering(before: TransferConfig, after: TransferConfig, paintings: int) -> None:
    """Raise `ValueError` where a run with so many paintings can't go on with `after` instead of `before`."""
    for name in (each.name for each in fields(TransferConfig) if each.name not in STEERABLE):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            raise ValueError(f"{name} is {old} and can't become {new} while a run is under way; begin a new one")
    if after.only_colours:
        raise ValueError("only_colours takes a single step, so there is nothing to steer; begin a new run")
    after.style_shares(paintings)
