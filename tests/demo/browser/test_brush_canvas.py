"""The canvas is told what it is for; how one brushes on it is tested in a browser (tests/browser/test_pictures.py)."""

from __future__ import annotations

from pathlib import Path

from demo.browser import brush_canvas


def test_the_script_has_what_the_canvas_is_for() -> None:
    made = brush_canvas.brush_canvas("#photo img", ["#ff0000"], 0.6, 512, render=False)
    assert made.value == ""
    assert made.js_on_load is not None
    for told in ('over: "#photo img"', 'colours: ["#ff0000"]', "opacity: 0.6", "side: 512"):
        assert told in made.js_on_load


def test_gradio_writes_nothing_beside_it() -> None:
    assert not Path(brush_canvas.__file__).with_suffix(".pyi").exists()
