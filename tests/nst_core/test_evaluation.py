"""What is done with the memory that there is: blocks that become smaller, and nothing kept that isn't needed."""

from __future__ import annotations

import math
import weakref
from collections.abc import Collection
from typing import Any

import pytest
import torch
from torch import Tensor

from nst_core.device import memory
from nst_core.evaluation import Evaluation
from nst_core.execution import Execution
from nst_core.loss.objective import Objective
from nst_core.network.vgg import VGG
from nst_core.notes import Note
from nst_core.scene.scene import Painting, Region, Scene
from nst_core.transfer import Transfer
from tests.support.networks import tiny_network
from tests.support.pictures import smooth_picture
from tests.support.runs import LARGE, Cramped, paint


@pytest.mark.usefixtures("as_bold_as_the_textbook")
@pytest.mark.parametrize("calls", [0, 2, 3, 5], ids=["the photo", "the first step", "the second step", "later"])
def test_out_of_memory_blocks_become_smaller_and_nothing_else_changes(calls: int) -> None:
    _, expected = paint(tiny_network())
    run, steps = paint(Cramped(*[math.inf] * calls, 50_000))
    notes = [note for step in steps for note in step.notes]
    assert notes == [Note("memory", {"block": 144})]
    assert run.execution.block == 144
    for step, other in zip(steps, expected, strict=True):
        torch.testing.assert_close(step.image, other.image, atol=2e-4, rtol=0)
        assert step.losses.total == pytest.approx(other.losses.total, rel=1e-4)


def test_out_of_memory_twice() -> None:
    network = Cramped(20_000)
    run, steps = paint(network)
    assert steps[0].notes == (Note("memory", {"block": 144}), Note("memory", {"block": 128}))
    assert len(steps) == LARGE.steps
    assert network.most <= 20_000
    assert run.execution.block == 128


def test_out_of_memory_with_the_smallest_blocks_is_raised() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        paint(Cramped(1000))
    network = Cramped(math.inf, math.inf, math.inf, 1000)
    run = Transfer(smooth_picture(300, 200, 1), smooth_picture(90, 80, 2), LARGE, extractor=network)
    steps = iter(run)
    next(steps)
    with pytest.raises(torch.OutOfMemoryError):
        next(steps)
    assert run.state().done == 1


def test_other_errors_are_no_lack_of_memory(network: VGG, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(VGG, "forward", fail)
    with pytest.raises(RuntimeError, match="shapes"):
        paint(network)


def test_what_failed_is_no_longer_in_memory_when_it_is_tried_again() -> None:
    alive: list[int] = []

    class Watching(Cramped):
        def forward(self, image: Tensor, layers: Collection[str], *options: Any) -> dict[str, Any]:
            kept = torch.empty(5)
            holder.append(weakref.ref(kept))
            alive.append(sum(each() is not None for each in holder))
            return super().forward(image, layers, *options)

    holder: list[weakref.ref[Tensor]] = []
    paint(Watching(50_000))
    assert set(alive) == {1}


@pytest.mark.parametrize(("block", "times"), [(0, 0), (128, 2 * LARGE.steps)])
def test_with_blocks_no_freed_memory_is_kept_between_evaluation_and_step(
    block: int, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    monkeypatch.setattr(memory, "give_back_freed_memory", lambda: calls.append("given back"))
    paint(tiny_network(), execution=Execution(block=block))
    assert len(calls) == times


def noise(seed: int) -> Tensor:
    return torch.rand(1, 3, 200, 300, generator=torch.Generator().manual_seed(seed))


def scene(dot: bool = False) -> Scene:
    """A photo of 300x200; with a `dot`, it alone is to be painted."""
    mask = torch.zeros(1, 1, 200, 300) if dot else None
    if mask is not None:
        mask[..., 5, 5] = 1
    return Scene(noise(1), noise(1), None, None, (Region((Painting(noise(2), None, 1.0),), mask, 1.0, (1,)),))


def test_an_evaluation_is_that_of_the_objective() -> None:
    network, image = tiny_network(), noise(3)
    losses, gradient = Evaluation(network, scene(), LARGE, Execution())(image)
    expected, slope = Objective(network, scene(), LARGE).evaluate(image)
    assert losses.values() == expected.values()
    assert torch.equal(gradient, slope)
    assert Evaluation(network, scene(), LARGE, Execution()).losses(image).values() == expected.values()


def test_notes_are_taken_once_and_after_a_turn_only_what_is_new() -> None:
    evaluation = Evaluation(Cramped(math.inf, math.inf, 50_000), scene(dot=True), LARGE, Execution())
    small = Note("region", {"paintings": (1,), "layers": ("relu2_1", "relu3_1")})
    assert evaluation.take_notes() == [small]
    evaluation(noise(3))
    assert evaluation.take_notes() == [Note("memory", {"block": 144})]
    assert evaluation.execution.block == 144
    evaluation.steer(scene(dot=True), LARGE)
    assert evaluation.take_notes() == []
