from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd import gradcheck

from nst_core.config import Border, Normalization, Pooling, StyleLoss, TotalVariation, TransferConfig
from nst_core.loss.functional import chroma_roughness, total_variation, total_variation_l1
from nst_core.loss.objective import Objective
from nst_core.network.vgg import VGG
from nst_core.notes import Note
from nst_core.scene.scene import Painting, Region, Scene
from tests.support import reference
from tests.support.networks import tiny_network

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


def scene(photo: Tensor, *paintings: Tensor) -> Scene:
    blend = tuple(Painting(painting, None, 1 / len(paintings)) for painting in paintings)
    return Scene(photo=photo, target=photo, opacity=None, canvas=None, regions=(Region(blend, None, 1.0),))


@pytest.fixture
def network() -> VGG:
    return tiny_network().double()


def matrix(features: Tensor) -> reference.Matrix:
    return features[0].flatten(1).numpy()


def test_the_papers_total_equations_1_to_7(network: VGG) -> None:
    config = replace(CONFIG, normalization=Normalization.PAPER)
    image, photo, painting = noise(1), noise(2), noise(3)
    measured = Objective(network, scene(photo, painting), config)(image).values()
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
    measured = Objective(network, scene(photo, painting), CONFIG)(image).values()
    F, P = (matrix(network(picture, ["relu2_2"])["relu2_2"]) for picture in (image, photo))
    assert measured.content == pytest.approx(np.sum((F - P) ** 2) / np.sum(P**2))
    for name in STYLE_LAYERS:
        of_image, of_painting = (matrix(network(picture, [name])[name]) for picture in (image, painting))
        G, A = (reference.gram(features) / features.shape[1] for features in (of_image, of_painting))
        assert measured.style_layers[name] == pytest.approx(np.sum((G - A) ** 2) / np.sum(A**2))
    assert measured.style == pytest.approx(np.dot([0.3, 0.7], list(measured.style_layers.values())))


def test_an_enlarged_painting_is_seen_in_its_own_pixels_where_it_would_be_blur(network: VGG) -> None:
    """Three times as large: a layer of stride 1 sees the painting itself, one of stride 4 the enlarged one."""
    layers = ("relu1_1", "relu3_1")
    config = replace(CONFIG, style_layers=layers, style_layer_weights=())
    image, photo, small = noise(1, 24, 20), noise(2, 24, 20), noise(3, 8, 8)
    large = torch.nn.functional.interpolate(small, scale_factor=3)
    assert [network.stride(name) for name in layers] == [1, 4]

    def measured(painting: Painting) -> dict[str, float]:
        seen = replace(scene(photo), regions=(Region((painting,), None, 1.0),))
        return Objective(network, seen, config)(image).values().style_layers

    sharp = Painting(large, None, 1.0, own=Painting(small, None, 1.0))
    apart = {side: measured(Painting(each, None, 1.0)) for side, each in (("small", small), ("large", large))}
    assert sharp.enlarged == 3
    assert measured(sharp) == {"relu1_1": apart["small"]["relu1_1"], "relu3_1": apart["large"]["relu3_1"]}
    assert apart["small"]["relu1_1"] != apart["large"]["relu1_1"]


@pytest.mark.parametrize("normalization", Normalization)
@pytest.mark.parametrize("border", Border)
def test_its_gradient(normalization: Normalization, border: Border) -> None:
    # Average pooling and a photo far from the image: maxima and rectifiers have kinks that finite differences hit.
    network = tiny_network(Pooling.AVERAGE).double()
    config = replace(CONFIG, normalization=normalization, border=border, tv_weight=0.5)
    size = (17, 18) if border is Border.MIRROR else (5, 6)
    objective = Objective(network, scene(noise(2, *size), noise(3, 20, 20)), config)
    assert gradcheck(lambda image: objective(image).total, noise(1, *size).requires_grad_(), fast_mode=True)


def test_nothing_is_lost_on_equal_pictures(network: VGG) -> None:
    losses = Objective(network, scene(noise(1), noise(1)), CONFIG)(noise(1)).values()
    assert losses.content == 0
    assert losses.style == pytest.approx(0, abs=1e-20)


def test_values_belong_to_their_names(network: VGG) -> None:
    losses = Objective(network, scene(noise(2), noise(3)), replace(CONFIG, tv_weight=5.0))(noise(1))
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
        objective = Objective(network, scene(photo, *(noise(seed) for seed in seeds)), config)
        return torch.autograd.grad(objective(image).total, image)[0]

    torch.testing.assert_close(gradient(3, 4), (gradient(3) + gradient(4)) / 2)


def test_targets_are_computed_once(network: VGG) -> None:
    objective = Objective(network, scene(noise(2), noise(3)), CONFIG)
    seen: list[Tensor] = []
    network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    for seed in (4, 5):
        objective(noise(seed))
    assert len(seen) == 2


