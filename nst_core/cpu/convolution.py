"""3x3 convolution and ReLU, forward and backward, by the faster of two ways on a CPU."""

from __future__ import annotations

import functools
import logging
import math
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from nst_core.cpu import kernels
from nst_core.cpu.buffers import buffer, feature_buffer
from nst_core.cpu.choice import is_by_pytorch
from nst_core.cpu.kernels.sizes import FLOAT_BYTES
from nst_core.cpu.kernels.slots import Filters, Patches, TileGroup, TileResults

logger = logging.getLogger(__name__)

LOCAL_FLOATS = 500_000  # transformed values that a thread works on by itself: what stays in its own cache
KEPT = 2**15  # filters of a layer whose transformed weights are kept, 5 MB
SHARED_FLOATS = 3_000_000  # those that all threads work on together
FEWEST_TILES = 48  # of a group: each group reads all transformed weights, which are megabytes where tiles are few
WORTHWHILE = 12 * 12  # positions of a feature map from which on Winograd's way is the faster one


class Way(Protocol):
    """A 3x3 convolution whose weights are fixed."""

    def __init__(self, weight: Tensor, bias: Tensor | None, *, backward: bool = False) -> None:
        """`weight` (O, I, 3, 3), `bias` (O,) of a layer; `backward`: for gradients, which go from O to I channels."""
        ...

    @property
    def prepared(self) -> int:
        """Bytes kept of the weights, beside those that it was given."""
        ...

    def __call__(self, features: Tensor, pad: int, *, relu: bool = False, gate: Tensor | None = None) -> Tensor:
        """(1, I, H, W) -> (1, O, H + 2 pad - 2, W + 2 pad - 2) with `pad` zeros around the features, channels last.

        `relu`: the result is at least 0. `gate`, as large as the features, lets them through only where it is above 0:
        what ReLU does to a gradient.
        """
        ...


class Direct(Way):
    """3x3 convolution by PyTorch."""

    def __init__(self, weight: Tensor, bias: Tensor | None, *, backward: bool = False) -> None:
        kernel = weight.flip(2, 3).transpose(0, 1) if backward else weight
        self._weight, self._bias = kernel.contiguous(memory_format=torch.channels_last), bias
        self._copied = _beside(self._weight, weight)

    @property
    def prepared(self) -> int:
        return self._copied

    def __call__(self, features: Tensor, pad: int, *, relu: bool = False, gate: Tensor | None = None) -> Tensor:
        if gate is not None:
            passed = feature_buffer(*features.shape[1:])
            features = torch.ops.aten.threshold_backward.grad_input(features, gate, 0, grad_input=passed)
        result = F.conv2d(features, self._weight, self._bias, padding=pad)
        return result.relu_() if relu else result


