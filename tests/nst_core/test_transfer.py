"""A run as a whole: what it yields, where it stops and goes on, what it refuses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from nst_core.config import ColourMethod, Initial, Optimizer, Pooling, TransferConfig
from nst_core.errors import InputError
from nst_core.execution import Execution
from nst_core.forecast.forecast import SPARE, forecast
from nst_core.forecast.machine import known
from nst_core.forecast.task import Task
from nst_core.images import load_image, to_tensor
from nst_core.network.vgg import VGG
from nst_core.notes import Note
from nst_core.optim.descent import TRIES
from nst_core.scene.colour import finish
from nst_core.transfer import Step, Transfer, stylize
from tests.support.networks import TINY_CHANNELS, tiny_parameters
from tests.support.paths import EXAMPLES
from tests.support.pictures import smooth_picture, two_halves
from tests.support.runs import TINY, Run


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
    assert [[note.about for note in step.notes] for step in steps] == [["small_painting"], *[[]] * 6]


def test_numbers_beyond_all_end_a_run_after_its_first_steps(photo: Image.Image, painting: Image.Image) -> None:
    """Such as those of a weights file that is finite, and no features of it are."""
    parameters = tiny_parameters()
    parameters["conv1_1.weight"] *= 1e30
    network, steps = VGG(parameters, Pooling.MAX, TINY_CHANNELS), list[Step]()
    with pytest.raises(InputError, match="no finite numbers"):
        steps.extend(Transfer(photo, painting, TINY, extractor=network))
    assert len(steps) == TRIES - 1
    assert steps[-1].image.isfinite().all()


def test_a_step_is_a_snapshot_in_range(run: Run) -> None:
    steps = run(style_weight=1e6, steps=8)
    images = [step.image for step in steps]
    assert all(image.min() >= 0 and image.max() <= 1 and not image.requires_grad for image in images)
    assert len({image.sum().item() for image in images}) == len(images)
    with pytest.raises(FrozenInstanceError):
        steps[0].index = 2  # type: ignore[misc]


def test_colours_are_finished_for_what_is_looked_at(
    photo: Image.Image, painting: Image.Image, network: VGG, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A histogram takes as long as some steps; the picture is that of its step, whenever it is asked for."""
    finished: list[float] = []

    def counting(pixels: Tensor, original: Tensor, dial: float, *rest: Any) -> Tensor:
        finished.append(dial)
        return finish(pixels, original, dial, *rest)

    monkeypatch.setattr("nst_core.transfer.finish", counting)
    config = replace(TINY, steps=4, colours=0.0, colour_method=ColourMethod.HISTOGRAM)
    at_once = [step.image for step in stylize(photo, painting, config, extractor=network)]
    del finished[:]
    transfer = Transfer(photo, painting, config, extractor=network)
    steps = iter(transfer)
    first, second = next(steps), next(steps)
    transfer.steer(replace(config, colours=70.0))
    third = next(steps)
    assert not finished
    for _ in range(2):
        assert torch.equal(first.image, at_once[0])
        assert torch.equal(second.image, at_once[1])
        assert not torch.equal(third.image, at_once[2])
    assert finished == [0.0, 0.0, 70.0]


def test_the_painting_is_seen_at_the_scale_of_the_photo(run: Run, network: VGG) -> None:
    seen: list[tuple[int, ...]] = []
    network.register_forward_pre_hook(lambda _, inputs: seen.append(tuple(inputs[0].shape)))
    run(steps=2, scales=2, size=128)
    # Each scale: the photo, the painting (50x60), one evaluation.
    assert seen == [(1, 3, 48, 64), (1, 3, 64, 53), (1, 3, 48, 64), (1, 3, 96, 128), (1, 3, 128, 107), (1, 3, 96, 128)]


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
    said = Note("region", {"paintings": (1,), "layers": ("relu3_1",)})
    assert [said in step.notes for step in steps] == [True, *[False] * 5]


def test_closing_stops_and_no_grad_mode_leaks(photo: Image.Image, painting: Image.Image, network: VGG) -> None:
    calls: list[int] = []
    network.register_forward_pre_hook(lambda *_: calls.append(1))
    steps = stylize(photo, painting, TINY, extractor=network)
    next(steps)
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    seen = len(calls)
    steps.close()  # type: ignore[attr-defined] # promised as an iterator, and a generator
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


def test_histograms_are_those_of_what_is_painted(painting: Image.Image, network: VGG) -> None:
    nothing = {"content_weight": 0.0, "style_weight": 0.0, "steps": 1, "initial": Initial.NOISE}
    config = replace(TINY, colours=0.0, colour_method="histogram", **nothing)
    photo, inside = two_halves("red", "blue"), two_halves("white", "black", "L")
    (step,) = stylize(photo, painting, config, within=inside, extractor=network)
    assert step.image[..., :28].mean((0, 2, 3)).tolist() == pytest.approx([1, 0, 0], abs=0.1)


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


def test_a_run_that_nobody_planned_takes_no_more_memory_than_there_is(
    painting: Image.Image, network: VGG, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures, config = (smooth_picture(400, 300, 1), painting), replace(TINY, size=400, scales=1, steps=2)
    usual = Execution(history=7)
    run = Transfer(*pictures, config, extractor=network, execution=usual)
    machine, task = known(network, config), Task(network, config, run.plan, [painting.size])

    def needed(execution: Execution) -> int:
        return math.ceil(SPARE * (forecast(machine, task, execution).memory - machine.used))

    def settled(free: int) -> Execution:
        monkeypatch.setattr("nst_core.forecast.machine._memory", lambda device: (0, free))
        run.execution = usual
        run.settle()
        return run.execution

    assert settled(needed(usual)) == usual
    assert needed(settled(needed(usual) - 1)) < needed(usual)
    for refused in (lambda: settled(0), lambda: next(stylize(*pictures, config, extractor=network))):
        with pytest.raises(InputError, match="choose a smaller size"):
            refused()
    assert len(list(stylize(*pictures, config, extractor=network, execution=usual))) == 2  # whoever says how knows


def test_where_there_is_room_all_is_as_if_nobody_had_planned(network: VGG, painting: Image.Image) -> None:
    picture, config = smooth_picture(64, 48, 1), replace(TINY, steps=2)
    *_, before = Transfer(picture, painting, config, extractor=network)
    *_, after = stylize(picture, painting, config, extractor=network)
    assert torch.equal(before.image, after.image)
