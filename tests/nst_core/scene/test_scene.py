"""What a run is given, and what becomes of it at one size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core.config import TransferConfig
from nst_core.images import to_tensor
from nst_core.scene.scene import Scene, build_scene, gather, layer_map, product
from tests.support.pictures import smooth_picture

CONFIG = TransferConfig(size=64)
SIZE = (64, 48)
LEFT, RIGHT = [Image.fromarray(np.repeat([[a, b]], 2, 0).astype(np.uint8) * 255) for a, b in ((1, 0), (0, 1))]


def make(
    photo: Image.Image, paintings: list[Image.Image], masks: Any = (), within: Any = None, **options: Any
) -> Scene:
    config = replace(CONFIG, **options)
    return build_scene(gather(photo, paintings, masks, within, config), SIZE, config, torch.device("cpu"))


def half(image: Image.Image, side: str) -> Image.Image:
    """`image` as "RGBA", opaque on one side only."""
    opaque = image.convert("RGBA")
    opaque.putalpha((LEFT if side == "left" else RIGHT).resize(image.size, Image.Resampling.NEAREST))
    return opaque


def test_without_masks_there_is_one_region_everywhere(photo: Image.Image, painting: Image.Image) -> None:
    scene = make(photo, [painting, painting])
    (region,) = scene.regions
    assert (region.mask, region.weight) == (None, 1)
    assert [each.share for each in region.paintings] == [0.5, 0.5]
    assert (scene.canvas, scene.opacity) == (None, None)
    assert torch.equal(scene.photo, to_tensor(photo, SIZE))
    assert torch.equal(scene.target, scene.photo)


def test_paintings_are_blended_and_scaled(photo: Image.Image, painting: Image.Image) -> None:
    scene = make(photo, [painting, painting], style_blend=(3.0, 1.0), style_scale=(0.75, 1.5))
    first, second = scene.regions[0].paintings
    assert (first.share, second.share) == (0.75, 0.25)
    assert [each.image.shape[-2:] for each in (first, second)] == [(48, 40), (96, 80)]  # it is 50x60
    weightless = make(photo, [painting, painting], style_blend=(0.0, 1.0))
    assert [each.share for each in weightless.regions[0].paintings] == [1]


def test_an_enlarged_painting_comes_in_its_own_pixels_too_where_strokes_stay_sharp(
    photo: Image.Image, painting: Image.Image
) -> None:
    scales = (0.75, 1.5)  # of 64 pixels, and it has 50x60
    smaller, larger = make(photo, [painting] * 2, style_scale=scales, sharp_strokes=True).regions[0].paintings
    assert (smaller.own, smaller.enlarged) == (None, 1)
    assert larger.own is not None
    assert torch.equal(larger.own.image, to_tensor(painting, (50, 60)))
    assert larger.enlarged == 1.6
    assert all(each.own is None for each in make(photo, [painting] * 2, style_scale=scales).regions[0].paintings)


def test_a_painting_without_a_mask_has_what_the_others_leave_over(photo: Image.Image, painting: Image.Image) -> None:
    rest, masked = make(photo, [painting, painting, painting], [None, LEFT, None]).regions
    assert (len(rest.paintings), len(masked.paintings)) == (2, 1)
    assert rest.mask is not None
    assert masked.mask is not None
    torch.testing.assert_close(rest.mask + masked.mask, torch.ones(1, 1, 48, 64))
    assert masked.mask[..., :8].min() == 1
    assert 0.3 < masked.mask[..., 31:33].min() < masked.mask[..., 31:33].max() < 0.7  # a coarse mask has no steps
    assert [each.share for each in (*rest.paintings, *masked.paintings)] == pytest.approx([0.5, 0.5, 1])
    assert masked.mask[..., -8:].max() == 0


def test_regions_weigh_what_their_area_does(photo: Image.Image, painting: Image.Image) -> None:
    quarter = Image.fromarray(np.array([[255, 0], [0, 0]], np.uint8)).resize((64, 48), Image.Resampling.NEAREST)
    rest, masked = make(photo, [painting, painting], [None, quarter]).regions
    assert (rest.weight, masked.weight) == pytest.approx((0.75, 0.25))
    rest, masked = make(photo, [painting, painting], [None, quarter], style_blend=(1.0, 3.0)).regions
    assert (rest.weight, masked.weight) == pytest.approx((0.75 / 2, 0.25 * 3 / 2))
    overlapping = make(photo, [painting, painting], [LEFT.resize((64, 48), Image.Resampling.NEAREST), quarter]).regions
    assert [region.weight for region in overlapping] == pytest.approx([0.5, 0.25])


def test_masks_of_any_size_mode_and_softness(photo: Image.Image, painting: Image.Image) -> None:
    ramp = Image.linear_gradient("L").rotate(90)  # 256x256, from black to white
    for mask in (ramp, ramp.convert("RGB"), ramp.resize((7, 300)), ramp.convert("LA")):
        (region,) = make(photo, [painting], [mask]).regions
        assert region.mask is not None
        assert region.mask.shape == (1, 1, 48, 64)
        across = region.mask.mean((0, 1, 2))
        torch.testing.assert_close(across, torch.linspace(0, 1, 64), rtol=0, atol=0.08)


def test_only_within_a_mask_the_picture_changes(photo: Image.Image, painting: Image.Image) -> None:
    scene = make(photo, [painting], within=LEFT.resize((64, 48), Image.Resampling.NEAREST))
    grey = torch.full_like(scene.photo, 0.5)
    for shown in (scene.frame(grey), scene.compose(grey)):
        assert torch.equal(shown[..., 32:], scene.photo[..., 32:])
        assert torch.equal(shown[..., :32], grey[..., :32])
    (region,) = scene.regions
    assert region.weight == pytest.approx(0.5)
    assert region.mask is scene.canvas


def test_transparent_pixels_do_not_count_and_stay(photo: Image.Image, painting: Image.Image) -> None:
    scene = make(half(photo, "left"), [half(painting, "right")], keep_alpha=True)
    assert scene.opacity is not None
    assert scene.opacity[..., :30].min() == 1
    assert scene.opacity[..., -30:].max() == 0
    (region,) = scene.regions
    assert region.weight == pytest.approx(1)  # of what can be seen
    assert region.mask is not None
    assert torch.equal(region.mask, scene.opacity)
    opacity = region.paintings[0].opacity
    assert opacity is not None
    assert opacity[..., :20].max() == 0
    grey = torch.full_like(scene.photo, 0.5)
    assert torch.equal(scene.frame(grey)[..., :30], grey[..., :30])
    assert torch.equal(scene.frame(grey)[..., 40:], scene.photo[..., 40:])


def test_margins_are_cut_off_paintings_where_that_is_asked_for(photo: Image.Image) -> None:
    painting = smooth_picture(300, 200, seed=5)
    scan = Image.new("RGB", (400, 300), "white")
    scan.paste(painting, (50, 50))
    for margins, image in (("keep", scan), ("cut", painting)):
        for keep_alpha in (True, False):
            config = replace(CONFIG, margins=margins, keep_alpha=keep_alpha)
            (found,) = gather(photo, scan, (), None, config).paintings
            assert np.abs(np.subtract(found.image.size, image.size)).max() <= 1
            assert found.opacity is None


def test_without_keep_alpha_transparent_is_white(photo: Image.Image, painting: Image.Image) -> None:
    scene = make(half(photo, "left"), [painting])
    assert scene.opacity is None
    assert scene.photo[..., 40:].min() > 0.99


def test_colours_are_prepared_but_the_photo_is_kept(photo: Image.Image, painting: Image.Image) -> None:
    scene = make(photo, [painting], colours=0.0, colour_method="luminance")
    assert scene.target.std(1).max() < 1e-6  # grey
    assert torch.equal(scene.photo, to_tensor(photo, SIZE))
    inside = make(photo, [painting], within=LEFT, colours=0.0, colour_method="luminance")
    grey = torch.full_like(inside.photo, 0.5)
    assert torch.equal(inside.compose(grey)[..., -8:], inside.target[..., -8:])
    assert torch.equal(inside.frame(grey)[..., -8:], inside.photo[..., -8:])
    recolouring = make(photo, [painting], colours=0.0, colour_method="luminance", only_colours=True)
    assert torch.equal(recolouring.target, recolouring.photo)


BLACK = Image.new("L", (8, 8))


@pytest.mark.parametrize(
    ("paintings", "options", "message"),
    [
        (0, {}, "no painting was given; give at least one"),
        (0, {"only_colours": True, "style_layers": ()}, "no painting was given; give at least one"),
        (0, {"initial": "style", "style_layers": ()}, "initial style needs a painting"),
        (2, {"masks": [LEFT]}, "number of masks is 1 and that of paintings 2; give one each, or none"),
        (1, {"masks": [BLACK]}, "mask 1 is black all over, .*; make white what it is for"),
        (1, {"within": BLACK}, "the mask of what to paint is black all over"),
        (3, {"masks": [LEFT, RIGHT, None]}, "cover the photo, so painting 3, which has none, has no room"),
        (2, {"style_blend": (1.0,)}, "style_blend is 1 and that of paintings 2"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    photo: Image.Image, painting: Image.Image, paintings: int, options: dict[str, Any], message: str
) -> None:
    config = replace(CONFIG, **{name: value for name, value in options.items() if name not in ("masks", "within")})
    with pytest.raises(ValueError, match=message):
        gather(photo, [painting] * paintings, options.get("masks", ()), options.get("within"), config)


def test_a_painting_gets_the_colours_of_its_region(photo: Image.Image, painting: Image.Image) -> None:
    """Not those of all the photo: a red left and a blue right half stay so."""
    photo = Image.new("RGB", SIZE, "red")
    photo.paste("blue", (32, 0, 64, 48))
    left, right = (mask.resize(SIZE, Image.Resampling.NEAREST) for mask in (LEFT, RIGHT))
    regions = make(photo, [painting, painting], [left, right], colours=0.0).regions
    red, blue = (region.paintings[0].image.mean((0, 2, 3)) for region in regions)
    assert red.tolist() == pytest.approx([1, 0, 0], abs=0.05)
    assert blue.tolist() == pytest.approx([0, 0, 1], abs=0.05)


def test_what_is_transparent_of_a_painting_has_no_say_in_its_colours(photo: Image.Image, painting: Image.Image) -> None:
    thin = painting.copy()
    thin.putalpha(Image.linear_gradient("L").resize(painting.size))
    (prepared,) = make(photo, [thin], keep_alpha=True, colours=0.0).regions[0].paintings
    assert prepared.opacity is not None
    mean = (prepared.image * prepared.opacity).sum((2, 3)) / prepared.opacity.sum()
    torch.testing.assert_close(mean, to_tensor(photo, SIZE).mean((2, 3)), rtol=0, atol=0.03)


def test_the_long_side_counts_of_an_upright_photo_too(photo: Image.Image, painting: Image.Image) -> None:
    upright = photo.transpose(Image.Transpose.ROTATE_90)
    scene = build_scene(gather(upright, [painting], (), None, CONFIG), (48, 64), CONFIG, torch.device("cpu"))
    assert scene.regions[0].paintings[0].image.shape[-2:] == (64, 53)


def test_where_masks_overlap_nothing_is_left_over(photo: Image.Image, painting: Image.Image) -> None:
    rest, *_ = make(photo, [painting] * 3, [LEFT, LEFT, None]).regions
    assert rest.mask is not None
    assert (rest.mask[..., :8].max(), rest.mask[..., -8:].min()) == (0, 1)


def test_a_painting_that_counts_for_nothing_has_no_region(photo: Image.Image, painting: Image.Image) -> None:
    (region,) = make(photo, [painting] * 2, [LEFT, RIGHT], style_blend=(0.0, 1.0)).regions
    assert region.numbers == (2,)


def test_regions_are_named_by_their_paintings(photo: Image.Image, painting: Image.Image) -> None:
    rest, masked = make(photo, [painting] * 3, [None, LEFT, None]).regions
    assert (rest.numbers, masked.numbers) == ((1, 3), (2,))


def test_what_cannot_be_seen_at_this_size_weighs_nothing(photo: Image.Image, painting: Image.Image) -> None:
    """A single faint pixel of a large photo is gone when it is made small."""
    large = photo.resize((640, 480)).convert("RGBA")
    large.putalpha(0)
    large.putpixel((300, 200), (255, 0, 0, 1))
    (region,) = make(large, [painting], keep_alpha=True).regions
    assert region.weight == 0
    assert all(each.image.isfinite().all() for each in region.paintings)


@pytest.mark.parametrize("keep_alpha", [True, False])
def test_an_invisible_photo_is_refused(photo: Image.Image, painting: Image.Image, keep_alpha: bool) -> None:
    photo = photo.convert("RGBA")
    photo.putalpha(0)
    with pytest.raises(ValueError, match="is transparent everywhere"):
        gather(photo, painting, (), None, replace(CONFIG, keep_alpha=keep_alpha))


def test_products_and_layer_maps() -> None:
    mask = torch.rand(1, 1, 6, 9)
    assert product(None, None) is None
    assert product(mask, None) is mask is product(None, mask)
    assert torch.equal(product(mask, mask), mask * mask)
    assert layer_map(None, 4) is None
    coarse = layer_map(mask, 4)
    assert coarse is not None
    torch.testing.assert_close(coarse, mask[..., :4, :8].unflatten(-1, (2, 4)).mean((-3, -1))[..., None, :])