class Winograd(Way):
    """3x3 convolution with a quarter of the multiplications: F(4x4, 3x3) of Lavin and Gray (2016).

    Transformed weights are four times as large. They are kept where they are small; else they are transformed anew for
    each group of tiles, panel by panel, in a processor's own cache. The error is 1e-6 of the result, three times that
    of PyTorch's float32.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, *, backward: bool = False) -> None:
        """`weight` and `bias` as `Way` has them, float32; O and I are multiples of a panel."""
        self._weight = weight.contiguous(memory_format=torch.channels_last)
        self._made, self._depth = reversed(weight.shape[:2]) if backward else weight.shape[:2]
        self._backward = backward
        self._bias = torch.zeros(self._made) if bias is None else bias.contiguous()
        self._matrix = torch.tensor(kernels.WEIGHT_TRANSFORM)
        self._transformed: Tensor | None = None
        self._copied = _beside(self._weight, weight)

    @property
    def prepared(self) -> int:
        return self._copied + (0 if self._transformed is None else self._transformed.nbytes)

    def __call__(self, features: Tensor, pad: int, *, relu: bool = False, gate: Tensor | None = None) -> Tensor:
        height, width = features.shape[2:]
        result = feature_buffer(self._made, height + 2 * pad - 2, width + 2 * pad - 2)
        patches = Patches(
            source=features.data_ptr(),
            gate=0 if gate is None else gate.data_ptr(),
            height=height,
            width=width,
            pad=pad,
        )
        floor = torch.full((kernels.lanes(),), 0.0 if relu else -math.inf)
        results = TileResults(
            target=result.data_ptr(),
            rows=result.shape[2],
            columns=result.shape[3],
            bias=self._bias.data_ptr(),
            floor=floor.data_ptr(),
        )
        tiles = math.prod(math.ceil(side / kernels.TILE) for side in result.shape[2:])
        capacity, alone = self._grouping(tiles, torch.get_num_threads())
        convolve = self._convolve_alone if alone else self._convolve_together
        convolve(patches, self._group(capacity), results, tiles)
        return result

    def _convolve_alone(self, patches: Patches, group: TileGroup, results: TileResults, tiles: int) -> None:
        """Each thread takes groups of tiles through all stages; the weights are kept transformed."""
        work = buffer(self._floats_of_tile * group.capacity * torch.get_num_threads())
        slots = kernels.ConvolveGroups(
            patches=patches,
            group=group,
            results=results,
            work=work.data_ptr(),
            weights=self._kept.data_ptr(),
            tiles=tiles,
        )
        kernels.run(slots, items=math.ceil(tiles / group.capacity))

    def _convolve_together(self, patches: Patches, group: TileGroup, results: TileResults, tiles: int) -> None:
        """All threads take one group of tiles after another through each stage; the weights are transformed anew."""
        work = buffer(self._floats_of_tile * group.capacity)
        panels = buffer(torch.get_num_threads() * kernels.PATCH * self._depth * kernels.panel())
        values = work.data_ptr()
        products = values + kernels.FREQUENCIES * group.capacity * group.depth
        for first in range(0, tiles, group.capacity):
            count = min(group.capacity, tiles - first)
            scatter = kernels.ScatterTiles(patches=patches, group=group, values=values, first=first)
            multiply = kernels.MultiplyFrequencies(
                filters=self._filters,
                group=group,
                values=values,
                products=products,
                panels=panels.data_ptr(),
                tiles=count,
            )
            gather = kernels.GatherTiles(results=results, group=group, products=products, first=first)
            kernels.run(scatter, items=count)
            kernels.run(multiply, items=self._items)
            kernels.run(gather, items=count)

    def _group(self, capacity: int) -> TileGroup:
        return TileGroup(capacity=capacity, depth=FLOAT_BYTES * self._depth, made=FLOAT_BYTES * self._made)

    @property
    def _kept(self) -> Tensor:
        """All transformed weights, (frequencies, panels, I, panel)."""
        if self._transformed is None:
            made = torch.empty(kernels.FREQUENCIES, self._made * self._depth)
            slots = kernels.TransformWeights(
                filters=self._filters, made=FLOAT_BYTES * self._made, target=made.data_ptr()
            )
            kernels.run(slots, items=self._items)
            self._transformed = made  # other threads shall not see it before
        return self._transformed

    @property
    def _items(self) -> int:
        """Rows of frequencies, of all panels."""
        return kernels.PATCH * (self._made // kernels.panel())

    @property
    def _floats_of_tile(self) -> int:
        """Transformed values of a tile, and products of them."""
        return kernels.FREQUENCIES * (self._depth + self._made)

    @property
    def _filters(self) -> Filters:
        """Where the weights are, and how to walk them.

        The way back is the convolution with the weights turned round, from outputs to inputs.
        """
        output, layer, down, right = (FLOAT_BYTES * distance for distance in self._weight.stride())
        corner = -1 if self._backward else 0
        return Filters(
            taps=self._weight[0, 0, corner, corner].data_ptr(),
            inputs=self._depth,
            layer=output if self._backward else layer,
            output=layer if self._backward else output,
            down=-down if self._backward else down,
            right=-right if self._backward else right,
            factors=self._matrix.data_ptr(),
        )

    def _grouping(self, tiles: int, threads: int) -> tuple[int, bool]:
        """How many tiles are worked on at once, a multiple of `ROWS`; whether each thread has such a group alone."""
        share = self._floats_of_tile
        local = max(FEWEST_TILES, LOCAL_FLOATS // share)
        alone = self._depth * self._made <= KEPT and tiles >= 2 * threads * local
        most = local if alone else max(FEWEST_TILES, SHARED_FLOATS // share)
        return math.ceil(min(tiles, most) / kernels.ROWS) * kernels.ROWS, alone


class Convolution:
    """Convolution and ReLU of one layer, differentiable once, by the faster way for the size."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """`weight` (O, I, 3, 3), `bias` (O,), fixed."""
        self.weight, self._bias = weight, bias
        self._ways: dict[tuple[type[Way], bool], Way] = {}

    def __call__(self, features: Tensor, pad: int = 1) -> Tensor:
        """(B, I, H, W) -> (B, O, H + 2 pad - 2, W + 2 pad - 2), with `pad` zeros around the features."""
        if not is_plain(features):
            return F.conv2d(features, self.weight, self._bias, padding=pad).relu_()
        return _ConvolutionReLU.apply(features, self, pad)  # type: ignore[no-any-return]

    @property
    def prepared(self) -> int:
        """Bytes kept of the weights so far, beside themselves."""
        return sum(way.prepared for way in list(self._ways.values()))

    def suits(self, features: Tensor) -> bool:
        """Whether the compiled loops can be given what it makes of `features`."""
        return is_plain(features) and _channels_fit(len(self.weight))

    def forward(self, features: Tensor, pad: int) -> Tensor:
        """Convolve features (1, I, H, W) for which `is_plain`, without a graph."""
        features = features.contiguous(memory_format=torch.channels_last)
        return self.way(*features.shape[2:], backward=False)(features, pad, relu=True)

    def pull_back(self, gradient: Tensor, pad: int, gate: Tensor | None = None) -> Tensor:
        """The gradient by the features from one by what `forward` made of them; ReLU lets through where `gate` > 0."""
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        return self.way(*gradient.shape[2:], backward=True)(gradient, 2 - pad, gate=gate)

    def way(self, height: int, width: int, *, backward: bool) -> Way:
        """The way for features of this size; `backward` is from a gradient of the output to one of the input."""
        fewer, more = sorted(self.weight.shape[:2])
        kind = Winograd if _winograd_wins(fewer, more, height, width) else Direct
        if (kind, backward) not in self._ways:
            # The gradient by the input is a convolution with the weights turned round, from outputs to inputs.
            self._ways[kind, backward] = kind(self.weight, None if backward else self._bias, backward=backward)
        return self._ways[kind, backward]


class _ConvolutionReLU(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, features: Tensor, layer: Convolution, pad: int) -> Tensor:
        result = layer.forward(features, pad)
        context.layer, context.pad = layer, pad
        context.save_for_backward(result)
        return result

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (result,) = context.saved_tensors
        return context.layer.pull_back(gradient, context.pad, gate=result), None, None


def _beside(copy: Tensor, original: Tensor) -> int:
    """Bytes of `copy`, if it is one."""
    return 0 if copy.data_ptr() == original.data_ptr() else copy.nbytes


def fits(features: Tensor) -> bool:
    """Whether `features` (1, C, H, W), or a part of them, can be given to the compiled loops."""
    contiguous = features.stride(1) == 1 and features.stride(3) == features.shape[1]
    return is_plain(features) and contiguous and _channels_fit(features.shape[1])


def is_plain(features: Tensor) -> bool:
    """Whether they are a single image's, float32, on the CPU."""
    return features.device.type == "cpu" and features.dtype == torch.float32 and len(features) == 1


def _channels_fit(channels: int) -> bool:
    """Whether the compiled loops may be used now, and work on so many."""
    return not is_by_pytorch() and _can_compile() and channels % kernels.panel() == 0


@functools.cache
def _can_compile() -> bool:
    """Whether there are loops for this CPU, and numba to compile them: without, PyTorch does the work."""
    try:
        return kernels.available()
    except ImportError as error:  # there is no numba for a new Python, or none that goes with this NumPy
        logger.warning("numba can't be used (%s); convolutions take several times as long without it", error)
        return False


def _winograd_wins(depth: int, made: int, height: int, width: int) -> bool:
    """Whether to take `Winograd` for feature maps of this size.

    By a rule, and nothing is tried out: both ways' results differ by rounding, and L-BFGS carries that far. Of few
    positions, the time goes into transforming the weights; by tests/benchmarks/convolutions.py, with AVX-512 as with
    AVX2, both ways are even at 10x10 to 16x16 of them for each of VGG-19's layers, there and back.
    """
    return height * width >= WORTHWHILE and _channels_fit(depth) and _channels_fit(made)
