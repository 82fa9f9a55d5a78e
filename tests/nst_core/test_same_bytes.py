"""The same command gives the same bytes in every process, whatever that finds out about the machine and may keep."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.terminal import TWO

pytestmark = [pytest.mark.slow, pytest.mark.weights]

# Processes beside each other see a machine of another speed: here each has a clock of its own. By the first, all takes
# the same time; by the second, what comes later takes longer.
CLOCKS = {"steady": "itertools.count()", "slowing": "itertools.accumulate(itertools.count())"}
PROGRAM = """
import itertools, sys, time
ticks = {clock}
time.perf_counter = lambda: float(next(ticks))
from nst_core.cli.main import main
sys.exit(main())
"""


def paint(output: Path, clock: str, **environment: str) -> bytes:
    """Run the command line in a process of its own, with another clock."""
    options = ("-o", str(output), "--size", "96", "--steps", "4", "--seed", "1", "--plain-steps", "0", "--quiet")
    command = [sys.executable, "-c", PROGRAM.format(clock=CLOCKS[clock]), *TWO, *options]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)
    return output.read_bytes()


def test_neither_the_machines_speed_nor_a_cache_matters(tmp_path: Path) -> None:
    """Nothing is kept by the first two; the third finds what tests before it have left, if any."""
    steady = paint(tmp_path / "a.png", "steady", NST_CACHE="")
    assert paint(tmp_path / "a.png", "slowing", NST_CACHE="") == steady
    assert paint(tmp_path / "a.png", "slowing") == steady


def test_a_user_without_a_home_paints(tmp_path: Path) -> None:
    """A number without a name, as containers run programs; nothing is kept, nor left in the current folder.

    Nor does any step import sympy, which takes half a second of the first one.
    """
    program = """
import pwd, sys
def unknown(uid):
    raise KeyError(uid)
pwd.getpwuid = unknown
from nst_core.cli.main import main
code = main()
sys.exit(code or len({"sympy"} & set(sys.modules)))
"""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("HOME", "NST_CACHE", "XDG_CACHE_HOME")
    }
    options = ("-o", "out.png", "--size", "64", "--steps", "2", "--quiet")
    done = subprocess.run(
        [sys.executable, "-c", program, *TWO, *options],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]
