"""Products by strides are those of features that were cut out, and nothing is copied for them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from nst_core.cuda.gram import correlate
from tests.support.layers import features
from tests.support.tape import Writing


def a_part(channels: int, height: int, width: int, margin: int) -> Tensor:
    whole = features(channels, height + 2 * margin, width + 2 * margin)
    return whole[..., margin : margin + height, margin : margin + width]


def plain(seen: Tensor) -> Tensor:
    flat = seen.flatten(2)
    return flat @ flat.mT


@pytest.mark.parametrize(
    "seen",
    [
        features(8, 7, 5),
        a_part(8, 7, 12, 1),
        a_part(6, 9, 40, 2),
        a_part(6, 9, 10, 4),  # its rows are so much longer that they are cut out
        features(6, 9, 12)[..., 2:],  # its last row ends with the memory
        features(6, 9, 12).contiguous(),
    ],
    ids=["whole", "inside", "long rows", "wide margin", "at the end", "other layout"],
)
def test_sums_and_gradients_are_those_of_a_copy(seen: Tensor) -> None:
    one, other = (seen.detach().requires_grad_() for _ in range(2))
    found, expected = correlate(one), plain(other)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-4)
    pull = torch.randn(expected.shape, generator=torch.Generator().manual_seed(1))
    (slope,), (its,) = torch.autograd.grad(found, one, pull), torch.autograd.grad(expected, other, pull)
    torch.testing.assert_close(slope, its, rtol=1e-5, atol=1e-4)
    assert slope.stride(1) == 1


def test_no_features_are_copied() -> None:
    """But for those beside them, which are no part of it."""
    seen, calls = a_part(8, 30, 60, 2).requires_grad_(), list[tuple[Any, ...]]()
    with Writing(calls):
        torch.autograd.grad(correlate(seen).sum(), seen)
    copied = [each for each in calls if each[0] in (torch.ops.aten.clone.default, torch.ops.aten.copy_.default)]
    assert sum(result.numel() for *_, result in copied) <= 8 * 30 * 4 * 2
