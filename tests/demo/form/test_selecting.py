"""A click on a thing selects it: on drawn scenes whose things are known, and on photos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form import brushing
from demo.form.regions import COLOURS
from demo.form.selecting import SIDE, select, selecting
from tests.support.paths import ROOT
from tests.support.playback import ENGLISH

PHOTOS = ROOT / "examples" / "content"


def scene() -> tuple[np.ndarray, np.ndarray]:
    """(H, W, 3), a grainy red disc before a grainy green wall, and where the disc is."""
    rows, columns = np.mgrid[:192, :256]
    disc = np.hypot(columns - 90, rows - 100) < 50
    picture = np.where(disc[..., None], (180, 40, 40), (60, 120, 60))
    grain = np.random.default_rng(0).normal(0, 12, picture.shape)
    return (picture + grain).clip(0, 255).astype(np.uint8), disc


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Jaccard's index: of what is in either, how much is in both."""
    return float((one & other).sum() / (one | other).sum())


def reduced(labels: np.ndarray) -> np.ndarray:
    """As large as `select` tells."""
    size = tuple(round(SIDE / max(labels.shape) * side) for side in labels.shape[::-1])
    return np.asarray(Image.fromarray(labels.astype(np.uint8)).resize(size)) > 0


def test_a_thing_and_what_is_behind_it_are_told_apart() -> None:
    picture, disc = scene()
    assert overlap(select(picture, 90 / 256, 100 / 192), reduced(disc)) > 0.95
    assert overlap(select(picture, 0.9, 0.1), reduced(~disc)) > 0.95


def test_the_same_click_selects_the_same() -> None:
    picture, _ = scene()
    np.testing.assert_array_equal(select(picture, 0.4, 0.5), select(picture, 0.4, 0.5))


def test_a_sky_that_gets_lighter_is_one_thing() -> None:
    sky = np.zeros((192, 256, 3), np.uint8)
    sky[:130] = np.linspace((40, 90, 190), (200, 220, 240), 130)[:, None]
    sky[130:] = (50, 60, 30)
    found = select(sky, 0.5, 0.05)
    assert found[: round(0.95 * 130 * SIDE / 256)].mean() > 0.95
    assert found[round(1.05 * 130 * SIDE / 256) :].mean() < 0.05


@pytest.mark.parametrize("shape", [(64, 64), (1, 300), (300, 1), (2, 2), (700, 500)])
@pytest.mark.parametrize("at", [(0, 0), (1, 1), (0.5, 0.5)])
def test_a_picture_of_one_colour_is_one_thing(shape: tuple[int, int], at: tuple[float, float]) -> None:
    found = select(np.full((*shape, 3), 128, np.uint8), *at)
    assert max(found.shape) == SIDE
    assert found.all()


@pytest.mark.parametrize(
    ("name", "thing", "elsewhere"),
    [
        ("astronaut", (0.5, 0.3), (0.85, 0.15)),  # her face and hair, and not the shuttle
        ("red_panda", (0.5, 0.5), (0.1, 0.1)),
        ("neuschwanstein", (0.5, 0.45), (0.5, 0.9)),  # the castle, and not the wood before it
        ("kingfisher", (0.5, 0.5), (0.9, 0.2)),
    ],
)
def test_things_in_photos(name: str, thing: tuple[float, float], elsewhere: tuple[float, float]) -> None:
    with Image.open(PHOTOS / f"{name}.jpg") as image:
        image.thumbnail((512, 512))
        photo = np.asarray(image.convert("RGB"))
    found = select(photo, *thing)
    height, width = found.shape
    assert found[int(thing[1] * height), int(thing[0] * width)]
    assert not found[int(elsewhere[1] * height), int(elsewhere[0] * width)]
    assert 0.03 < found.mean() < 0.35


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileDataDict:
    """The scene, where the page has put it."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    path = tmp_path / "scene.png"
    Image.fromarray(scene()[0]).save(path)
    return {"path": str(path), "orig_name": path.name, "is_stream": False}


def click(photo: FileDataDict | None, drawn: str, **told: Any) -> str:
    """What is brushed after a click of which the canvas tells this."""
    return selecting(COLOURS)(ENGLISH, gr.EventData(None, told), photo, drawn)


def test_what_is_selected_is_brushed_in_the_colour_beside_the_rest(photo: FileDataDict) -> None:
    disc = scene()[1]
    layer = np.zeros((192, 256, 4), np.uint8)
    layer[:20] = brushing.palette(COLOURS)[1]
    drawn = click(photo, brushing.encoded(layer), at=[90 / 256, 100 / 192], colour=2)
    brushed = brushing.reading(COLOURS)(ENGLISH, drawn)
    assert brushed is not None
    assert (brushed[:20] == 1).all()
    assert overlap(brushed == 2, disc) > 0.95
    erased = brushing.reading(COLOURS)(ENGLISH, click(photo, drawn, at=[90 / 256, 100 / 192], colour=0))
    assert erased is not None
    assert not (erased == 2).any()
    assert (erased[:20] == 1).all()


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"at": [0.5], "colour": 1},
        {"at": [0.5, float("nan")], "colour": 1},
        {"at": [0.5, -0.1], "colour": 1},
        {"at": [0.5, 1e400], "colour": 1},
        {"at": ["x", {}], "colour": 1},
        {"at": [0.5, 0.5], "colour": 5},
        {"at": [0.5, 0.5], "colour": -1},
        {"at": [0.5, 0.5], "colour": 10**400},
    ],
)
def test_what_no_canvas_tells_is_refused_in_words(photo: FileDataDict, told: dict[str, Any]) -> None:
    with pytest.raises(gr.Error, match="brush again"):
        click(photo, "", **told)


def test_without_a_photo_there_is_nothing_to_click_on() -> None:
    with pytest.raises(gr.Error, match="photo"):
        click(None, "", at=[0.5, 0.5], colour=1)
