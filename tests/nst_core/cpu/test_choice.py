"""PyTorch alone, or the compiled loops: for whom, and for how long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import torch

from nst_core.cpu import choice, kernels
from nst_core.cpu.choice import by_pytorch, is_by_pytorch, loops_are_coming
from nst_core.cpu.convolution import Convolution, Direct
from nst_core.execution import Execution
from nst_core.network.vgg import VGG
from nst_core.transfer import Transfer
from tests.support.layers import features
from tests.support.pictures import smooth_picture
from tests.support.runs import TINY

CONFIG = replace(TINY, size=64, scales=2, steps=6)


def test_it_is_for_a_block_and_a_thread() -> None:
    with by_pytorch(True):
        assert is_by_pytorch()
        with by_pytorch(False), ThreadPoolExecutor(1) as other:
            assert not is_by_pytorch()
            assert not other.submit(is_by_pytorch).result()
        assert is_by_pytorch()
    assert not is_by_pytorch()


def test_no_loop_is_used_there_nor_on_the_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a compiled loop was run, or waited for")

    monkeypatch.setattr(kernels, "run", refuse)
    monkeypatch.setattr(kernels, "available", refuse)
    layer = Convolution(features(64, 3, 3).expand(64, -1, -1, -1).contiguous(), torch.zeros(64))
    image = features(64, 20, 20).requires_grad_()
    with by_pytorch(True):
        layer(image).sum().backward()
    assert image.grad is not None
    assert {type(way) for way in layer._ways.values()} == {Direct}


@pytest.mark.parametrize(
    ("busy", "cache", "expected"), [(True, "here", True), (False, "here", False), (True, "", False)]
)
def test_loops_come_where_helpers_work_and_their_work_is_kept(
    busy: bool, cache: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "are_busy", lambda: busy)
    monkeypatch.setenv("NST_CACHE", cache)
    assert loops_are_coming() is expected


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each evaluation of a run was by PyTorch alone."""
    found: list[bool] = []
    inner = VGG.forward

    def forward(self: VGG, *args: Any, **options: Any) -> Any:
        found.append(is_by_pytorch())
        return inner(self, *args, **options)

    monkeypatch.setattr(VGG, "forward", forward)
    return found


def painted(network: VGG, plain_steps: int = 0, *, changes_over: bool = False) -> tuple[torch.Tensor, int]:
    """The last picture of a run, and how many of its steps were plain."""
    photo, painting = (smooth_picture(64, 48, seed) for seed in (1, 2))
    run = Transfer(photo, painting, CONFIG, extractor=network, execution=Execution(plain_steps=plain_steps))
    run.changes_over = changes_over
    *_, last = run
    return last.image, run.execution.plain_steps


def test_loops_take_over_between_two_steps_and_a_recipe_repeats_it(
    network: VGG, ways: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come before the fifth of six steps: the first evaluation of the second scale is plain, the last isn't."""
    asked = iter([True] * 5 + [False] * 9)  # for the first scale's targets, and four steps
    monkeypatch.setattr("nst_core.transfer.loops_are_coming", lambda: next(asked))
    first, plain = painted(network, changes_over=True)
    seen = ways.copy()
    ways.clear()
    repeated, again = painted(network, plain)
    assert 0 < plain == again < CONFIG.steps
    assert ways == seen == sorted(seen, reverse=True)
    assert {True, False} == set(seen)
    assert torch.equal(first, repeated)


def test_by_itself_a_run_is_computed_in_one_way(network: VGG, ways: list[bool]) -> None:
    assert painted(network)[1] == 0
    assert not any(ways)
    ways.clear()
    assert painted(network, CONFIG.steps)[1] == CONFIG.steps
    assert all(ways)
