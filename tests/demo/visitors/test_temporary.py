"""What Gradio puts down for an upload, and finds no place for, is removed."""

from __future__ import annotations

from pathlib import Path

from gradio import route_utils

from demo.visitors.temporary import none_left, watch_gradio


def test_what_has_found_no_place_goes(tmp_path: Path) -> None:
    watch_gradio()
    with none_left():
        left, moved = (route_utils.NamedTemporaryFile(delete=False, dir=tmp_path) for _ in range(2))
        Path(moved.name).rename(tmp_path / "moved")
    outside = route_utils.NamedTemporaryFile(delete=False, dir=tmp_path)
    for file in (left, moved, outside):
        file.close()
    assert {path.name for path in tmp_path.iterdir()} == {"moved", Path(outside.name).name}
