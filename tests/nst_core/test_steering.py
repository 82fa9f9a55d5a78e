"""A run that is steered goes on from the same pixels, by the new config."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from nst_core.checkpoint import load_state, save_state
from nst_core.config import STEERABLE, ColourMethod, Initial, Optimizer, StyleLoss, TransferConfig
from nst_core.images import load_image, to_tensor
from nst_core.loss.objective import Objective
from nst_core.network.vgg import VGG
from nst_core.scene.scene import build_scene, gather
from nst_core.transfer import Step, Transfer
from tests.support.paths import EXAMPLES
from tests.support.pictures import smooth_picture

TINY = TransferConfig(
    size=64,
    steps=20,
    scales=1,
    strength=10.0,
    content_layers=("relu2_2",),
    style_layers=("relu1_1", "relu2_1"),
    tv_weight=0.0,
)
TWO_SCALES = replace(TINY, size=128, scales=2, steps=8)  # 5 and 3 steps
Begin = Callable[..., Transfer]


@pytest.fixture
def begin(photo: Image.Image, painting: Image.Image, network: VGG) -> Begin:
    def start(config: TransferConfig = TINY, *paintings: Image.Image, **options: object) -> Transfer:
        return Transfer(photo, paintings or painting, config, extractor=network, **options)

    return start


def steered(transfer: Transfer, after: int, **changes: object) -> list[Step]:
    """The steps of a run that gets other settings after a step."""
    return list(steps_of(transfer, {after: changes}))


def steps_of(transfer: Transfer, turns: dict[int, dict[str, object]]) -> Iterator[Step]:
    for step in transfer:
        if step.index in turns:
            transfer.steer(replace(transfer.config, **turns[step.index]))
        yield step


def calls_of(network: VGG) -> list[tuple[int, ...]]:
    """The shapes that the network gets to see, from now on."""
    seen: list[tuple[int, ...]] = []
    network.register_forward_pre_hook(lambda _, inputs: seen.append(tuple(inputs[0].shape)))
    return seen


@pytest.mark.parametrize("optimizer", Optimizer)
@pytest.mark.parametrize(("before", "after"), [(10.0, 90.0), (90.0, 10.0)])
def test_the_picture_follows_within_two_steps(begin: Begin, optimizer: Optimizer, before: float, after: float) -> None:
    """Towards more painting its style error falls, and the photo's rises; towards more photo the reverse."""
    config = replace(TINY, optimizer=optimizer, strength=before)
    kept, turned = list(begin(config)), steered(begin(config), 10, strength=after)
    sign = 1 if after > before else -1
    for step, other in zip(kept[12:], turned[12:], strict=True):
        assert sign * (step.losses.style - other.losses.style) > 0
        assert sign * (step.losses.content - other.losses.content) < 0
    goal = list(begin(replace(config, strength=after)))[-1].losses
    assert abs(turned[-1].losses.style - goal.style) < abs(kept[-1].losses.style - goal.style) / 3
    assert abs(turned[-1].losses.content - goal.content) < abs(kept[-1].losses.content - goal.content) / 3


@pytest.mark.parametrize("optimizer", Optimizer)
def test_nothing_begins_again(begin: Begin, optimizer: Optimizer) -> None:
    config = replace(TWO_SCALES, optimizer=optimizer)
    straight, turned = list(begin(config)), steered(begin(config), 3, strength=90.0)
    assert [(step.index, step.total, step.size) for step in turned] == [
        (step.index, step.total, step.size) for step in straight
    ]
    assert all(torch.equal(*(run[n].image for run in (straight, turned))) for n in range(3))
    changes = [(b.image - a.image).abs().mean() for a, b in zip(turned[:4], turned[1:5], strict=True)]
    assert 0 < max(changes) < 0.05
    assert [step.notes for step in turned] == [step.notes for step in straight]


def test_the_losses_are_those_of_the_new_weights(begin: Begin) -> None:
    *_, last = steered(begin(), 3, strength=90.0, tv_weight=2.0)
    alpha, beta, gamma = replace(TINY, strength=90.0, tv_weight=2.0).loss_weights
    losses = last.losses
    expected = alpha * losses.content + beta * losses.style + gamma * losses.total_variation
    assert losses.total == pytest.approx(expected)


@pytest.mark.parametrize("loss", StyleLoss)
def test_other_weights_cost_no_look_at_the_pictures(begin: Begin, network: VGG, loss: StyleLoss) -> None:
    seen = calls_of(network)
    straight = len(list(begin(replace(TINY, style_loss=loss)))), len(seen)
    seen.clear()
    assert (len(steered(begin(replace(TINY, style_loss=loss)), 5, strength=90.0)), len(seen)) == straight


