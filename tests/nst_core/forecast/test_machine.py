"""What a run has to work with, and what is remembered of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nst_core.config import TransferConfig
from nst_core.execution import Precision
from nst_core.forecast import machine
from nst_core.forecast.machine import UNKNOWN, Pace, as_it_is, known, learned, recalled
from nst_core.network.vgg import VGG
from nst_core.scene.scales import step_cost

PACE = Pace(start=0.1, pixel=1e-6)


def test_a_pace_is_remembered(network: VGG, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NST_CACHE", str(tmp_path))
    config = TransferConfig()
    assert recalled(network, config) is None
    assert known(network, config).pace is UNKNOWN
    times = {size: PACE.start + PACE.pixel * step_cost(size, config) for size in ((400, 300), (64, 48))}
    pace = learned(network, config, times)
    assert (pace.start, pace.pixel) == (pytest.approx(0.1), pytest.approx(1e-6))
    assert recalled(network, config) == known(network, config).pace == pace


def test_the_machine_has_memory(network: VGG) -> None:
    found = as_it_is(network, PACE)
    assert 50e6 < found.used < found.there
    assert found.there == found.used + found.free
    assert found.precision is Precision.FLOAT32
    assert found.pace is PACE


def test_one_core_is_one(network: VGG, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert as_it_is(network, PACE).device == "1 CPU core"


def test_a_graphics_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """As torch would tell of one; there is none here."""
    card = torch.device("cuda", 0)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Abacus 9")
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 100)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 150)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (1000, 2000))
    assert machine._name(card) == "cuda:0 (Abacus 9)"
    assert machine._memory(card) == (100, 1050)
    for capability, precision in (((8, 0), Precision.TF32), ((12, 0), Precision.TF32), ((7, 5), Precision.FLOAT32)):
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device, found=capability: found)
        assert machine.fastest_precision(card) is precision
