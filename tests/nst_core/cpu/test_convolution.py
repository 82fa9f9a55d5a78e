from __future__ import annotations

import math
import time

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.config import Border, Pooling
from nst_core.cpu import convolution, kernels
from nst_core.cpu.convolution import Convolution, Direct, Way, Winograd
from nst_core.cpu.gram import correlate
from nst_core.device import cache
from nst_core.network.vgg import VGG
from tests.support.layers import difference, features, weights

pytestmark = pytest.mark.skipif(not kernels.available(), reason="no compiled loops for this CPU")

LARGE = 200  # pixels along a side: several groups of tiles a thread


@pytest.mark.parametrize("way", [Direct, Winograd])
@pytest.mark.parametrize("pad", [0, 1, 2])
@pytest.mark.parametrize(("height", "width"), [(3, 3), (4, 8), (9, 14), (29, 30), (LARGE, LARGE + 3)])
def test_it_is_the_convolution_in_float64(way: type[Way], pad: int, height: int, width: int) -> None:
    """Sizes below a tile, beside its multiples, and so many tiles that threads take groups of their own."""
    (weight, bias), image, gate = weights(64, 128), features(128, height, width), features(128, height, width, 1)
    convolve = way(weight, bias)
    exact = F.conv2d(image.double(), weight.double(), bias.double(), padding=pad)
    assert difference(convolve(image, pad), exact) < 3e-6
    assert difference(convolve(image, pad, relu=True), exact.relu()) < 3e-6
    gated = F.conv2d((image * (gate > 0)).double(), weight.double(), padding=pad)
    assert difference(way(weight, None)(image, pad, gate=gate), gated) < 3e-6
    turned = weight.flip(2, 3).transpose(0, 1)
    assert difference(way(turned, None, backward=True)(image, pad, gate=gate), gated) < 3e-6


