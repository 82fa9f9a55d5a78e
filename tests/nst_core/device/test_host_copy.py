"""Numbers on their way from a device: what `tolist` would give, as they were when they were sent."""

from __future__ import annotations

import pytest
import torch

from nst_core.device.host_copy import send

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.mark.parametrize("device", DEVICES)
def test_numbers_arrive_as_lists(device: str) -> None:
    assert send(torch.tensor([[1.5, -2.0], [0.0, 4.0]], device=device))() == [[1.5, -2.0], [0.0, 4.0]]
    assert send(torch.tensor(7, device=device))() == 7


@pytest.mark.parametrize("device", DEVICES)
def test_several_can_be_under_way(device: str) -> None:
    reads = [send(torch.full((3,), float(number), device=device)) for number in range(5)]
    assert [read() for read in reversed(reads)] == [[float(number)] * 3 for number in reversed(range(5))]
