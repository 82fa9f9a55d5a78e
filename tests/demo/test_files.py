"""What is made of a visit goes with time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from demo import files


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
