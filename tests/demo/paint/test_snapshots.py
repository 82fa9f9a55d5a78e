"""Of a long run a bounded number of moments is kept, spread over all of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from demo.paint.snapshots import MOST, Snapshots
from tests.support.painting import small_progress as progress

pytestmark = pytest.mark.usefixtures("cache")


def test_at_most_so_many_are_kept_and_evenly(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path / "run")
    for index in range(1, 201):
        snapshots = snapshots.extended(progress(index))
        assert len(snapshots.kept) <= MOST
    indices = [snapshot.index for snapshot in snapshots.kept]
    assert indices[0] == 1
    assert len(indices) > MOST / 2
    assert set(np.diff(indices)) == {8}
    assert {path.name for path in (tmp_path / "run").iterdir()} == {f"{index}.npy" for index in indices}


def test_what_comes_after_a_moment_goes_with_its_files(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path / "run")
    for index in (1, 5, 9):
        snapshots = snapshots.extended(progress(index))
    early = snapshots.until(5)
    assert [snapshot.index for snapshot in early.kept] == [1, 5]
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"1.npy", "5.npy"}


def test_a_disk_that_takes_no_file_is_told_of_once_and_ends_no_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "run").touch()  # where the folder should be
    snapshots = Snapshots(tmp_path / "run")
    for index in range(1, 4):
        snapshots = snapshots.extended(progress(index))
    assert snapshots.kept == ()
    assert caplog.text.count("can't be kept") == 1
    (tmp_path / "run").unlink()
    snapshots = snapshots.extended(progress(4))
    assert [snapshot.index for snapshot in snapshots.kept] == [4]  # there is room again


def test_the_nearest_is_found_and_is_what_was_painted(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path / "run")
    assert snapshots.at(3) is None
    for index in (1, 5, 9):
        snapshots = snapshots.extended(progress(index, channels=4))
    for step, index in ((0, 1), (4.4, 5), (6, 5), (1000, 9)):
        snapshot = snapshots.at(step)
        assert snapshot is not None
        assert snapshot.index == index
        assert (snapshot.load() == index).all()
        assert snapshot.load().shape == (16, 24, 4)


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00v\x00{'descr': '|u1'"])
def test_a_file_that_is_not_whole_is_as_good_as_gone(tmp_path: Path, content: bytes) -> None:
    (snapshot,) = Snapshots(tmp_path / "run").extended(progress(1)).kept
    snapshot.path.write_bytes(content)
    with pytest.raises(OSError, match="is damaged"):
        snapshot.load()
    snapshot.path.unlink()
    with pytest.raises(FileNotFoundError):
        snapshot.load()
