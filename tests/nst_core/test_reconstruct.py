"""Images made from noise that agree with a picture in a layer, or in the statistics of some."""

from __future__ import annotations

from dataclasses import replace
from statistics import mean

import pytest
import torch
from PIL import Image

from nst_core.config import RECONSTRUCTION, Border, TransferConfig
from nst_core.images import load_image, to_tensor
from nst_core.initial import enlarge
from nst_core.loss.statistics.gram import gram_matrix
from nst_core.network.vgg import VGG
from nst_core.reconstruct import reconstruct_content, reconstruct_style
from tests.support.paths import EXAMPLES

CONFIG = replace(TransferConfig(**RECONSTRUCTION), size=64, steps=40, tv_weight=0.0)


def test_an_early_layer_still_knows_every_pixel(photo: Image.Image, network: VGG) -> None:
    steps = list(reconstruct_content(photo, "conv1_1", CONFIG, extractor=network))
    target = to_tensor(photo, photo.size)
    assert (steps[-1].image - target).abs().mean() < 0.03 < 0.2 < (steps[0].image - target).abs().mean()
    assert steps[-1].losses.style == 0
    assert list(steps[-1].losses.content_layers) == ["conv1_1"]


def test_a_texture_has_the_statistics_but_not_the_arrangement(painting: Image.Image, network: VGG) -> None:
    layers = ("relu1_1", "relu2_1")
    steps = list(reconstruct_style(painting, layers, CONFIG, extractor=network))
    assert steps[-1].losses.style < steps[0].losses.style / 100
    assert steps[-1].losses.content == 0
    target = to_tensor(painting, steps[-1].size)
    assert (steps[-1].image - target).abs().mean() > 0.1
    for name in layers:
        made, wanted = (gram_matrix(network(image, [name])[name]) for image in (steps[-1].image, target))
        assert (made - wanted).norm() < 0.2 * wanted.norm()


@pytest.mark.slow
def test_a_tile_goes_on_across_its_edges(painting: Image.Image, network: VGG) -> None:
    """The jump across the edge is like those inside; on average, as one picture may have an edge of colours there."""

    def jumps(border: Border, seed: int) -> float:
        config = replace(CONFIG, border=border, seed=seed, steps=60, tv_weight=0.1)
        *_, last = reconstruct_style(painting, ("relu1_1", "relu2_1", "relu3_1"), config, extractor=network)
        image = last.image
        inside = (image[..., 1:] - image[..., :-1]).abs().mean()
        return float((image[..., 0] - image[..., -1]).abs().mean() / inside)

    tiled, bordered = (mean(jumps(border, seed) for seed in range(4)) for border in (Border.CIRCULAR, Border.MIRROR))
    assert tiled < 1.25 < bordered / 1.5


def test_weights_of_other_layers_do_not_matter(photo: Image.Image, network: VGG) -> None:
    config = replace(CONFIG, style_layer_weights=(1, 2, 3, 4, 5))
    assert next(reconstruct_content(photo, "conv1_1", config, extractor=network)).losses.style == 0
    layers = config.content_layers
    config = replace(CONFIG, content_layer_weights=(2.0,) * len(layers))
    content, style = (
        reconstruct_content(photo, "conv1_1", config, extractor=network),
        reconstruct_style(photo, ("relu1_1",), config, extractor=network),
    )
    plain = next(reconstruct_content(photo, "conv1_1", CONFIG, extractor=network)).losses.content
    assert (next(content).losses.content, next(style).losses.content) == (plain, 0)


def test_a_tiles_coarser_scales_leave_no_seam(painting: Image.Image, network: VGG) -> None:
    """Enlarged with its edges clamped, a coarse tile would bring a seam along that one fine step can't remove."""
    config = replace(CONFIG, border=Border.CIRCULAR, size=128, scales=2, steps=2, tv_weight=0.0)
    coarse, fine = reconstruct_style(painting.resize((64, 64)), ("relu1_1",), config, extractor=network)
    rolled = coarse.image.roll((20, 12), (-2, -1))
    for image, shift in ((coarse.image, (0, 0)), (rolled, (40, 24))):
        height, width = fine.image.shape[-2:]
        enlarged = enlarge(image, (width, height), wraps=True).roll((-shift[0], -shift[1]), (-2, -1))
        torch.testing.assert_close(enlarged, enlarge(coarse.image, (width, height), wraps=True))
        assert (fine.image - enlarged).abs().mean() < 0.02


def test_unknown_layers_are_refused(photo: Image.Image, network: VGG) -> None:
    with pytest.raises(ValueError, match="no layer 'relu9_1'"):
        next(reconstruct_content(photo, "relu9_1", CONFIG, extractor=network))
    with pytest.raises(ValueError, match="no layer 'relu9_1'"):
        next(reconstruct_style(photo, ("relu1_1", "relu9_1"), CONFIG, extractor=network))


@pytest.mark.weights
def test_deeper_layers_know_less_of_the_pixels(vgg19: VGG) -> None:
    """As in figure 1 of the paper: the rectifier loses something too."""
    castle = load_image(EXAMPLES / "content/neuschwanstein.jpg")
    config = replace(CONFIG, steps=60)
    target = to_tensor(castle, (64, 43))

    def error(layer: str) -> float:
        *_, last = reconstruct_content(castle, layer, config, extractor=vgg19)
        return float((last.image - target).abs().mean())

    assert error("conv1_1") < error("relu1_1") < error("relu3_1") < error("relu5_1")
