"""How a run is computed: what may be chosen, and what happens when memory gives out."""

from __future__ import annotations

import math
import weakref
from collections.abc import Collection
from typing import Any

import pytest
import torch
from torch import Tensor

from nst_core.config import Border, Pooling, TransferConfig
from nst_core.device import memory
from nst_core.execution import Execution, Precision, half_block
from nst_core.network.vgg import VGG, Keep
from nst_core.transfer import Step, Transfer
from tests.support.networks import TINY_CHANNELS, tiny_network, tiny_parameters
from tests.support.pictures import smooth_picture


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"block": -1}, ["block", "between 0 and", "-1"]),
        ({"block": 7}, ["block", "at least 16", "7"]),
        ({"block": 64.0}, ["block", "whole number"]),
        ({"history": 0}, ["history", "between 1 and"]),
        ({"history": True}, ["history", "whole number"]),
        ({"precision": "float8"}, ["precision", "tf32", "float8"]),
    ],
)
def test_values_out_of_range_are_refused(values: dict[str, Any], parts: list[str]) -> None:
    with pytest.raises(ValueError, match=parts[0]) as caught:
        Execution(**values)
    for part in parts:
        assert part in str(caught.value)


def test_a_name_is_as_good_as_the_precision() -> None:
    assert Execution(precision="tf32").precision is Precision.TF32  # type: ignore[arg-type]
    assert (Execution(block=16).block, Execution(block=0).block) == (16, 0)


# Out of memory

LARGE = TransferConfig(
    size=300, steps=4, scales=1, content_layers=("relu2_2",), style_layers=("relu1_1", "relu2_1", "relu3_1")
)


class Cramped(VGG):
    """Has memory for so many pixels at once; `rooms` is how much at each call, the last number for all further ones."""

    def __init__(self, *rooms: float) -> None:
        super().__init__(tiny_parameters(), Pooling.MAX, TINY_CHANNELS)
        self.rooms, self.most = [*rooms], 0

    def forward(
        self, image: Tensor, layers: Collection[str], border: Border = Border.ZERO, keep: Keep | None = None
    ) -> dict[str, Any]:
        buffer = self.rooms.pop(0) if len(self.rooms) > 1 else self.rooms[0]
        pixels = image.shape[-1] * image.shape[-2]
        if pixels > buffer:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        self.most = max(self.most, pixels)
        return super().forward(image, layers, border, keep)


def paint(network: VGG, **options: Any) -> tuple[Transfer, list[Step]]:
    run = Transfer(smooth_picture(300, 200, 1), smooth_picture(90, 80, 2), LARGE, extractor=network, **options)
    return run, list(run)


@pytest.mark.usefixtures("as_bold_as_the_textbook")
@pytest.mark.parametrize("calls", [0, 2, 3, 5], ids=["the photo", "the first step", "the second step", "later"])
def test_out_of_memory_blocks_become_smaller_and_nothing_else_changes(calls: int) -> None:
    _, expected = paint(tiny_network())
    run, steps = paint(Cramped(*[math.inf] * calls, 50_000))
    notes = [step.note for step in steps if step.note]
    assert notes == ["out of memory; going on in blocks of 144 pixels"]
    assert run.execution.block == 144
    for step, other in zip(steps, expected, strict=True):
        torch.testing.assert_close(step.image, other.image, atol=2e-4, rtol=0)
        assert step.losses.total == pytest.approx(other.losses.total, rel=1e-4)


def test_out_of_memory_twice() -> None:
    network = Cramped(20_000)
    run, steps = paint(network)
    assert steps[0].note == (
        "out of memory; going on in blocks of 144 pixels; out of memory; going on in blocks of 128 pixels"
    )
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
        def forward(
            self, image: Tensor, layers: Collection[str], border: Border = Border.ZERO, keep: Keep | None = None
        ) -> dict[str, Any]:
            kept = torch.empty(5)
            holder.append(weakref.ref(kept))
            alive.append(sum(each() is not None for each in holder))
            return super().forward(image, layers, border, keep)

    holder: list[weakref.ref[Tensor]] = []
    paint(Watching(50_000))
    assert set(alive) == {1}


@pytest.mark.parametrize(
    ("block", "size", "expected"),
    [(0, (300, 200), 144), (0, (512, 512), 256), (512, (4096, 3072), 256), (200, (4096, 3072), 128)]
    + [(128, (4096, 3072), 0), (0, (128, 100), 0), (0, (100, 130), 128), (5000, (1000, 800), 496)],
)
def test_half_a_block(block: int, size: tuple[int, int], expected: int) -> None:
    assert half_block(block, size) == expected


@pytest.mark.parametrize(("block", "times"), [(0, 0), (128, 2 * LARGE.steps)])
def test_with_blocks_no_freed_memory_is_kept_between_evaluation_and_step(
    block: int, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    monkeypatch.setattr(memory, "give_back_freed_memory", lambda: calls.append("given back"))
    paint(tiny_network(), execution=Execution(block=block))
    assert len(calls) == times
