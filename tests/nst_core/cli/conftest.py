"""A terminal to run the command line in, and one job on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.terminal import Paints, Terminal, open_terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return open_terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def paints(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Paints:
    return Paints(terminal, monkeypatch)
