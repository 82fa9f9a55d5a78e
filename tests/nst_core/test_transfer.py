from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core import transfer as transfer_module
from nst_core.config import ColourMethod, Initial, Optimizer, TransferConfig
from nst_core.images import load_image, to_array, to_tensor
from nst_core.network.vgg import VGG
from nst_core.transfer import Step, Transfer, resolve_device, stylize
from tests.support.paths import EXAMPLES
from tests.support.pictures import smooth_picture

TINY = TransferConfig(
    size=64,
    steps=6,
    scales=1,
    content_layers=("relu2_2",),
    style_layers=("relu1_1", "relu2_1"),
    style_weight=10.0,
    tv_weight=0.0,
)
Run = Callable[..., list[Step]]


@pytest.fixture
def run(photo: Image.Image, painting: Image.Image, network: VGG) -> Run:
    return lambda **options: list(stylize(photo, painting, replace(TINY, **options), extractor=network))


def test_the_loss_falls(run: Run) -> None:
    for optimizer in Optimizer:
        steps = run(optimizer=optimizer, steps=20)
        assert steps[-1].losses.total < steps[0].losses.total / 2


def test_the_losses_are_those_of_the_image_before_the_step(run: Run) -> None:
    """The first one's of the photo, from which the photo differs by nothing."""
    first, second = run(steps=2, scales=1, initial=Initial.CONTENT)
    assert first.losses.content == 0 < second.losses.content


def test_steps_tell_where_they_are(run: Run) -> None:
    steps = run(steps=7, scales=2, size=128)
    assert [step.index for step in steps] == [1, 2, 3, 4, 5, 6, 7]
    assert {step.total for step in steps} == {7}
    assert [step.size for step in steps] == [(64, 48)] * 4 + [(128, 96)] * 3
    assert [(step.scale, step.scales) for step in steps] == [(1, 2)] * 4 + [(2, 2)] * 3
    assert all(step.image.shape == (1, 3, step.size[1], step.size[0]) for step in steps)
    assert all(step.note == "" for step in steps)


def test_a_step_is_a_snapshot_in_range(run: Run) -> None:
    steps = run(style_weight=1e6, steps=8)
    images = [step.image for step in steps]
    assert all(image.min() >= 0 and image.max() <= 1 and not image.requires_grad for image in images)
    assert len({image.sum().item() for image in images}) == len(images)
    with pytest.raises(FrozenInstanceError):
        steps[0].index = 2


def test_a_finer_scale_starts_from_the_coarser_result(run: Run) -> None:
    coarse, fine = run(steps=2, scales=2, size=128, initial=Initial.NOISE)
    enlarged = torch.nn.functional.interpolate(coarse.image, (96, 128), mode="bilinear")
    assert (fine.image - enlarged).abs().mean() < 0.02


def test_the_painting_is_seen_at_the_scale_of_the_photo(run: Run, network: VGG) -> None:
    seen: list[tuple[int, ...]] = []
    network.register_forward_pre_hook(lambda _, inputs: seen.append(tuple(inputs[0].shape)))
    run(steps=2, scales=2, size=128)
    # Each scale: the photo, the painting (50x60), one evaluation.
    assert seen == [(1, 3, 48, 64), (1, 3, 64, 53), (1, 3, 48, 64), (1, 3, 96, 128), (1, 3, 128, 107), (1, 3, 96, 128)]


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


def test_content_alone_brings_the_photo_back_from_noise(run: Run, photo: Image.Image) -> None:
    steps = run(initial=Initial.NOISE, style_weight=0.0, content_layers=("conv1_1",), steps=60)
    target = to_tensor(photo, photo.size)
    assert (steps[-1].image - target).abs().mean() < 0.02 < (steps[0].image - target).abs().mean()


