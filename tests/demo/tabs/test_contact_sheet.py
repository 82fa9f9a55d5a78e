"""The contact sheet: six jobs one after the other, each in its own frame, and what a click on one sets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import FileDataDict

from demo.browser import html
from demo.form.request import Selection
from demo.form.values import FormValues
from demo.jobs.records import Waiting
from demo.tabs.contact_sheet import Sheets, SheetView, cell, choose, ended, make_sketch, stopped
from nst_core.config import TransferConfig
from nst_core.scene.scales import Size
from nst_core.variations import SIX, SKETCH_SIZE, SKETCH_STEPS
from tests.support.playback import ENGLISH, SPANISH, WHOLE, Playback, clicked, form, progress, shown, upload

pytestmark = pytest.mark.usefixtures("cache")

DEFAULTS = TransferConfig()


@pytest.fixture
def photo(cache: Path) -> FileDataDict:
    return upload(cache / "bridge.png", (300, 200))


@pytest.fixture
def painting(cache: Path) -> FileDataDict:
    return upload(cache / "wave.png", (80, 60))


def views(runner: Playback, values: FormValues, request: gr.Request = ENGLISH) -> list[SheetView]:
    return list(Sheets(runner, DEFAULTS).show(request, values))


def changed(view: SheetView) -> list[int]:
    """The places whose frames a view changes."""
    return [place for place, html in enumerate(view.cells) if shown(html)]


def test_the_six_are_painted_one_after_the_other(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Playback(WHOLE)
    empty, *rest, last = views(runner, form(photo, painting))
    assert changed(empty) == list(range(6))
    assert empty.area["visible"]
    assert empty.stop["visible"]
    assert [changed(view) for view in rest] == [places for place in range(6) for places in ([], [], [place], [place])]
    assert changed(last) == []
    assert "Click the one you like" in last.status
    assert [job.config.strength for job in runner.jobs] == [variation.strength for variation in SIX]
    assert {(job.config.size, job.config.steps) for job in runner.jobs} == {(SKETCH_SIZE, SKETCH_STEPS)}
    assert runner.closed == 6
    assert "One person before you" in rest[0].status
    assert "Sketch 1 of 6" in rest[2].status


def test_every_frame_has_the_same_shape_from_the_beginning(photo: FileDataDict, painting: FileDataDict) -> None:
    shapes = set()
    for view in views(Playback((progress(1, size=(32, 21)), progress(2))), form(photo, painting)):
        shapes |= {re.findall(r"aspect-ratio: (\d+ / \d+)", html)[0] for html in view.cells if shown(html)}
    assert shapes == {"192 / 128"}


def test_only_what_is_painted_can_be_clicked() -> None:
    assert "disabled" in cell("en", 3, (64, 48))
    painted = cell("en", 3, (64, 48), np.zeros((48, 64, 3), np.uint8))
    assert "disabled" not in painted
    assert 'data-index="3"' in painted
    assert "Fine strokes, 85 %, strokes × 0.5: paint it large" in painted


def test_leaving_stops_the_sketch_at_hand_and_begins_no_other(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Playback(WHOLE)
    running = Sheets(runner, DEFAULTS).show(ENGLISH, form(photo, painting))
    for _ in range(4):
        next(running)
    running.close()
    assert (len(runner.jobs), runner.closed) == (1, 1)


@pytest.mark.parametrize("place", range(6))
def test_a_click_sets_the_dials_that_it_was_painted_with(place: int) -> None:
    dials, view = choose(ENGLISH, clicked(place))
    variation = SIX[place]
    assert dials == {
        "strength": variation.strength,
        "style_scale": variation.style_scale,
        "colours": variation.colours,
    }
    assert "painted large" in view.status


def test_stop_says_so_and_goes(photo: FileDataDict) -> None:
    view = stopped(SPANISH)
    assert "Parado" in view.status
    assert not view.stop["visible"]
    assert not shown(view.cells)
    assert not ended(ENGLISH)["visible"]


def test_what_is_missing_is_told_before_anything_changes(photo: FileDataDict) -> None:
    runner = Playback(WHOLE)
    for values, words in ((form(None, photo), "There is no photo yet"), (form(photo), "There is no painting yet")):
        with pytest.raises(gr.Error, match=words):
            views(runner, values)
    assert not runner.jobs


def test_a_full_queue_is_told_in_words(photo: FileDataDict, painting: FileDataDict) -> None:
    with pytest.raises(gr.Error, match="people are waiting"):
        views(Playback([Waiting(0), ValueError("20 people are waiting already")]), form(photo, painting))


def test_a_sketch_keeps_only_as_much_of_a_picture_as_it_needs(cache: Path, painting: FileDataDict) -> None:
    large = upload(cache / "large.png", (3000, 2000))
    submission = make_sketch(Selection(large, (painting,), TransferConfig(size=1024)))
    assert max(submission.job.content.shape) == 4 * SKETCH_SIZE
    assert submission.size == (192, 128)


class Timed(Playback):
    """A step takes a second; of a machine that isn't known nobody can tell."""

    def __init__(self, known: bool = True) -> None:
        super().__init__(())
        self._known = known

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        return float(config.steps) if self._known else None


def test_the_time_of_all_six_stands_beside_the_button(photo: FileDataDict, painting: FileDataDict) -> None:
    text = Sheets(Timed(), DEFAULTS).estimate(SPANISH, form(photo, painting))
    assert html.duration("es", 6 * SKETCH_STEPS) in text


def test_a_time_that_is_not_known_is_not_told(photo: FileDataDict, painting: FileDataDict) -> None:
    for known, values in ((False, form(photo, painting)), (True, form(photo)), (True, form(None, painting))):
        assert Sheets(Timed(known), DEFAULTS).estimate(ENGLISH, values) == ""
