from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from nst_core.loss.functional import (
    chroma_roughness,
    chroma_roughness_gradient,
    paper_content_loss,
    relative_error,
    squared_error,
    total_variation,
    total_variation_gradient,
    total_variation_l1,
    total_variation_l1_gradient,
)
from tests.support import reference
from tests.support.features import activations, matrix
from tests.support.tape import Writing

Measure = Callable[..., Tensor]


def test_equations_1_and_2_content() -> None:
    pre, target = activations(1).requires_grad_(), activations(2).relu()
    loss = paper_content_loss(squared_error(pre.relu(), target))
    loss.backward()
    F, P = matrix(pre.relu()), matrix(target)
    assert loss.item() == pytest.approx(reference.content_loss(F, P), rel=1e-12)
    np.testing.assert_allclose(matrix(pre.grad), reference.content_gradient(F, P), rtol=1e-12)


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


@pytest.mark.parametrize("error", [squared_error, relative_error])
def test_gradients_of_errors(error: Measure) -> None:
    value, target = activations(1).requires_grad_(), activations(2)
    assert gradcheck(lambda features: error(features, target), value)


def test_the_gradient_of_squares_is_autograds_to_the_bit_in_one_pass() -> None:
    one, other = (activations(1).float().requires_grad_() for _ in range(2))
    target, pull = activations(2).float(), torch.tensor(0.37)
    (expected,) = torch.autograd.grad((other - target).square().sum(), other, pull)
    calls: list[tuple[Any, ...]] = []
    with Writing(calls):
        (found,) = torch.autograd.grad(squared_error(one, target), one, pull)
    assert torch.equal(found, expected)
    passes = [result for *_, result in calls if isinstance(result, Tensor) and result.shape == one.shape]
    assert len(passes) == 3  # the difference, its squares, the gradient


def test_total_variation_of_a_ramp_is_its_slopes() -> None:
    down, across = 0.25, -0.5
    ramp = down * torch.arange(6.0)[:, None] + across * torch.arange(4.0)
    image = ramp.expand(1, 3, 6, 4)
    assert total_variation(image).item() == pytest.approx(down**2 + across**2)
    assert total_variation_l1(image).item() == pytest.approx(abs(down) + abs(across))
    # Around the edge it falls back by 5 steps down and 3 across.
    assert total_variation(image, circular=True).item() == pytest.approx(5 * down**2 + 3 * across**2)
    assert total_variation_l1(image, circular=True).item() == pytest.approx(10 / 6 * abs(down) + 6 / 4 * abs(across))


def picture(shape: tuple[int, ...]) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


def test_ramps_and_greys_have_no_specks_of_colour() -> None:
    ramp = torch.arange(6.0).view(1, 1, 1, 6) * torch.tensor([0.1, -0.2, 0.3]).view(1, 3, 1, 1) + torch.zeros(5, 1)
    assert chroma_roughness(ramp).item() == pytest.approx(0, abs=1e-12)
    assert chroma_roughness(picture((1, 1, 5, 4)).expand(1, 3, 5, 4)).item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("stripes", "cost"), [(1, 16.0), (4, 16 / 46.6)])
def test_a_wave_of_colour_costs_by_the_fourth_power_of_its_frequency(stripes: int, cost: float) -> None:
    """(2 - 2 cos w)^2 times its mean square, where a half wave is `stripes` pixels wide: w = pi / stripes."""
    wave = torch.cos(torch.arange(32.0, dtype=torch.float64) * torch.pi / stripes) * (2**0.5 if stripes > 1 else 1)
    image = wave.view(1, 1, 1, 32) * torch.tensor([1.0, 0.0, -1.0]).view(1, 3, 1, 1) + torch.zeros(4, 1)
    assert chroma_roughness(image, circular=True).item() == pytest.approx(cost * 2 / 3, rel=1e-3)


def test_specks_of_colour_count_by_the_weight_of_the_middle_pixel() -> None:
    image, weights = picture((1, 3, 5, 4)), picture((1, 1, 5, 4))
    chroma = image - image.mean(1, keepdim=True)
    expected = 0.0
    for side, length in ((-2, 3), (-1, 2)):
        bends = chroma.diff(2, side).square() * weights.narrow(side, 1, length)
        expected += bends.mean().item()
    assert chroma_roughness(image, weights).item() == pytest.approx(expected)


@pytest.mark.parametrize("circular", [False, True])
def test_the_gradient_of_specks_of_colour_is_that_of_their_roughness(circular: bool) -> None:
    weights = picture((1, 1, 5, 4))
    for weighed in (None, weights):
        image = picture((1, 3, 5, 4)).requires_grad_()
        (expected,) = torch.autograd.grad(chroma_roughness(image, weighed, circular=circular), image)
        slope = chroma_roughness_gradient(image.detach(), weighed, circular=circular)
        torch.testing.assert_close(slope, expected)


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


@pytest.mark.parametrize(
    ("measure", "slope"),
    [(total_variation, total_variation_gradient), (total_variation_l1, total_variation_l1_gradient)],
)
@pytest.mark.parametrize("circular", [False, True])
def test_the_total_variation_may_count_more_in_some_places(measure: Measure, slope: Measure, circular: bool) -> None:
    weights = torch.rand(1, 1, 3, 4, dtype=torch.float64)
    image = torch.rand(1, 3, 3, 4, dtype=torch.float64, requires_grad=True)
    value = measure(image, weights, circular=circular)
    (expected,) = torch.autograd.grad(value, image)
    torch.testing.assert_close(slope(image.detach(), weights, circular=circular), expected)
    twice = torch.full_like(weights, 2.0)
    torch.testing.assert_close(measure(image, twice, circular=circular), 2 * measure(image, circular=circular))
    alone = torch.zeros_like(weights)
    alone[..., 1, 1] = 1.0  # its four neighbours count half
    power = 2 if measure is total_variation else 1
    down = [(image[..., 1, 1] - image[..., row, 1]).abs() ** power for row in (0, 2)]
    across = [(image[..., 1, 1] - image[..., 1, column]).abs() ** power for column in (0, 2)]
    pairs = (3 * 3 * 4, 3 * 3 * 4) if circular else (3 * 2 * 4, 3 * 3 * 3)
    wanted = [torch.stack(each).sum() / (2 * count) for each, count in zip((down, across), pairs, strict=True)]
    torch.testing.assert_close(measure(image, alone, circular=circular), torch.stack(wanted).sum())


@pytest.mark.parametrize("measure", [total_variation, total_variation_l1])
def test_gradients_of_measures(measure: Measure) -> None:
    assert gradcheck(measure, activations(4).requires_grad_())
