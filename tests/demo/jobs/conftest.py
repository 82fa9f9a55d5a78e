"""Runners of this machine whose steps cost little."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.jobs import local as module
from demo.jobs import progress, transfers
from demo.jobs.local import LocalRunner
from nst_core.config import TransferConfig
from nst_core.forecast.machine import Machine, Pace, as_it_is
from nst_core.network.vgg import VGG
from tests.support.jobs import Painter
from tests.support.networks import tiny_network


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> Painter:
    monkeypatch.setenv("NST_CACHE", "")  # the pace of such a network, which others may have measured, isn't known
    painter = Painter()
    monkeypatch.setattr(transfers, "Transfer", painter)
    monkeypatch.setattr(module, "load_vgg19", lambda weights, pooling: tiny_network(pooling))
    monkeypatch.setattr(progress, "RECORD_EVERY", 0.0)
    monkeypatch.setattr(module, "CALL_EVERY", 0.05)
    return painter


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> LocalRunner:
    """A runner that paints in earnest, by a network that costs little."""
    monkeypatch.setattr(module, "load_vgg19", lambda weights, pooling: tiny_network(pooling))
    monkeypatch.setattr(progress, "RECORD_EVERY", 0.0)
    return LocalRunner("cpu")


PACE = Pace(start=0.5, pixel=0.0)


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[TransferConfig]:
    """The configs that were measured, in three steps each, with a made-up result: half a second a step."""
    configs: list[TransferConfig] = []

    def probing(network: VGG, config: TransferConfig) -> Iterator[Machine | None]:
        configs.append(config)
        yield from [None] * 3
        yield as_it_is(network, PACE)

    monkeypatch.setattr(module, "probing", probing)
    return configs
