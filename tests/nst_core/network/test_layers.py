from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from nst_core.cpu.convolution import Convolution
from nst_core.network.layers import PlainLayer, Window, crop
from tests.support.layers import features, weights


@pytest.mark.parametrize("channels", [6, 64])
def test_a_layer_is_convolution_and_relu_and_what_is_asked_of_it(channels: int) -> None:
    weight, bias = weights(channels, channels)
    layer, seen = PlainLayer(Convolution(weight, bias)), features(channels, 14, 18)
    expected = F.conv2d(seen, weight, bias, padding=1).relu()
    whole, inside = layer.tapped(seen, 1, (slice(2, -2), slice(3, 9)), torch.bfloat16)
    for found in (layer(seen, 1), whole):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(inside, whole[..., 2:-2, 3:9].bfloat16(), rtol=0, atol=0)
    torch.testing.assert_close(layer.pooled(seen, 1), F.max_pool2d(expected, 2), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("window", [None, (slice(3, -3), slice(3, -3)), (slice(0, 4), slice(2, 11))])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_what_is_cut_off_gets_no_gradient(window: Window | None, dtype: torch.dtype) -> None:
    one, other = (features(4, 9, 11).to(dtype).requires_grad_() for _ in range(2))
    inside, expected = crop(one, window), other[(..., *(window or ()))]
    assert torch.equal(inside, expected)
    assert torch.equal(
        *(torch.autograd.grad(part.square().sum(), seen)[0] for part, seen in ((inside, one), (expected, other)))
    )
