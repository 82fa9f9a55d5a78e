"""The Wasserstein distance of normal distributions, against matrix square roots."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from nst_core.loss.statistics.wasserstein import gaussian, moments, relative_wasserstein_error
from tests.support import reference
from tests.support.features import HEIGHT, WIDTH, M, N, activations, matrix


def test_moments_are_those_of_numpy() -> None:
    features = activations(1)
    found = moments(features)[0].numpy()
    np.testing.assert_allclose(found[:N, :N], reference.gram(matrix(features)) / M, rtol=1e-12)
    np.testing.assert_allclose(found[N, :N], matrix(features).mean(1), rtol=1e-12)
    np.testing.assert_array_equal(found, found.T)
    assert found[N, N] == 1


def test_the_average_of_moments_is_the_moments_of_both() -> None:
    first, second = activations(1), activations(2) + 3
    together = torch.cat([first, second], dim=-1)
    torch.testing.assert_close((moments(first) + moments(second)) / 2, moments(together))


def error_between(value: Tensor, target: Tensor) -> Tensor:
    return relative_wasserstein_error(moments(value), gaussian(moments(target)))


@pytest.mark.parametrize("positions", [(5, 3), (1, 3)], ids=["regular", "singular"])
def test_wasserstein_against_matrix_square_roots(positions: tuple[int, int]) -> None:
    height, width = positions
    value, target = activations(1)[..., :height, :width], activations(2)[..., :height, :width] + 0.5
    F, P = (features.flatten(2)[0].numpy() for features in (value, target))
    expected = reference.wasserstein(F, P) / (P**2).sum(0).mean()
    assert error_between(value, target).item() == pytest.approx(expected, rel=1e-5)


def test_wasserstein_between_blocks_of_independent_channels() -> None:
    """Diagonal covariances: the sum of the channels' own distances, (m - m*)^2 + (s - s*)^2."""
    signs = torch.tensor([[1.0, 1, -1, -1], [1, -1, 1, -1]], dtype=torch.float64).view(1, 2, 2, 2)
    scale = torch.tensor([2.0, 5.0], dtype=torch.float64).view(1, 2, 1, 1)
    error = error_between(signs + 1, scale * signs)
    assert error.item() == pytest.approx((1 + 1 + (2 - 1) ** 2 + (5 - 1) ** 2) / (4 + 25))


def test_wasserstein_takes_several_pictures() -> None:
    value, target = torch.cat([activations(1), activations(2)]), torch.cat([activations(3), activations(3)])
    single = [error_between(value[i : i + 1], activations(3)) for i in range(2)]
    torch.testing.assert_close(error_between(value, target), sum(single) / 2)


def test_gradient_of_wasserstein() -> None:
    target = gaussian(moments(activations(2)))
    assert gradcheck(
        lambda features: relative_wasserstein_error(moments(features), target), activations(1).requires_grad_()
    )


def test_gradient_of_wasserstein_with_equal_eigenvalues() -> None:
    """Four orthogonal sign patterns: the covariance is the identity."""
    signs = torch.tensor([[1.0, 1, 1, 1, -1, -1, -1, -1], [1, 1, -1, -1, 1, 1, -1, -1], [1, -1, 1, -1, 1, -1, 1, -1]])
    features = signs.double().view(1, 3, 2, 4).requires_grad_()
    target = gaussian(moments(2 * features.detach()))
    assert gradcheck(lambda features: relative_wasserstein_error(moments(features), target), features)


@pytest.mark.parametrize(
    ("scale", "channels", "side"), [(1e4, 512, 6), (1e4, 96, 20), (1e-4, 96, 20), (1e8, 96, 6)]
)  # VGG-19's activations reach 10^4, and its layers have up to 512 channels
def test_wasserstein_in_float32(scale: float, channels: int, side: int) -> None:
    """Variances span eight orders, rectified, at more positions or fewer than channels."""
    generator = torch.Generator().manual_seed(1)
    spread = scale * torch.logspace(0, -4, channels).view(1, channels, 1, 1)
    equal, other = (spread * torch.randn(2, channels, side, side, generator=generator)).relu().split(1)
    target = gaussian(moments(equal))
    cases = {"equal": equal, "mirrored": equal.flip(-1), "other": other, "faint": 1e-6 * equal, "none": 0 * equal}
    cases |= {"bright": equal + 10 * scale, "flat": torch.full_like(equal, scale / 7), "corner": other[..., :2, :2]}
    for name, features in cases.items():
        value = features.clone().requires_grad_()
        loss = relative_wasserstein_error(moments(value), target)
        loss.backward()
        error, slope = loss.item(), (value.grad.norm() * features.norm()).item()  # slope along a relative change
        if name in ("equal", "mirrored"):
            assert -1e-6 < error < 1e-6, name
            assert slope < 1e-2, name
        else:
            assert error > 0.01, name
            assert slope < 4 * (error + 1), name


def test_wasserstein_of_constant_targets() -> None:
    features, flat = activations(1), torch.ones(1, N, HEIGHT, WIDTH, dtype=torch.float64)
    variance = features.flatten(2).var(-1, correction=0).sum() + (features.mean((2, 3)) - 1).square().sum()
    assert error_between(features, flat).item() == pytest.approx(variance.item() / N)
    assert error_between(flat, flat).item() == pytest.approx(0)
    nothing = torch.zeros_like(features, dtype=torch.float32).requires_grad_()
    error = error_between(nothing, torch.zeros_like(nothing))
    error.backward()
    assert error.item() == 0
    assert nothing.grad is not None
    assert nothing.grad.isfinite().all()


def test_wasserstein_of_nothing_is_one() -> None:
    target = activations(2)
    assert error_between(0 * target, target).item() == pytest.approx(1, abs=1e-5)
    assert error_between(1000 * activations(1), 1000 * target).item() == pytest.approx(
        error_between(activations(1), target).item()
    )


def test_wasserstein_passes_what_is_not_a_number_on() -> None:
    value = activations(1)
    value[0, 0, 0, 0] = torch.nan
    value.requires_grad_()
    error = error_between(value, activations(2))
    error.backward()
    assert error.isnan()
    assert value.grad is not None
    assert value.grad.isnan().any()


def test_wasserstein_of_an_empty_target_is_finite() -> None:
    nothing = gaussian(moments(torch.zeros(1, 3, 2, 2)))
    for value in (0.0, 100.0):
        assert torch.isfinite(relative_wasserstein_error(moments(torch.full((1, 3, 2, 2), value)), nothing))


def test_the_rank_of_the_target_is_that_of_its_positions() -> None:
    features = torch.randn(1, 64, 3, 3, generator=torch.Generator().manual_seed(1)).relu() * 1e4
    target = gaussian(moments(features))
    assert target.root.shape == (1, 64, 8)
    covariance = torch.cov(features.flatten(2)[0].double(), correction=0)
    torch.testing.assert_close(target.root[0] @ target.root[0].mT, covariance, rtol=1e-4, atol=10)
