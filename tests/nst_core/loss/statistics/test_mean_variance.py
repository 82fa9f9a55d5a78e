"""Mean and deviation of channels, against loops over positions."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from nst_core.loss.statistics.mean_variance import channel_moments, mean_and_deviation
from tests.support import reference
from tests.support.features import N, activations, matrix, spread


def test_mean_and_deviation() -> None:
    expected = reference.mean_and_deviation(matrix(activations(1)))
    np.testing.assert_allclose(spread(activations(1))[0].numpy(), expected, rtol=1e-12)


def test_a_deviation_in_float32_needs_a_shift_near_the_mean() -> None:
    features = activations(1) / 100 + 1000
    mean = features.mean((2, 3))
    expected = torch.stack([mean, features.flatten(2).std(-1, correction=0)], dim=1)

    def found(shift: Tensor) -> Tensor:
        return mean_and_deviation(channel_moments(features.float(), shift=shift), shift).double()

    torch.testing.assert_close(found((mean + 0.01).float()), expected, rtol=3e-2, atol=0)
    assert not torch.allclose(found(torch.zeros(1, N))[:, 1], expected[:, 1], rtol=0.5)


def test_deviations_of_a_constant_channel_have_a_gradient() -> None:
    features = activations(1).float()
    features[:, 0] = 0.1
    features[:, 1] = 0
    features.requires_grad_()
    spread(features).sum().backward()
    assert features.grad is not None
    assert features.grad.abs().max() < 1
