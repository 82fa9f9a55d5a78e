"""Each kernel beside PyTorch's own operators, by Triton's interpreter, on tiny features of odd sizes."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch
from torch import Tensor

from tests.support import card
from tests.support.layers import features

SIZES = [(8, 6, 4), (5, 7, 9), (70, 3, 2), (3, 1, 5)]  # channels, height, width


def bias(channels: int) -> Tensor:
    return torch.randn(channels, generator=torch.Generator().manual_seed(5))


def with_nan(values: Tensor) -> Tensor:
    values[0, 0, 0, 0] = torch.nan
    return values


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("gated", [False, True])
def test_rectified_in_place(kernels: ModuleType, size: tuple[int, int, int], gated: bool) -> None:
    found, expected = (with_nan(features(*size)) for _ in range(2))
    gate, its = (module.rectify_(each, bias(size[0]), gated) for module, each in ((kernels, found), (card, expected)))
    torch.testing.assert_close(found, expected, rtol=0, atol=0, equal_nan=True)
    assert (gate is None) is not gated
    if gated:
        assert torch.equal(gate, its.to(torch.uint8))


@pytest.mark.parametrize("size", SIZES[:3])
def test_pooled_and_back(kernels: ModuleType, size: tuple[int, int, int]) -> None:
    given = with_nan(features(*size))
    given[0, :, 0, 1] = given[0, :, 0, 0]  # of equals the first one counts
    found, expected = (module.pool(given, bias(size[0])) for module in (kernels, card))
    torch.testing.assert_close(found[0], expected[0], rtol=0, atol=0, equal_nan=True)
    assert torch.equal(found[1], expected[1])
    assert {0, card.CLOSED} <= set(found[1].unique().tolist())
    gradient = features(size[0], size[1] // 2, size[2] // 2, seed=1)
    back, its = (module.unpool(gradient, found[1], *size[1:]) for module in (kernels, card))
    assert torch.equal(back, its)
    assert back.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("size", [(8, 6, 8), (70, 7, 5)])
@pytest.mark.parametrize("of", ["deeper", "tap", "deeper and tap"])
@pytest.mark.parametrize("gate", ["values", "bytes"])
def test_joined(kernels: ModuleType, size: tuple[int, int, int], of: str, gate: str) -> None:
    channels, height, width = size
    seen = with_nan(features(*size))
    if gate == "bytes":
        seen = (~(seen <= 0)).to(torch.uint8)
    deeper = features(*size, seed=1) if "deeper" in of else None
    # A part of something larger, as the gradient of a Gram matrix is.
    tap = features(channels, height - 4, width, seed=2)[..., : width - 4] if "tap" in of else None
    if gate == "bytes" and deeper is None:
        deeper = torch.zeros_like(features(*size))
    found, expected = (module.join(seen, deeper, tap, 2) for module in (kernels, card))
    assert torch.equal(found, expected)
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_bfloat16(kernels: ModuleType) -> None:
    """The interpreter cuts digits off, where a card rounds."""
    given = features(8, 6, 4).bfloat16()
    pooled, expected = (module.pool(given, bias(8).bfloat16())[0] for module in (kernels, card))
    assert pooled.dtype == torch.bfloat16
    torch.testing.assert_close(pooled, expected, rtol=2**-6, atol=2**-6)
    joined = kernels.join(given, None, features(8, 6, 4, seed=1), 0)
    assert joined.dtype == torch.bfloat16
    torch.testing.assert_close(joined, card.join(given, None, features(8, 6, 4, seed=1), 0), rtol=2**-7, atol=2**-7)
