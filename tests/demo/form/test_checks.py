"""A picture that can't be used makes way for the one before it, and takes nothing with it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.data_classes import FileDataDict

from demo.form.brushing import BrushedView
from demo.form.checks import Checked, check, refuse
from nst_core.scene.remarks import Impression
from tests.support.playback import ENGLISH, SPANISH, shown, upload

pytestmark = pytest.mark.usefixtures("cache")

NONE = (None,) * 3
BROKEN = "Photo: this file isn't a picture that can be read; use JPEG, PNG, WebP, TIFF, GIF, BMP or AVIF."


@pytest.fixture
def broken(cache: Path) -> FileDataDict:
    path = cache / "broken.jpg"
    path.write_bytes(b"not a picture at all")
    return upload(path)


def checked(
    kept: Checked | None, *pictures: FileDataDict | None, request: gr.Request = ENGLISH
) -> tuple[Checked, tuple[Any, ...], BrushedView]:
    """What the page has now, what the widgets get, and what either canvas and its map get."""
    now, widgets, regions, strengths, previewed, undo, errors = check(request, kept, pictures, (None, None))
    assert regions == strengths
    assert [error for error in now.errors if error] == re.findall("<p[^>]+>([^<]+)</p>", unescape(errors))
    assert previewed == []
    assert undo["interactive"] == bool(now.earlier)
    return now, widgets, regions


def test_good_pictures_stay_as_they_are(photo: FileDataDict, painting: FileDataDict, said: list[str]) -> None:
    pictures = (photo, painting, *NONE)
    now, widgets, regions = checked(None, *pictures)
    assert now.pictures == pictures
    assert now.impression_of(photo) == Impression((150, 100), is_even=True)
    assert now.impression_of(None) is None
    assert not shown((widgets, regions))
    assert not said


def test_a_bad_one_makes_way_for_the_one_before(
    photo: FileDataDict, painting: FileDataDict, broken: FileDataDict, said: list[str]
) -> None:
    kept = Checked((photo, painting, *NONE))
    now = kept
    for _ in range(2):  # the page may tell of it twice
        now, widgets, regions = checked(now, broken, painting, *NONE)
        assert now.pictures == kept.pictures
        assert widgets[0] == photo["path"]
        assert not shown((widgets[1:], regions))  # what was brushed on the photo stays, too
        assert said == [BROKEN]
    now, *_ = checked(now, photo, painting, *NONE)  # it is there again
    assert said == [BROKEN]
    now, *_ = checked(now, broken, painting, *NONE)
    checked(now, broken, broken, *NONE)
    assert said[1:] == [BROKEN, BROKEN.replace("Photo", "Painting")]


def test_why_it_was_refused_stays_at_its_place_until_another_picture_comes(
    photo: FileDataDict, painting: FileDataDict, broken: FileDataDict, said: list[str]
) -> None:
    now, *_ = checked(Checked((photo, painting, *NONE)), broken, painting, *NONE)
    assert now.errors == (BROKEN, *[None] * 4)
    now, *_ = checked(now, photo, painting, *NONE)  # the one before is there again
    now, *_ = checked(now, photo, broken, *NONE)
    now, *_ = checked(now, photo, painting, *NONE)
    assert now.errors == (BROKEN, BROKEN.replace("Photo", "Painting"), *NONE)
    now, *_ = checked(now, painting, painting, *NONE)
    assert now.errors == (None, BROKEN.replace("Photo", "Painting"), *NONE)
    now, *_ = checked(now, painting, None, *NONE)
    assert not any(now.errors)
    now, *_ = checked(Checked(), broken, None, *NONE)
    now, *_ = checked(now, None, None, *NONE)  # the place was empty, and is again
    assert now.errors == (BROKEN, *[None] * 4)
    assert len(said) == 3


def test_what_the_browser_did_not_take_is_told_there_as_well(said: list[str]) -> None:
    told = {"name": "sky.tif", "count": 0, "places": 0, "megabytes": 50}
    large = gr.EventData(None, told | {"about": "too_large", "place": "painting"})
    now, errors = refuse(ENGLISH, large, None)
    assert now.errors == (None, "sky.tif has more than 50 MB: scale it down first, or save it as JPEG.", *NONE)
    assert "sky.tif has more than 50 MB" in errors
    elsewhere = gr.EventData(None, told | {"about": "too_large", "place": "drop"})
    assert refuse(ENGLISH, elsewhere, now)[0] == now
    assert len(said) == 2


def test_where_there_was_none_there_is_none(painting: FileDataDict, broken: FileDataDict, said: list[str]) -> None:
    now, widgets, _ = checked(Checked((None, painting, *NONE)), None, painting, broken, None, None, request=SPANISH)
    assert now.pictures == (None, painting, *NONE)
    assert widgets[2] is None
    assert not any(map(shown, [*widgets[:2], *widgets[3:]]))
    (words,) = said
    assert words.startswith("Cuadro: ")


def test_what_was_brushed_goes_with_its_photo(photo: FileDataDict, painting: FileDataDict, cache: Path) -> None:
    kept = Checked((photo, painting, *NONE))
    for other in (None, upload(cache / "cat.png", (60, 80))):
        now, widgets, regions = checked(kept, other, painting, *NONE)
        assert now.pictures[0] == other
        assert not any(map(shown, widgets))
        assert (regions.brushed, regions.canvas, regions.fold["open"]) == (None, "", False)
    _, _, regions = checked(kept, photo, None, painting, None, None)
    assert not shown(regions)
