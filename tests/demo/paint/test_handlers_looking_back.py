"""The timeline shows an earlier picture, and the download follows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.paint import downloads, handlers
from demo.paint.downloads import Format
from demo.paint.paper import NONE
from demo.paint.running import Running
from demo.paint.session import Painted
from nst_core.recipe import read_recipe
from tests.support.painting import done
from tests.support.playback import ENGLISH, shown

pytestmark = pytest.mark.usefixtures("cache")


def downloads_of(
    painted: Painted | None, running: Running | None, step: float, kind: str, on: str = NONE
) -> Iterator[Any]:
    """What is told of the download button."""
    return (view.download for view in handlers.prepare(ENGLISH, painted, running, step, kind, on))


def test_the_timeline_shows_an_earlier_picture_and_makes_it_the_result(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    painted, running = done(photo, painting)
    view = handlers.look_back(ENGLISH, painted, 2)
    assert "step 2" in view.status
    assert not view.download["interactive"]  # it would be the moment before
    assert "<td>20 %</td>" in view.bars
    assert "<td>10 %</td>" in handlers.look_back(ENGLISH, painted, 1).bars
    with Image.open(view.comparison["value"]["after"]["path"]) as image:
        assert abs(image.getpixel((5, 5))[0] - 20) < 3  # type: ignore[index]
    preparing, ready = downloads_of(painted, running, 2, "jpeg")
    assert not preparing["interactive"]
    assert ready["interactive"]
    assert Path(ready["value"]).suffix == ".jpg"
    assert "JPEG" in ready["label"]
    with Image.open(ready["value"]) as image:
        assert abs(image.getpixel((5, 5))[0] - 20) < 3  # type: ignore[index]
    assert not shown(handlers.look_back(ENGLISH, None, 2))


def test_a_file_that_is_there_rests_for_nobody_who_leaves_the_list(photo: FileDataDict, painting: FileDataDict) -> None:
    """A list that is left tells once more what was chosen: who presses the download then would press in vain."""
    painted, running = done(photo, painting)
    _, made = downloads_of(painted, running, 2, "jpeg")
    again, ready = downloads_of(painted, running, 2, "jpeg")
    assert not shown(again)
    assert ready == made


def test_a_download_that_fails_leaves_the_one_that_works(
    photo: FileDataDict, painting: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no such encoder")

    painted, running = done(photo, painting)
    monkeypatch.setitem(downloads.WRITERS, Format.MP4, fail)
    preparing = downloads_of(painted, running, 3, "mp4")
    next(preparing)
    assert next(preparing)["value"].endswith(".png")
    with pytest.raises(gr.Error):
        next(preparing)


def test_an_upload_that_is_gone_after_a_day_is_named_in_the_recipe_all_the_same(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    painted, running = done(photo, painting)
    for picture in (photo, painting):
        Path(picture["path"]).unlink()
    _, ready = downloads_of(painted, running, 2, "png")
    assert len(read_recipe(Path(ready["value"])).ingredients) == 2


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_file_for_a_paper_tells_its_resolution(photo: FileDataDict, painting: FileDataDict, kind: str) -> None:
    painted, running = done(photo, painting)
    first, last = handlers.prepare(ENGLISH, painted, running, 3, kind, "A6")
    assert "On A6 it will be 14.8 × 9.8 cm, at 22 dpi" in first.on_paper
    with Image.open(last.download["value"]) as image:
        assert [round(each) for each in image.info["dpi"]] == [22, 22]
    if kind == "png":
        assert read_recipe(Path(last.download["value"])).dpi == 22
    first, last = handlers.prepare(ENGLISH, painted, running, 3, "png", NONE)
    assert first.on_paper == ""
    with Image.open(last.download["value"]) as image:
        assert "dpi" not in image.info


def test_only_what_is_offered_can_be_downloaded(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    with pytest.raises(gr.Error, match="“Download as” must be one of png, png16, jpeg, mp4, gif"):
        next(downloads_of(painted, running, 3, "../etc"))
    with pytest.raises(gr.Error, match="“For print on” must be one of none, A6, A5, A4, A3, A2, letter"):
        next(downloads_of(painted, running, 3, "png", "../etc"))
    with pytest.raises(gr.Error, match="press Paint first"):
        next(downloads_of(None, None, 3, "png"))


def test_where_there_are_no_16_bits_the_button_works_all_the_same(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    preparing = downloads_of(painted, running, 1, "png16")
    next(preparing)
    assert next(preparing)["value"].endswith("_128.png")
    with pytest.raises(gr.Error, match="Only the last picture is kept in 16 bits"):
        next(preparing)
