"""What holds for every optimiser that there is."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.config import Optimizer
from nst_core.execution import Execution
from nst_core.optim.kept import copied, put_back
from nst_core.optim.method import Method, kind_of

ASTRAY, FULL = torch.tensor(True), torch.tensor(1.0)


def image(seed: int = 0) -> Tensor:
    return torch.rand(1, 3, 30, 40, generator=torch.Generator().manual_seed(seed))


def walk(method: Method, steps: int, first: int = 1) -> list[Tensor]:
    """The steps by gradients of which each is another one."""
    taken = []
    for number in range(first, first + steps):
        method.learn(image(number) - 0.3)
        taken.append(method.step(FULL))
    return taken


@pytest.mark.parametrize("history", [1, 4])
@pytest.mark.parametrize("optimizer", Optimizer)
def test_it_keeps_as_many_vectors_as_it_says(optimizer: Optimizer, history: int) -> None:
    kind = kind_of(optimizer)
    method = kind.begin(image(), history, 0.01)
    walk(method, history + 2)
    numbers = sum(tensor.numel() for tensor in method.kept().values())
    assert kind.vectors(history) <= numbers / image().numel() < kind.vectors(history) + 1


@pytest.mark.parametrize("optimizer", Optimizer)
def test_it_remembers_steps_or_takes_the_same_memory_always(optimizer: Optimizer) -> None:
    kind = kind_of(optimizer)
    assert kind.remembers == (kind.vectors(2) > kind.vectors(1))
    assert not kind.remembers or kind.histories[Execution.history] == 1


@pytest.mark.parametrize("optimizer", Optimizer)
def test_all_that_it_keeps_is_changed_where_it_lies(optimizer: Optimizer) -> None:
    """A recording on a graphics card goes on changing the memory that it saw."""
    method = kind_of(optimizer).begin(image(), 3, 0.01)
    before = {name: tensor.data_ptr() for name, tensor in method.kept().items()}
    walk(method, 5)
    method.forget(ASTRAY)
    walk(method, 2)
    method.redirect()
    assert {name: tensor.data_ptr() for name, tensor in method.kept().items()} == before


@pytest.mark.parametrize("done", [0, 1, 6])
@pytest.mark.parametrize("optimizer", Optimizer)
def test_what_it_keeps_is_all_that_its_steps_depend_on(optimizer: Optimizer, done: int) -> None:
    method, other = (kind_of(optimizer).begin(image(), 3, 0.01) for _ in range(2))
    walk(method, done)
    walk(other, 2, first=50)
    put_back(copied(method.kept()), other.kept())
    for step, expected in zip(walk(other, 4, first=done + 1), walk(method, 4, first=done + 1), strict=True):
        assert torch.equal(step, expected)


@pytest.mark.parametrize("again", ["forget", "redirect"])
@pytest.mark.parametrize("optimizer", Optimizer)
def test_before_its_first_step_there_is_nothing_to_forget(optimizer: Optimizer, again: str) -> None:
    method, fresh = (kind_of(optimizer).begin(image(), 3, 0.01) for _ in range(2))
    method.forget(ASTRAY) if again == "forget" else method.redirect()
    assert torch.equal(*walk(method, 1), *walk(fresh, 1))
