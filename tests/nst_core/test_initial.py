"""What scales start from: a first image, a coarser result, a painted picture; and what no more than colours make."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core import initial
from nst_core.config import Initial, TransferConfig
from nst_core.images import to_array, to_tensor
from nst_core.network.vgg import VGG
from nst_core.transfer import Step, stylize
from tests.support.pictures import smooth_picture, two_halves
from tests.support.runs import TINY, Run


def test_a_finer_scale_starts_from_the_coarser_result(run: Run) -> None:
    coarse, fine = run(steps=2, scales=2, size=128, initial=Initial.NOISE)
    enlarged = torch.nn.functional.interpolate(coarse.image, (96, 128), mode="bilinear")
    assert (fine.image - enlarged).abs().mean() < 0.02


def test_a_finer_scale_starts_within_range(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[torch.Tensor] = []
    enlarge = initial.enlarge
    monkeypatch.setattr(initial, "enlarge", lambda *given: seen.append(given[0]) or enlarge(*given))
    run(style_weight=1e6, steps=8, scales=2, size=128, initial=Initial.NOISE)
    assert [(image.min(), image.max()) for image in seen] == [(0, 1)]


def test_a_finer_scale_has_the_photos_details_at_once(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    sharp = Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8))
    coarse, fine = stylize(sharp, painting, replace(TINY, steps=2, scales=2, size=128), extractor=network)
    of_coarse, of_fine = to_tensor(sharp, (64, 48)), to_tensor(sharp, (128, 96))
    change = torch.nn.functional.interpolate(coarse.image - of_coarse, (96, 128), mode="bilinear")
    blurred = torch.nn.functional.interpolate(coarse.image, (96, 128), mode="bilinear")
    assert (fine.image - (of_fine + change).clamp(0, 1)).abs().mean() < 0.02 < (fine.image - blurred).abs().mean() / 3


@pytest.mark.parametrize("initial", Initial)
def test_the_same_seed_gives_the_same_picture(run: Run, initial: Initial) -> None:
    first, second = run(initial=initial)[-1].image, run(initial=initial)[-1].image
    assert torch.equal(first, second)


def test_another_seed_gives_another_picture_from_noise_only(run: Run) -> None:
    noise = [run(initial=Initial.NOISE, seed=seed, steps=1)[0].image for seed in (0, 1)]
    assert (noise[0] - noise[1]).abs().mean() > 0.1
    content = [run(seed=seed, steps=1)[0].image for seed in (0, 1)]
    assert torch.equal(*content)


def test_initial_images(run: Run, photo: Image.Image, painting: Image.Image) -> None:
    nothing = {"content_weight": 0.0, "style_weight": 0.0, "steps": 1}
    from_content = run(initial=Initial.CONTENT, **nothing)[0].image
    from_style = run(initial=Initial.STYLE, **nothing)[0].image
    torch.testing.assert_close(from_content, to_tensor(photo, photo.size))
    colours = to_tensor(painting, painting.size).mean((2, 3))
    assert (from_style.mean((2, 3)) - colours).abs().max() < 0.1
    assert (from_style - from_content).abs().mean() > 0.1


def test_a_grey_transfer_starts_from_the_grey_photo(run: Run) -> None:
    first, *_ = run(colours=0.0, colour_method="luminance")
    assert first.losses.content == pytest.approx(0, abs=1e-9)


def as_picture(step: Step) -> Image.Image:
    return Image.fromarray(to_array(step.image))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"initial": Initial.NOISE},
        {"colours": 0.0, "colour_method": "luminance"},
        {"colours": 60.0, "colour_method": "luminance"},
        {"colours": 0.0, "colour_method": "histogram"},
    ],
    ids=str,
)
def test_a_run_begins_with_a_picture_that_is_painted_already(
    photo: Image.Image, painting: Image.Image, network: VGG, options: dict[str, object]
) -> None:
    """At full size, and where the first one ended: the first step, short as ever, doesn't lead back to the photo."""
    config = replace(TINY, size=128, scales=2, **options)
    *_, last = stylize(photo, painting, replace(config, steps=30), extractor=network)
    first, *rest = stylize(photo, painting, config, begin=as_picture(last), extractor=network)
    assert (first.size, first.total, first.scales, len(rest)) == ((128, 96), 6, 1, 5)
    changed = float((last.image - to_tensor(photo, (128, 96))).abs().mean())
    assert float((first.image - last.image).abs().mean()) < min(0.025, changed / 2)
    assert rest[-1].losses.total < first.losses.total


@pytest.mark.weights
def test_what_goes_on_does_not_get_worse_first(photo: Image.Image, painting: Image.Image, vgg19: VGG) -> None:
    """The usual first step, from near the bottom, would double the loss before it falls again."""
    config = TransferConfig(size=64, scales=1, steps=25)
    *_, last = stylize(photo, painting, config, extractor=vgg19)
    more = list(stylize(photo, painting, replace(config, steps=6), begin=as_picture(last), extractor=vgg19))
    losses = [step.losses.total for step in more]
    assert max(losses) <= 1.02 * losses[0]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("size", [(32, 24), (64, 48), (256, 192)])
