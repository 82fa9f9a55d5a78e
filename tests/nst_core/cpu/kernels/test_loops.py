"""Each loop by itself, against PyTorch or the equations, on sizes that are no multiples of anything."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.cpu import kernels
from nst_core.cpu.buffers import feature_buffer
from nst_core.cpu.kernels.sizes import FLOAT_BYTES, NOWHERE
from nst_core.cpu.kernels.slots import Filters, Patches, TileGroup, TileResults
from tests.support.layers import difference, features, weights

pytestmark = pytest.mark.skipif(not kernels.available(), reason="no compiled loops for this CPU")

CHANNELS = 64
PIXEL = FLOAT_BYTES * CHANNELS

# B^T and A^T of Lavin and Gray (2016), 4.3; their G is in `sizes`.
INPUTS = torch.tensor(
    [
        [4.0, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ]
)
OUTPUTS = torch.tensor([[1.0, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]])
SIZES = [(7, 11), (4, 6), (13, 5)]


def group(tiles: int) -> TileGroup:
    return TileGroup(capacity=tiles, depth=PIXEL, made=PIXEL)


def test_the_matrices_of_the_paper_are_a_convolution() -> None:
    signal, taps = torch.randn(6, dtype=torch.float64), torch.randn(3, dtype=torch.float64)
    factors = torch.tensor(kernels.WEIGHT_TRANSFORM, dtype=torch.float64)
    found = OUTPUTS.double() @ ((factors @ taps) * (INPUTS.double() @ signal))
    torch.testing.assert_close(found, F.conv1d(signal.view(1, 1, 6), taps.view(1, 1, 3)).flatten())


@pytest.mark.parametrize("pad", [0, 1, 2])
@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_patches_are_transformed(height: int, width: int, pad: int, gated: bool) -> None:
    image, gate = features(CHANNELS, height, width), features(CHANNELS, height, width, seed=1)
    down, across = (math.ceil((side + 2 * pad - 2) / kernels.TILE) for side in (height, width))
    values = torch.full((kernels.FREQUENCIES, down * across, CHANNELS), math.nan)
    patches = Patches(
        source=image.data_ptr(), gate=gate.data_ptr() if gated else 0, height=height, width=width, pad=pad
    )
    slots = kernels.ScatterTiles(patches=patches, group=group(down * across), values=values.data_ptr(), first=0)
    kernels.run(slots, items=down * across)
    seen = F.pad(image * (gate > 0) if gated else image, (pad, pad + kernels.PATCH, pad, pad + kernels.PATCH))
    cut = seen.unfold(2, kernels.PATCH, kernels.TILE).unfold(3, kernels.PATCH, kernels.TILE)[0, :, :down, :across]
    expected = torch.einsum("iy,cvhyx,jx->ijvhc", INPUTS.double(), cut.double(), INPUTS.double())
    assert difference(values, expected.reshape(values.shape)) < 1e-6


@pytest.mark.parametrize("floor", [0.0, -math.inf])
@pytest.mark.parametrize(("rows", "columns"), SIZES)
def test_tiles_are_gathered_as_far_as_they_lie_in_the_map(rows: int, columns: int, floor: float) -> None:
    down, across = math.ceil(rows / kernels.TILE), math.ceil(columns / kernels.TILE)
    products = torch.randn(kernels.PATCH, kernels.PATCH, down, across, CHANNELS)
    result, bias, least = feature_buffer(CHANNELS, rows, columns), torch.randn(CHANNELS), torch.full((16,), floor)
    results = TileResults(
        target=result.data_ptr(), rows=rows, columns=columns, bias=bias.data_ptr(), floor=least.data_ptr()
    )
    slots = kernels.GatherTiles(results=results, group=group(down * across), products=products.data_ptr(), first=0)
    kernels.run(slots, items=down * across)
    tiles = torch.einsum("yi,ijvhc,xj->cvyhx", OUTPUTS.double(), products.double(), OUTPUTS.double())
    whole = tiles.reshape(CHANNELS, down * kernels.TILE, across * kernels.TILE)[:, :rows, :columns]
    assert difference(result[0], (whole + bias[:, None, None]).clamp(min=floor)) < 1e-6


@pytest.mark.parametrize("turned", [False, True])
def test_weights_are_transformed_in_either_order(turned: bool) -> None:
    """Turned, the taps are walked from the last to the first, from outputs to inputs."""
    made, depth = 2 * CHANNELS, CHANNELS
    weight = weights(depth, made)[0] if turned else weights(made, depth)[0]
    weight = weight.contiguous(memory_format=torch.channels_last)
    output, layer, down, right = (FLOAT_BYTES * distance for distance in weight.stride())
    factors, found = torch.tensor(kernels.WEIGHT_TRANSFORM), torch.empty(kernels.FREQUENCIES, made * depth)
    filters = Filters(
        taps=weight[0, 0, -1, -1].data_ptr() if turned else weight.data_ptr(),
        inputs=depth,
        layer=output if turned else layer,
        output=layer if turned else output,
        down=-down if turned else down,
        right=-right if turned else right,
        factors=factors.data_ptr(),
    )
    slots = kernels.TransformWeights(filters=filters, made=FLOAT_BYTES * made, target=found.data_ptr())
    kernels.run(slots, items=kernels.PATCH * (made // kernels.panel()))
    taken = weight.flip(2, 3).transpose(0, 1) if turned else weight
    expected = torch.einsum("yi,onij,xj->yxon", factors.double(), taken.double(), factors.double())
    panels = expected.unflatten(2, (-1, kernels.panel())).transpose(3, 4)  # (y, x, panels, I, panel)
    assert difference(found.view(panels.shape), panels) < 1e-6


@pytest.mark.parametrize(("height", "width"), [(7, 11), (1, 301), (9, 6)])
def test_channels_are_correlated_in_runs(height: int, width: int) -> None:
    """The upper triangle of each run's sum; what lies below it isn't asked for."""
    image, share = features(CHANNELS, height, width), 4
    runs = math.ceil(height / share)
    sums = torch.zeros(runs, CHANNELS, CHANNELS)
    slots = kernels.Correlate(
        source=image.data_ptr(),
        pixel=PIXEL,
        row=PIXEL * width,
        height=height,
        width=width,
        share=share,
        sums=sums.data_ptr(),
    )
    kernels.run(slots, items=runs)
    for found, rows in zip(sums, image[0].double().split(share, dim=1), strict=True):
        flat = rows.flatten(1)
        assert difference(found.triu(), (flat @ flat.mT).triu()) < 1e-6


@pytest.mark.parametrize(("height", "width"), [(5, 6), (3, 11), (2, 103)])
def test_channels_are_mixed_by_any_matrix(height: int, width: int) -> None:
    """In a part of larger features; the matrix need not be symmetric."""
    whole = features(CHANNELS, height + 2, width + 3)
    part = whole[..., 1 : 1 + height, 2 : 2 + width]
    matrix, result = torch.randn(CHANNELS, CHANNELS), feature_buffer(CHANNELS, height, width)
    panels = matrix.reshape(CHANNELS, -1, kernels.panel()).transpose(0, 1).contiguous()
    slots = kernels.Mix(
        source=part.data_ptr(),
        pixel=PIXEL,
        row=PIXEL * (width + 3),
        width=width,
        matrix=panels.data_ptr(),
        target=result.data_ptr(),
    )
    kernels.run(slots, items=height)
    assert difference(result, torch.einsum("bkyx,kn->bnyx", part.double(), matrix.double())) < 1e-6


@pytest.mark.parametrize(("height", "width"), [(7, 11), (2, 3), (8, 4)])
def test_pooling_says_which_it_took(height: int, width: int) -> None:
    image = features(CHANNELS, height, width)
    rows, columns = height // 2, width // 2
    result, places = feature_buffer(CHANNELS, rows, columns), feature_buffer(CHANNELS, rows, columns, torch.uint8)
    slots = kernels.Pool(
        source=image.data_ptr(),
        row=PIXEL * width,
        pixel=PIXEL,
        columns=columns,
        target=result.data_ptr(),
        places=places.data_ptr(),
    )
    kernels.run(slots, items=rows)
    expected, flat = F.max_pool2d(image, 2, return_indices=True)
    y, x = flat // width % 2, flat % width % 2
    assert torch.equal(result, expected)
    assert torch.equal(places, torch.where(expected > 0, 2 * y + x, NOWHERE).byte())


@pytest.mark.parametrize(("height", "width"), [(7, 11), (2, 3), (8, 4)])
def test_a_gradient_goes_where_the_largest_was(height: int, width: int) -> None:
    """And is 0 elsewhere, in the last row and column of odd sizes too."""
    rows, columns = height // 2, width // 2
    gradient, result = features(CHANNELS, rows, columns), feature_buffer(CHANNELS, height, width).fill_(math.nan)
    places = torch.randint(0, NOWHERE + 1, gradient.shape, dtype=torch.uint8)
    places = places.contiguous(memory_format=torch.channels_last)
    slots = kernels.Unpool(
        source=gradient.data_ptr(),
        places=places.data_ptr(),
        rows=rows,
        columns=columns,
        pixel=PIXEL,
        target=result.data_ptr(),
        width=width,
    )
    kernels.run(slots, items=height)
    expected: Tensor = torch.zeros(1, CHANNELS, height, width)
    for number in range(NOWHERE):
        corner = expected[..., number // 2 : 2 * rows : 2, number % 2 : 2 * columns : 2]
        corner.copy_(torch.where(places == number, gradient, 0))
    assert torch.equal(result, expected)
