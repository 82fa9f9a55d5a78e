"""What is brushed over the photo becomes a map of its colours."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import DataWithFiles
from PIL import Image

from demo.form import brushing
from demo.form.regions import COLOURS
from demo.visitors.identity import Visitor
from demo.visitors.listeners import Listeners, Stream
from tests.support.playback import ENGLISH, shown, upload


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


def test_the_photo_can_be_seen_below_the_brush() -> None:
    brush = brushing.brush(COLOURS)
    colours: Any = brush.colors
    assert brush.default_color == colours[0]
    assert [colour for colour, _ in colours] == list(COLOURS)
    assert {opacity for _, opacity in colours} == {0.6}


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


def test_what_was_brushed_is_on_the_canvas_of_a_page_that_is_loaded_anew(cache: Path) -> None:
    photo = upload(cache / "bridge.png", (80, 40))
    mask = np.array([[0, 1], [3, 4]], np.uint8)
    canvas = brushing.redrawn(ENGLISH, photo, mask, COLOURS)
    assert canvas["background"].size == (80, 40)
    again = brushing.labels(np.asarray(canvas["layers"][0]), COLOURS)
    assert again is not None
    assert again[::20, ::40].tolist() == mask.tolist()
    assert not shown(brushing.redrawn(ENGLISH, photo, None, COLOURS))


def test_a_map_is_never_larger_than_the_canvas() -> None:
    layer = brushed(1000, 2000, painting2=(slice(None), slice(1000, 2000)))
    labels = brushing.labels(layer, COLOURS)
    assert labels is not None
    assert max(labels.shape) <= brushing.SIDE
    assert labels[0, 0] == 0
    assert labels[-1, -1] == 2


def file_of(layer: np.ndarray) -> bytes:
    buffer = BytesIO()
    Image.fromarray(layer).save(buffer, "PNG")
    return buffer.getvalue()


def sent(strokes: brushing.Strokes, key: str, file: bytes, by: Visitor = Visitor(), **about: str) -> None:  # noqa: B008
    """A layer, as the editor in the browser sends it."""
    strokes.keep(by, {"id": key, "type": "layer", "index": "0"} | about, [("layer_0.png", file)])


def test_a_layer_is_known_by_its_id_alone() -> None:
    strokes, layer = brushing.Strokes(COLOURS), brushed(8, 8, painting2=(slice(None), slice(None)))
    sent(strokes, "mine", file_of(layer))
    sent(strokes, "mine", b"the photo", type="background", index="null")
    assert (strokes.read(ENGLISH, {"id": "mine", "layers": []}) == 2).all()
    assert not shown(strokes.read(ENGLISH, {"id": "yours", "layers": []}))


def test_nothing_brushed_is_no_map() -> None:
    strokes = brushing.Strokes(COLOURS)
    sent(strokes, "bare", file_of(np.zeros((5, 5, 4), np.uint8)))
    nothing: tuple[Any, ...] = (None, {"id": None, "layers": []}, {"id": "bare"})
    for drawn in nothing:
        assert strokes.read(ENGLISH, drawn) is None


def test_only_so_much_is_kept_and_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody can send layers: any number, of any size, at any place among them."""
    strokes, good = brushing.Strokes(COLOURS), file_of(brushed(8, 8, painting1=(slice(None), slice(None))))
    sent(strokes, "large", good + bytes(brushing.MOST_BYTES))
    assert not shown(strokes.read(ENGLISH, {"id": "large"}))
    sent(strokes, "far", good, index="10000000000")
    sent(strokes, "none", good)
    strokes.keep(Visitor(), {"id": "none", "type": "layer"}, [])
    for place in range(brushing.MOST_LAYERS):
        sent(strokes, str(place), good)
    assert not shown(strokes.read(ENGLISH, {"id": "far"}))
    assert strokes.read(ENGLISH, {"id": "0"}) is not None
    monkeypatch.setattr(brushing, "MOST_PIXELS", 63)
    for key, file in (("0", good), ("nonsense", b"GIF89a")):
        sent(strokes, key, file)
        with pytest.raises(gr.Error, match="brush again"):
            strokes.read(ENGLISH, {"id": key})


def asked_by(session: str) -> gr.Request:
    return gr.Request(session_hash=session, headers={})


def test_a_layer_is_read_by_its_own_session_alone() -> None:
    """Whoever knows its number gets nothing, and loses nothing by sending the same."""
    strokes = brushing.Strokes(COLOURS)
    mine, yours = (file_of(brushed(8, 8, **{f"painting{place}": (slice(None), slice(None))})) for place in (1, 2))
    sent(strokes, "7", mine, Visitor("a", "me"))
    assert not shown(strokes.read(asked_by("you"), {"id": "7"}))
    sent(strokes, "7", yours, Visitor("b", "you"))
    assert (strokes.read(asked_by("me"), {"id": "7"}) == 1).all()


def test_no_stranger_s_layers_push_out_those_of_a_page_that_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    listeners, good = Listeners(), file_of(brushed(8, 8, painting1=(slice(None), slice(None))))
    monkeypatch.setattr(brushing, "TOTAL", 20 * len(good))
    strokes = brushing.Strokes(COLOURS, listeners)
    with listeners.open(Visitor("a", "me"), Stream.PRESENCE):
        sent(strokes, "7", good, Visitor("a", "me"))
        for place in range(60):
            sent(strokes, str(place), good, Visitor(f"b{place}", f"made up {place}"))
        assert strokes.read(asked_by("me"), {"id": "7"}) is not None
    held = sum(len(layers) for layers in strokes._layers.values())
    assert held <= 20


def test_the_editor_has_no_store_of_its_own() -> None:
    canvas, strokes = gr.ImageEditor(), brushing.Strokes(COLOURS)
    strokes.serve(canvas)
    assert canvas.accept_blobs._is_server_fn
    about = {"id": "mine", "type": "layer", "index": str(10**10)}
    data = DataWithFiles(data=about | {"session_hash": "s"}, files=[("layer_0.png", file_of(brushed(4, 4)))])
    canvas.accept_blobs(data, ENGLISH)
    assert not canvas.blob_storage
    assert strokes.read(asked_by("s"), {"id": "mine"}) is None
    assert not shown(strokes.read(asked_by("another"), {"id": "mine"}))


def test_the_photo_is_what_one_brushes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    editor = brushing.canvas(ENGLISH, upload(tmp_path / "photo.png", (1200, 800)), None)
    assert editor["background"].size == (512, 341)
    with pytest.raises(gr.Error, match="no photo yet"):
        brushing.canvas(ENGLISH, None, None)


def test_what_is_brushed_already_stays_on_the_canvas(tmp_path: Path) -> None:
    photo = upload(tmp_path / "photo.png", (60, 40))
    assert not shown(brushing.canvas(ENGLISH, photo, np.ones((40, 60), np.uint8)))