def test_both_groupings_are_tried_above() -> None:
    layer = Winograd(*weights(64, 128))
    threads = torch.get_num_threads()
    assert not layer._grouping(64, threads)[1]
    assert layer._grouping((LARGE // 4) ** 2, threads)[1]


def test_large_weights_are_never_kept_transformed() -> None:
    """Each group of tiles transforms them anew, several here."""
    (weight, bias), image = weights(256, 256), features(256, 100, 100)
    layer = Winograd(weight, bias)
    assert layer._grouping(25**2, 1) == (162, False)
    exact = F.conv2d(image.double(), weight.double(), bias.double(), padding=1)
    assert difference(layer(image, 1), exact) < 3e-6
    assert layer.prepared == weight.nbytes


@pytest.mark.parametrize("backward", [False, True])
def test_what_is_prepared_is_counted(backward: bool) -> None:
    """Weights in the order of a loaded network's are read as they are, either way."""
    weight, _ = weights(64, 128)
    layer = Winograd(weight.contiguous(memory_format=torch.channels_last), None, backward=backward)
    depth = 64 if backward else 128
    layer(features(depth, 20, 20), 1)
    assert layer.prepared == 0
    layer(features(depth, LARGE, LARGE), 1)
    assert layer.prepared == weight.nbytes * 36 // 9


@pytest.mark.parametrize(("made", "depth"), [(64, 64), (128, 256), (512, 512)])
def test_every_width_of_vgg19(made: int, depth: int) -> None:
    (weight, bias), image = weights(made, depth), features(depth, 21, 34)
    exact = F.conv2d(image.double(), weight.double(), bias.double(), padding=1)
    assert difference(Winograd(weight, bias)(image, 1), exact) < 4e-6


def test_a_nan_stays_one() -> None:
    image = features(64, 12, 12)
    image[0, 3, 5, 6] = math.nan
    result = Winograd(*weights(64, 64))(image, 1, relu=True)
    assert result[0, :, 4:7, 5:8].isnan().all()
    assert not result[0, :, 8:, 8:].isnan().any()


@pytest.mark.parametrize("side", [40, LARGE])
def test_the_number_of_threads_does_not_matter(side: int) -> None:
    """To the last bit: a picture can be made again on another day."""
    layer, image, threads = Winograd(*weights(64, 64)), features(64, side, side), torch.get_num_threads()
    expected = layer(image, 1), correlate(image)
    try:
        for count in (1, 3):
            torch.set_num_threads(count)
            assert torch.equal(layer(image, 1), expected[0])
            assert torch.equal(correlate(image), expected[1])
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize("wins", [True, False])
@pytest.mark.parametrize("pad", [0, 1])
def test_gradients_are_those_of_autograd(monkeypatch: pytest.MonkeyPatch, wins: bool, pad: int) -> None:
    monkeypatch.setattr(convolution, "_winograd_wins", lambda *_: wins)
    (weight, bias), image = weights(128, 64), features(64, 18, 23)
    exact, seen = image.double().requires_grad_(), image.clone().requires_grad_()
    expected = F.conv2d(exact, weight.double(), bias.double(), padding=pad).relu()
    pull = torch.randn(expected.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    expected.backward(pull)
    result = Convolution(weight, bias)(seen, pad)
    result.backward(pull.float())
    assert difference(result.detach(), expected.detach()) < 3e-6
    assert seen.grad is not None
    assert exact.grad is not None
    assert difference(seen.grad, exact.grad) < 3e-6


@pytest.mark.weights
@pytest.mark.parametrize("border", [Border.ZERO, Border.CIRCULAR])
def test_the_whole_networks_gradient_is_as_exact_as_pytorchs(
    vgg19: VGG, monkeypatch: pytest.MonkeyPatch, border: Border
) -> None:
    """Where two pixels nearly tie, max pooling makes rounding an error of 1e-4 of the gradient, PyTorch's own too."""
    image, layers = torch.rand(1, 3, 96, 80, generator=torch.Generator().manual_seed(0)), ("relu1_1", "relu4_2")

    def gradient(network: VGG, seen: Tensor) -> Tensor:
        seen = seen.detach().requires_grad_()
        found = network(seen, layers, border)
        energy = sum(found[name].square().mean() for name in layers)
        return torch.autograd.grad(energy, seen)[0]

    fast: dict[bool, Tensor] = {}
    for wins in (True, False):
        monkeypatch.setattr(convolution, "_winograd_wins", lambda *_, wins=wins: wins and min(_[:2]) >= 64)
        vgg19._convolutions.clear()
        fast[wins] = gradient(vgg19, image)
    vgg19._convolutions.clear()
    exact = gradient(VGG(vgg19.layers.state_dict(), Pooling.MAX).double(), image.double())
    assert difference(fast[True], exact) < max(1e-4, 2 * difference(fast[False], exact))


def test_what_it_can_not_do_is_left_to_pytorch() -> None:
    weight, bias = weights(4, 3)
    for image in (features(3, 8, 8).double(), features(3, 8, 8).expand(2, 3, 8, 8)):
        layer = Convolution(weight.to(image), bias.to(image))
        expected = F.conv2d(image, weight.to(image), bias.to(image), padding=1).relu()
        torch.testing.assert_close(layer(image), expected)


@pytest.mark.parametrize("channels", [(64, 64), (64, 128), (256, 512), (512, 512)])
@pytest.mark.parametrize(
    ("height", "width", "way"), [(3, 5, Direct), (10, 10, Direct), (12, 12, Winograd), (8, 18, Winograd)]
)
def test_the_size_of_a_feature_map_decides(channels: tuple[int, int], height: int, width: int, way: type[Way]) -> None:
    """And nothing else, on the way there as on that back: a rule gives the same picture in each process."""
    layer = Convolution(*weights(*channels))
    assert {type(layer.way(height, width, backward=backward)) for backward in (False, True)} == {way}


def test_channels_that_do_not_fit_are_left_to_pytorch() -> None:
    layer = Convolution(*weights(64, 3))
    assert isinstance(layer.way(64, 64, backward=False), Direct)


def test_nothing_is_timed_nor_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A choice by how fast something was just now would be another one in the next process."""
    for name in ("time", "perf_counter", "monotonic", "process_time"):
        monkeypatch.setattr(time, name, lambda: pytest.fail("a clock was asked"))
    monkeypatch.setattr(cache, "remember", lambda *_: pytest.fail("something was remembered"))
    layer, image = Convolution(*weights(128, 128)), features(128, 17, 13).requires_grad_()
    layer(image).sum().backward()
