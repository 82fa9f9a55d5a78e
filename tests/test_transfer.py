from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from nst_core.config import Border, Initial, Optimizer, TransferConfig
from nst_core.images import load_image, to_tensor
from nst_core.objective import Losses
from nst_core.optimizers import FIRST_STEP
from nst_core.transfer import CAUTION, Step, optimize, scale_plan, step_cost, stylize
from nst_core.vgg import VGG

EXAMPLES = Path(__file__).parents[1] / "examples"
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


def test_steps_tell_where_they_are(run: Run) -> None:
    steps = run(steps=7, scales=2, size=128)
    assert [step.index for step in steps] == [1, 2, 3, 4, 5, 6, 7]
    assert {step.total for step in steps} == {7}
    assert [step.size for step in steps] == [(64, 48)] * 4 + [(128, 96)] * 3
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


@pytest.mark.parametrize(
    ("size", "steps", "scales", "expected"),
    [
        (512, 200, 3, [((128, 96), 67), ((256, 192), 67), ((512, 384), 66)]),
        (512, 200, 1, [((512, 384), 200)]),
        (512, 2, 3, [((256, 192), 1), ((512, 384), 1)]),
        (64, 9, 3, [((64, 48), 9)]),
        (43, 5, 3, [((43, 32), 5)]),
    ],
)
def test_the_plan(size: int, steps: int, scales: int, expected: list[object]) -> None:
    config = TransferConfig(size=size, steps=steps, scales=scales)
    assert scale_plan((1024, 768), [(400, 300)], config) == expected


def test_a_narrow_painting_is_told_from_a_narrow_photo() -> None:
    with pytest.raises(ValueError, match="a painting of 400x20 pixels would be 64x3 at size 64"):
        scale_plan((64, 64), [(64, 64), (400, 20)], TransferConfig(size=64))


def test_a_step_costs_what_vgg_sees() -> None:
    assert step_cost((64, 48), TransferConfig(border=Border.ZERO)) == 64 * 48
    assert step_cost((64, 48), TransferConfig(border=Border.MIRROR)) == 96 * 80


def test_a_narrow_painting_limits_the_scales_too() -> None:
    config = TransferConfig(size=512, steps=10, scales=4)
    assert len(scale_plan((512, 512), [(512, 512)], config)) == 4
    assert len(scale_plan((512, 512), [(512, 512), (512, 80)], config)) == 2


class Treacherous:
    """The distance to grey, but multiplied by `factors` at some evaluations, counted from 1."""

    def __init__(self, factors: dict[int, float]) -> None:
        self.evaluations, self.factors = 0, factors

    def __call__(self, image: Tensor) -> Losses:
        self.evaluations += 1
        total = (image - 0.5).square().mean() * self.factors.get(self.evaluations, 1.0)
        return Losses(total, total, total, total, {}, {})


def start_of_noise() -> Tensor:
    return torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("poison", "first", "times"),
    [(math.nan, 1, 1), (math.nan, 2, 1), (math.nan, 4, 3), (math.inf, 2, 1), (math.inf, 4, 3), (1e30, 2, 1)],
)
def test_a_step_astray_goes_back_to_the_best(poison: float, first: int, times: int) -> None:
    start = start_of_noise()
    factors = dict.fromkeys(range(first, first + times), poison)
    steps = list(optimize(start, Treacherous(factors), TransferConfig(steps=25)))
    assert all(step.image.isfinite().all() for step in steps)
    assert any("back to the best picture" in step.note for step in steps)
    assert sum(bool(step.note) for step in steps) <= times + 1
    assert (steps[-1].image - 0.5).abs().mean() < (start - 0.5).abs().mean() / 10


@pytest.mark.parametrize(("factor", "best"), [(5.0, "start"), (1.0, "after step 1")])
def test_the_best_is_the_image_of_the_lowest_loss(factor: float, best: str) -> None:
    """Step 3 can't measure the image of step 2; step 2 measured that of step 1, step 1 the start."""
    start = start_of_noise()
    objective = Treacherous({2: factor, 3: math.nan})
    steps = list(optimize(start, objective, TransferConfig(steps=3, optimizer=Optimizer.ADAM)))
    assert (steps[1].losses.total > steps[0].losses.total) == (best == "start")
    assert [bool(step.note) for step in steps] == [False, False, True]
    torch.testing.assert_close(steps[2].image, start if best == "start" else steps[0].image)


def test_after_going_astray_steps_are_shorter() -> None:
    start = start_of_noise() * 0.8 + 0.1  # so that no pixel is clamped
    steps = list(optimize(start, Treacherous({1: math.nan, 2: math.nan}), TransferConfig(steps=3)))
    moved = [(step.image - start).abs().mean().item() for step in steps]
    assert moved == pytest.approx([0, 0, FIRST_STEP / CAUTION**2], abs=1e-6)


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
