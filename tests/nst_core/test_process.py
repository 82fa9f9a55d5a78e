"""A process from its first moment to its last: old Pythons, Ctrl-C amid imports, signals, streams that nobody reads."""

from __future__ import annotations

import ast
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nst_core.cli.states import label_of
from nst_core.process import OLDEST
from nst_core.recipe import read_recipe
from tests.support.paths import ROOT
from tests.support.terminal import TWO

STAND_IN = (sys.executable, "-m", "tests.support.stand_in")
SMALL = ("--size", "48", "--scales", "1")
PATIENCE = 120.0  # seconds
ENDLESS = "100000"  # steps: a test ends them


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **changes}


def start(folder: Path, *options: str, program: Sequence[str] = STAND_IN, **streams: Any) -> subprocess.Popen[str]:
    """A painting of out.png that is under way as soon as it says so on stderr."""
    command = [*program, *TWO, "-o", "out.png", *SMALL, *options]
    return subprocess.Popen(command, cwd=folder, env=environment(), text=True, **{"stderr": subprocess.PIPE} | streams)


def wait_for(text: str, process: subprocess.Popen[str]) -> str:
    """What the process has said, up to this."""
    assert process.stderr is not None
    said = ""
    while not said.endswith(text):
        letter = process.stderr.read(1)
        assert letter, said
        said += letter
    return said


def shell(command: str, folder: Path, **changes: str) -> tuple[int, str, str]:
    """Exit code of a line of the shell, in which `$NST` is the stand-in's program; stdout and stderr."""
    run = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment(NST=" ".join(STAND_IN), REAL=f"{sys.executable} -m nst_core", **changes),
        capture_output=True,
        timeout=PATIENCE,
    )
    return run.returncode, os.fsdecode(run.stdout), os.fsdecode(run.stderr)


PAINT = f"$NST {' '.join(TWO)} -o out.png {' '.join(SMALL)} --steps 20"
PLAN = f"$NST {' '.join(TWO)} -o out.png {' '.join(SMALL)} --plan"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_keeps_the_picture_and_the_state(tmp_path: Path, number: signal.Signals) -> None:
    with start(tmp_path, "--steps", ENDLESS) as process:
        wait_for("step 3/", process)
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Traceback" not in said
    label = label_of(tmp_path / "out.png.state")
    assert label is not None
    assert label.recipe.steps_done == read_recipe(tmp_path / "out.png").steps_done >= 3


@pytest.mark.slow
@pytest.mark.parametrize(
    "numbers",
    [
        (signal.SIGHUP, signal.SIGHUP, signal.SIGHUP),  # the kernel's, and the shell's
        (signal.SIGTERM, signal.SIGHUP),  # as systemd ends a session
        (signal.SIGHUP, signal.SIGTERM),
    ],
)
def test_a_terminal_that_is_closed_may_tell_so_twice(tmp_path: Path, numbers: Sequence[signal.Signals]) -> None:
    with start(tmp_path, "--steps", ENDLESS) as process:
        wait_for("step 3/", process)
        for number in numbers:
            process.send_signal(number)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert sorted(os.listdir(tmp_path)) == ["out.png", "out.png.state"]


@pytest.mark.slow
def test_nohup_stays_deaf_to_a_terminal_that_is_closed(tmp_path: Path) -> None:
    with start(tmp_path, "--steps", "300", program=("nohup", *STAND_IN), stdout=subprocess.DEVNULL) as process:
        wait_for("step 3/", process)
        for _ in range(3):
            process.send_signal(signal.SIGHUP)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert os.listdir(tmp_path) == ["out.png"]


