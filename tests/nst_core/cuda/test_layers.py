"""The network by a card's kernels, interpreted, beside the network by PyTorch's operators: features and gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import _disable_current_modes

from nst_core.config import Border
from nst_core.cuda import gram as on_a_card_gram
from nst_core.loss.objective import Objective
from nst_core.loss.statistics import gram
from nst_core.network.vgg import MARGIN, VGG
from nst_core.scene.scene import Painting, Region, Scene
from tests.support import card
from tests.support.runs import TINY
from tests.support.tape import Writing

LARGE = (96, 128)  # beside which a mirrored margin is small
LAYERS = ("relu1_1", "pool2", "conv2_1", "relu3_1")


def image(height: int, width: int) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def on_a_card(layers: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, networks are computed as on a card."""
    monkeypatch.setattr("nst_core.network.vgg.fused", layers.FusedConvolution)


def seen(network: VGG, border: Border, size: tuple[int, int], layers: tuple[str, ...] = LAYERS) -> list[Tensor]:
    """Features of layers, and the gradient of a sum of them."""
    pixels = image(*size).requires_grad_()
    found = list(network(pixels, layers, border).values())
    pulls = [torch.randn(each.shape, generator=torch.Generator().manual_seed(3)) for each in found]
    return [*(each.detach() for each in found), *torch.autograd.grad(found, pixels, pulls)]


@pytest.mark.parametrize(
    ("border", "size"), [(Border.MIRROR, (17, 22)), (Border.ZERO, (19, 14)), (Border.CIRCULAR, (12, 16))]
)
def test_features_and_gradients_are_pytorchs(
    network: VGG, border: Border, size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    expected = seen(network, border, size)
    request.getfixturevalue("on_a_card")
    for one, other in zip(seen(network, border, size), expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


def test_a_layer_before_pooling_may_be_looked_at(network: VGG, request: pytest.FixtureRequest) -> None:
    layers = ("relu1_2", "relu2_2", "relu3_1")
    expected = seen(network, Border.MIRROR, (14, 18), layers)
    request.getfixturevalue("on_a_card")
    for one, other in zip(seen(network, Border.MIRROR, (14, 18), layers), expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.usefixtures("on_a_card")
def test_what_is_no_number_stays_so(network: VGG) -> None:
    """The optimiser goes back after such a loss."""
    broken = image(16, 16)
    broken[0, 0, 3, 3] = torch.nan
    assert network(broken, ("relu3_1",))["relu3_1"].isnan().any()


def an_objective(network: VGG, block: int = 0, size: tuple[int, int] = (20, 26)) -> tuple[Objective, Tensor]:
    photo = image(*size)
    scene = Scene(photo, photo, None, None, (Region((Painting(photo.flip(-1), None, 1.0),), None, 1.0),))
    config = replace(TINY, content_layers=("relu2_1", "relu2_2"), style_layers=("relu1_1", "relu2_1", "relu3_1"))
    return Objective(network, scene, config, block), photo.flip(-2)


@pytest.mark.parametrize("block", [0, 16])
def test_losses_and_their_gradient_are_pytorchs(
    network: VGG, layers: ModuleType, block: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    objective, picture = an_objective(network, block)
    expected, slope = objective.evaluate(picture)
    request.getfixturevalue("on_a_card")
    monkeypatch.setattr(layers, "kernels", card)  # interpreted above; of as many sizes they take long
    objective, _ = an_objective(network, block)
    losses, gradient = objective.evaluate(picture)
    torch.testing.assert_close(losses.total, expected.total, rtol=1e-5, atol=0)
    torch.testing.assert_close(gradient, slope, rtol=1e-4, atol=1e-6)


@pytest.mark.usefixtures("on_a_card")
def test_bytes_are_kept_for_the_way_back_where_nobody_looks(
    network: VGG, layers: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "kernels", card)
    kept: list[Tensor] = []
    with torch.autograd.graph.saved_tensors_hooks(lambda each: kept.append(each) or each, lambda each: each):
        network(image(16, 16).requires_grad_(), ("relu2_2",), Border.ZERO)
    features = {(each.shape[1], each.dtype in (torch.uint8, torch.bool)) for each in kept if each.shape[1:2] > (3,)}
    assert features == {(4, True), (6, True), (6, False)}  # relu1_1, pool1, relu2_1; relu2_2 itself


@pytest.mark.parametrize(("block", "times"), [(0, 1), (64, 4)])  # in blocks, each is seen twice
def test_no_features_are_copied_from_the_picture_to_its_gradient(
    network: VGG,
    layers: ModuleType,
    block: int,
    times: int,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Into another layout, or to cut off or put back the mirrored margin; but for those beside a part, in its rows."""
    objective, picture = an_objective(network, block, LARGE)
    calls: list[tuple[Any, ...]] = []
    with Writing(calls):
        objective.evaluate(picture)
    before = copied(calls)
    request.getfixturevalue("on_a_card")
    unseen = {name: uncounted(getattr(card, name)) for name in ("rectify_", "pool", "unpool", "join")}
    monkeypatch.setattr(layers, "kernels", SimpleNamespace(**unseen))
    monkeypatch.setattr(gram, "correlate", on_a_card_gram.correlate)
    objective, _ = an_objective(network, block, LARGE)
    calls.clear()
    with Writing(calls):
        objective.evaluate(picture)
    beside = times * 2 * MARGIN * LARGE[0] * sum(channels / stride**2 for channels, stride in ((4, 1), (6, 2), (8, 4)))
    assert copied(calls) <= beside < before / 2


def copied(calls: list[tuple[Any, ...]]) -> int:
    """How many numbers of features, which have more channels than colours, were copied or padded."""
    names = ("clone", "copy_", "_to_copy", "constant_pad_nd", "slice_backward", "cat")
    results = [result for function, *_, result in calls if function.overloadpacket.__name__ in names]
    return sum(each.numel() for each in results if each.ndim == 4 and each.shape[1] > 3)


def uncounted(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel whose own operators nobody sees."""

    def called(*given: Any, **options: Any) -> Any:
        with _disable_current_modes():
            return kernel(*given, **options)

    return called
