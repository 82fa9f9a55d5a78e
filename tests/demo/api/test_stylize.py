"""`/stylize`: pictures, and the numbers that belong to them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RuntimeError("who knows"), "Something went wrong while painting; what was painted so far is kept."),
        (OSError(28, "No space left on device"), "The disk of the server is full"),
        (MemoryError(), "Choose a lower resolution"),
    ],
)
def test_what_was_painted_comes_before_the_failure(
    pictures: tuple[FileDataDict, FileDataDict], error: Exception, message: str
) -> None:
    stream = Endpoints(Playback([*WHOLE[:3], error, *WHOLE[3:]]), DEFAULTS).stylize(ENGLISH, *pictures, settings())
    made = list[tuple[str | None, Mapping[str, Any]]]()
    with pytest.raises(gr.Error, match=message):
        made.extend(stream)
    path, numbers = made[-1]
    assert path
    assert Path(path).suffix == ".png"
    assert numbers["step"] == made[-2][1]["step"] == 1


@pytest.mark.parametrize("photo", [5, True, "photo.png", ["photo.png"], {"a": 1}, {"path": 7}, {"path": None}])
def test_what_is_no_picture_at_all_is_refused_in_words(pictures: tuple[FileDataDict, FileDataDict], photo: Any) -> None:
    with pytest.raises(gr.Error, match="The photo wasn't uploaded here"):
        next(Endpoints(Playback(WHOLE), DEFAULTS).stylize(ENGLISH, photo, pictures[1], settings()))


@pytest.mark.parametrize("number", [10**400, float("nan"), float("inf"), "5", [5], "x" * 100_000])
def test_a_number_beyond_all_is_refused_in_words(pictures: tuple[FileDataDict, FileDataDict], number: Any) -> None:
    with pytest.raises(gr.Error, match="“How much painting.” needs a number, got .{1,70}$"):
        next(Endpoints(Playback(WHOLE), DEFAULTS).stylize(ENGLISH, *pictures, settings(strength=number)))
