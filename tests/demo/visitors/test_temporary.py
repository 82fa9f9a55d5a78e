"""What Gradio puts down for an upload, and finds no place for, is removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio.route_utils

from demo.visitors.temporary import none_left, watch_gradio


def temporary_file(folder: Path) -> Any:
    """As Gradio makes one."""
    return gradio.route_utils.NamedTemporaryFile(delete=False, dir=folder)  # type: ignore[attr-defined]


def test_what_has_found_no_place_goes(tmp_path: Path) -> None:
    watch_gradio()
    with none_left():
        left, moved = (temporary_file(tmp_path) for _ in range(2))
        Path(moved.name).rename(tmp_path / "moved")
    outside = temporary_file(tmp_path)
    for file in (left, moved, outside):
        file.close()
    assert {path.name for path in tmp_path.iterdir()} == {"moved", Path(outside.name).name}
