"""What a person at the terminal sees: the program's name, the bar."""

from __future__ import annotations

from pathlib import Path

import pytest

from nst_core.cli import main
from nst_core.cli.console import invocation, line
from tests.support.terminal import Paints

INSTALLED = ("/home/somebody/.venv/bin/nst", "nst", "nst.exe")


@pytest.mark.parametrize("path", INSTALLED)
def test_the_installed_command_is_nst(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", [path])
    assert invocation() == "nst"
    assert line("done") == "nst: done"


@pytest.mark.parametrize("path", ["/home/somebody/nst/nst_core/__main__.py", "-c", "", "/usr/bin/pytest"])
def test_everything_else_is_the_module(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", [path])
    assert invocation() == "python -m nst_core"
    assert line("two\nlines") == "nst_core: two lines"


@pytest.mark.parametrize("arguments", [["--help"], ["reconstruct", "--help"]])
def test_help_and_refusals_of_the_installed_command(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.argv", INSTALLED[:1])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main.main(arguments)
    told = capsys.readouterr().out
    assert told.startswith("usage: nst ")
    assert "nst_core" not in told
    assert main.main([*arguments[:-1], "--nonsense"]) == 2
    assert capsys.readouterr().err.startswith("nst: ")


def test_the_bar_counts_what_steps_cost(paints: Paints) -> None:
    """As many steps on either scale: 96 x 72 pixels with the margin, then 160 x 112, so 28 % are done halfway."""
    paints.monkeypatch.setattr("tests.support.terminal.scale_plan", lambda *_: [((64, 40), 4), ((128, 80), 4)])
    _, err = paints()
    shown = [line.split("%")[0].strip() for line in err.replace("\r", "\n").splitlines() if "step 4/8" in line]
    assert shown == ["28"]