def test_several_paintings_meet_in_the_middle(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    def brightness(*paintings: Image.Image) -> float:
        config = replace(TINY, content_weight=0.0, style_layers=("relu1_1",), steps=30)
        return list(stylize(photo, paintings, config, extractor=network))[-1].image.mean().item()

    black, white = Image.new("RGB", painting.size, (20, 20, 20)), Image.new("RGB", painting.size, (235, 235, 235))
    assert brightness(black) < brightness(black, white) < brightness(white)


def test_blend_weights_move_the_middle(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    black, white = Image.new("RGB", painting.size, (20, 20, 20)), Image.new("RGB", painting.size, (235, 235, 235))
    config = replace(TINY, content_weight=0.0, style_layers=("relu1_1",), steps=30)

    def brightness(*blend: float) -> float:
        changed = replace(config, style_blend=blend)
        return list(stylize(photo, [black, white], changed, extractor=network))[-1].image.mean().item()

    assert brightness(3, 1) < brightness(1, 1) < brightness(1, 3)


def test_each_painting_in_its_region(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    black, white = Image.new("RGB", painting.size, (20, 20, 20)), Image.new("RGB", painting.size, (235, 235, 235))
    left = Image.fromarray(np.array([[255, 0]], np.uint8)).resize((64, 48), Image.Resampling.NEAREST)
    config = replace(TINY, content_weight=0.0, style_layers=("relu1_1",), steps=30)
    *_, last = stylize(photo, [black, white], config, masks=[left, None], extractor=network)
    assert last.image[..., :28].mean() < 0.5 < 0.65 < last.image[..., 36:].mean()


def test_outside_the_mask_of_what_to_paint_the_photo_stays(
    photo: Image.Image, painting: Image.Image, network: VGG
) -> None:
    left = Image.fromarray(np.array([[255, 0]], np.uint8)).resize((64, 48), Image.Resampling.NEAREST)
    kept = to_tensor(photo, photo.size)[..., 32:]
    for options in ({}, {"colours": 0.0, "colour_method": "luminance"}, {"only_colours": True}):
        for step in stylize(photo, painting, replace(TINY, **options), within=left, extractor=network):
            assert torch.equal(step.image[..., 32:], kept)
        assert (step.image[..., :32] - to_tensor(photo, photo.size)[..., :32]).abs().mean() > 0.001


def test_what_is_transparent_comes_back_transparent(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    photo.putalpha(Image.linear_gradient("L").resize(photo.size))
    last = list(stylize(photo, painting, replace(TINY, keep_alpha=True, scales=2, size=128), extractor=network))[-1]
    assert last.alpha is not None
    assert last.alpha.shape == (1, 1, 96, 128)
    torch.testing.assert_close(last.alpha.mean((0, 1, 3)), torch.linspace(0, 1, 96), rtol=0, atol=0.05)
    opaque = next(stylize(photo, painting, TINY, extractor=network))
    assert opaque.alpha is None


@pytest.mark.parametrize("method", ColourMethod)
def test_the_dial_goes_from_the_photos_colours_to_the_paintings(
    photo: Image.Image, painting: Image.Image, network: VGG, method: ColourMethod
) -> None:
    def distance(dial: float) -> float:
        config = replace(TINY, steps=20, strength=80.0, style_weight=None, colours=dial, colour_method=method)
        *_, last = stylize(photo, orange, config, extractor=network)
        return float((tint(last.image) - tint(to_tensor(photo, photo.size))).norm())

    orange = Image.blend(painting, Image.new("RGB", painting.size, "orange"), 0.8)
    assert distance(0) < distance(50) < distance(100)


def tint(image: torch.Tensor) -> torch.Tensor:
    """The mean colour without its lightness."""
    mean = image.mean((2, 3))
    return mean - mean.mean()


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


def test_only_the_colours_cannot_be_gone_on_with(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    config = replace(TINY, only_colours=True)
    transfer = Transfer(photo, painting, config, extractor=network)
    assert len(list(transfer)) == 1
    with pytest.raises(RuntimeError, match="nothing is done yet"):
        transfer.state()
    other = Transfer(photo, painting, TINY, extractor=network)
    next(iter(other))
    with pytest.raises(ValueError, match="only_colours takes a single step"):
        Transfer(photo, painting, config, extractor=network, state=other.state())


def test_a_strength_of_nothing_gives_the_photo_back(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    config = replace(TINY, style_weight=None, strength=0.0, scales=2, size=128)
    *_, last = stylize(photo, painting, config, extractor=network)
    assert last.scales == 2
    torch.testing.assert_close(last.image, to_tensor(photo, (128, 96)), rtol=0, atol=1e-4)


def test_a_finer_scale_has_the_photos_details_at_once(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    sharp = Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8))
    coarse, fine = stylize(sharp, painting, replace(TINY, steps=2, scales=2, size=128), extractor=network)
    of_coarse, of_fine = to_tensor(sharp, (64, 48)), to_tensor(sharp, (128, 96))
    change = torch.nn.functional.interpolate(coarse.image - of_coarse, (96, 128), mode="bilinear")
    blurred = torch.nn.functional.interpolate(coarse.image, (96, 128), mode="bilinear")
    assert (fine.image - (of_fine + change).clamp(0, 1)).abs().mean() < 0.02 < (fine.image - blurred).abs().mean() / 3


@pytest.mark.parametrize("stop", [1, 3, 5, 6])
@pytest.mark.parametrize("optimizer", Optimizer)
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(
    photo: Image.Image, painting: Image.Image, network: VGG, stop: int, optimizer: Optimizer
) -> None:
    """Six steps at two scales of three; stopped within either, and after either."""
    config = replace(TINY, size=128, scales=2, optimizer=optimizer, colours=30.0, initial=Initial.NOISE)
    whole = list(Transfer(photo, painting, config, extractor=network))
    first = Transfer(photo, painting, config, extractor=network)
    for step in first:
        if step.index == stop:
            break
    rest = list(Transfer(photo, painting, config, extractor=network, state=first.state()))
    assert [step.index for step in rest] == list(range(stop + 1, 7))
    for expected, step in zip(whole[stop:], rest, strict=True):
        assert torch.equal(step.image, expected.image)
        assert (step.losses, step.size, step.scale) == (expected.losses, expected.size, expected.scale)


def test_more_steps_after_the_end(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    long = list(Transfer(photo, painting, replace(TINY, steps=9), extractor=network))
    short = Transfer(photo, painting, TINY, extractor=network)
    assert len(list(short)) == 6
    rest = list(Transfer(photo, painting, replace(TINY, steps=9), extractor=network, state=short.state()))
    assert [(step.index, step.total) for step in rest] == [(7, 9), (8, 9), (9, 9)]
    assert torch.equal(rest[-1].image, long[-1].image)
    assert list(Transfer(photo, painting, TINY, extractor=network, state=short.state())) == []
    with pytest.raises(ValueError, match="planned with 6 steps"):
        Transfer(photo, painting, replace(TINY, steps=5), extractor=network, state=short.state())


def test_a_state_of_another_optimizer_is_refused(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    transfer = Transfer(photo, painting, TINY, extractor=network)
    next(iter(transfer))
    with pytest.raises(ValueError, match="belongs to a run with the optimizer lbfgs; take that one"):
        Transfer(photo, painting, replace(TINY, optimizer="adam"), extractor=network, state=transfer.state())


def test_a_second_loop_goes_on(run: Run, photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    transfer = Transfer(photo, painting, TINY, extractor=network)
    assert [next(iter(transfer)).index for _ in range(3)] == [1, 2, 3]
    rest = list(transfer)
    assert [step.index for step in rest] == [4, 5, 6]
    assert torch.equal(rest[-1].image, run()[-1].image)
    assert list(transfer) == []


def test_there_is_no_state_before_the_first_step(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    with pytest.raises(RuntimeError, match="nothing is done yet"):
        Transfer(photo, painting, TINY, extractor=network).state()


def test_empty_masks_are_said_once_a_scale(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    dot = np.zeros((48, 64), np.uint8)
    dot[10, 10] = 255
    config = replace(TINY, style_layers=("relu1_1", "relu3_1"))
    steps = list(stylize(photo, painting, config, masks=[Image.fromarray(dot)], extractor=network))
    said = "the region of painting 1 is too small for relu3_1, which plays no part there"
    assert [said in step.note for step in steps] == [True, *[False] * 5]


def test_closing_stops_and_no_grad_mode_leaks(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    calls: list[int] = []
    network.register_forward_pre_hook(lambda *_: calls.append(1))
    steps = stylize(photo, painting, TINY, extractor=network)
    next(steps)
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    seen = len(calls)
    steps.close()
    assert len(calls) == seen
    assert list(steps) == []


def test_steps_may_hop_threads_and_modes(run: Run, photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    """As Gradio advances a generator: each step on another thread, and that thread in whatever mode."""

    def advance(steps: Iterator[Step], mode: type) -> Step:
        with mode():
            return next(steps)

    steps = stylize(photo, painting, TINY, extractor=network)
    modes = [torch.inference_mode, torch.no_grad, torch.enable_grad] * 2
    with ThreadPoolExecutor(3) as pool:
        hopping = [pool.submit(advance, steps, mode).result() for mode in modes]
    assert torch.equal(hopping[-1].image, run()[-1].image)


@pytest.mark.parametrize("optimizer", Optimizer)
def test_regions_and_states_in_inference_mode(
    photo: Image.Image, painting: Image.Image, network: VGG, optimizer: Optimizer
) -> None:
    photo.putalpha(Image.linear_gradient("L").resize(photo.size))
    config = replace(TINY, keep_alpha=True, optimizer=optimizer)
    mask = Image.linear_gradient("L")

    def start(**options: object) -> Transfer:
        return Transfer(photo, painting, config, masks=[mask], within=mask, extractor=network, **options)

    expected = list(start())[-1].image
    with torch.inference_mode():
        first = start()
        for _ in range(3):
            next(iter(first))
        rest = iter(start(state=first.state()))
        next(rest)
    assert torch.equal(list(rest)[-1].image, expected)


def bad_requests() -> dict[str, tuple[tuple[int, int], int, dict[str, object], str]]:
    return {
        "narrow photo": (
            (2000, 40),
            1,
            {},
            "the photo of 2000x40 .*would be 64x1 at size 64.*choose a size of at least 1600",
        ),
        "no painting": ((64, 48), 0, {}, "no painting was given"),
        "unknown layer": ((64, 48), 1, {"content_layers": ("relu9_1",)}, "no layer 'relu9_1'"),
    }


@pytest.mark.parametrize("kind", bad_requests())
def test_bad_input_is_refused_before_any_work(kind: str, painting: Image.Image, network: VGG) -> None:
    size, paintings, options, message = bad_requests()[kind]
    calls: list[int] = []
    network.register_forward_pre_hook(lambda *_: calls.append(1))
    with pytest.raises(ValueError, match=message):
        next(stylize(Image.new("RGB", size), [painting] * paintings, replace(TINY, **options), extractor=network))
    assert not calls


def test_an_impossible_device_says_the_way_out(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    for device in ("nonsense", "cuda:99"):
        with pytest.raises(ValueError, match=f"device '{device}' can't be used here .*use 'cpu'"):
            next(stylize(photo, painting, TINY, extractor=network, device=device))


def test_a_network_stays_where_it_is(network: VGG) -> None:
    assert resolve_device(None, network.to("meta")) == torch.device("meta")


def test_a_finer_scale_starts_within_range(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[torch.Tensor] = []
    enlarge = transfer_module._enlarge
    monkeypatch.setattr(transfer_module, "_enlarge", lambda *given: seen.append(given[0]) or enlarge(*given))
    run(style_weight=1e6, steps=8, scales=2, size=128, initial=Initial.NOISE)
    assert [(image.min(), image.max()) for image in seen] == [(0, 1)]


def test_a_grey_transfer_starts_from_the_grey_photo(run: Run) -> None:
    first, *_ = run(colours=0.0, colour_method="luminance")
    assert first.losses.content == pytest.approx(0, abs=1e-9)


def two_halves(left: str, right: str, mode: str = "RGB") -> Image.Image:
    picture = Image.new(mode, (64, 48), left)
    picture.paste(right, (32, 0, 64, 48))
    return picture


def test_histograms_are_those_of_what_is_painted(painting: Image.Image, network: VGG) -> None:
    nothing = {"content_weight": 0.0, "style_weight": 0.0, "steps": 1, "initial": Initial.NOISE}
    config = replace(TINY, colours=0.0, colour_method="histogram", **nothing)
    photo, inside = two_halves("red", "blue"), two_halves("white", "black", "L")
    (step,) = stylize(photo, painting, config, within=inside, extractor=network)
    assert step.image[..., :28].mean((0, 2, 3)).tolist() == pytest.approx([1, 0, 0], abs=0.1)


def test_only_the_colours_of_a_region_and_of_what_can_be_seen(network: VGG) -> None:
    """The region's mean becomes that of the painting, whatever lies outside; thin paint counts less."""
    config = replace(TINY, only_colours=True, keep_alpha=True)
    photo, painting = two_halves("black", "white"), two_halves("#ffffffff", "#00000028", "RGBA")
    (step,) = stylize(photo, painting, config, masks=[two_halves("white", "black", "L")], extractor=network)
    assert step.image[..., :28].mean() == pytest.approx(255 / (255 + 0x28), abs=0.03)
    assert step.image[..., 36:].min() == 1


@pytest.mark.weights
def test_a_real_pair_end_to_end(vgg19: VGG) -> None:
    """The castle by van Gogh at 96 px: the style error falls to a tenth, and the castle still stands."""
    castle = load_image(EXAMPLES / "content/neuschwanstein.jpg")
    stars = load_image(EXAMPLES / "style/starry_night.jpg")
    config = TransferConfig(size=96, steps=60, scales=2)
    steps = list(stylize(castle, stars, config, extractor=vgg19))
    first, last = (next(step for step in steps if step.size == (96, 64)), steps[-1])
    untouched = next(stylize(castle, stars, replace(config, scales=1), extractor=vgg19))
    assert last.losses.style < untouched.losses.style / 10
    assert last.losses.total < first.losses.total
    assert last.losses.content < 0.8


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
    changed = (last.image - to_tensor(photo, (128, 96))).abs().mean()
    assert (first.image - last.image).abs().mean() < min(0.025, changed / 2)
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
    for initial, restored in ((Initial.CONTENT, True), (Initial.NOISE, False)):
        config = replace(TINY, initial=initial, **nothing)
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


def test_a_run_that_began_with_a_picture_can_be_steered_and_gone_on_with(
    photo: Image.Image, painting: Image.Image, network: VGG
) -> None:
    config, begun = replace(TINY, size=128, scales=2), smooth_picture(128, 96, seed=5)
    first = Transfer(photo, painting, config, begin=begun, extractor=network)
    next(iter(first))
    first.steer(replace(config, tv_weight=1.0))
    next(iter(first))
    again = Transfer(photo, painting, first.config, begin=begun, extractor=network, state=first.state())
    assert torch.equal(list(again)[-1].image, list(first)[-1].image)


def test_only_the_colours_begin_with_nothing_else(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    with pytest.raises(ValueError, match="only_colours takes its single step from the photo"):
        Transfer(photo, painting, replace(TINY, only_colours=True), begin=photo, extractor=network)
