"""How much painting where: the map's brightness in percent of strength, and what the losses make of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from nst_core.config import Normalization, StyleLoss, TotalVariation, TransferConfig
from nst_core.loss.objective import Losses, Objective
from nst_core.network.vgg import VGG
from nst_core.scene.scene import Scene, build_scene, gather
from nst_core.scene.strength import local_strength
from nst_core.transfer import Transfer, stylize
from tests.support.pictures import smooth_picture

CONFIG = TransferConfig(
    size=64, steps=6, scales=1, content_layers=("relu2_2",), style_layers=("relu1_1", "relu2_1"), tv_weight=3.0
)
KINDS = [*((loss, Normalization.ENERGY) for loss in StyleLoss), (StyleLoss.GRAM, Normalization.PAPER)]
WHITE, BLACK = Image.new("L", (8, 8), 255), Image.new("L", (8, 8))


def left_black(width: int = 64, height: int = 48) -> Image.Image:
    chart = Image.new("L", (width, height), 255)
    chart.paste(0, (0, 0, width // 2, height))
    return chart


def scene_of(photo: Image.Image, painting: Image.Image, config: TransferConfig, chart: Image.Image | None) -> Scene:
    pictures = gather(photo, [painting], (), None, config, strength=chart)
    return build_scene(pictures, (64, 48), config, torch.device("cpu"))


def noise(seed: int = 5) -> Tensor:
    return torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(seed))


def evaluate(network: VGG, scene: Scene, config: TransferConfig) -> tuple[Losses, Tensor]:
    return Objective(network, scene, config).evaluate(noise())


@pytest.mark.parametrize("strength", [0.0, 30.0, 50.0, 100.0])
def test_black_is_none_grey_is_the_dials_and_white_is_halfway_to_all(strength: float) -> None:
    shades = torch.linspace(0, 1, 9)[None, None, None]
    found = local_strength(strength, shades).flatten().tolist()
    assert (found[0], found[4], found[8]) == (0, strength, (strength + 100) / 2)
    assert all(before <= after for before, after in pairwise(found))
    assert found[2] == pytest.approx(strength / 2)
    assert found[6] == pytest.approx((found[4] + found[8]) / 2)


@pytest.mark.parametrize(("loss", "normalization"), KINDS)
@pytest.mark.parametrize("roughness", TotalVariation)
def test_one_shade_everywhere_is_the_same_as_that_strength(
    photo: Image.Image,
    painting: Image.Image,
    network: VGG,
    loss: StyleLoss,
    normalization: Normalization,
    roughness: TotalVariation,
) -> None:
    config = replace(CONFIG, style_loss=loss, normalization=normalization, tv_norm=roughness, strength=40.0)
    plain = replace(config, strength=70.0)  # half of the way from 40 to 100
    found, gradient = evaluate(network, scene_of(photo, painting, config, WHITE), config)
    expected, wanted = evaluate(network, scene_of(photo, painting, plain, None), plain)
    torch.testing.assert_close(found.total, expected.total, rtol=1e-4, atol=0)
    assert (gradient - wanted).norm() < 1e-3 * wanted.norm()


def test_a_style_weight_is_scaled_as_a_half_strength_is(
    photo: Image.Image, painting: Image.Image, network: VGG
) -> None:
    weighed = replace(CONFIG, style_weight=2.0)
    found, _ = evaluate(network, scene_of(photo, painting, weighed, WHITE), weighed)
    plain = replace(CONFIG, style_weight=1.5 * 2.0, content_weight=0.5, tv_weight=1.5 * CONFIG.tv_weight)
    expected, _ = evaluate(network, scene_of(photo, painting, plain, None), plain)
    torch.testing.assert_close(found.total, expected.total, rtol=1e-4, atol=0)


def test_black_all_over_is_refused_and_no_strength_at_all_leaves_the_photo(
    photo: Image.Image, painting: Image.Image, network: VGG
) -> None:
    with pytest.raises(ValueError, match="the strength map is black all over"):
        scene_of(photo, painting, CONFIG, BLACK)
    grey = Image.new("L", (8, 8), 100)
    nothing = replace(CONFIG, strength=0.0)
    transfer = Transfer(photo, painting, nothing, strength_map=grey, extractor=network)
    *_, last = transfer
    expected = Transfer(photo, painting, nothing, extractor=network)
    assert torch.equal(last.image, list(expected)[-1].image)
    assert not last.notes


@pytest.mark.parametrize("loss", StyleLoss)
def test_where_it_is_black_nothing_pulls_away_from_the_photo(
    photo: Image.Image, painting: Image.Image, network: VGG, loss: StyleLoss
) -> None:
    config = replace(CONFIG, style_loss=loss)
    scene = scene_of(photo, painting, config, left_black())
    _, gradient = Objective(network, scene, config).evaluate(scene.target)
    assert gradient[..., :24].abs().max() == 0  # a little further the pixels are seen by positions of the right half
    assert gradient[..., 40:].abs().min(1).values.gt(0).float().mean() > 0.5


def test_a_run_paints_where_it_is_bright(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    config = replace(CONFIG, steps=40)

    def change(chart: Image.Image | None) -> Tensor:
        scene = scene_of(photo, painting, config, chart)
        *_, last = stylize(photo, painting, config, strength_map=chart, extractor=network)
        return (last.image - scene.photo).abs().mean(1)[0]

    mapped, plain = change(left_black(7, 5)), change(None)
    # Not quite as the photo: what moves pixels learns from all of the picture how far to go.
    assert mapped[:, :20].mean() < 0.25 * plain[:, :20].mean()
    assert mapped[:, 44:].mean() > 2 * mapped[:, :20].mean()


@pytest.mark.parametrize("loss", StyleLoss)
@pytest.mark.parametrize("keep_alpha", [False, True])
def test_blocks_change_nothing(painting: Image.Image, network: VGG, loss: StyleLoss, keep_alpha: bool) -> None:
    config = replace(CONFIG, style_loss=loss, keep_alpha=keep_alpha)
    photo = smooth_picture(64, 48, seed=1)
    photo.putalpha(Image.linear_gradient("L").resize((64, 48)))
    chart = Image.fromarray(np.random.default_rng(3).integers(0, 256, (48, 64), np.uint8))
    scene = scene_of(photo, painting, config, chart)
    image, objective = noise().double(), Objective(network.double(), in_doubles(scene), config)
    losses, gradient = objective.evaluate(image)
    objective.block = 16
    found, blockwise = objective.evaluate(image)
    assert found.values().total == pytest.approx(losses.values().total, rel=1e-9)
    assert (blockwise - gradient).norm() < 1e-9 * gradient.norm()


def in_doubles(scene: Scene) -> Scene:
    def double(each: Tensor | None) -> Tensor | None:
        return None if each is None else each.double()

    regions = [
        replace(
            region,
            mask=double(region.mask),
            paintings=tuple(replace(each, image=each.image.double()) for each in region.paintings),
        )
        for region in scene.regions
    ]
    changed = {name: double(getattr(scene, name)) for name in ("photo", "target", "opacity", "canvas", "emphasis")}
    return replace(scene, regions=tuple(regions), **changed)


def test_the_dial_steers_a_run_with_a_map(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    """What is measured after a turn is what a run measures that began with the new strength."""
    transfer = Transfer(photo, painting, CONFIG, strength_map=left_black(), extractor=network)
    steps = iter(transfer)
    next(steps)
    stronger = replace(CONFIG, strength=90.0)
    transfer.steer(stronger)
    image = next(steps).image
    expected = Objective(network, scene_of(photo, painting, stronger, left_black()), stronger)(image)
    assert transfer._evaluation.losses(image).values() == expected.values()


def test_a_map_goes_together_with_masks(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    """A region's mask says which painting, the map how much of it."""
    mask = Image.linear_gradient("L").resize((64, 48))
    pictures = gather(photo, [painting], [mask], None, CONFIG, strength=left_black())
    scene = build_scene(pictures, (64, 48), CONFIG, torch.device("cpu"))
    (region,) = scene.regions
    assert scene.emphasis is not None
    torch.testing.assert_close(region.mask, torch.from_numpy(np.asarray(mask) / np.float32(255)) * scene.emphasis)
    assert region.weight == pytest.approx(float(region.mask.mean()))  # type: ignore[union-attr]
