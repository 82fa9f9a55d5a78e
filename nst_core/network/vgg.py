"""VGG-19 with named layers (Simonyan and Zisserman, 2015), as Gatys et al. (2016) use it: no classifier, frozen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nst_core.config import Border, Pooling
from nst_core.cpu.convolution import Convolution
from nst_core.cuda.choice import fused
from nst_core.device.memory import give_back_freed_memory
from nst_core.network.layers import Layer, PlainLayer, Window, crop
from nst_core.network.weights import CHANNELS, IMAGENET_MEAN, IMAGENET_STD, load_parameters

MARGIN = 16  # mirrored pixels: one position of the deepest block, so that every layer's share is whole

Keep = Callable[[str, Tensor], Any]  # a layer's name and features -> what is wanted of them
Part = Callable[[str], Window | None]  # a layer's name -> which of its rows and columns; None = all


class VGG(nn.Module):
    """Maps an image (B, 3, H, W), RGB in [0, 1], to the features (B, C, h, w) of layers by name.

    Names are the papers': `conv4_2`, `relu4_2`, `pool4`. Parameters are frozen; gradients flow to the image alone.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self, parameters: Mapping[str, Tensor], pooling: Pooling, channels: Sequence[Sequence[int]] = CHANNELS
    ) -> None:
        super().__init__()
        self._channels, self._pooling = channels, pooling
        self.layers = nn.ModuleDict(name_layers(_modules(channels, pooling)))
        # assign: modules on "meta" have no memory to copy into.
        self.layers.load_state_dict(dict(parameters), assign=True)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)
        self.requires_grad_(False).eval()
        self._convolutions: dict[str, Convolution] = {}

    def forward(
        self,
        image: Tensor,
        layers: Collection[str],
        border: Border = Border.ZERO,
        keep: Keep | None = None,
        part: Part | None = None,
    ) -> dict[str, Any]:
        """The features of `layers`; nothing past the deepest of them is computed. Raises `ValueError` on unknown names.

        With `keep`, what it makes of them as soon as they are there: all features at once are then never needed, nor,
        on the way back, their gradients. With `part`, only that part of each; it can't be told with `Border.MIRROR`.

        The zeros around each layer's input make statistics near the border others than inside, and results get a
        coloured fringe there. `Border.MIRROR` continues the picture by its mirror image and cuts the features of that
        margin off again. `Border.CIRCULAR` lets opposite edges meet, in every layer: a picture whose sides are
        multiples of the deepest layer's stride is then seen as an endless pattern of itself, exactly.
        """
        self.check(layers)
        margin = MARGIN if border is Border.MIRROR else 0
        seen = ((mirror(image, margin) if margin else image) - self.mean) / self.std
        seen = seen.to(next(self.layers.parameters()).dtype)
        found: dict[str, Any] = {}
        window = part or partial(self._within, margin)
        for name, features, inside in self._walk(seen, layers, border is Border.CIRCULAR, window, image.dtype):
            if name in layers:
                if inside is None:
                    inside = crop(features, window(name)).to(image.dtype)
                found[name] = keep(name, inside) if keep else inside
            del inside  # the next are made now
            if len(found) == len(set(layers)):
                break
        return found

    def _walk(
        self, features: Tensor, layers: Collection[str], wraps: bool, window: Part, dtype: torch.dtype
    ) -> Iterator[tuple[str, Tensor, Tensor | None]]:
        """The features of one layer after the other, but for those that nobody sees and that are done with the next.

        Those are convolutions before ReLU, and both before max pooling, where they aren't among `layers`. The third is
        the `window` of a layer's features, as `dtype`, where it was made with them.
        """
        names, following, pad = iter(self.layers), dict(pairwise(self.layers)), 0 if wraps else 1
        for name in names:
            layer, inside = self.layers[name], None
            if not isinstance(layer, nn.Conv2d):
                features = layer(features)
                yield name, features, None
                continue
            if wraps:
                features = F.pad(features, (1, 1, 1, 1), "circular")
            if name in layers:
                features = F.conv2d(features, layer.weight, layer.bias, padding=pad)
                yield name, features, None
                continue
            convolution, name = self._layer(name, features), next(names)
            if name in layers:
                features, inside = convolution.tapped(features, pad, window(name), dtype)
            elif isinstance(self.layers[following[name]], nn.MaxPool2d):
                name, features = next(names), convolution.pooled(features, pad)
            else:
                features = convolution(features, pad)
            yield name, features, inside

    def _within(self, margin: int, name: str) -> Window | None:
        """The rows and columns of a layer without those of a `margin` of pixels on each side."""
        around = margin // self.stride(name)
        return (slice(around, -around), slice(around, -around)) if around else None

    def _layer(self, name: str, features: Tensor) -> Layer:
        """The convolution `name` and its ReLU, for these features; what it prepares of its weights is kept."""
        weight, bias = (self.layers.get_parameter(f"{name}.{part}") for part in ("weight", "bias"))
        on_a_card = fused(weight, bias) if len(features) == 1 else None
        if on_a_card is not None:
            return on_a_card
        if name not in self._convolutions or self._convolutions[name].weight is not weight:
            self._convolutions[name] = Convolution(weight, bias)
        return PlainLayer(self._convolutions[name])

    @property
    def prepared(self) -> int:
        """Bytes that convolutions keep of the weights, since they were first used, beside the weights themselves."""
        return sum(convolution.prepared for convolution in list(self._convolutions.values()))

    def in_dtype(self, dtype: torch.dtype) -> VGG:
        """A network that computes with a copy of the parameters in `dtype`; images and features are as they were."""
        parameters = {name: value.to(dtype) for name, value in self.layers.state_dict().items()}
        return VGG(parameters, self._pooling, self._channels).to(self.device)

    def stride(self, name: str) -> int:
        """How many pixels, along either side, share a position of layer `name`."""
        names = list(self.layers)
        return int(2 ** sum(other.startswith("pool") for other in names[: names.index(name) + 1]))

    def reach(self, layers: Collection[str]) -> int:
        """How many pixels beyond those that it shares a position of any of `layers` depends on, in each direction."""
        depth = max((list(self.layers).index(name) + 1 for name in layers), default=0)
        return sum(
            layer.kernel_size[0] // 2 * self.stride(name)
            for name, layer in list(self.layers.items())[:depth]
            if isinstance(layer, nn.Conv2d)
        )

    @property
    def device(self) -> torch.device:
        """Where the parameters are, and the image has to be."""
        return next(self.parameters()).device

    def check(self, layers: Collection[str]) -> None:
        """Raises `ValueError` that lists the names there are when one of `layers` isn't among them."""
        for name in layers:
            if name not in self.layers:
                raise ValueError(f"VGG-19 has no layer {name!r}; it has {', '.join(self.layers)}")


