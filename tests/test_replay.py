from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from nst_core import convolution, transfer
from nst_core.config import Border, Normalization, StyleLoss, TotalVariation, TransferConfig
from nst_core.execution import Execution
from nst_core.objective import Losses, Objective
from nst_core.optimizers import Evaluate
from nst_core.replay import Replay, replayed
from nst_core.scene import Painting, Region, Scene
from nst_core.transfer import Step, Transfer
from nst_core.vgg import VGG
from tests.conftest import tiny_network
from tests.tape import CPUTape

LAYERS: dict[str, Any] = {"content_layers": ("relu2_2",), "style_layers": ("relu1_1", "relu2_1")}
CONFIG = TransferConfig(**LAYERS, style_layer_weights=(0.3, 0.7))
RUN = TransferConfig(**LAYERS, size=128, steps=7, scales=2)


def noise(seed: int, channels: int = 3) -> Tensor:
    return torch.rand(1, channels, 20, 24, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def objective(config: TransferConfig = CONFIG) -> Objective:
    """With all that a picture can have: two regions, an opacity, a canvas."""
    photo, opacity, canvas, mask = noise(1), noise(2, 1), noise(3, 1).round(), noise(4, 1)
    regions = tuple(
        Region((Painting(noise(5 + number), None, 1.0),), share, 1.0) for number, share in enumerate((mask, 1 - mask))
    )
    return Objective(tiny_network().double(), Scene(photo, photo, opacity, canvas, regions), config)


def assert_alike(found: tuple[Losses, Tensor], expected: tuple[Losses, Tensor]) -> None:
    for (losses, gradient), check in ((found, list), (expected, list)):
        assert check(losses.style_layers) == ["relu1_1", "relu2_1"]
        assert gradient.shape == (1, 3, 20, 24)
    torch.testing.assert_close(vars(found[0]), vars(expected[0]), rtol=1e-10, atol=0)
    torch.testing.assert_close(found[1], expected[1], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"border": Border.ZERO},
        {"border": Border.CIRCULAR},
        {"tv_norm": TotalVariation.L1, "tv_weight": 1.0},
        {"normalization": Normalization.PAPER},
        {"style_loss": StyleLoss.MEAN_VARIANCE},
    ],
    ids=str,
)
def test_replayed_evaluations_are_those_of_each_image(changes: dict[str, Any]) -> None:
    measured, tape = objective(replace(CONFIG, **changes)), CPUTape()
    replay = Replay(measured.evaluate, tape)
    for seed in range(10, 14):
        assert_alike(replay(noise(seed)), measured.evaluate(noise(seed)))
    assert (tape.recorded, tape.replayed) == (1, 1 + 3)  # one to see whether it is right


def test_losses_stay_what_they_were_and_the_gradient_may_be_changed() -> None:
    measured = objective()
    replay = Replay(measured.evaluate, CPUTape())
    replay(noise(10))
    losses, gradient = replay(noise(11))
    gradient.zero_()
    assert_alike(replay(noise(12)), measured.evaluate(noise(12)))
    torch.testing.assert_close(vars(losses), vars(measured.evaluate(noise(11))[0]), rtol=1e-10, atol=0)


def test_an_evaluation_that_asks_for_a_number_is_never_replayed(caplog: pytest.LogCaptureFixture) -> None:
    measured, tape = objective(), CPUTape()

    def asking(image: Tensor) -> tuple[Losses, Tensor]:
        assert image.sum().item() > 0
        return measured.evaluate(image)

    replay = Replay(asking, tape)
    for seed in range(10, 13):
        assert_alike(replay(noise(seed)), measured.evaluate(noise(seed)))
    assert (tape.recorded, tape.replayed) == (1, 0)
    assert "can't be recorded" in caplog.text


class Broken(CPUTape):
    """What it replays is no gradient of anything."""

    def record(self, work: Callable[[], Any]) -> Any:
        losses, gradient = super().record(work)
        self.calls.append((gradient.mul_, (1.1,), {}, gradient))
        return losses, gradient


def test_what_is_replayed_wrong_is_never_used(caplog: pytest.LogCaptureFixture) -> None:
    measured, tape = objective(), Broken()
    replay = Replay(measured.evaluate, tape)
    for seed in range(10, 13):
        assert_alike(replay(noise(seed)), measured.evaluate(noise(seed)))
    assert (tape.recorded, tape.replayed) == (1, 1)
    assert "differs by" in caplog.text


def test_without_a_gradient_there_is_nothing_to_differ() -> None:
    def flat(image: Tensor) -> tuple[Losses, Tensor]:
        losses, gradient = measured.evaluate(image)
        return losses, gradient * 0

    measured, tape = objective(), CPUTape()
    replay = Replay(flat, tape)
    for seed in range(10, 13):
        assert not replay(noise(seed))[1].any()
    assert tape.replayed == 1 + 2


def test_the_cpu_has_nothing_to_record() -> None:
    evaluate = objective().evaluate
    assert replayed(evaluate, torch.device("cpu"), CONFIG) == evaluate


class Card(CPUTape):
    """In place of `CUDATape`, where there is no card."""

    works = True

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        assert device.type == "cuda"


def test_what_asks_for_numbers_and_what_failed_before_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    device, evaluate = torch.device("cuda"), objective().evaluate
    monkeypatch.setattr("nst_core.replay.CUDATape", Card)
    assert isinstance(replayed(evaluate, device, CONFIG), Replay)
    assert replayed(evaluate, device, replace(CONFIG, style_loss=StyleLoss.WASSERSTEIN)) == evaluate
    monkeypatch.setattr(Card, "works", False)
    assert replayed(evaluate, device, CONFIG) == evaluate


@pytest.fixture
def tapes(monkeypatch: pytest.MonkeyPatch) -> list[CPUTape]:
    """Those of the runs to come, of which all is recorded: the compiled loops, which no tape sees, aren't used."""
    made: list[CPUTape] = []

    def recorded(evaluate: Evaluate, *_: object) -> Evaluate:
        made.append(CPUTape())
        return Replay(evaluate, made[-1])

    monkeypatch.setattr(transfer, "replayed", recorded)
    monkeypatch.setattr(convolution, "_channels_fit", lambda channels: False)
    return made


def steps_of(
    pictures: tuple[Image.Image, Image.Image], network: VGG, execution: Execution | None = None, turn: int = 0
) -> list[Step]:
    """Of a run that is steered after step `turn`."""
    run, steps = Transfer(*pictures, RUN, extractor=network, execution=execution), []
    for step in run:
        steps.append(step)
        if step.index == turn:
            run.steer(replace(RUN, strength=90.0))
    return steps


def test_a_run_whose_evaluations_are_replayed_is_the_same_run(
    photo: Image.Image, painting: Image.Image, network: VGG, tapes: list[CPUTape], monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = photo, painting
    found = steps_of(pictures, network, turn=5)
    assert [tape.replayed for tape in tapes] == [4, 1, 2]  # a tape for each scale, and one more after the turn
    monkeypatch.setattr(transfer, "replayed", lambda evaluate, *_: evaluate)
    for step, expected in zip(found, steps_of(pictures, network, turn=5), strict=True):
        torch.testing.assert_close(step.image, expected.image)
        assert step.losses.total == pytest.approx(expected.losses.total, rel=1e-5)


def test_blocks_are_not_recorded(photo: Image.Image, painting: Image.Image, network: VGG, tapes: list[CPUTape]) -> None:
    steps_of((photo, painting), network, Execution(block=16))
    assert not any(tape.recorded for tape in tapes)
