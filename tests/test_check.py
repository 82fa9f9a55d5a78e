"""What `python -m tests` does before the tests: it installs nothing unasked."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from tests import __main__ as check


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """The commands that were run, all of them without a complaint; no browser is there."""
    commands: list[Sequence[str]] = []

    def run(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, "")

    monkeypatch.setattr("subprocess.run", run)
    monkeypatch.setattr(check, "playwrights_starts", lambda: False)
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return commands


def test_without_a_browser_it_says_what_helps_and_runs_nothing(
    ran: list[Sequence[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main([]) == 1
    assert ran == []
    said = capsys.readouterr().out
    assert "python -m tests --install" in said
    assert "python -m tests --fast" in said


def test_asked_to_install_it_tries_all_that_it_knows(
    ran: list[Sequence[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main(["--install"]) == 1
    assert [*ran[0][1:]] == ["-m", "playwright", "install", "chromium"]
    assert ("apt-get", "install", "-y", "chromium") in ran
    assert not any("pytest" in command for command in ran)
    assert capsys.readouterr().out.endswith("No browser could be installed.\n")


def test_the_fast_check_needs_no_browser(ran: list[Sequence[str]]) -> None:
    assert check.main(["--fast", "-q", "tests/nst_core"]) == 0
    assert [tuple(command[2:]) for command in ran[:-1]] == [*check.CHECKS]
    assert ran[-1][2] == "pytest"
    chosen = ("-m", "not weights and not browser and not slow", "-q", "tests/nst_core")
    assert tuple(ran[-1][3:]) == (*check.SIDE_BY_SIDE, *chosen)


def test_lint_alone(ran: list[Sequence[str]]) -> None:
    assert check.main(["--lint"]) == 0
    assert [tuple(command[2:]) for command in ran] == [*check.CHECKS]


def test_the_first_failure_ends_it(ran: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr("subprocess.run", fail)
    assert check.main(["--fast"]) == 3
    assert len(ran) == 1
