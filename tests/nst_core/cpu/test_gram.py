"""Products of channels and their gradient, against PyTorch's in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.cpu import kernels
from nst_core.cpu.gram import correlate
from tests.support.layers import difference, features

pytestmark = pytest.mark.skipif(not kernels.available(), reason="no compiled loops for this CPU")


@pytest.mark.parametrize(("channels", "height", "width"), [(64, 7, 11), (128, 3, 300), (256, 20, 6), (512, 9, 13)])
@pytest.mark.parametrize("crop", [0, 2])
def test_products_and_their_gradient(channels: int, height: int, width: int, crop: int) -> None:
    whole = features(channels, height + 2 * crop, width + 2 * crop)
    part = whole[..., crop : crop + height, crop : crop + width].requires_grad_()
    exact = part.detach().double().requires_grad_()
    flat = exact.flatten(2)
    expected = flat @ flat.mT
    result = correlate(part)
    pull = torch.randn(1, channels, channels, generator=torch.Generator().manual_seed(3))
    expected.backward(pull.double())
    assert difference(result.detach(), expected.detach()) < 1e-6
    assert difference(torch.autograd.grad(result, part, pull)[0], exact.grad) < 1e-6


@pytest.mark.parametrize(
    "image", [features(64, 5, 3), features(10, 8, 8), features(64, 8, 8).contiguous(), features(64, 8, 8).double()]
)
def test_other_features_are_left_to_pytorch(image: Tensor) -> None:
    flat = image.flatten(2)
    torch.testing.assert_close(correlate(image), flat @ flat.mT)