def mirror(image: Tensor, margin: int) -> Tensor:
    """Surround an image (B, C, H, W) by `margin` pixels of its mirror image on each side.

    What `F.pad` calls reflect, whose gradient isn't deterministic on CUDA.
    """
    rows = [image[..., 1 : margin + 1, :].flip(-2), image, image[..., -margin - 1 : -1, :].flip(-2)]
    image = torch.cat(rows, -2)
    columns = [image[..., 1 : margin + 1].flip(-1), image, image[..., -margin - 1 : -1].flip(-1)]
    return torch.cat(columns, -1)


def _modules(channels: Sequence[Sequence[int]], pooling: Pooling) -> nn.Sequential:
    """The plan as modules without memory (device `meta`): the parameters are assigned later."""
    modules: list[nn.Module] = []
    inputs = 3
    for block in channels:
        for outputs in block:
            modules += [nn.Conv2d(inputs, outputs, 3, padding=1, device="meta"), nn.ReLU(inplace=False)]
            inputs = outputs
        modules.append(nn.MaxPool2d(2) if pooling is Pooling.MAX else nn.AvgPool2d(2))
    return nn.Sequential(*modules)


def name_layers(modules: nn.Sequential) -> dict[str, nn.Module]:
    """Name each module by its block and depth, walking the network: `conv1_1`, `relu1_1`, ..., `pool1`, `conv2_1`..."""
    named: dict[str, nn.Module] = {}
    block, depth = 1, 0
    for module in modules:
        if isinstance(module, nn.Conv2d):
            depth += 1
            named[f"conv{block}_{depth}"] = module
        elif isinstance(module, nn.ReLU):
            named[f"relu{block}_{depth}"] = module
        else:
            named[f"pool{block}"] = module
            block, depth = block + 1, 0
    return named


def load_vgg19(weights: str, pooling: Pooling) -> VGG:
    """VGG-19 with the parameters of a source that `load_parameters` knows, on the CPU; raises its `ValueError`s."""
    parameters = load_parameters(weights)
    for name in parameters:  # one by one, so that not all are there twice
        parameters[name] = _channels_last(parameters[name])
    give_back_freed_memory()  # what decoding took isn't needed again
    return VGG(parameters, pooling)


def _channels_last(value: Tensor) -> Tensor:
    """The order of memory that convolutions are fastest in, on a CPU (1.15x, measured) as on tensor cores."""
    return value.contiguous(memory_format=torch.channels_last) if value.ndim == 4 else value
