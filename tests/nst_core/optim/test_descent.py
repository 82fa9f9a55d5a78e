"""Descents down a bowl: they find its bottom, one evaluation a step, and come back from where they went astray."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from nst_core.config import Optimizer, TransferConfig
from nst_core.errors import InputError
from nst_core.loss.objective import Losses
from nst_core.notes import Note
from nst_core.optim.adam import ADAM_STEP
from nst_core.optim.descent import CAUTION, FIRST_STEP, LOOK_EVERY, RUNAWAY, SHORTEST, TRIES, Descent
from tests.support.descents import TARGET, Bowl, descend, losses_of, start


def run(bowl: Bowl, steps: int, **options: object) -> tuple[Tensor, list[float]]:
    descent = Descent(start(), TransferConfig(**options))
    totals = [float(descend(descent, bowl)[0].total) for _ in range(steps)]
    return descent.pixels, totals


@pytest.mark.parametrize(("optimizer", "steps"), [(Optimizer.LBFGS, 40), (Optimizer.ADAM, 200)])
def test_it_finds_the_bottom(optimizer: Optimizer, steps: int) -> None:
    pixels, totals = run(Bowl(), steps, optimizer=optimizer)
    torch.testing.assert_close(pixels, TARGET, rtol=0, atol=0.01)
    assert totals[-1] < totals[0] / 1000


@pytest.mark.parametrize("optimizer", Optimizer)
def test_a_step_is_one_evaluation(optimizer: Optimizer) -> None:
    bowl = Bowl()
    run(bowl, 7, optimizer=optimizer)
    assert bowl.evaluations == 7


@pytest.mark.parametrize("optimizer", Optimizer)
@pytest.mark.parametrize("unit", [1e-12, 1e12])
def test_the_unit_of_the_loss_does_not_matter(optimizer: Optimizer, unit: float) -> None:
    """torch's L-BFGS would stop at the small one and overflow at the large one; Adam's epsilon would freeze it."""
    pixels, _ = run(Bowl(unit), 15, optimizer=optimizer)
    expected, _ = run(Bowl(), 15, optimizer=optimizer)
    torch.testing.assert_close(pixels, expected, rtol=0, atol=2e-3)


@pytest.mark.parametrize("history", [2, 5])
def test_history_is_what_lbfgs_keeps(history: int) -> None:
    descent, bowl = Descent(start(), TransferConfig(), history), Bowl()
    for _ in range(10):
        descend(descent, bowl)
    assert int(descent.state()["learnt"]["count"]) == history


@pytest.mark.parametrize("optimizer", Optimizer)
def test_a_step_never_waits_for_the_device(optimizer: Optimizer) -> None:
    """On the device "meta" there are shapes but no numbers: to ask for one is an error."""

    image = torch.empty(1, 3, 4, 4, device="meta")
    descent = Descent(image, TransferConfig(optimizer=optimizer))
    for _ in range(LOOK_EVERY - 1):
        assert descent.move(image.new_empty(()), torch.empty_like(image)) is None


@pytest.mark.parametrize(("optimizer", "length"), [(Optimizer.LBFGS, FIRST_STEP), (Optimizer.ADAM, ADAM_STEP)])
@pytest.mark.parametrize("rate", [1.0, 0.25])
def test_the_first_step_moves_the_average_pixel_by_a_known_length(
    optimizer: Optimizer, length: float, rate: float
) -> None:
    descent = Descent(start(), TransferConfig(optimizer=optimizer, learning_rate=rate))
    descend(descent, Bowl())
    assert (descent.pixels - start()).abs().mean().item() == pytest.approx(length * rate, rel=0.01)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("optimizer", Optimizer)
def test_the_callers_grad_mode_does_not_matter(mode: type, optimizer: Optimizer) -> None:
    with mode():
        _, totals = run(Bowl(), 10, optimizer=optimizer)
        assert not torch.is_grad_enabled()
    assert totals[-1] < totals[0]


def test_the_start_is_not_written_to() -> None:
    image = start()
    descent = Descent(image, TransferConfig())
    for _ in range(2):
        descend(descent, Bowl())
    assert torch.equal(image, start())
    assert not torch.equal(descent.pixels, start())


def test_a_loss_of_nothing_leaves_the_image_alone() -> None:
    descent = Descent(start(), TransferConfig())
    descend(descent, Bowl(unit=0.0))
    torch.testing.assert_close(descent.pixels, start())


class Treacherous:
    """The distance to grey, but multiplied by `factors` at some evaluations, counted from 1."""

    def __init__(self, factors: dict[int, float]) -> None:
        self.evaluations, self.factors = 0, factors

    def __call__(self, image: Tensor) -> tuple[Losses, Tensor]:
        self.evaluations += 1
        factor = self.factors.get(self.evaluations, 1.0)
        total = (image - 0.5).square().mean() * factor
        return losses_of(total), 2 * factor * (image - 0.5) / image.numel()


def noise() -> Tensor:
    return torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("poison", "first", "times"),
    [(math.nan, 1, 1), (math.nan, 2, 1), (math.nan, 4, 3), (math.inf, 2, 1), (math.inf, 4, 3), (1e30, 3, 1)],
)
def test_a_step_astray_goes_back_to_the_best(poison: float, first: int, times: int) -> None:
    factors = dict.fromkeys(range(first, first + times), poison)
    descent, objective = Descent(noise(), TransferConfig()), Treacherous(factors)
    remarks = []
    for _ in range(25):
        remarks.append(descend(descent, objective)[1])
        assert descent.pixels.isfinite().all()
    assert {remark.about for remark in remarks if remark} == {"astray"}
    assert sum(map(bool, remarks)) <= times + 1
    assert (descent.pixels - 0.5).abs().mean() < (noise() - 0.5).abs().mean() / 10


def test_a_step_that_runs_away_is_one_astray() -> None:
    """Though its own loss is fine: the next would be enormous, and features without a number."""
    descent = Descent(start(), TransferConfig(optimizer=Optimizer.ADAM, learning_rate=1.1 * RUNAWAY / ADAM_STEP))
    _, remark = descend(descent, Bowl())
    assert remark == Note("astray", {"times": CAUTION})
    assert torch.equal(descent.pixels, start())


@pytest.mark.parametrize(("factor", "best"), [(5.0, "start"), (1.0, "after step 1")])
def test_the_best_is_the_image_of_the_lowest_loss(factor: float, best: str) -> None:
    """Step 3 can't measure the image of step 2; step 2 measured that of step 1, step 1 the start."""
    descent = Descent(noise(), TransferConfig(optimizer=Optimizer.ADAM))
    objective = Treacherous({2: factor, 3: math.nan})
    images, totals, notes = [], [], []
    for _ in range(3):
        losses, note = descend(descent, objective)
        images.append(descent.pixels.clone())
        totals.append(float(losses.total))
        notes.append(bool(note))
    assert (totals[1] > totals[0]) == (best == "start")
    assert notes == [False, False, True]
    torch.testing.assert_close(images[2], noise() if best == "start" else images[0])


