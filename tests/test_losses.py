from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from nst_core.losses import (
    gram_matrix,
    paper_content_loss,
    paper_style_loss,
    relative_error,
    total_variation,
)
from tests import reference

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
    loss = paper_content_loss(pre.relu(), target)
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
    assert torch.isfinite(relative_error(torch.zeros(3), torch.zeros(3)))


def test_total_variation_of_a_ramp_is_its_slopes_squared() -> None:
    down, across = 0.25, -0.5
    ramp = down * torch.arange(6.0)[:, None] + across * torch.arange(4.0)
    image = ramp.expand(1, 3, 6, 4)
    assert total_variation(image).item() == pytest.approx(down**2 + across**2)
    assert total_variation(torch.ones(1, 3, 5, 7)).item() == 0


@pytest.mark.parametrize("loss", [paper_content_loss, paper_style_loss, relative_error])
def test_gradients_of_errors(loss: object) -> None:
    value, target = gram_matrix(activations(1)).requires_grad_(), gram_matrix(activations(2))
    assert gradcheck(lambda gram: loss(gram, target), value)


@pytest.mark.parametrize("measure", [gram_matrix, total_variation])
def test_gradients_of_measures(measure: object) -> None:
    assert gradcheck(measure, activations(4).requires_grad_())
