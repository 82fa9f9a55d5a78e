"""Files appear whole or not at all, and a place that can't be written to is told before the work."""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from nst_core.files import ATTEMPTS, alone_in, check_place, expand_home, fitting, replacing, temporary_beside
from tests.support.homes import without_a_home


def test_a_file_takes_the_place_of_another_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert temporary.parent == path.parent  # a rename across file systems would be a copy
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_was_broken_off_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:  # noqa: PT012
        temporary.write_text("ne")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "target", tmp_path / "link"
    link.symlink_to(target)
    with replacing(link) as temporary:
        temporary.write_text("new")
        assert temporary.parent == target.parent
    assert (link.is_symlink(), target.read_text()) == (True, "new")


def test_names_beside_a_file_are_free_and_leave_nothing(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with temporary_beside(target) as one, temporary_beside(target) as other:
        assert one != other
        one.touch()
    assert not list(tmp_path.iterdir())


def test_a_good_place_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    assert check_place(str(path)) == path
    assert not list(tmp_path.iterdir())
    path.write_text("old")
    assert check_place(path) == path
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("folder", r"folder is a folder; name a file"),
        ("missing/a.txt", r"the folder .*missing doesn't exist; create it"),
        ("x" * 300, r"can't be written: File name too long; choose a shorter name"),
        ("circle", r"circle can't be written|doesn't exist"),
    ],
)
def test_a_bad_place_is_told_with_the_reason(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(ValueError, match=reason):
        check_place(tmp_path / name)


def test_what_is_write_protected_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, mode: int) -> bool:
        return mode != os.W_OK

    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr("os.access", refuse)  # root may write everywhere
    with pytest.raises(ValueError, match=r"a.txt is write-protected; choose another name"):
        check_place(path)


def test_a_folder_that_takes_no_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(self: Path, *_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", read_only)
    with pytest.raises(ValueError, match=r"can't be written: Permission denied"):
        check_place(tmp_path / "a.txt")


def test_a_home_is_expanded_where_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert [expand_home(name) for name in ("~/a", "~", "a~", "./~/a")] == [
        *(Path("/home/ada/a"), Path("/home/ada"), Path("a~"), Path("~/a"))
    ]
    assert expand_home("~nobody-of-this-name/a") == Path("~nobody-of-this-name/a")
    without_a_home(monkeypatch)
    assert expand_home("~/a") == Path("~/a")


def test_a_name_that_fits_stays(tmp_path: Path) -> None:
    assert fitting(tmp_path, "x" * 249, ".state") == tmp_path / f"{'x' * 249}.state"


@pytest.mark.parametrize("letter", ["x", "ü", "画", "\udcff"])
def test_a_name_that_is_too_long_is_cut_and_told_from_others(letter: str, tmp_path: Path) -> None:
    first, second = (fitting(tmp_path, letter * 250 + end, ".png.state") for end in "ab")
    assert first != second
    assert first == fitting(tmp_path, letter * 250 + "a", ".png.state")
    for path in (first, second):
        assert path.name.startswith(letter * 50)
        assert path.name.endswith(".png.state")
        path.touch()
    assert len(list(tmp_path.iterdir())) == 2


def test_the_file_system_says_how_long_a_name_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.pathconf", lambda *_: 143)  # eCryptfs
    assert len(fitting(tmp_path, "x" * 200, ".state").name) == 143
    monkeypatch.setattr("os.pathconf", lambda *_: 1530)  # vfat counts otherwise
    assert len(fitting(tmp_path, "x" * 300, ".state").name) == 255
    assert len(fitting(tmp_path / "missing", "x" * 300, ".state").name) == 255


def test_a_temporary_name_has_the_suffix(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.png") as temporary:
        assert temporary.suffix == ".png"
        temporary.touch()


def test_a_folder_is_had_alone(tmp_path: Path) -> None:
    other = os.open(tmp_path, os.O_RDONLY)
    with alone_in(tmp_path), pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)


def test_who_never_comes_out_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    with alone_in(tmp_path), alone_in(tmp_path):
        assert len(pauses) == ATTEMPTS


def test_where_there_is_no_lock_it_goes_on_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entered = []
    with alone_in(tmp_path / "missing"):
        entered.append("missing")
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with alone_in(tmp_path):
        entered.append("Windows")
    assert entered == ["missing", "Windows"]
