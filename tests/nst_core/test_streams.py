"""Standard streams that lose what can't be shown, and tell why if somebody asks."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nst_core import streams
from nst_core.streams import LenientFile, lost_output
from tests.support.paths import ROOT


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:  # the test has closed it
            continue


def test_what_arrives_is_what_was_written(pipe: tuple[int, int]) -> None:
    file = LenientFile(pipe[1], "wb", closefd=False)
    assert file.write(b"abc") == 3
    assert os.read(pipe[0], 10) == b"abc"
    assert file.failure is None


def test_a_reader_that_left_is_no_error(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    file = LenientFile(pipe[1], "wb", closefd=False)
    assert (file.write(b"abc"), file.write(memoryview(b"de"))) == (3, 2)
    assert file.failure is not None
    assert file.failure.errno == errno.EPIPE


def test_a_pipe_that_is_full_and_does_not_wait_loses_the_rest(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    capacity = fcntl.fcntl(pipe[1], fcntl.F_GETPIPE_SZ)
    file = LenientFile(pipe[1], "wb", closefd=False)
    assert file.write(b"a" * capacity) == capacity
    assert file.write(b"more") == 4


def test_the_first_reason_is_kept() -> None:
    with open("/dev/full", "wb") as full:
        file = LenientFile(full.fileno(), "wb", closefd=False)
        file.write(b"a")
    file.write(b"b")  # it is closed by now
    assert file.failure is not None
    assert file.failure.errno == errno.ENOSPC


@pytest.mark.parametrize(
    ("number", "is_lost"), [(errno.ENOSPC, True), (errno.EIO, True), (errno.EPIPE, False), (errno.EBADF, False)]
)
def test_who_reads_no_more_misses_nothing(number: int, is_lost: bool, pipe: tuple[int, int]) -> None:
    file = LenientFile(pipe[1], "wb", closefd=False)
    assert lost_output(file) is None
    file.failure = OSError(number, os.strerror(number))
    assert (lost_output(file) is not None) == is_lost


def test_windows_consoles_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = (sys.stdout, sys.stderr)
    monkeypatch.setattr(os, "name", "nt")
    assert streams.make_lenient() is None
    assert (sys.stdout, sys.stderr) == before
    assert lost_output(None) is None


PRINTS = """
import sys
from nst_core.streams import make_lenient, open_missing
open_missing()
make_lenient()
print("ph\\udcff")
print("画\\udcff", file=sys.stderr)
sys.stdout.write("no end of line")
"""


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("ascii", rb"\u753b\udcff"), ("utf-8", "画".encode() + rb"\udcff"), ("latin-1", rb"\u753b\udcff")],
)
def test_letters_that_cannot_be_encoded_are_escaped(encoding: str, shown: bytes, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PRINTS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
        capture_output=True,
    )
    assert run.stdout == b"ph\\udcff\nno end of line"
    assert run.stderr == shown + b"\n"


def test_a_stream_that_was_closed_is_no_place_for_the_next_file(tmp_path: Path) -> None:
    code = f"{PRINTS}\nfile = open('a.txt', 'w')\nfile.write(str(file.fileno() > 2))"
    command = f'"{sys.executable}" -c "$CODE" <&- >&- 2>&-'
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CODE": code}
    assert subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment).returncode == 0
    assert (tmp_path / "a.txt").read_text() == "True"
