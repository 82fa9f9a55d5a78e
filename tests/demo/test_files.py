"""What is made of a visit goes with time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from demo import files
from demo.visitors.identity import Visitor
from demo.visitors.uploads import UNUSED_FOR


def test_folders_that_nobody_removed_go_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of sessions that were dropped, and of servers that were killed."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    left, used = files.new_folder(), files.new_folder()
    for folder in (left, used):
        (folder / "picture.png").touch()
    long_ago = time.time() - files.KEPT_FOR - 60
    os.utime(left, (long_ago, long_ago))
    new = files.new_folder()
    assert not left.exists()
    assert (used / "picture.png").exists()
    assert new.is_relative_to(tmp_path)
    assert len({left.name, used.name, new.name}) == 3
    assert min(map(len, (left.name, used.name, new.name))) >= 32


@pytest.fixture
def made(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A full disk is smaller here: 1000 bytes a network, 3000 in all."""
    for name, value in {"EACH": 1000, "TOTAL": 3000, "LITTLE": 300, "RESERVE": 0}.items():
        monkeypatch.setattr(files, name, value)
    return cache / "made"


def fill(visitor: Visitor, size: int) -> Path:
    folder = files.new_folder(visitor)
    (folder / "picture.png").write_bytes(bytes(size))
    return folder


def test_what_is_made_for_a_visitor_has_an_end(made: Path) -> None:
    full = fill(Visitor("evil", "one"), 1100)
    with pytest.raises(OSError, match="quota"):
        files.new_folder(Visitor("evil", "another"))
    with pytest.raises(OSError, match="quota"):
        files.new_folder_beside(full)
    mine = fill(Visitor("me"), 600)
    files.check_room(mine)
    with pytest.raises(OSError, match="quota"):
        files.check_room(mine, share=0.5)  # moments, which leave room for what is downloaded
    assert "evil" not in str(full)


def test_who_has_little_still_gets_some_when_others_have_taken_all(made: Path) -> None:
    for place in range(3):
        fill(Visitor(f"evil {place}"), 999)
    mine = fill(Visitor("me"), 290)
    files.check_room(mine)
    (mine / "more.png").write_bytes(bytes(20))
    with pytest.raises(OSError, match="quota"):
        files.check_room(mine)


def test_some_of_the_disk_stays_free(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "RESERVE", 10**18)
    with pytest.raises(OSError, match="space"):
        files.new_folder()


def test_what_no_session_uses_goes_after_a_while(made: Path) -> None:
    left, used, new = (fill(Visitor(name), 10) for name in ("a", "b", "c"))
    long_ago = time.time() - UNUSED_FOR - 60
    for folder in (left, used):
        os.utime(folder, (long_ago, long_ago))
    files.remove_unused({used / "picture.png"})
    assert [folder.exists() for folder in (left, used, new)] == [False, True, True]
    assert not left.parent.exists()
    os.utime(used, (long_ago, long_ago))
    files.kept_alive(used)
    files.remove_unused(set())
    assert used.exists()
