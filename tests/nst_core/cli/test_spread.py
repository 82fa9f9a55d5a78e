"""Folders on a cluster of two painters, processes of this machine: the pictures are the same, and none is lost."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest
import torch

from nst_core.cli import spread as module
from nst_core.cli.main import main
from nst_core.cli.signals import Stop
from nst_core.cli.spread import Painted, Spread, pace
from tests.support.pictures import smooth_picture

pytestmark = [pytest.mark.slow, pytest.mark.weights, pytest.mark.usefixtures("ray_here")]

SMALL = ("--size", "48", "--steps", "3", "--scales", "1", "--content-layers", "relu2_1", "--style-layers", "relu1_1")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two photos, one of which is too narrow to be painted, and two paintings."""
    monkeypatch.chdir(tmp_path)
    for seed, name in enumerate(("photos/a.png", "styles/x.png", "styles/y.png")):
        Path(name).parent.mkdir(exist_ok=True)
        smooth_picture(64, 48, seed).save(name)
    smooth_picture(400, 10, 4).save("photos/narrow.png")
    return tmp_path


def command(out: str, *options: str) -> int:
    return main(["photos", "styles", "-o", out, *SMALL, *options])


def test_the_same_bytes_as_by_one_process_and_nothing_twice(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))  # as the painter has
    try:
        assert command("here", "-q") == 1
    finally:
        torch.set_num_threads(threads)
    capsys.readouterr()
    assert command("there", "--ray", "local") == 1
    told = capsys.readouterr().err
    assert "painted 2 of 4 pictures in there; 2 failed" in told
    assert "each side needs at least 32: use a larger picture" in told
    assert "pictures a minute" in told
    names = sorted(path.name for path in Path("there").iterdir())
    assert names == ["a_x.png", "a_y.png"]
    for name in names:
        assert (Path("there") / name).read_bytes() == (Path("here") / name).read_bytes()
    assert command("there", "--ray", "local") == 1
    assert "painted 0 of 4 pictures in there; 2 were there already" in capsys.readouterr().err


def test_a_pair_whose_painter_is_killed_begins_once_more(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin, killed = Spread._begin, list[int]()

    def begin_and_kill(self: Spread) -> None:
        begin(self)
        painters = [
            each for each in psutil.Process().children(recursive=True) if "PairPainter" in " ".join(each.cmdline())
        ]
        if painters and not killed:
            killed.append(painters[0].pid)
            os.kill(painters[0].pid, signal.SIGKILL)

    monkeypatch.setattr(Spread, "_begin", begin_and_kill)
    assert command("out", "--ray", "local", "-q") == 1
    assert killed
    assert sorted(path.name for path in Path("out").iterdir()) == ["a_x.png", "a_y.png"]


def test_what_is_done_stays_when_somebody_stops(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = module.write

    def stopped(job: object, painted: Painted) -> None:
        write(job, painted)
        os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr("nst_core.cli.folders.write", stopped)
        assert command("out", "--ray", "local", "-q") == 130
    assert len(list(Path("out").iterdir())) <= 1
    assert command("out", "--ray", "local", "-q") == 1
    assert sorted(path.name for path in Path("out").iterdir()) == ["a_x.png", "a_y.png"]


def test_one_picture_is_not_shared_out(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["photos/a.png", "styles/x.png", "-o", "out.png", "--ray", "local"]) == 2
    assert "--ray shares folders of pictures out" in capsys.readouterr().err


def test_nobody_who_has_stopped_begins_anything() -> None:
    assert list(Spread(lambda: None, 0).painted([], Stop(requested=True))) == []


def test_the_pace_is_by_the_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nst_core.cli.spread.time.monotonic", lambda: 130.0)
    assert pace(6, began=100.0) == "12 pictures a minute"
