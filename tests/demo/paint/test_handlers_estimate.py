"""The time beside the button, or what is missing, before one paints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.data_classes import FileDataDict

from demo.form.values import FormValues
from demo.paint.handlers import PaintHandlers
from demo.paint.running import Running
from nst_core.errors import InputError
from tests.support.painting import DEFAULTS, Steered, done, form
from tests.support.playback import ENGLISH, SPANISH, Playback, shown, upload

pytestmark = pytest.mark.usefixtures("cache")


def test_the_status_asks_for_what_is_missing_until_something_was_painted(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    def status(request: gr.Request, running: Running | None, values: FormValues) -> Any:
        *_, text = PaintHandlers(Steered(), DEFAULTS).estimate(request, running, values)
        return text

    assert "Everything is ready" in status(ENGLISH, None, form(photo, painting))
    assert "Everything is ready" in status(ENGLISH, None, form(photo, None, painting))
    assert "Choose a photo and a painting" in status(ENGLISH, None, form(None, painting))
    assert "Elige una foto y un cuadro" in status(SPANISH, None, form(photo))
    _, running = done(photo, painting)
    for values in (form(photo, painting), form(None, painting), form(photo, painting, steps=-1)):
        assert not shown(status(ENGLISH, running, values))


def test_the_time_stands_beside_the_button(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Steered(seconds=42.0)
    text, timer, _ = PaintHandlers(runner, DEFAULTS).estimate(ENGLISH, None, form(photo, painting, steps=77))
    assert "about 42 s" in text
    assert not timer.active
    ((content, styles, config),) = runner.asked
    assert (content, styles, config.steps) == ((150, 100), ((80, 60),), 77)


def test_while_the_machine_is_measured_the_page_asks_again(photo: FileDataDict, painting: FileDataDict) -> None:
    text, timer, _ = PaintHandlers(Steered(seconds=None), DEFAULTS).estimate(SPANISH, None, form(photo, painting))
    assert "midiendo este equipo" in text
    assert timer.active


def test_while_others_paint_the_page_says_that_it_waits(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Steered(seconds=None)
    runner.measuring = False
    text, timer, _ = PaintHandlers(runner, DEFAULTS).estimate(ENGLISH, None, form(photo, painting))
    assert ">waiting to measure\N{NO-BREAK SPACE}…<" in text
    assert "when nobody paints" in text
    assert timer.active


def test_nobody_asks_again_for_a_time_that_will_never_be_known(photo: FileDataDict, painting: FileDataDict) -> None:
    class Unmeasurable(Playback):
        def estimate(self, *task: Any) -> float | None:
            raise ValueError("it can't be measured here")

    text, timer, status = PaintHandlers(Unmeasurable(()), DEFAULTS).estimate(ENGLISH, None, form(photo, painting))
    assert text == ""
    assert not timer.active
    assert "Everything is ready" in status


def test_no_time_is_told_as_long_as_a_picture_is_missing(photo: FileDataDict, painting: FileDataDict) -> None:
    for values in (form(None, painting), form(photo)):
        text, timer, _ = PaintHandlers(Steered(seconds=None), DEFAULTS).estimate(ENGLISH, None, values)
        assert text == ""
        assert not timer.active


def test_what_cannot_be_painted_is_told_before_anybody_presses_paint(painting: FileDataDict, cache: Path) -> None:
    wide = upload(cache / "wide.png", (2000, 60))
    for values, reason in (
        (form(wide, painting), "A picture of 2000 × 60 px is too narrow"),
        (form(upload(cache / "photo.png"), painting, steps=-1), "Steps"),
    ):
        studio = PaintHandlers(Steered(), DEFAULTS)
        text, timer, status = studio.estimate(ENGLISH, None, values)
        assert ">not possible like this<" in text
        assert reason in text
        assert not timer.active
        assert reason in status
        with pytest.raises(gr.Error, match=reason):
            list(studio.run(ENGLISH, None, None, values))
    text, *_ = PaintHandlers(Steered(), DEFAULTS).estimate(SPANISH, None, form(wide, painting))
    assert ">así no se puede<" in text


def test_what_the_runner_has_no_memory_for_is_told_beside_the_button(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    class Cramped(Playback):
        def estimate(self, *task: Any) -> float | None:
            raise InputError("64x48 pixels take about 2 GB", "no_memory")

    text, timer, status = PaintHandlers(Cramped(()), DEFAULTS).estimate(ENGLISH, None, form(photo, painting))
    assert "choose a lower resolution" in text
    assert "choose a lower resolution" in status
    assert not timer.active
