"""Convolution, ReLU and max pooling in one go, against PyTorch's one after the other in float64."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.config import Border, Pooling
from nst_core.cpu import convolution, kernels, pooling
from nst_core.cpu.convolution import Convolution
from nst_core.cpu.pooling import convolve_and_pool
from nst_core.network.vgg import VGG
from tests.support.layers import difference, features, weights

compiled_only = pytest.mark.skipif(not kernels.available(), reason="no compiled loops for this CPU")


@compiled_only
@pytest.mark.parametrize("wins", [True, False])
@pytest.mark.parametrize("pad", [0, 1])
@pytest.mark.parametrize(("height", "width"), [(18, 24), (19, 23), (4, 5)])
def test_result_and_gradient_are_those_of_autograd(
    monkeypatch: pytest.MonkeyPatch, wins: bool, pad: int, height: int, width: int
) -> None:
    monkeypatch.setattr(convolution, "_winograd_wins", lambda *_: wins)
    (weight, bias), image = weights(128, 64), features(64, height, width)
    exact, seen = image.double().requires_grad_(), image.clone().requires_grad_()
    expected = F.max_pool2d(F.conv2d(exact, weight.double(), bias.double(), padding=pad).relu(), 2)
    pull = torch.randn(expected.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    expected.backward(pull)
    result = convolve_and_pool(Convolution(weight, bias), seen, pad)
    result.backward(pull.float())
    assert result.shape == expected.shape
    assert difference(result.detach(), expected.detach()) < 3e-6
    assert seen.grad is not None
    assert exact.grad is not None
    assert difference(seen.grad, exact.grad) < 3e-6


@compiled_only
def test_pooling_is_pytorchs_to_the_last_bit() -> None:
    """With ties, where the first of equal values gets the gradient, and with nothing above 0, where none does."""
    image = features(64, 11, 14).mul_(2).round_().relu_().requires_grad_()
    expected = F.max_pool2d(image, 2)
    pull = features(64, 5, 7, seed=1)
    (gradient,) = torch.autograd.grad(expected, image, pull)
    result, places = pooling._pool(image.detach())
    assert torch.equal(result, expected)
    assert torch.equal(pooling._unpool(pull, places, 11, 14), gradient * (image > 0))


@compiled_only
def test_a_nan_stays_one() -> None:
    image = features(64, 8, 8)
    image[0, 3, 5, 2] = math.nan
    result, _ = pooling._pool(image)
    assert result.isnan().nonzero().tolist() == [[0, 3, 2, 1]]


@compiled_only
def test_little_is_kept_for_the_way_back() -> None:
    image, kept = features(64, 40, 40).requires_grad_(), list[Tensor]()
    with torch.autograd.graph.saved_tensors_hooks(lambda tensor: kept.append(tensor) or tensor, lambda tensor: tensor):
        result = convolve_and_pool(Convolution(*weights(64, 64)), image)
    assert sum(tensor.nbytes for tensor in kept) == result.nbytes / 4


def test_what_it_can_not_do_is_left_to_pytorch() -> None:
    weight, bias = weights(4, 3)
    for image in (features(3, 8, 9), features(3, 8, 8).double(), features(3, 8, 8).expand(2, 3, 8, 8)):
        expected = F.max_pool2d(F.conv2d(image, weight.to(image), bias.to(image), padding=1).relu(), 2)
        torch.testing.assert_close(convolve_and_pool(Convolution(weight.to(image), bias.to(image)), image), expected)
    with pytest.raises(RuntimeError, match="too small"):
        convolve_and_pool(Convolution(*weights(64, 64)), features(64, 1, 8))


@pytest.mark.weights
@pytest.mark.parametrize("border", list(Border))
def test_a_network_does_it_only_where_nobody_looks(vgg19: VGG, border: Border) -> None:
    image = torch.rand(1, 3, 48, 50, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        at_once = vgg19(image, ["pool2", "relu3_1"], border)
        one_by_one = vgg19(image, ["relu1_2", "pool1", "relu2_2", "pool2", "relu3_1"], border)
    assert one_by_one.keys() == {"relu1_2", "pool1", "relu2_2", "pool2", "relu3_1"}
    for name, found in at_once.items():
        torch.testing.assert_close(found, one_by_one[name], rtol=1e-5, atol=1e-4)
    torch.testing.assert_close(one_by_one["pool1"], F.max_pool2d(one_by_one["relu1_2"], 2))


def test_average_pooling_is_done_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nst_core.network.layers.convolve_and_pool", lambda *_: pytest.fail("that takes the largest"))
    parameters = {"conv1_1.weight": torch.rand(4, 3, 3, 3), "conv1_1.bias": torch.zeros(4)}
    network = VGG(parameters, Pooling.AVERAGE, ((4,),))
    assert network(torch.rand(1, 3, 8, 8), ["pool1"])["pool1"].shape == (1, 4, 4, 4)
