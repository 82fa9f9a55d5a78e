"""The checks for whoever has a graphics card, tried on a processor, with a tiny network and tiny pictures."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
import torch

from nst_core.config import TransferConfig
from tests.benchmarks.judge import Pair
from tests.cuda.__main__ import CHECKS, all_are_ok, main
from tests.cuda.lab import Lab, NotOkError, apart, at_most
from tests.support import card
from tests.support.networks import tiny_network
from tests.support.pictures import smooth_picture

# These start programs with the real network, as tests/test_app.py, tests/browser and tests/nst_core/test_main.py do.
PROGRAMS = {"the command line", "the page"}
CONFIG = TransferConfig(scales=1, content_layers=("relu2_2",), style_layers=("relu1_1", "relu2_1", "relu3_1"))


@pytest.fixture
def lab() -> Lab:
    return Lab(
        device=torch.device("cpu"),
        network=tiny_network(),
        reference=tiny_network(),
        pairs=[Pair("blobs x blobs", smooth_picture(80, 60, seed=1), smooth_picture(70, 80, seed=2))],
        config=CONFIG,
        sizes=(48, 64),
        steps=4,
        rounds=1,
        alike=0.1,  # after so few steps
    )


@pytest.mark.parametrize("name", [name for name in CHECKS if name not in PROGRAMS])
def test_a_check_holds_on_a_processor(
    name: str, lab: Lab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nst_core.cuda.kernels", card)  # ours, interpreted: tests/nst_core/cuda
    assert all_are_ok({name: CHECKS[name]}, lab), capsys.readouterr().out
    assert capsys.readouterr().out.startswith(f"ok     {name}: ")


def test_a_wrong_card_is_told(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """One whose convolutions are a hundredth too large."""
    network = tiny_network()
    for parameter in network.parameters():
        parameter.mul_(1.01)
    checks = {"equality": CHECKS["float32 equals the processor's"], "steering": CHECKS["steering"]}
    assert not all_are_ok(checks, replace(lab, network=network))
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("NOT OK equality: NotOkError: loss ")
    assert second.startswith("ok     steering: ")  # the others are made all the same


def test_what_there_is_no_time_for_is_not_ok(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert not all_are_ok({"one": lambda _: "made"}, lab, limit=-1)
    assert "left out" in capsys.readouterr().out


def test_without_a_card_there_is_nothing_to_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert main([]) == 0
    assert "no graphics card" in capsys.readouterr().out


def test_numbers_that_are_too_large_or_none_are_not_ok() -> None:
    assert at_most(0.1, the_loss=0.05) == "the loss 5.0e-02"
    assert apart(1.01, 1.0) == pytest.approx(0.01)
    for value in (0.2, float("nan")):
        with pytest.raises(NotOkError, match="the loss .* at most 1e-01"):
            at_most(0.1, other=0.0, the_loss=value)