@pytest.mark.slow
def test_a_vanished_terminal_ends_a_run_with_its_state(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (24, 100))
    with start(
        tmp_path, "--steps", ENDLESS, stderr=theirs, stdout=theirs, stdin=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        said = b""
        while b"step 3/" not in said:
            said += os.read(ours, 1000)
        os.close(ours)  # writing fails from now on
        process.send_signal(signal.SIGHUP)
        assert process.wait(PATIENCE) == 130
    assert sorted(os.listdir(tmp_path)) == ["out.png", "out.png.state"]


@pytest.mark.slow
@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full", ">&-", ">/dev/full", ">&- 2>&- <&-"])
def test_painting_goes_on_where_nothing_can_be_shown(tmp_path: Path, streams: str) -> None:
    code, out, said = shell(f"{PAINT} {streams}", tmp_path)
    assert (code, out) == (0, "")
    assert "Exception ignored" not in said
    with Image.open(tmp_path / "out.png") as picture:
        picture.load()  # no line has gone into the file
    assert os.listdir(tmp_path) == ["out.png"]


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["true", "head -n 1"])
def test_painting_goes_on_when_the_reader_has_had_enough(tmp_path: Path, reader: str) -> None:
    code, _, said = shell(f"{PAINT} 2>&1 | {reader}; exit ${{PIPESTATUS[0]}}", tmp_path)
    assert (code, said) == (0, "")
    assert os.listdir(tmp_path) == ["out.png"]


@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full", "2>&1 | true; exit ${PIPESTATUS[0]}"])
def test_what_is_wrong_is_an_exit_code_even_if_it_cannot_be_told(tmp_path: Path, streams: str) -> None:
    assert shell(f"$REAL missing.jpg s.jpg -o out.png {streams}", tmp_path) == (2, "", "")


PRINTING = (pytest.param(PLAN, marks=pytest.mark.slow), "$REAL --help", "$REAL reconstruct --help", "$REAL --version")


@pytest.mark.parametrize("reader", ["| true; exit ${PIPESTATUS[0]}", ">&-"])
@pytest.mark.parametrize("command", PRINTING)
def test_a_reader_of_stdout_may_leave(tmp_path: Path, command: str, reader: str) -> None:
    code, _, said = shell(f"{command} {reader}", tmp_path)
    assert (code, said) == (0, "")


@pytest.mark.parametrize("command", PRINTING)
def test_what_was_asked_for_and_could_not_be_written_is_a_failure(tmp_path: Path, command: str) -> None:
    code, _, said = shell(f"{command} >/dev/full", tmp_path)
    assert (code, said) == (1, "nst_core: stdout can't be written (No space left on device)\n")


INTERRUPT = """
import importlib.abc, os, runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would be deaf to it

class Interrupt(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            for _ in range({times}):
                os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
sys.argv[1:] = {arguments!r}
{program}
"""
MODULE = 'runpy.run_module("nst_core", run_name="__main__", alter_sys=True)'
COMMAND = "from nst_core.__main__ import installed; sys.exit(installed())"
PAGE = f'sys.path.insert(0, {str(ROOT)!r}); runpy.run_path({str(ROOT / "app.py")!r}, run_name="__main__")'
NAMES = {MODULE: "python -m nst_core", COMMAND: "nst", PAGE: "app.py"}


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(
    ("program", "module"),
    [
        *((MODULE, name) for name in ("nst_core.streams", "nst_core.cli.main", "argparse", "nst_core.config", "torch")),
        *((COMMAND, name) for name in ("nst_core.streams", "nst_core.cli.main", "nst_core.transfer")),
        *((PAGE, name) for name in ("argparse", "gradio.blocks")),
        pytest.param(PAGE, "demo.ui", marks=pytest.mark.slow),
    ],
    ids=lambda value: NAMES.get(value, value),
)
def test_ctrl_c_amid_an_import_shows_no_traceback(tmp_path: Path, program: str, module: str, times: int) -> None:
    arguments = [] if program is PAGE else [*TWO, "-o", "out.png", *SMALL]
    code = INTERRUPT.format(module=module, times=times, arguments=arguments, program=program)
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=PATIENCE
    )
    assert run.returncode == 130
    assert run.stdout == ""
    (line,) = run.stderr.split("\n")[-2:-1]
    assert "stopped" in line
    assert "Traceback" not in run.stderr
    assert os.listdir(tmp_path) == []


def test_an_interrupt_that_comes_out_as_another_error_is_still_one(tmp_path: Path) -> None:
    """As Python 3.11 makes a RuntimeError of it amid the making of an enumeration."""
    code = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
import nst_core.cli.main as cli
def disguised(argv):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException as error:
        raise RuntimeError("Error calling __set_name__") from error
cli.read_job = disguised
from nst_core.process import run
sys.exit(run("nst_core", lambda: cli.main))
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (130, "nst_core: stopped before the first step: nothing was made\n")


