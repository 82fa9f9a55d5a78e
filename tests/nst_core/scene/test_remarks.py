"""What is told of pictures before they are painted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nst_core.config import TransferConfig
from nst_core.images import load_image
from nst_core.network.vgg import VGG
from nst_core.notes import Note
from nst_core.scene.remarks import Impression, impression, of_pictures, remarks
from nst_core.scene.scales import Size
from nst_core.scene.scene import gather
from nst_core.transfer import stylize
from tests.support.paths import EXAMPLES
from tests.support.pictures import smooth_picture

CONFIG = TransferConfig(size=64)
PHOTO, PAINTING = smooth_picture(64, 48, seed=1), smooth_picture(64, 64, seed=2)
GREY = Image.new("RGB", (64, 64), (90, 100, 110))
NIGHT = Image.fromarray(np.asarray(PHOTO) // 10)


def told(
    photo: Image.Image, *paintings: Image.Image, config: TransferConfig = CONFIG, masks: Any = (), **maps: Any
) -> list[Note]:
    pictures = gather(photo, paintings, masks, maps.get("within"), config, strength=maps.get("strength"))
    return remarks(pictures, config)


@pytest.mark.parametrize(
    ("size", "about"),
    [
        ((64, 48), None),
        ((1, 1), None),
        ((2, 2), None),
        ((1000, 750), None),
        ((333, 250), None),
        ((1000, 755), None),
        ((1000, 790), "stretched"),
        ((64, 64), "stretched"),
        ((96, 48), "stretched"),
        ((48, 64), "lying"),
        ((750, 1000), "lying"),
    ],
)
def test_a_mask_of_another_shape_is_told(size: tuple[int, int], about: str | None) -> None:
    mask = Image.new("L", size, 200)
    sizes = {"width": size[0], "height": size[1], "photo_width": 64, "photo_height": 48}
    for found, kind, which in (
        (told(PHOTO, PAINTING, PAINTING, masks=[None, mask]), "mask", {"number": 2}),
        (told(PHOTO, PAINTING, within=mask), "within", {}),
        (told(PHOTO, PAINTING, strength=mask), "map", {}),
    ):
        assert found == ([Note(f"{kind}_{about}", sizes | which)] if about else [])


def test_pictures_that_have_little_to_give_are_told() -> None:
    assert told(GREY, PAINTING) == [Note("even_photo")]
    assert told(NIGHT, PAINTING) == [Note("dark_photo")]
    assert told(PHOTO, PAINTING, GREY) == [Note("even_painting", {"number": 2})]


def test_a_grey_painting_is_told_where_the_result_would_lose_its_colours() -> None:
    grey = PAINTING.convert("L").convert("RGB")
    assert told(PHOTO, PAINTING, grey) == [Note("grey_painting", {"number": 2})]
    assert told(PHOTO, grey, config=replace(CONFIG, colours=50)) == []
    assert told(PHOTO.convert("L").convert("RGB"), grey) == []


def with_margins(picture: Image.Image) -> Image.Image:
    """With white around it, of a fifth of its sides."""
    width, height = picture.size
    scan = Image.new("RGB", (7 * width // 5, 7 * height // 5), "white")
    scan.paste(picture, (width // 5, height // 5))
    return scan


def test_margins_are_told_and_what_is_left_without_them() -> None:
    photo, painting = (load_image(EXAMPLES / name) for name in ("content/cat.jpg", "style/starry_night.jpg"))
    scan, size = with_margins(painting), painting.size
    assert told(with_margins(photo), painting) == [Note("margin_photo")]
    assert told(photo, painting, scan) == [Note("margin_painting", {"number": 2})]
    cut = replace(CONFIG, margins="cut", size=1200)
    gathered = told(photo, scan, config=cut)  # without them already
    assert [(note.about, note.values["largest"]) for note in gathered] == [("small_painting", int(1.5 * max(size)))]
    (left, small) = of_pictures(None, [impression(scan)], cut)
    assert (left.about, small.about) == ("cut_painting", "small_painting")
    assert np.abs(np.subtract((left.values["width"], left.values["height"]), size)).max() < 10


def test_a_painting_that_would_be_enlarged_is_told_with_the_largest_size() -> None:
    small = PAINTING.resize((100, 60))
    at = {
        size: told(PHOTO, PAINTING.resize((300, 300)), small, config=replace(CONFIG, size=size)) for size in (150, 151)
    }
    assert at[150] == []
    assert at[151] == [Note("small_painting", {"number": 2, "width": 100, "height": 60, "largest": 150})]
    doubled = told(PHOTO, small, config=replace(CONFIG, size=100, style_scale=(2.0,)))
    assert [note.values["largest"] for note in doubled] == [75]
    assert not told(PHOTO, small, config=replace(CONFIG, size=75, style_scale=(2.0,)))


def test_a_painting_whose_strokes_stay_sharp_is_not_enlarged() -> None:
    small, config = PAINTING.resize((100, 60)), replace(CONFIG, size=1000)
    assert told(PHOTO, small, config=config)
    assert not told(PHOTO, small, config=replace(config, sharp_strokes=True))


def test_who_takes_no_strokes_hears_nothing_of_them() -> None:
    small = PAINTING.resize((20, 20))
    assert not told(PHOTO, small, config=replace(CONFIG, size=512, only_colours=True))
    assert not told(PHOTO, GREY, config=replace(CONFIG, style_layers=()))


@pytest.mark.parametrize(
    "path", [*EXAMPLES.glob("content/*.jpg"), *EXAMPLES.glob("style/*.jpg")], ids=lambda path: path.stem
)
def test_nothing_is_told_of_the_examples(path: Path) -> None:
    picture = load_image(path)
    assert not told(picture, picture, config=replace(CONFIG, size=512))


def test_it_is_told_at_the_first_step_alone(network: VGG) -> None:
    config = replace(CONFIG, steps=2, scales=1, content_layers=("relu2_1",), style_layers=("relu1_1",))
    first, second = stylize(GREY, PAINTING, config, extractor=network)
    assert (first.notes, second.notes) == ((Note("even_photo"),), ())


@pytest.mark.parametrize("stored", [(1200, 800), (800, 1200)])
def test_a_small_copy_tells_of_the_picture_itself(stored: Size) -> None:
    """Which may be stored on its side; the copy is upright."""
    small = Impression(size=(300, 200), is_grey=True, within=(270, 160))
    assert small.of_size(stored) == Impression(size=(1200, 800), is_grey=True, within=(1080, 640))
