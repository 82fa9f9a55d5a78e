from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core import optimizers
from nst_core.config import Optimizer, TransferConfig
from nst_core.objective import Losses
from nst_core.optimizers import ADAM_STEP, FIRST_STEP, Descent

TARGET = torch.linspace(0, 1, 3 * 6 * 8).view(1, 3, 6, 8)


class Bowl:
    """A quadratic with a condition of 100 around `TARGET`, in any unit, that counts its evaluations."""

    def __init__(self, unit: float = 1.0) -> None:
        self.unit = unit
        self.evaluations = 0

    def __call__(self, image: Tensor) -> Losses:
        self.evaluations += 1
        stiffness = torch.linspace(1, 100, image.numel()).view_as(image)
        total = self.unit * (stiffness * (image - TARGET).square()).sum()
        return Losses(total, total, total, total, {}, {})


def start() -> Tensor:
    return torch.full_like(TARGET, 0.5)


def run(bowl: Bowl, steps: int, **options: object) -> tuple[Tensor, list[float]]:
    descent = Descent(bowl, start(), TransferConfig(**options))
    totals = [descent.step().total for _ in range(steps)]
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


def test_losses_are_those_before_the_step() -> None:
    bowl = Bowl()
    descent = Descent(bowl, start(), TransferConfig())
    expected = bowl(start()).total.item()
    assert descent.step().total == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("optimizer", "length"), [(Optimizer.LBFGS, FIRST_STEP), (Optimizer.ADAM, ADAM_STEP)])
@pytest.mark.parametrize("caution", [1.0, 4.0])
def test_the_first_step_moves_the_average_pixel_by_a_known_length(
    optimizer: Optimizer, length: float, caution: float
) -> None:
    descent = Descent(Bowl(), start(), TransferConfig(optimizer=optimizer), caution)
    descent.step()
    assert (descent.pixels - start()).abs().mean().item() == pytest.approx(length / caution, rel=0.01)


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