READ_BY_OLD_ONES = ("app.py", "nst_core/__init__.py", "nst_core/__main__.py", "nst_core/lazy.py", "nst_core/process.py")


@pytest.mark.parametrize("name", [*READ_BY_OLD_ONES, "nst_core/version.py"])
def test_old_pythons_can_read_what_tells_them_so(name: str) -> None:
    ast.parse((ROOT / name).read_text("utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("program", NAMES, ids=NAMES.get)
def test_an_old_python_gets_one_sentence(tmp_path: Path, program: str) -> None:
    code = f"import runpy, sys; sys.version_info = (3, 10, 13, 'final', 0); {program}"
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    assert line.endswith(": Python 3.11 or later is needed, and this is 3.10.13; use another")


def test_the_oldest_python_is_the_one_that_the_package_names() -> None:
    found = re.search(r'^requires-python = ">=(\d+)\.(\d+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert found is not None
    assert tuple(map(int, found.groups())) == OLDEST


ODD = os.fsdecode(b"\xff")  # no letter in UTF-8


ASCII = {"PYTHONIOENCODING": "ascii"}  # the hardest for what is told


@pytest.fixture
def odd_names(tmp_path: Path) -> Path:
    """A folder with a photo in a folder, and a painting, whose names aren't text."""
    photos = tmp_path / f"photos{ODD}"
    photos.mkdir()
    for picture, name in zip(TWO, (photos / f"a{ODD}.jpg", tmp_path / f"s{ODD}.jpg"), strict=True):
        shutil.copy(picture, name)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("words", [{"PYTHONIOENCODING": "utf-8"}, ASCII, {"LC_ALL": "C", "LANG": "C"}], ids=str)
def test_names_that_are_no_text_are_told(odd_names: Path, words: dict[str, str]) -> None:
    plan = f"$NST photos{ODD} s{ODD}.jpg -o out{ODD} {' '.join(SMALL)} --steps 3 --plan"
    code, out, said = shell(plan, odd_names, **words)
    assert (code, "Traceback" in said) == (0, False), said
    assert re.search(r"a.+_s.+\.png", out)
    code, _, said = shell(f"$REAL missing{ODD} s -o x.png", odd_names, **words)
    assert (code, said) == (2, "nst_core: missing\\udcff doesn't exist; check the name\n")


@pytest.mark.slow
def test_names_need_not_be_text(odd_names: Path) -> None:
    small = f"{' '.join(SMALL)} --steps 3"
    for command in (
        f"$NST photos{ODD} s{ODD}.jpg -o out{ODD} {small}",
        f"$NST photos{ODD}/a{ODD}.jpg s{ODD}.jpg -o b{ODD}.png --state c{ODD}.state --clip d{ODD}.gif {small}",
        f"$NST --resume c{ODD}.state --steps 5",
        f"$NST --recipe b{ODD}.png -o e{ODD}.png",
    ):
        code, _, said = shell(command, odd_names, **ASCII)
        assert (code, "Traceback" in said) == (0, False), said
    names = {name.replace(ODD, "") for name in os.listdir(odd_names)}
    assert names == {"photos", "s.jpg", "out", "b.png", "c.state", "d.gif", "e.png"}
    assert (odd_names / f"b{ODD}.png").read_bytes() == (odd_names / f"e{ODD}.png").read_bytes()


@pytest.mark.parametrize("program", NAMES, ids=NAMES.get)
def test_ctrl_c_before_the_first_of_our_modules_is_there(tmp_path: Path, program: str) -> None:
    code = INTERRUPT.format(module="nst_core.process", times=1, arguments=[], program=program)
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")


LEAVING = """
import atexit, threading
from nst_core.process import leave
class Large:
    def __del__(self):
        print("taken apart")
large = Large()
threading.Thread(target=threading.Event().wait).start()
atexit.register(print, "registered")
leave(3)
"""


def test_who_leaves_does_what_is_registered_and_takes_nothing_apart() -> None:
    run = subprocess.run([sys.executable, "-c", LEAVING], capture_output=True, text=True, timeout=100)
    assert (run.returncode, run.stdout, run.stderr) == (3, "registered\n", "")
