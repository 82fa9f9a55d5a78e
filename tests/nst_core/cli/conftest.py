"""A terminal to run the command line in, and one job on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nst_core.network.vgg import VGG
from tests.support.networks import tiny_network
from tests.support.pictures import smooth_picture
from tests.support.terminal import Paints, Terminal, engine, open_terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return open_terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def paints(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Paints:
    return Paints(terminal, monkeypatch)


@pytest.fixture
def supplied(terminal: Terminal) -> Terminal:
    """With a.png, a photo, and s.png, a painting, in its folder."""
    smooth_picture(64, 48, 1).save("a.png")
    smooth_picture(60, 50, 2).save("s.png")
    return terminal


@pytest.fixture
def tiny(supplied: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """With the real engine, but a tiny network."""
    monkeypatch.setattr("nst_core.transfer.load_vgg19", lambda weights, pooling: tiny_network(pooling))
    return supplied


@pytest.fixture
def real(supplied: Terminal, vgg19: VGG, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """With the real engine and the real network, loaded once."""
    monkeypatch.setattr("nst_core.transfer.load_vgg19", lambda weights, pooling: vgg19)
    return supplied


@pytest.fixture
def painted(supplied: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """With the stand-in's out.png, of eight steps, and its state."""
    monkeypatch.setattr("nst_core.transfer.Transfer", engine())
    options = ("--size", 48, "--steps", 8, "--scales", 1, "--style-weight", 3, "--state", "out.state")
    assert supplied("a.png", "s.png", "-o", "out.png", *options)[0] == 0
    return supplied