def test_a_blend_looks_at_no_painting_twice(begin: Begin, photo: Image.Image, network: VGG) -> None:
    """One that gets its first share while the run is under way is seen then, and the photo never again."""
    pair = smooth_picture(40, 40, 5), smooth_picture(60, 30, 6)
    seen = calls_of(network)
    blends = {5: (1.0, 1.0), 10: (0.0, 1.0), 15: (1.0, 0.5)}
    turns = {index: {"style_blend": blend} for index, blend in blends.items()}
    list(steps_of(begin(replace(TINY, style_blend=(1.0, 0.0)), *pair), turns))
    of_photo, of_first, of_second = (1, 3, 48, 64), (1, 3, 64, 64), (1, 3, 32, 64)
    assert seen == [of_photo, of_first, *[of_photo] * 5, of_second, *[of_photo] * 15]


def measured(transfer: Transfer, image: Tensor) -> object:
    """What the objective that a run has now makes of an image."""
    return transfer._evaluation.losses(image).values()


CHANGES = [
    {"strength": 80.0},
    {"style_blend": (1.0, 3.0)},
    {"style_blend": (0.0, 1.0)},
    *({"colours": 30.0, "colour_method": method} for method in ColourMethod),
    {"colours": 0.0, "style_blend": (3.0, 1.0), "content_weight": 2.0},
]


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("loss", StyleLoss)
@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_steered_objective_is_that_of_a_new_run(
    photo: Image.Image, network: VGG, change: dict[str, object], loss: StyleLoss, masked: bool
) -> None:
    pair = [smooth_picture(40, 40, 5), smooth_picture(60, 30, 6)]
    masks = [Image.linear_gradient("L"), None] if masked else []
    config = replace(TINY, style_loss=loss, steps=4, style_blend=(2.0, 1.0))
    transfer = Transfer(photo, pair, config, masks=masks, extractor=network)
    *_, last = steered(transfer, 2, **change)
    new = replace(config, **change)
    scene = build_scene(gather(photo, pair, masks, None, new), (64, 48), new, torch.device("cpu"))
    assert measured(transfer, last.image) == Objective(network, scene, new)(last.image).values()


def test_the_dial_moves_the_colours_of_a_picture_that_is_painted_already(
    photo: Image.Image, painting: Image.Image, network: VGG
) -> None:
    """By the method that finishes a picture in the very next step, by the one that recolours the painting in time."""
    orange = Image.blend(painting, Image.new("RGB", painting.size, "orange"), 0.8)

    def tint(image: Tensor) -> Tensor:
        mean = image.mean((2, 3))
        return mean - mean.mean()

    for method in ColourMethod:
        config = replace(TINY, strength=90.0, colour_method=method, steps=30)
        steps = steered(Transfer(photo, orange, config, extractor=network), 10, colours=0.0)
        before, later = tint(steps[9].image), tint(steps[10 if method is not ColourMethod.LINEAR else -1].image)
        own = tint(to_tensor(photo, photo.size))
        assert (later - own).norm() < (before - own).norm() / 2


def test_more_steps_go_to_the_last_scale(begin: Begin) -> None:
    transfer = begin(TWO_SCALES)
    steps = steered(transfer, 2, steps=11)
    assert [step.size[0] for step in steps] == [64] * 5 + [128] * 6
    assert [step.total for step in steps] == [8] * 2 + [11] * 9
    assert (transfer.config.steps, transfer.plan[-1][1]) == (11, 6)


def test_more_steps_at_the_very_end(begin: Begin) -> None:
    """Whoever got the last step and asks for more before they ask for the next one gets them."""
    assert [step.index for step in steered(begin(TWO_SCALES), 8, steps=10)] == list(range(1, 11))


def test_fewer_steps_than_are_done_end_the_run_with_the_next(begin: Begin) -> None:
    transfer = begin(TWO_SCALES)
    steps = steered(transfer, 3, steps=1)
    assert [(step.index, step.total) for step in steps[2:]] == [(3, 8), (4, 4)]
    assert transfer.config.steps == 4
    assert list(transfer) == []


def test_steps_alone_change_nothing_else(begin: Begin) -> None:
    """The optimiser goes on with all it has learnt."""
    longer = list(begin(replace(TINY, steps=12)))
    turned = steered(begin(replace(TINY, steps=8)), 4, steps=12)
    assert torch.equal(longer[-1].image, turned[-1].image)


def test_steered_before_the_first_step(begin: Begin) -> None:
    transfer = begin(replace(TINY, steps=5))
    transfer.steer(replace(transfer.config, strength=90.0))
    expected = list(begin(replace(TINY, steps=5, strength=90.0)))
    assert torch.equal(list(transfer)[-1].image, expected[-1].image)


