"""See inside: from the tab's widgets to a reconstruction, and what is shown of it."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.data_classes import FileDataDict

from demo.jobs.records import Job, Record
from demo.paint.handlers import PaintHandlers
from demo.paint.views import PaintView
from demo.tabs.inside import CONTENT_LAYERS, STYLE_LAYERS, Inside, InsideView, finished, make_reconstruction
from nst_core.config import RECONSTRUCTION, Initial, TransferConfig
from tests.support.playback import ENGLISH, SPANISH, WHOLE, Playback, form, progress, shown, upload

pytestmark = pytest.mark.usefixtures("cache")

DEFAULTS = TransferConfig()


@pytest.fixture
def picture(cache: Path) -> FileDataDict:
    return upload(cache / "bridge.png", (300, 200))


def test_the_photo_is_rebuilt_from_one_layer(picture: FileDataDict) -> None:
    wanted = make_reconstruction(DEFAULTS, "content", picture, ["relu3_2"], 128, 20)
    config = wanted.job.config
    assert (config.content_layers, config.style_layers, wanted.job.styles) == (("relu3_2",), (), ())
    assert (config.initial, config.size, config.steps) == (Initial.NOISE, 128, 20)
    assert config.tv_weight == RECONSTRUCTION["tv_weight"]
    assert wanted.size == (128, 85)
    assert wanted.original.shape == (85, 128, 3)
    assert max(wanted.job.content.shape) == 300


def test_a_texture_is_its_own_model(picture: FileDataDict) -> None:
    wanted = make_reconstruction(DEFAULTS, "style", picture, list(STYLE_LAYERS[:2]), 128, 20)
    assert wanted.job.config.style_layers == ("relu1_1", "relu2_1")
    assert wanted.job.config.content_layers == ()
    assert wanted.job.styles == (wanted.job.content,)


@pytest.mark.parametrize(
    ("kind", "layers", "size", "steps", "words"),
    [
        ("content", [None], 128, 20, "No layer is chosen"),
        ("style", [], 128, 20, "No layer is chosen"),
        ("style", None, 128, 20, "No layer is chosen"),
        ("content", ["relu1_2", "relu2_2"], 128, 20, "from one layer"),
        ("content", ["relu4_1"], 128, 20, "'relu4_1' can't be looked at here"),
        ("style", ["../x"], 128, 20, "can't be looked at"),
        ("style", [{}], 128, 20, "can't be looked at"),
        ("both", ["relu1_1"], 128, 20, "kind must be content or style"),
        ("style", ["relu1_1"], 10_000, 20, "“Resolution” must be between 96 and 384 here, got 10,000"),
        ("style", ["relu1_1"], 128, 10_000, "“Steps” must be between 1 and 400"),
        ("style", ["relu1_1"], "large", 20, "“Resolution” needs a number"),
    ],
)
def test_what_no_widget_allows_is_refused(
    picture: FileDataDict, kind: str, layers: Any, size: Any, steps: Any, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        make_reconstruction(DEFAULTS, kind, picture, layers, size, steps)


def views(runner: Playback, picture: FileDataDict | None, request: gr.Request = ENGLISH) -> list[InsideView]:
    return list(Inside(runner, DEFAULTS).content(request, picture, "relu4_2", 128, 20))


def test_a_run_from_the_queue_to_the_last_step(picture: FileDataDict) -> None:
    step = progress(2, content_layers={"relu4_2": 0.25}, style_layers={})
    begin, wait, turn, first, last = views(Playback((*WHOLE[:3], step)), picture)
    assert begin.pane.count("<img") == 1  # the photo alone
    assert begin.stop["visible"]
    assert not begin.content["interactive"]
    assert not begin.style["interactive"]
    assert "One person before you" in wait.status
    assert not shown(turn.pane)
    assert "Step 1 of 2" in first.status
    assert last.pane.count("<img") == 2
    assert "From relu4_2, after step 2 of 2" in last.pane
    assert "50 %" in last.bars
    assert last.reached == (2, 2, False)


class Obedient(Playback):
    """One whose jobs end when they are told to."""

    def run(self, job: Job) -> Generator[Record, None, None]:
        for record in super().run(job):
            if not self.is_under_way(job.key):
                return
            yield record


def test_one_s_own_picture_goes_first(picture: FileDataDict) -> None:
    runner = Obedient([progress(each, 9) for each in range(1, 10)])
    mine, others = (gr.Request(headers={"accept-language": "en"}, session_hash=name) for name in ("mine", "other"))
    rebuilding = [Inside(runner, DEFAULTS).content(each, picture, "relu4_2", 128, 9) for each in (mine, others)]
    for views_of_one in rebuilding:
        next(views_of_one)
        next(views_of_one)
    next(painting_of(runner, mine, picture))
    (made_way,) = rebuilding[0]
    assert "Stopped after step 1 of 9: the picture you are painting goes" in finished(mine, made_way.reached).status
    assert [view.reached for view in rebuilding[1]][-1] == (9, 9, False)


def painting_of(runner: Playback, request: gr.Request, picture: FileDataDict) -> Generator[PaintView, None, None]:
    views_of_run = PaintHandlers(runner, DEFAULTS).run(request, None, None, form(picture, picture))
    next(views_of_run)
    return views_of_run


def test_both_frames_keep_the_shape_of_the_result(picture: FileDataDict) -> None:
    begin, *_, last = views(Playback(WHOLE), picture)
    assert begin.pane.count("aspect-ratio: 128 / 85") == last.pane.count("aspect-ratio: 128 / 85") == 2


def test_the_end_says_how_far_it_came() -> None:
    assert "Finished after 9 steps" in finished(ENGLISH, (9, 9, False)).status
    assert "Stopped after step 3 of 9" in finished(ENGLISH, (3, 9, False)).status
    assert "Parado tras el paso 3 de 9" in finished(SPANISH, (3, 9, False)).status
    assert "Press one of the two buttons" in finished(ENGLISH, None).status
    assert not finished(ENGLISH, (3, 9, False)).stop["visible"]
    assert finished(ENGLISH, (3, 9, False)).style["interactive"]
    assert not shown(finished(ENGLISH, (3, 9, False)).pane)  # what was made stays


def test_closing_the_tab_closes_the_run(picture: FileDataDict) -> None:
    runner = Playback(WHOLE)
    running = Inside(runner, DEFAULTS).style(ENGLISH, picture, list(STYLE_LAYERS), 128, 20)
    for _ in range(3):
        next(running)
    running.close()
    assert runner.closed == 1


def test_errors_are_told_in_words(picture: FileDataDict) -> None:
    with pytest.raises(gr.Error, match="There is no photo yet"):
        views(Playback(WHOLE), None)
    with pytest.raises(gr.Error, match="Todavía no hay cuadro"):
        list(Inside(Playback(WHOLE), DEFAULTS).style(SPANISH, None, list(STYLE_LAYERS), 128, 20))
    with pytest.raises(gr.Error, match="too many people"):
        views(Playback([ValueError("too many people")]), picture)


def test_the_layers_of_figure_1_are_offered() -> None:
    assert CONTENT_LAYERS == ("relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_2")
    assert DEFAULTS.style_layers == STYLE_LAYERS