def test_what_it_begins_with_may_have_any_size(
    photo: Image.Image, painting: Image.Image, network: VGG, size: tuple[int, int]
) -> None:
    nothing = {"content_weight": 0.0, "style_weight": 0.0, "steps": 1}
    begun = smooth_picture(*size, seed=5)
    (step,) = stylize(photo, painting, replace(TINY, **nothing), begin=begun, extractor=network)
    assert (step.image - to_tensor(begun, (64, 48))).abs().mean() < 0.02


def test_begun_with_a_smaller_picture_it_has_the_photos_details(painting: Image.Image, network: VGG) -> None:
    sharp = Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8))
    nothing = {"content_weight": 0.0, "style_weight": 0.0, "steps": 1, "size": 128}
    small = sharp.resize((64, 48), Image.Resampling.LANCZOS)
    for begun, restored in ((Initial.CONTENT, True), (Initial.NOISE, False)):
        config = replace(TINY, initial=begun, **nothing)
        (step,) = stylize(sharp, painting, config, begin=small, extractor=network)
        assert ((step.image - to_tensor(sharp, (128, 96))).abs().mean().item() < 0.01) is restored


def test_what_it_begins_with_may_be_transparent(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    photo.putalpha(Image.linear_gradient("L").resize(photo.size))
    begun = smooth_picture(64, 48, seed=5)
    begun.putalpha(photo.getchannel("A"))
    nothing = {"content_weight": 0.0, "style_weight": 0.0, "steps": 1, "keep_alpha": True}
    (step,) = stylize(photo, painting, replace(TINY, **nothing), begin=begun, extractor=network)
    seen = (step.image - to_tensor(begun.convert("RGB"), (64, 48))).abs()[:, :, 5:]
    assert seen.mean() < 0.01


def colour_moments(image: torch.Tensor) -> torch.Tensor:
    return torch.cat([image.mean((2, 3)).flatten(), image.flatten(2).squeeze(0).cov().flatten()])


def test_only_the_colours_is_one_step_that_keeps_the_drawing(
    photo: Image.Image, painting: Image.Image, network: VGG
) -> None:
    config, original = replace(TINY, only_colours=True), to_tensor(photo, photo.size)
    (step,) = stylize(photo, painting, config, extractor=network)
    assert (step.index, step.total, step.scale, step.scales) == (1, 1, 1, 1)
    target = colour_moments(to_tensor(painting, painting.size))
    assert (colour_moments(step.image) - target).norm() < (colour_moments(original) - target).norm() / 3
    (untouched,) = stylize(photo, painting, replace(config, colours=0.0), extractor=network)
    torch.testing.assert_close(untouched.image, original)
    (mixed,) = stylize(photo, painting, replace(config, colours=50.0), extractor=network)
    torch.testing.assert_close(mixed.image, (step.image + original) / 2, rtol=0, atol=1e-5)


def test_only_the_colours_of_overlapping_soft_and_thin_regions(painting: Image.Image, network: VGG) -> None:
    """White over black is white wherever masks add up to 1, in whatever order, and however transparent the photo."""
    white, config = Image.new("RGB", painting.size, "white"), replace(TINY, only_colours=True)

    def recoloured(*levels: int, opacity: int = 255, within: int = 255) -> float:
        photo = Image.merge("RGBA", [*[Image.new("L", (64, 48))] * 3, Image.new("L", (64, 48), opacity)])
        masks = [Image.new("L", (2, 2), level) for level in levels]
        inside, several = Image.new("L", (2, 2), within), [white] * len(masks)
        request = replace(config, keep_alpha=True)
        (step,) = stylize(photo, several, request, masks=masks, within=inside, extractor=network)
        return float(step.image.mean())

    for levels in ((255,), (255, 255), (128, 127), (10, 245), (255, 128)):
        for opacity in (128, 255):
            assert recoloured(*levels, opacity=opacity) == pytest.approx(1, abs=0.01)
    assert recoloured(128) == pytest.approx(0.5, abs=0.01)
    assert recoloured(255, within=128) == pytest.approx(0.5, abs=0.01)
    assert recoloured(128, opacity=128, within=128) == pytest.approx(0.25, abs=0.01)


def test_only_the_colours_of_a_region_and_of_what_can_be_seen(network: VGG) -> None:
    """The region's mean becomes that of the painting, whatever lies outside; thin paint counts less."""
    config = replace(TINY, only_colours=True, keep_alpha=True)
    photo, painting = two_halves("black", "white"), two_halves("#ffffffff", "#00000028", "RGBA")
    (step,) = stylize(photo, painting, config, masks=[two_halves("white", "black", "L")], extractor=network)
    assert step.image[..., :28].mean() == pytest.approx(255 / (255 + 0x28), abs=0.03)
    assert step.image[..., 36:].min() == 1
