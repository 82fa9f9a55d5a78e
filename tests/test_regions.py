"""What is brushed over the photo becomes a map of the paintings."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from demo import regions
from demo.orders import MOST_PAINTINGS
from tests.playback import ENGLISH, upload


def brushed(height: int, width: int, **colours: tuple[slice, slice]) -> np.ndarray:
    """A layer (H, W, 4) with a patch of the colour of each painting that is named."""
    layer = np.zeros((height, width, 4), np.uint8)
    for name, patch in colours.items():
        colour = regions.COLOURS[int(name.removeprefix("painting")) - 1]
        layer[patch] = [*bytes.fromhex(colour[1:]), 255]
    return layer


def test_there_is_a_colour_for_every_painting() -> None:
    assert len(set(regions.COLOURS)) == MOST_PAINTINGS


def test_colours_are_paintings() -> None:
    whole = slice(None)
    layer = brushed(
        10, 20, painting1=(whole, slice(0, 5)), painting3=(whole, slice(5, 8)), painting4=(whole, slice(8, 9))
    )
    labels = regions.read({"layers": [layer]})
    assert labels is not None
    assert labels[4].tolist() == [1] * 5 + [3] * 3 + [4] + [0] * 11


def test_what_is_hardly_brushed_stays_bare_and_smooth_edges_find_their_colour() -> None:
    layer = brushed(4, 4, painting2=(slice(None), slice(None)))
    layer[:, 0, 3] = 100
    layer[:, 1, :3] += 6
    labels = regions.read({"layers": [layer]})
    assert labels is not None
    assert labels[0].tolist() == [0, 2, 2, 2]


def test_nothing_brushed_is_no_map() -> None:
    assert regions.read(None) is None
    assert regions.read({"layers": []}) is None
    assert regions.read({"layers": [np.zeros((5, 5, 4), np.uint8)]}) is None


def test_a_map_is_never_larger_than_the_canvas() -> None:
    layer = brushed(1000, 2000, painting2=(slice(None), slice(1000, 2000)))
    labels = regions.read({"layers": [layer]})
    assert labels is not None
    assert max(labels.shape) <= regions.SIDE
    assert labels[0, 0] == 0
    assert labels[-1, -1] == 2


def test_the_photo_is_what_one_brushes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    editor = regions.canvas(ENGLISH, upload(tmp_path / "photo.png", (1200, 800)))
    assert editor["background"].size == (512, 341)
    with pytest.raises(gr.Error, match="no photo yet"):
        regions.canvas(ENGLISH, None)
