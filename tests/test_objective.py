from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from nst_core.config import Border, Normalization, Pooling, TransferConfig
from nst_core.objective import Objective
from nst_core.vgg import VGG
from tests import reference
from tests.conftest import tiny_network

STYLE_LAYERS = ("relu1_1", "relu2_1")
CONFIG = TransferConfig(
    content_layers=("relu2_2",),
    style_layers=STYLE_LAYERS,
    border=Border.ZERO,
    content_weight=2.0,
    style_weight=3.0,
    tv_weight=0.0,
    style_layer_weights=(0.3, 0.7),
)


def noise(seed: int, height: int = 8, width: int = 6) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture
def network() -> VGG:
    return tiny_network().double()


def matrix(features: Tensor) -> reference.Matrix:
    return features[0].flatten(1).numpy()


def test_the_papers_total_equations_1_to_7(network: VGG) -> None:
    config = replace(CONFIG, normalization=Normalization.PAPER)
    image, photo, painting = noise(1), noise(2), noise(3)
    measured = Objective(network, photo, [painting], config)(image).values()
    names = ("relu2_2", *STYLE_LAYERS)
    of_image, of_photo, of_painting = (network(picture, names) for picture in (image, photo, painting))
    content = reference.content_loss(matrix(of_image["relu2_2"]), matrix(of_photo["relu2_2"]))
    layers = [(matrix(of_image[name]), reference.gram(matrix(of_painting[name]))) for name in STYLE_LAYERS]
    style = reference.style_loss(layers, [0.3, 0.7])
    assert measured.content == pytest.approx(content, rel=1e-10)
    assert measured.style == pytest.approx(style, rel=1e-10)
    assert measured.total == pytest.approx(reference.total_loss(2.0, content, 3.0, style), rel=1e-10)


def test_the_energy_normalisation_is_relative(network: VGG) -> None:
    image, photo, painting = noise(1), noise(2), noise(3, 10, 9)
    measured = Objective(network, photo, [painting], CONFIG)(image).values()
    F, P = (matrix(network(picture, ["relu2_2"])["relu2_2"]) for picture in (image, photo))
    assert measured.content == pytest.approx(np.sum((F - P) ** 2) / np.sum(P**2))
    for name in STYLE_LAYERS:
        of_image, of_painting = (matrix(network(picture, [name])[name]) for picture in (image, painting))
        G, A = (reference.gram(features) / features.shape[1] for features in (of_image, of_painting))
        assert measured.style_layers[name] == pytest.approx(np.sum((G - A) ** 2) / np.sum(A**2))
    assert measured.style == pytest.approx(np.dot([0.3, 0.7], list(measured.style_layers.values())))


@pytest.mark.parametrize("normalization", Normalization)
@pytest.mark.parametrize("border", Border)
def test_its_gradient(normalization: Normalization, border: Border) -> None:
    # Average pooling and a photo far from the image: maxima and rectifiers have kinks that finite differences hit.
    network = tiny_network(Pooling.AVERAGE).double()
    config = replace(CONFIG, normalization=normalization, border=border, tv_weight=0.5)
    size = (17, 18) if border is Border.MIRROR else (5, 6)
    objective = Objective(network, noise(2, *size), [noise(3, 20, 20)], config)
    assert gradcheck(lambda image: objective(image).total, noise(1, *size).requires_grad_(), fast_mode=True)


def test_nothing_is_lost_on_equal_pictures(network: VGG) -> None:
    losses = Objective(network, noise(1), [noise(1)], CONFIG)(noise(1)).values()
    assert losses.content == 0
    assert losses.style == pytest.approx(0, abs=1e-20)


def test_values_belong_to_their_names(network: VGG) -> None:
    losses = Objective(network, noise(2), [noise(3)], replace(CONFIG, tv_weight=5.0))(noise(1))
    values = losses.values()
    assert values.total == losses.total.item()
    assert values.content_layers == {"relu2_2": losses.content_layers["relu2_2"].item()}
    assert values.style_layers == {name: losses.style_layers[name].item() for name in STYLE_LAYERS}
    expected = 2 * values.content + 3 * values.style + 5 * values.total_variation
    assert values.total == pytest.approx(expected)


def test_several_paintings_count_alike(network: VGG) -> None:
    """The gradient towards the mean of two Gram matrices is the mean of the gradients towards each."""
    image, photo = noise(1).requires_grad_(), noise(2)
    config = replace(CONFIG, normalization=Normalization.PAPER, content_weight=0.0)

    def gradient(*seeds: int) -> Tensor:
        objective = Objective(network, photo, [noise(seed) for seed in seeds], config)
        return torch.autograd.grad(objective(image).total, image)[0]

    torch.testing.assert_close(gradient(3, 4), (gradient(3) + gradient(4)) / 2)


def test_targets_are_computed_once(network: VGG) -> None:
    objective = Objective(network, noise(2), [noise(3)], CONFIG)
    seen: list[Tensor] = []
    network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    for seed in (4, 5):
        objective(noise(seed))
    assert len(seen) == 2


@pytest.mark.parametrize("empty", ["content_layers", "style_layers"])
def test_one_side_may_be_left_out(network: VGG, empty: str) -> None:
    config = replace(CONFIG, style_layer_weights=(), **{empty: ()})
    losses = Objective(network, noise(2), [noise(3)], config)(noise(1).requires_grad_())
    losses.total.backward()
    assert getattr(losses, empty.removesuffix("_layers")).item() == 0