def test_the_last_turn_counts_and_may_come_from_another_thread(begin: Begin) -> None:
    def turn(transfer: Transfer) -> None:
        for strength in (30.0, 60.0, 90.0):
            transfer.steer(replace(TINY, strength=strength))

    transfer = begin()
    for step in transfer:
        if step.index == 5:
            other = threading.Thread(target=turn, args=(transfer,))
            other.start()
            other.join()
    assert transfer.steered == [(6, replace(TINY, strength=90.0))]
    assert torch.equal(step.image, steered(begin(), 5, strength=90.0)[-1].image)


def test_where_it_was_steered_is_on_record(begin: Begin) -> None:
    transfer = begin(TWO_SCALES)
    turns = {2: {"strength": 90.0}, 4: {"strength": 90.0}, 6: {"colours": 20.0, "steps": 9}}
    list(steps_of(transfer, turns))
    assert [(index, config.strength, config.colours, config.steps) for index, config in transfer.steered] == [
        (3, 90.0, 100.0, 8),
        (7, 90.0, 20.0, 9),
    ]
    assert transfer.config == transfer.steered[-1][1]


@pytest.mark.parametrize("stop", [3, 6, 7, 11])
@pytest.mark.parametrize("optimizer", Optimizer)
def test_a_steered_run_that_was_stopped_goes_on_as_if_it_had_not(
    begin: Begin, tmp_path: Path, stop: int, optimizer: Optimizer
) -> None:
    """With the config that it was steered to, from a state in a file."""
    turn = {3: {"strength": 90.0, "colours": 40.0, "steps": 12}}
    config = replace(TWO_SCALES, optimizer=optimizer)
    whole = list(steps_of(begin(config), turn))
    first = begin(config)
    for step in steps_of(first, turn):
        if step.index == stop:
            break
    if stop == 3:  # steered, but not yet gone that way
        next(iter(first))
    save_state(first.state(), tmp_path / "run.state", "")
    state, _ = load_state(tmp_path / "run.state")
    rest = list(begin(first.config, state=state))
    assert [step.index for step in rest] == list(range(max(stop, 4) + 1, 13))
    assert torch.equal(rest[-1].image, whole[-1].image)
    assert rest[-1].losses == whole[-1].losses


def test_a_run_that_goes_on_can_be_steered_before_its_first_step(begin: Begin) -> None:
    first = begin()
    for step in first:
        if step.index == 5:
            break
    again = begin(state=first.state())
    again.steer(replace(TINY, strength=90.0))
    assert torch.equal(list(again)[-1].image, steered(begin(), 5, strength=90.0)[-1].image)


def test_what_a_mask_leaves_out_is_said_once(begin: Begin) -> None:
    dot = Image.new("L", (64, 48))
    dot.putpixel((10, 10), 255)
    config = replace(TINY, style_layers=("relu1_1", "relu3_1"), steps=6)
    steps = steered(begin(config, masks=[dot]), 3, colours=40.0)
    assert [bool(step.notes) for step in steps] == [True, *[False] * 5]


UNSTEERABLE = {
    "size": 128,
    "scales": 2,
    "initial": Initial.NOISE,
    "optimizer": Optimizer.ADAM,
    "style_layers": ("relu1_1",),
    "learning_rate": 0.5,
    "only_colours": True,
}


@pytest.mark.parametrize("name", UNSTEERABLE)
def test_the_rest_cannot_be_steered(begin: Begin, name: str) -> None:
    assert name not in STEERABLE
    transfer = begin()
    with pytest.raises(ValueError, match=rf"^{name} is .* and can't become .* while a run is under way; begin a new"):
        transfer.steer(replace(TINY, **{name: UNSTEERABLE[name]}))
    assert transfer.config == TINY


def test_a_blend_of_other_paintings_is_refused(begin: Begin) -> None:
    with pytest.raises(ValueError, match="values of style_blend is 2 and that of paintings 1"):
        begin().steer(replace(TINY, style_blend=(1.0, 2.0)))


def test_a_single_step_has_nothing_to_steer(begin: Begin) -> None:
    config = replace(TINY, only_colours=True)
    with pytest.raises(ValueError, match="only_colours takes a single step"):
        begin(config).steer(replace(config, colours=20.0))


@pytest.mark.weights
def test_a_real_pair_follows_within_two_steps(vgg19: VGG) -> None:
    castle = load_image(EXAMPLES / "content/neuschwanstein.jpg")
    stars = load_image(EXAMPLES / "style/starry_night.jpg")
    config = TransferConfig(size=96, steps=24, scales=1, strength=10.0)
    kept = list(Transfer(castle, stars, config, extractor=vgg19))
    turned = steered(Transfer(castle, stars, config, extractor=vgg19), 10, strength=90.0)
    assert turned[12].losses.style < 0.8 * kept[12].losses.style
    assert turned[-1].losses.style < kept[-1].losses.style / 3
    assert turned[-1].losses.content > 1.5 * kept[-1].losses.content
