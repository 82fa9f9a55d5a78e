"""`/stylize`: pictures, and the numbers that belong to them."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.api.endpoints import Endpoints
from nst_core.errors import InputError
from tests.support.painting import DEFAULTS, WHOLE, settings
from tests.support.playback import ENGLISH, Playback, upload


@pytest.fixture
def pictures(cache: Path) -> tuple[FileDataDict, FileDataDict]:
    return upload(cache / "photo.png", (150, 100)), upload(cache / "painting.png", (80, 60))


def test_programs_get_pictures_and_numbers(pictures: tuple[FileDataDict, FileDataDict]) -> None:
    stream = list(Endpoints(Playback(WHOLE), DEFAULTS).stylize(ENGLISH, *pictures, settings()))
    made, numbers = zip(*stream, strict=True)
    assert made[:2] == (None, None)
    assert [entry.get("waiting") for entry in numbers] == [1, 0, 0, 0, 0, 0]
    assert [entry.get("step") for entry in numbers[2:]] == [1, 2, 3, 3]
    assert numbers[-1]["total_loss"] == 2.1
    assert [Path(picture).suffix for picture in made[2:]] == [".jpg", ".jpg", ".jpg", ".png"]
    with Image.open(made[-1]) as last:
        assert (last.size, last.format, last.getpixel((3, 3))) == ((128, 85), "PNG", (30, 30, 30))


@pytest.mark.parametrize("problem", [InputError("the server is being stopped", "stopping"), RuntimeError("no memory")])
def test_a_run_that_ends_early_leaves_its_last_picture_and_is_no_success(
    pictures: tuple[FileDataDict, FileDataDict], problem: Exception
) -> None:
    stream = Endpoints(Playback((*WHOLE[:-1], problem)), DEFAULTS).stylize(ENGLISH, *pictures, settings())
    made: list[str | None] = []
    with pytest.raises(gr.Error):
        made.extend(path for path, _ in stream)
    assert made[-1] is not None
    with Image.open(made[-1]) as picture:
        assert (picture.format, picture.size) == ("PNG", (128, 85))


def test_programs_get_errors_in_words(pictures: tuple[FileDataDict, FileDataDict]) -> None:
    with pytest.raises(gr.Error, match="How much painting.” must be between"):
        next(Endpoints(Playback(WHOLE), DEFAULTS).stylize(ENGLISH, *pictures, settings(strength=-1.0)))
