"""What visitors send takes so much of the disk and no more, and goes when nobody uses it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from demo.visitors import uploads as module
from demo.visitors.uploads import NoRoomError, Uploads


class Disk:
    """A folder of uploads, and the files that sessions hold on to."""

    def __init__(self, home: Path) -> None:
        self.home, self.used = home, set[Path]()
        self.uploads = Uploads(lambda: home, lambda: self.used)

    def send(self, network: str, content: str, size: int = 100, name: str = "a.png") -> Path:
        """A file that is there, in a folder that is called after what is in it."""
        path = self.home / content / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(size))
        self.uploads.arrived(network, [path])
        return path


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    limits = {"EACH": 1000, "TOTAL": 2500, "COMING": 2500, "COMING_EACH": 1000, "LEAST": 0, "RESERVE": 0}
    for name, value in (limits | {"SPARED_FOR": -1.0}).items():
        monkeypatch.setattr(module, name, value)
    return Disk(tmp_path)


def test_what_is_on_its_way_counts(disk: Disk) -> None:
    disk.uploads.come("evil", 600)
    with pytest.raises(NoRoomError):
        disk.uploads.come("evil", 600)
    disk.uploads.come("me", 600)
    disk.uploads.come("evil", -600)
    disk.uploads.come("evil", 1000)


def test_who_has_sent_most_makes_room_for_whoever_comes(disk: Disk) -> None:
    for place in range(30):
        disk.send(f"evil {place % 3}", str(place), size=95)
    mine = disk.send("me", "mine")
    assert mine.exists()
    assert sum(path.stat().st_size for path in disk.home.glob("*/*")) <= 2500


def test_all_that_is_on_its_way_has_an_end_too(disk: Disk) -> None:
    disk.uploads.come("a", 900)
    disk.uploads.come("b", 900)
    with pytest.raises(NoRoomError):
        disk.uploads.come("c", 900)


def test_some_of_the_disk_stays_free(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESERVE", 10**18)
    with pytest.raises(NoRoomError):
        disk.uploads.come("me", 1)


def test_a_visitor_who_sends_much_loses_the_oldest_of_it(disk: Disk) -> None:
    mine = disk.send("me", "mine")
    first, used = disk.send("evil", "0"), disk.send("evil", "used")
    disk.used.add(used)
    for place in range(1, 20):
        disk.send("evil", str(place))
    assert mine.exists()
    assert used.exists()
    assert not first.exists()
    assert sum(path.stat().st_size for path in disk.home.glob("*/*")) <= 1100


def test_the_same_picture_by_many_names_is_not_for_nothing(disk: Disk) -> None:
    for place in range(9):
        disk.send("evil", "same", name=f"{place}.png")
    with pytest.raises(NoRoomError):
        disk.uploads.come("evil", 200)


def test_what_no_session_uses_goes_after_a_while(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    left, used = disk.send("me", "left"), disk.send("me", "used")
    disk.used.add(used)
    disk.uploads.tidy_up()
    assert left.exists()
    monkeypatch.setattr(module, "UNUSED_FOR", -1.0)
    disk.uploads.tidy_up()
    assert (left.exists(), used.exists()) == (False, True)
    disk.uploads.come("me", 900)


def test_a_file_that_two_have_sent_goes_with_the_last_of_them(disk: Disk) -> None:
    for network in ("evil", "me"):
        path = disk.send(network, "same")
    for place in range(20):
        disk.send("evil", str(place))
    assert path.exists()


def test_what_was_there_before_stays_whoever_sends_the_same(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples of the page lie there too."""
    example = disk.home / "example" / "a.png"
    example.parent.mkdir()
    example.touch()
    disk.uploads.spare_what_is_there()
    disk.send("evil", "example")
    monkeypatch.setattr(module, "UNUSED_FOR", -1.0)
    disk.uploads.tidy_up()
    assert example.exists()


def test_the_remains_of_what_was_broken_off_go(disk: Disk) -> None:
    old, new = disk.home / "tmpold", disk.home / "tmpnew"
    for path in (old, new):
        path.touch()
    long_ago = time.time() - module.UNUSED_FOR - 60
    os.utime(old, (long_ago, long_ago))
    disk.uploads.tidy_up()
    assert (old.exists(), new.exists()) == (False, True)


def test_short_files_count_for_the_room_that_a_disk_gives_them(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million of one byte each would take all names that a disk has, and count for a megabyte."""
    monkeypatch.setattr(module, "LEAST", 100)
    for place in range(30):
        disk.send("evil", str(place), size=1)
    assert len(list(disk.home.iterdir())) == 10


def test_one_network_s_uploads_on_their_way_leave_room_for_others(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMING_EACH", 500)
    disk.uploads.come("evil", 500)
    with pytest.raises(NoRoomError):
        disk.uploads.come("evil", 1)
    disk.uploads.come("me", 500)


def test_many_files_are_removed_in_no_time(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EACH", 10**9)
    monkeypatch.setattr(module, "TOTAL", 10**9)
    monkeypatch.setattr(module, "UNUSED_FOR", -1.0)
    paths = [disk.home / str(place) / "a" for place in range(8000)]
    disk.uploads.arrived("evil", paths)
    began = time.process_time()
    disk.uploads.tidy_up()
    assert time.process_time() - began < 2


def test_folders_of_files_that_were_refused_go(disk: Disk) -> None:
    (disk.home / "refused").mkdir()
    os.utime(disk.home / "refused", (0, 0))
    kept = disk.send("me", "mine")
    disk.uploads.tidy_up()
    assert [path.name for path in disk.home.iterdir()] == [kept.parent.name]
