from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from nst_core import optimizers
from nst_core.config import Optimizer, TransferConfig
from nst_core.objective import Losses
from nst_core.optimizers import ADAM_STEP, CAUTION, FIRST_STEP, Descent

TARGET = torch.linspace(0, 1, 3 * 6 * 8).view(1, 3, 6, 8)


class Bowl:
    """A quadratic with a condition of 100 around `TARGET`, in any unit, that counts its evaluations."""

    def __init__(self, unit: float = 1.0) -> None:
        self.unit = unit
        self.evaluations = 0

    def __call__(self, image: Tensor) -> tuple[Losses, Tensor]:
        self.evaluations += 1
        stiffness = torch.linspace(1, 100, image.numel()).view_as(image)
        total = self.unit * (stiffness * (image - TARGET).square()).sum()
        return Losses(total, total, total, total, {}, {}), 2 * self.unit * stiffness * (image - TARGET)


def start() -> Tensor:
    return torch.full_like(TARGET, 0.5)


def run(bowl: Bowl, steps: int, **options: object) -> tuple[Tensor, list[float]]:
    descent = Descent(bowl, start(), TransferConfig(**options))
    totals = [descent.step()[0].total for _ in range(steps)]
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


def test_lbfgs_never_stops_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would where gradients or changes get small, and silently."""
    given: dict[str, float] = {}

    class Spy(torch.optim.LBFGS):
        def __init__(self, *args: object, **options: float) -> None:
            given.update(options)
            super().__init__(*args, **options)

    monkeypatch.setattr(optimizers, "LBFGS", Spy)
    run(Bowl(), 1)
    assert (given["tolerance_grad"], given["tolerance_change"]) == (0, 0)
    assert given["history_size"] == optimizers.HISTORY


def test_losses_are_those_before_the_step() -> None:
    bowl = Bowl()
    descent = Descent(bowl, start(), TransferConfig())
    expected = bowl(start())[0].total.item()
    assert descent.step()[0].total == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("optimizer", "length"), [(Optimizer.LBFGS, FIRST_STEP), (Optimizer.ADAM, ADAM_STEP)])
@pytest.mark.parametrize("rate", [1.0, 0.25])
def test_the_first_step_moves_the_average_pixel_by_a_known_length(
    optimizer: Optimizer, length: float, rate: float
) -> None:
    descent = Descent(Bowl(), start(), TransferConfig(optimizer=optimizer, learning_rate=rate))
    descent.step()
    assert (descent.pixels - start()).abs().mean().item() == pytest.approx(length * rate, rel=0.01)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("optimizer", Optimizer)
def test_the_callers_grad_mode_does_not_matter(mode: type, optimizer: Optimizer) -> None:
    with mode():
        _, totals = run(Bowl(), 10, optimizer=optimizer)
        assert not torch.is_grad_enabled()
    assert totals[-1] < totals[0]


def test_the_start_is_not_written_to_and_pixels_are_copies() -> None:
    image = start()
    descent = Descent(Bowl(), image, TransferConfig())
    first = descent.pixels
    descent.step()
    descent.step()
    torch.testing.assert_close(image, start())
    torch.testing.assert_close(first, start())


def test_a_loss_of_nothing_leaves_the_image_alone() -> None:
    descent = Descent(Bowl(unit=0.0), start(), TransferConfig())
    descent.step()
    torch.testing.assert_close(descent.pixels, start())


class Treacherous:
    """The distance to grey, but multiplied by `factors` at some evaluations, counted from 1."""

    def __init__(self, factors: dict[int, float]) -> None:
        self.evaluations, self.factors = 0, factors

    def __call__(self, image: Tensor) -> tuple[Losses, Tensor]:
        self.evaluations += 1
        factor = self.factors.get(self.evaluations, 1.0)
        total = (image - 0.5).square().mean() * factor
        return Losses(total, total, total, total, {}, {}), 2 * factor * (image - 0.5) / image.numel()


def noise() -> Tensor:
    return torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("poison", "first", "times"),
    [(math.nan, 1, 1), (math.nan, 2, 1), (math.nan, 4, 3), (math.inf, 2, 1), (math.inf, 4, 3), (1e30, 2, 1)],
)
def test_a_step_astray_goes_back_to_the_best(poison: float, first: int, times: int) -> None:
    factors = dict.fromkeys(range(first, first + times), poison)
    descent = Descent(Treacherous(factors), noise(), TransferConfig())
    notes = []
    for _ in range(25):
        notes.append(descent.step()[1])
        assert descent.pixels.isfinite().all()
    assert any("back to the best picture" in note for note in notes)
    assert sum(map(bool, notes)) <= times + 1
    assert (descent.pixels - 0.5).abs().mean() < (noise() - 0.5).abs().mean() / 10


@pytest.mark.parametrize(("factor", "best"), [(5.0, "start"), (1.0, "after step 1")])
def test_the_best_is_the_image_of_the_lowest_loss(factor: float, best: str) -> None:
    """Step 3 can't measure the image of step 2; step 2 measured that of step 1, step 1 the start."""
    descent = Descent(Treacherous({2: factor, 3: math.nan}), noise(), TransferConfig(optimizer=Optimizer.ADAM))
    images, totals, notes = [], [], []
    for _ in range(3):
        losses, note = descent.step()
        images.append(descent.pixels)
        totals.append(losses.total)
        notes.append(bool(note))
    assert (totals[1] > totals[0]) == (best == "start")
    assert notes == [False, False, True]
    torch.testing.assert_close(images[2], noise() if best == "start" else images[0])


def test_after_going_astray_steps_are_shorter() -> None:
    descent = Descent(Treacherous({1: math.nan, 2: math.nan}), noise(), TransferConfig())
    moved = []
    for _ in range(3):
        descent.step()
        moved.append((descent.pixels - noise()).abs().mean().item())
    assert moved == pytest.approx([0, 0, FIRST_STEP / CAUTION**2], abs=1e-6)


@pytest.mark.parametrize("optimizer", Optimizer)
@pytest.mark.parametrize("stop", [0, 1, 6])
def test_a_restored_descent_goes_on_as_if_nothing_had_been(optimizer: Optimizer, stop: int) -> None:
    """With steps astray before the stop (evaluation 3), right after it (7) and later (9)."""
    factors, config = dict.fromkeys((3, 7, 9), math.nan), TransferConfig(optimizer=optimizer)
    objective = Treacherous(factors)
    descent = Descent(objective, noise(), config)
    for _ in range(stop):
        descent.step()
    state = descent.state()
    expected = [(descent.step(), descent.pixels) for _ in range(8)]
    objective.evaluations = stop
    restored = Descent(objective, torch.zeros_like(noise()), config)
    restored.restore(state)
    for (record, pixels), again in zip(expected, [(restored.step(), restored.pixels) for _ in range(8)], strict=True):
        assert str(record) == str(again[0])  # as text, because NaN isn't equal to itself
        assert torch.equal(pixels, again[1])


def test_a_state_is_a_copy() -> None:
    descent = Descent(Bowl(), start(), TransferConfig())
    descent.step()
    descent.step()
    state = descent.state()
    before = state["scaled"].clone(), [each.clone() for each in state["optimizer"]["state"][0]["old_dirs"]]
    for _ in range(3):
        descent.step()
    assert torch.equal(state["scaled"], before[0])
    assert all(torch.equal(*pair) for pair in zip(state["optimizer"]["state"][0]["old_dirs"], before[1], strict=True))
