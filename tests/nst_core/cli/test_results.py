"""What a run leaves behind: pictures on the way, the clip, the state, and what is kept where a place has gone bad."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_core.film.clip import Clip
from nst_core.transfer import Step
from tests.support.terminal import TWO, Paints, at, engine, no_space


def test_intermediates(paints: Paints) -> None:
    assert paints("--save-every", 3)[0] == 0
    assert paints.files() == ["out-0003.png", "out-0006.png", "out.png"]
    assert [paints.level(name) for name in paints.files()] == [3, 6, 8]


def test_a_clip(paints: Paints) -> None:
    code, _ = paints("--clip", "clip.gif")
    assert code == 0
    with Image.open("clip.gif") as clip:
        clip.seek(getattr(clip, "n_frames", 1) - 1)
        assert clip.size == (64, 43)
        assert np.asarray(clip.convert("RGB"))[0, 0, 0] == pytest.approx(8, abs=8)


def test_a_clip_that_cannot_be_written_is_told_and_the_run_goes_on(paints: Paints) -> None:
    real = Clip.add

    def add(self: Clip, step: Step) -> None:
        if step.index == 4:
            raise OSError(28, "No space left on device")
        real(self, step)

    paints.monkeypatch.setattr(Clip, "add", add)
    code, err = paints("--clip", "clip.gif")
    assert code == 1
    assert "nst_core: clip.gif can't be written (No space left on device); going on without it" in err.splitlines()
    assert paints.level() == 8
    assert paints.files() == ["clip.gif", "out.png"]  # what was filmed until then


def test_the_command_that_goes_on_is_complete(paints: Paints) -> None:
    options = ("--state", "else where.state", "--device", "cpu", "--save-every", "4")
    Path("sub").mkdir()
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(at(2, lambda: os.kill(os.getpid(), signal.SIGINT))))
    _, err = paints.terminal(*TWO, "-o", "sub/out.png", "--size", 64, "--steps", 3, "--scales", 1, *options)
    assert err.splitlines()[-1].endswith(
        "go on with: python -m nst_core --resume 'else where.state' -o sub/out.png --device cpu --save-every 4"
    )


def test_a_bad_place_for_the_result_does_not_lose_it(paints: Paints, tmp_path: Path) -> None:
    paints.monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, err = paints(before=at(7, lambda: shutil.rmtree(paints.terminal.folder)))
    assert code == 1
    (copy,) = tmp_path.glob("nst-*/out.png")
    assert err.splitlines()[-1].startswith("nst_core: out.png can't be written (No such file or directory)")
    assert err.splitlines()[-1].endswith(str(copy))
    with Image.open(copy) as image:
        assert image.getpixel((0, 0)) == (8, 8, 8)


def test_a_bad_place_for_an_intermediate_is_told_and_the_run_goes_on(paints: Paints) -> None:
    code, err = paints("--save-every", 3, before=at(3, Path("out-0003.png").mkdir))
    assert code == 1
    assert "nst_core: out-0003.png can't be written (Is a directory); going on without it" in err.splitlines()
    assert paints.level("out-0006.png") == 6
    assert paints.level() == 8


def test_the_command_that_goes_on_takes_no_name_for_an_option(paints: Paints) -> None:
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(at(2, lambda: os.kill(os.getpid(), signal.SIGINT))))
    _, err = paints.terminal(*TWO, "--output=-x.png", "--size", 64, "--steps", 3, "--scales", 1)
    command = shlex.split(err.splitlines()[-1].rpartition("python -m nst_core ")[2])
    assert command == ["--resume", "./-x.png.state"]
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine())
    assert paints.terminal(*command, *TWO)[0] == 0
    assert paints.files() == ["-x.png"]


def test_a_state_that_cannot_be_written_is_told(paints: Paints) -> None:
    paints.monkeypatch.setattr("nst_core.checkpoint.save_state", no_space)
    code, err = paints(before=at(3, lambda: os.kill(os.getpid(), signal.SIGINT)))
    assert code == 1
    assert err.splitlines()[-1] == (
        "nst_core: stopped after step 3 of 8; wrote out.png (64x43); "
        "out.png.state can't be written (No space left on device)"
    )
    assert paints.level() == 3
    assert paints.files() == ["out.png"]


def test_a_finished_picture_is_written_even_if_its_state_cannot_be(paints: Paints) -> None:
    paints.monkeypatch.setattr("nst_core.checkpoint.save_state", no_space)
    code, err = paints("--state", "mine.state")
    assert (code, paints.level()) == (1, 8)
    assert "wrote out.png (64x43); mine.state can't be written" in err.splitlines()[-1]
