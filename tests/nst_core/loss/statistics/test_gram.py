"""The Gram matrix, against the papers' equations transcribed with loops."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from nst_core.loss.functional import relative_error, squared_error
from nst_core.loss.statistics.gram import gram_matrix, paper_style_loss
from tests.support import reference
from tests.support.features import M, activations, matrix, position_weights


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


def test_guided_gram() -> None:
    features, weights = activations(1), position_weights()
    expected = reference.guided_gram(matrix(features), weights.sqrt().flatten().numpy())
    np.testing.assert_allclose(gram_matrix(features, weights)[0].numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("error", [squared_error, paper_style_loss, relative_error])
def test_gradients_of_errors(error: Callable[[Tensor, Tensor], Tensor]) -> None:
    value, target = gram_matrix(activations(1)).requires_grad_(), gram_matrix(activations(2))
    assert gradcheck(lambda gram: error(gram, target), value)
