"""Files appear whole or not at all, and a place that can't be written to is told before the work."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from nst_core.files import check_place, expand_home, replacing, temporary_beside
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
        ("x" * 300, r"can't be written: File name too long; choose another place"),
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