def test_after_going_astray_steps_are_shorter() -> None:
    descent, objective = Descent(noise(), TransferConfig()), Treacherous({1: math.nan, 2: math.nan})
    moved = []
    for _ in range(3):
        descend(descent, objective)
        moved.append((descent.pixels - noise()).abs().mean().item())
    assert moved == pytest.approx([0, 0, FIRST_STEP / CAUTION**2], abs=1e-6)


@pytest.mark.parametrize("optimizer", Optimizer)
@pytest.mark.parametrize("stop", [0, 1, 6])
def test_a_restored_descent_goes_on_as_if_nothing_had_been(optimizer: Optimizer, stop: int) -> None:
    """With steps astray before the stop (evaluation 3), right after it (7) and later (9)."""
    factors, config = dict.fromkeys((3, 7, 9), math.nan), TransferConfig(optimizer=optimizer)
    objective = Treacherous(factors)
    descent = Descent(noise(), config)
    for _ in range(stop):
        descend(descent, objective)
    state = descent.state()
    expected = _go_on(descent, objective)
    for _ in range(2):  # from the same state twice: the first time hasn't changed it
        objective.evaluations = stop
        restored = Descent(torch.zeros_like(noise()), config)
        restored.restore(state)
        for (record, pixels), again in zip(expected, _go_on(restored, objective), strict=True):
            assert record == again[0]
            assert torch.equal(pixels, again[1])


def _go_on(descent: Descent, objective: Treacherous) -> list[tuple[str, Tensor]]:
    """What eight steps report, as text, because NaN isn't equal to itself, and where they lead."""
    return [(str(descend(descent, objective)), descent.pixels.clone()) for _ in range(8)]


@pytest.mark.parametrize(
    ("optimizer", "learnt"),
    [
        (Optimizer.LBFGS, ["s", "y", "sy", "moved", "changed", "guess", "length", "open", "count"]),
        (Optimizer.ADAM, ["mean", "square", "count"]),
    ],
)
def test_what_is_saved_has_the_names_that_files_have(optimizer: Optimizer, learnt: list[str]) -> None:
    """Those of version 3 of the format: files of earlier versions are read."""
    state = Descent(start(), TransferConfig(optimizer=optimizer)).state()
    assert list(state) == ["method", "learnt", "pixels", "best", "lowest", "caution", "loss_scale", "told", "steps"]
    assert list(state["learnt"]) == learnt
    assert (state["method"], type(state["method"])) == (optimizer.value, str)


def test_a_state_brings_its_number_of_remembered_steps_along() -> None:
    descent, bowl = Descent(start(), TransferConfig(), history=7), Bowl()
    for _ in range(10):
        descend(descent, bowl)
    resumed = Descent(start(), TransferConfig(), history=3)
    resumed.restore(descent.state())
    for _ in range(5):
        descend(descent, bowl)
        descend(resumed, bowl)
    assert torch.equal(resumed.pixels, descent.pixels)


@pytest.mark.parametrize("optimizer", Optimizer)
def test_where_no_loss_is_finite_it_ends_with_a_sentence(optimizer: Optimizer) -> None:
    descent = Descent(start(), TransferConfig(optimizer=optimizer))
    nowhere = losses_of(torch.tensor(math.nan)), torch.full_like(TARGET, math.nan)
    for _ in range(TRIES - 1):
        descend(descent, lambda _: nowhere)
    with pytest.raises(InputError, match="no finite numbers") as caught:
        descend(descent, lambda _: nowhere)
    assert caught.value.about == "not_finite"
    assert torch.equal(descent.pixels, start())


@pytest.mark.parametrize("optimizer", Optimizer)
def test_where_no_gradient_is_finite_it_ends_before_its_steps_are_nothing(optimizer: Optimizer) -> None:
    descent, nowhere = Descent(start(), TransferConfig(optimizer=optimizer)), torch.full_like(TARGET, math.nan)
    for _ in range(round(math.log(SHORTEST, CAUTION))):
        descent.move(torch.ones(()), nowhere)
    with pytest.raises(InputError, match="no finite numbers"):
        descent.move(torch.ones(()), nowhere)
    assert torch.equal(descent.pixels, start())
