"""What helpers compile is what the program runs; where they can't, the program does without them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from nst_core.cpu import kernels, pooling
from nst_core.cpu.kernels import helpers, machine_code
from nst_core.cpu.kernels.helpers import are_busy, begin, handed_over
from nst_core.cpu.kernels.slots import KINDS
from nst_core.device.cache import remember
from tests.support.layers import features

pytestmark = pytest.mark.skipif(not kernels.available(), reason="no compiled loops for this CPU")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No helpers but a test's own, and nothing is kept."""
    monkeypatch.setattr(helpers, "_helpers", {})
    monkeypatch.setenv("NST_CACHE", "")


def test_a_loop_is_taken_over_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(kind: Any) -> Any:
        raise AssertionError(f"{kind} was compiled here")

    monkeypatch.setattr(machine_code, "_compile", refuse)
    machine_code.compiled.cache_clear()
    try:
        begin([["Pool"]])
        image = features(64, 9, 14)
        result, _ = pooling._pool(image)
        assert torch.equal(result, F.max_pool2d(image, 2))
        assert not machine_code.compiled(kernels.Pool).was_kept
        assert not machine_code.are_there()  # the others
    finally:
        machine_code.compiled.cache_clear()


def test_a_helper_that_fails_has_made_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, line in enumerate(("exit 1", "echo nonsense", "echo '[1]'", "echo '{\"Mix\": {}}'; kill -9 $$")):
        program = tmp_path / str(number)
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))
        begin([["Pool"]])
        assert handed_over("Pool") is None
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    begin([["Mix"]])
    assert handed_over("Mix") is None


def test_only_what_is_not_there_is_given_to_helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(machine_code, "begin", given.extend)
    for cores, processes in ((2, 1), (4, 2)):  # one is left to the program
        given.clear()
        monkeypatch.setattr("os.sched_getaffinity", lambda process, cores=cores: set(range(cores)))
        machine_code.compile_beside()
        assert sorted(name for share in given for name in share) == sorted(kind.__name__ for kind in KINDS)
        assert len(given) == processes
    monkeypatch.setenv("NST_CACHE", str(tmp_path))
    for kind in KINDS[:-1]:
        remember(machine_code._name(kind), {"entry": "one"}, machine_code._circumstances())
    given.clear()
    machine_code.compile_beside()
    assert given == [[KINDS[-1].__name__]]


def test_a_loop_is_given_away_once(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    class Idle:
        def __init__(self, names: list[str]) -> None:
            started.append(names)

    monkeypatch.setattr(helpers, "Helper", Idle)
    begin([["Pool", "Mix"]])
    begin([["Mix", "Unpool"], ["Pool"]])
    assert started == [["Pool", "Mix"], ["Unpool"]]


def test_a_helper_is_at_work_until_it_has_handed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, program = tmp_path / "gate", tmp_path / "program"
    os.mkfifo(gate)
    program.write_text(f"#!/bin/sh\ncat {gate}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    assert not are_busy()
    begin([["Pool"]])
    assert are_busy()
    gate.write_text('{"Pool": {}}')  # which it has waited for
    assert handed_over("Pool") == {}
    assert not are_busy()
