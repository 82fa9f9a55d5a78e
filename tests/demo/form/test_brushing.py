"""What is brushed over the photo becomes a map of its colours."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from demo.form import brushing
from demo.form.regions import COLOURS, legend
from tests.support.playback import ENGLISH, shown


def brushed(height: int, width: int, **colours: tuple[slice, slice]) -> np.ndarray:
    """A layer (H, W, 4) with a patch of the colour of each painting that is named."""
    layer, alpha = np.zeros((height, width, 4), np.uint8), round(255 * brushing.OPACITY)
    for name, patch in colours.items():
        colour = COLOURS[int(name.removeprefix("painting")) - 1]
        layer[patch] = [*bytes.fromhex(colour[1:]), alpha]
    return layer


def test_the_page_knows_the_colours_by_their_names() -> None:
    assert ":root { --brush-1: #ff0000; --brush-more: #00ff00; }" in brushing.variables(
        {"1": "#ff0000", "more": "#00ff00"}
    )


def test_each_painting_has_a_button_and_the_first_is_pressed() -> None:
    inside = legend("es")
    assert [inside.count(f'data-colour="{place}"') for place in range(6)] == [1, 1, 1, 1, 1, 0]
    assert 'data-colour="1" aria-pressed="true"' in inside
    assert inside.count('aria-pressed="true"') == 1
    assert "Deshacer" in inside


def test_colours_are_paintings() -> None:
    whole = slice(None)
    layer = brushed(
        10, 20, painting1=(whole, slice(0, 5)), painting3=(whole, slice(5, 8)), painting4=(whole, slice(8, 9))
    )
    labels = brushing.labels(layer, COLOURS)
    assert labels is not None
    assert labels[4].tolist() == [1] * 5 + [3] * 3 + [4] + [0] * 11


def test_what_is_hardly_brushed_stays_bare_and_smooth_edges_find_their_colour() -> None:
    layer = brushed(4, 4, painting2=(slice(None), slice(None)))
    layer[:, 0, 3] = 60
    layer[:, 1, :3] += 6
    labels = brushing.labels(layer, COLOURS)
    assert labels is not None
    assert labels[0].tolist() == [0, 2, 2, 2]


def test_what_was_brushed_is_on_the_canvas_of_a_page_that_is_loaded_anew() -> None:
    mask = np.array([[0, 1], [3, 4]], np.uint8)
    redraw, read = brushing.redrawing(COLOURS), brushing.reading(COLOURS)
    again = read(ENGLISH, redraw(mask))
    assert again is not None
    assert again.tolist() == mask.tolist()
    assert not shown(redraw(None))


def test_a_map_is_never_larger_than_the_canvas() -> None:
    layer = brushed(1000, 2000, painting2=(slice(None), slice(1000, 2000)))
    labels = brushing.labels(layer, COLOURS)
    assert labels is not None
    assert max(labels.shape) <= brushing.SIDE
    assert labels[0, 0] == 0
    assert labels[-1, -1] == 2


def address_of(layer: np.ndarray, kind: str = "PNG") -> str:
    """What the canvas in the browser has as its value."""
    buffer = BytesIO()
    Image.fromarray(layer).save(buffer, kind)
    return brushing.ADDRESS + b64encode(buffer.getvalue()).decode()


def test_what_a_canvas_has_is_read() -> None:
    read = brushing.reading(COLOURS)
    whole = read(ENGLISH, address_of(brushed(8, 8, painting2=(slice(None), slice(None)))))
    assert whole is not None
    assert (whole == 2).all()
    for bare in ("", None, address_of(np.zeros((5, 5, 4), np.uint8))):
        assert read(ENGLISH, bare) is None


@pytest.mark.parametrize(
    "drawn",
    [
        "data:image/gif;base64,R0lGODlh",
        brushing.ADDRESS + "not base64",
        brushing.ADDRESS + b64encode(b"GIF89a").decode(),
        address_of(np.zeros((8, 8, 3), np.uint8), "JPEG"),
        address_of(np.zeros((1025, 1024, 4), np.uint8)),
        address_of(brushed(8, 8)) + "A" * brushing.MOST_LETTERS,
        "/etc/passwd",
    ],
    ids=["gif", "no base64", "no picture", "jpeg", "large", "long", "path"],
)
def test_anything_else_is_refused_in_words(drawn: str) -> None:
    """Anybody can send anything in its place."""
    with pytest.raises(gr.Error, match="brush again"):
        brushing.reading(COLOURS)(ENGLISH, drawn)
