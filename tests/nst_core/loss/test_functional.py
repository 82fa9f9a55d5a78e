from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from nst_core.loss.functional import (
    channel_moments,
    gaussian,
    gram_matrix,
    mean_and_deviation,
    moments,
    paper_content_loss,
    paper_style_loss,
    relative_error,
    relative_wasserstein_error,
    squared_error,
    total_variation,
    total_variation_gradient,
    total_variation_l1,
    total_variation_l1_gradient,
)
from tests.support import reference

Measure = Callable[..., Tensor]

N, HEIGHT, WIDTH = 4, 5, 3
M = HEIGHT * WIDTH


def activations(seed: int) -> Tensor:
    """Before the rectifier, (1, N, H, W), float64: about half of them negative."""
    return torch.randn(1, N, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def matrix(features: Tensor) -> reference.Matrix:
    """(1, N, H, W) -> the paper's (N, M)."""
    return features.detach().reshape(N, M).numpy()


def test_equations_1_and_2_content() -> None:
    pre, target = activations(1).requires_grad_(), activations(2).relu()
    loss = paper_content_loss(squared_error(pre.relu(), target))
    loss.backward()
    F, P = matrix(pre.relu()), matrix(target)
    assert loss.item() == pytest.approx(reference.content_loss(F, P), rel=1e-12)
    np.testing.assert_allclose(matrix(pre.grad), reference.content_gradient(F, P), rtol=1e-12)


def test_equation_3_gram() -> None:
    features = activations(1)
    expected = reference.gram(matrix(features)) / M  # ours is an average over positions
    np.testing.assert_allclose(gram_matrix(features)[0].numpy(), expected, rtol=1e-12)


def test_equations_4_and_6_style() -> None:
    pre, target = activations(1).requires_grad_(), activations(2).relu()
    loss = paper_style_loss(gram_matrix(pre.relu()), gram_matrix(target))
    loss.backward()
    F, A = matrix(pre.relu()), reference.gram(matrix(target))
    assert loss.item() == pytest.approx(reference.layer_style_loss(F, A), rel=1e-12)
    np.testing.assert_allclose(matrix(pre.grad), reference.style_gradient(F, A), rtol=1e-10)


def test_gram_keeps_no_positions_and_no_size() -> None:
    features = activations(3)
    shuffled = features.flatten(2)[..., torch.randperm(M)].view_as(features)
    tiled = features.repeat(1, 1, 2, 3)
    torch.testing.assert_close(gram_matrix(shuffled), gram_matrix(features))
    torch.testing.assert_close(gram_matrix(tiled), gram_matrix(features))


def test_relative_error_has_no_unit() -> None:
    value, target = activations(1), activations(2)
    expected = np.sum((matrix(value) - matrix(target)) ** 2) / np.sum(matrix(target) ** 2)
    assert relative_error(value, target).item() == pytest.approx(expected)
    assert relative_error(1000 * value, 1000 * target).item() == pytest.approx(expected)
    assert relative_error(target, target).item() == 0
    assert relative_error(torch.zeros_like(target), target).item() == pytest.approx(1)


def test_relative_error_of_an_empty_target_is_finite() -> None:
    for value in (0.0, 100.0):
        assert torch.isfinite(relative_error(torch.full((3,), value), torch.zeros(3)))
        nothing = gaussian(moments(torch.zeros(1, 3, 2, 2)))
        assert torch.isfinite(relative_wasserstein_error(moments(torch.full((1, 3, 2, 2), value)), nothing))


def test_total_variation_of_a_ramp_is_its_slopes() -> None:
    down, across = 0.25, -0.5
    ramp = down * torch.arange(6.0)[:, None] + across * torch.arange(4.0)
    image = ramp.expand(1, 3, 6, 4)
    assert total_variation(image).item() == pytest.approx(down**2 + across**2)
    assert total_variation_l1(image).item() == pytest.approx(abs(down) + abs(across))
    # Around the edge it falls back by 5 steps down and 3 across.
    assert total_variation(image, circular=True).item() == pytest.approx(5 * down**2 + 3 * across**2)
    assert total_variation_l1(image, circular=True).item() == pytest.approx(10 / 6 * abs(down) + 6 / 4 * abs(across))


@pytest.mark.parametrize("measure", [total_variation, total_variation_l1])
def test_circular_total_variation_knows_no_edge(measure: Measure) -> None:
    image = activations(1)
    torch.testing.assert_close(measure(image.roll((2, 1), (2, 3)), circular=True), measure(image, circular=True))
    assert measure(image.roll((2, 1), (2, 3))) != measure(image)
    assert measure(torch.ones(1, 3, 5, 7)).item() == measure(torch.ones(1, 3, 5, 7), circular=True).item() == 0


@pytest.mark.parametrize(
    ("measure", "slope"),
    [(total_variation, total_variation_gradient), (total_variation_l1, total_variation_l1_gradient)],
)
@pytest.mark.parametrize("circular", [False, True])
def test_the_gradient_of_the_total_variation(measure: Measure, slope: Measure, circular: bool) -> None:
    image = activations(1).requires_grad_()
    (expected,) = torch.autograd.grad(measure(image, circular=circular), image)
    torch.testing.assert_close(slope(image.detach(), circular=circular), expected)
    flat = torch.ones(1, 3, 4, 5)
    assert slope(flat, circular=circular).abs().max() == 0


@pytest.mark.parametrize("loss", [squared_error, paper_style_loss, relative_error])
def test_gradients_of_errors(loss: Measure) -> None:
    value, target = gram_matrix(activations(1)).requires_grad_(), gram_matrix(activations(2))
    assert gradcheck(lambda gram: loss(gram, target), value)


def around(features: Tensor, weights: Tensor | None = None, total: Tensor | None = None) -> Tensor:
    """Moments around something that is not the mean."""
    return channel_moments(features, weights, total, torch.full(features.shape[:2], 0.3).to(features))


def spread(features: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean and deviation."""
    shift = torch.full(features.shape[:2], 0.3).to(features)
    return mean_and_deviation(channel_moments(features, weights, shift=shift), shift)


STATISTICS = [gram_matrix, moments, around, spread]


@pytest.mark.parametrize("measure", [*STATISTICS, total_variation, total_variation_l1])
def test_gradients_of_measures(measure: Measure) -> None:
    assert gradcheck(measure, activations(4).requires_grad_())


@pytest.fixture
def weights() -> Tensor:
    """(1, 1, H, W), half of them 0."""
    return (
        torch.rand(1, 1, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(9), dtype=torch.float64).sub(0.5).relu()
    )


def test_guided_gram(weights: Tensor) -> None:
    features = activations(1)
    expected = reference.guided_gram(matrix(features), weights.sqrt().flatten().numpy())
    np.testing.assert_allclose(gram_matrix(features, weights)[0].numpy(), expected, rtol=1e-12)


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


@pytest.mark.parametrize("measure", [gram_matrix, moments, around])
@pytest.mark.parametrize("weighted", [False, True])
def test_averages_of_parts_add_up(measure: Measure, weighted: bool, weights: Tensor) -> None:
    features = activations(1)
    given = weights if weighted else None
    total = weights.sum() if weighted else torch.tensor(M, dtype=torch.float64)
    parts = [
        measure(features[..., rows, columns], None if given is None else given[..., rows, columns], total)
        for rows in (slice(0, 2), slice(2, None))
        for columns in (slice(0, 1), slice(1, None))
    ]
    torch.testing.assert_close(sum(parts), measure(features, given), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("measure", STATISTICS)
def test_weights_choose_positions(measure: Measure) -> None:
    features = activations(1)
    half = torch.zeros(1, 1, HEIGHT, WIDTH, dtype=torch.float64)
    half[..., :2, :] = 1
    torch.testing.assert_close(measure(features, half), measure(features[..., :2, :]))
    torch.testing.assert_close(measure(features, 0.3 + 0 * half), measure(features))
    torch.testing.assert_close(measure(features, 1e-300 * half), measure(features, half))
    assert measure(features, 0 * half).isfinite().all()


@pytest.mark.parametrize("measure", STATISTICS)
def test_weights_count_twice_what_is_there_twice(measure: Measure) -> None:
    features = activations(1)
    twice = torch.cat([features, features[..., :1]], dim=-1)
    weights = torch.ones(1, 1, HEIGHT, WIDTH, dtype=torch.float64)
    weights[..., 0] = 2
    torch.testing.assert_close(measure(features, weights), measure(twice))


def test_deviations_of_a_constant_channel_have_a_gradient() -> None:
    features = activations(1).float()
    features[:, 0] = 0.1
    features[:, 1] = 0
    features.requires_grad_()
    spread(features).sum().backward()
    assert features.grad.abs().max() < 1


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
    assert value.grad.isnan().any()


def test_the_rank_of_the_target_is_that_of_its_positions() -> None:
    features = torch.randn(1, 64, 3, 3, generator=torch.Generator().manual_seed(1)).relu() * 1e4
    target = gaussian(moments(features))
    assert target.root.shape == (1, 64, 8)
    covariance = torch.cov(features.flatten(2)[0].double(), correction=0)
    torch.testing.assert_close(target.root[0] @ target.root[0].mT, covariance, rtol=1e-4, atol=10)