@pytest.mark.parametrize("empty", ["content_layers", "style_layers"])
def test_one_side_may_be_left_out(network: VGG, empty: str) -> None:
    config = replace(CONFIG, style_layer_weights=(), **{empty: ()})
    losses = Objective(network, scene(noise(2), noise(3)), config)(noise(1).requires_grad_())
    losses.total.backward()
    assert getattr(losses, empty.removesuffix("_layers")).item() == 0


def masked(weights: Tensor, *paintings: Painting, weight: float = 1.0) -> Region:
    return Region(paintings, weights, weight)


def halves() -> tuple[Tensor, Tensor]:
    """Soft in the middle; together they are everything."""
    left = torch.tensor([1.0, 1, 0.75, 0.25, 0, 0], dtype=torch.float64).expand(1, 1, 8, 6)
    return left, 1 - left


def channel(mask: Tensor, stride: int) -> NDArray[np.float64]:
    """The paper's T of a layer: its square is how much a position counts."""
    return torch.nn.functional.avg_pool2d(mask, stride).sqrt().flatten().numpy()


def test_regions_are_guided_gram_matrices(network: VGG) -> None:
    """Gatys et al. (2017), section 4: each region's own Gram matrix against that of its painting."""
    image, photo, first, second = (noise(seed) for seed in (1, 2, 3, 4))
    left, right = halves()
    opacity = torch.rand(1, 1, 8, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    regions = (
        masked(left, Painting(first, None, 1.0), weight=0.4),
        masked(right, Painting(second, opacity, 1.0), weight=0.6),
    )
    objective = Objective(network, replace(scene(photo, first), regions=regions), CONFIG)
    measured, of_image = objective(image).values(), network(image, STYLE_LAYERS)
    for name, stride in zip(STYLE_LAYERS, (1, 2), strict=True):
        F = matrix(of_image[name])
        A = reference.guided_gram(matrix(network(first, [name])[name]), np.ones(F.shape[1]))
        B = reference.guided_gram(matrix(network(second, [name])[name]), channel(opacity, stride))
        G, H = (reference.guided_gram(F, channel(mask, stride)) for mask in (left, right))
        expected = 0.4 * np.sum((G - A) ** 2) / np.sum(A**2) + 0.6 * np.sum((H - B) ** 2) / np.sum(B**2)
        assert measured.style_layers[name] == pytest.approx(expected)


def test_a_region_pulls_only_inside_its_mask(network: VGG) -> None:
    """The receptive field of relu2_1 is 8 pixels wide: far enough from the mask, nothing is pulled."""
    left = torch.zeros(1, 1, 8, 32, dtype=torch.float64)
    left[..., :12] = 1
    image = noise(1, 8, 32).requires_grad_()
    place = replace(scene(noise(2, 8, 32)), regions=(masked(left, Painting(noise(3), None, 1.0)),))
    Objective(network, place, replace(CONFIG, content_weight=0.0))(image).total.backward()
    assert image.grad is not None
    assert image.grad[..., :12].abs().min() > 0
    assert image.grad[..., 20:].abs().max() == 0


def test_layers_where_a_mask_is_empty_are_said_and_left_out(network: VGG) -> None:
    tiny = torch.zeros(1, 1, 8, 6, dtype=torch.float64)
    tiny[..., 2, 2] = 1  # one position of relu1_1, a quarter of one of relu2_1
    for region in (masked(tiny, Painting(noise(3), None, 1.0)), masked(1 - tiny, Painting(noise(3), tiny, 1.0))):
        place = replace(scene(noise(2)), regions=(replace(region, numbers=(3,)),))
        objective = Objective(network, place, CONFIG)
        assert objective.notes == [Note("region", {"paintings": (3,), "layers": ("relu2_1",)})]
        losses = objective(noise(1)).values()
        assert losses.style_layers["relu1_1"] > 0
        assert losses.style_layers["relu2_1"] == 0


def test_blended_paintings_of_which_one_is_empty(network: VGG) -> None:
    """What is left of a blend counts in full."""
    nothing = torch.zeros(1, 1, 8, 6, dtype=torch.float64)
    blend = Region((Painting(noise(3), nothing, 0.75), Painting(noise(4), None, 0.25)), None, 1.0)
    both = Objective(network, replace(scene(noise(2)), regions=(blend,)), CONFIG)(noise(1)).values()
    assert both == Objective(network, scene(noise(2), noise(4)), CONFIG)(noise(1)).values()


def test_transparent_pixels_do_not_count_in_the_content(network: VGG) -> None:
    opacity = torch.ones(1, 1, 8, 6, dtype=torch.float64)
    opacity[..., 3:] = 0
    place = replace(scene(noise(2), noise(3)), opacity=opacity)
    image, changed = noise(1), noise(1)
    objective = Objective(network, place, replace(CONFIG, content_layers=("conv1_1",)))
    changed[..., 5:] = 0.3
    assert objective(changed).content == objective(image).content
    changed[..., 0] = 0.3
    assert objective(changed).content != objective(image).content


def test_outside_the_canvas_the_photo_counts(network: VGG) -> None:
    canvas = torch.zeros(1, 1, 8, 6, dtype=torch.float64)
    canvas[..., :3] = 1
    objective = Objective(network, replace(scene(noise(2), noise(3)), canvas=canvas), CONFIG)
    image = noise(1).requires_grad_()
    losses = objective(image)
    losses.total.backward()
    assert image.grad is not None
    assert image.grad[..., 3:].abs().max() == 0
    assert losses.values() == objective(torch.where(canvas > 0, image, noise(2))).values()


@pytest.mark.parametrize("loss", StyleLoss)
def test_every_style_loss_is_nothing_at_its_target_and_has_a_gradient(loss: StyleLoss) -> None:
    network = tiny_network(Pooling.AVERAGE).double()
    config = replace(CONFIG, style_loss=loss, content_weight=0.0)
    left, right = halves()
    regions = (masked(left, Painting(noise(3), None, 0.5)), masked(right, Painting(noise(4, 9, 9), None, 0.5)))
    place = replace(scene(noise(2)), regions=regions)
    assert Objective(network, scene(noise(2), noise(3)), config)(noise(3)).style == pytest.approx(0, abs=1e-6)
    assert Objective(network, place, config)(noise(1)).style > 0.01
    objective = Objective(network, place, config)
    assert gradcheck(lambda image: objective(image).total, noise(1).requires_grad_(), fast_mode=True)


def test_roughness_may_be_measured_in_l1_and_around_the_edges(network: VGG) -> None:
    image = noise(1, 16, 16)
    for norm, border, chroma in product(TotalVariation, (Border.ZERO, Border.CIRCULAR), (0.0, 8.0)):
        config = replace(CONFIG, tv_norm=norm, border=border, tv_chroma=chroma, size=64)
        measured = Objective(network, scene(noise(2, 16, 16), noise(3, 24, 24)), config)(image).total_variation
        wrapped = border is Border.CIRCULAR
        roughness = {"l2": total_variation, "l1": total_variation_l1}[norm](image, circular=wrapped)
        specks = chroma_roughness(image, circular=wrapped) if chroma else 0.0
        assert measured == roughness + chroma / 16 * specks  # at a quarter of the size
    assert total_variation(image, circular=True) != total_variation(image)


def test_a_tile_has_no_edges(network: VGG) -> None:
    """Shifted around, it measures the same."""
    config = replace(CONFIG, border=Border.CIRCULAR, content_weight=0.0, tv_weight=1.0)
    objective = Objective(network, scene(noise(2, 16, 24), noise(3, 24, 24)), config)
    image = noise(1, 16, 24)
    expected = objective(image).values()
    moved = objective(image.roll((4, 8), (-2, -1))).values()
    assert moved.style == pytest.approx(expected.style)
    assert moved.total_variation == pytest.approx(expected.total_variation)
    zero = Objective(network, scene(noise(2, 16, 24), noise(3, 24, 24)), replace(config, border=Border.ZERO))
    assert zero(image.roll((4, 8), (-2, -1))).values().style != pytest.approx(zero(image).values().style)


def test_thin_pixels_count_by_their_opacity(network: VGG) -> None:
    config = replace(CONFIG, normalization=Normalization.PAPER)
    whole = scene(noise(2), noise(3))
    thin = replace(whole, opacity=torch.full((1, 1, 8, 6), 0.5, dtype=torch.float64))
    opaque, half = (Objective(network, place, config)(noise(1)).values().content for place in (whole, thin))
    assert half == pytest.approx(opaque / 2)


def test_a_painting_beside_a_tile_is_no_tile(network: VGG) -> None:
    seen: list[Border] = []
    network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[2]))
    Objective(network, scene(noise(2, 16, 16), noise(3, 32, 32)), replace(CONFIG, border=Border.CIRCULAR))
    assert seen == [Border.CIRCULAR, Border.MIRROR]


def test_the_content_is_the_mean_of_its_layers(network: VGG) -> None:
    config = replace(CONFIG, content_layers=("relu1_1", "relu2_2"))
    values = Objective(network, scene(noise(2), noise(3)), config)(noise(1)).values()
    assert values.content == pytest.approx(sum(values.content_layers.values()) / 2)


def test_content_layers_are_weighed(network: VGG) -> None:
    config = replace(CONFIG, content_layers=("relu1_1", "relu2_2"), content_layer_weights=(0.25, 3))
    values = Objective(network, scene(noise(2), noise(3)), config)(noise(1)).values()
    shallow, deep = values.content_layers.values()
    assert values.content == pytest.approx(0.25 * shallow + 3 * deep)
    assert values.total == pytest.approx(2 * values.content + 3 * values.style)


def test_the_content_is_that_of_the_prepared_photo(network: VGG) -> None:
    place = replace(scene(noise(2), noise(3)), target=noise(4))
    assert Objective(network, place, CONFIG)(noise(4)).content == 0
