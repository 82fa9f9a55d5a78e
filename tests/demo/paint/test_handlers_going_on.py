"""A run goes on from the moment that is shown, and larger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.jobs.records import Waiting
from demo.paint import handlers
from demo.paint.handlers import PaintHandlers
from demo.paint.running import Running
from nst_core.recipe import read_recipe
from tests.support.painting import DEFAULTS, WHOLE, dials, done, finished, progress, run
from tests.support.playback import ENGLISH, SPANISH, Playback, shown

pytestmark = pytest.mark.usefixtures("cache")


def test_the_buttons_tell_how_far_they_go(photo: FileDataDict, painting: FileDataDict) -> None:
    def words(request: gr.Request, **changes: Any) -> tuple[str, ...]:
        end = finished(request, *done(photo, painting, **changes))
        return tuple(button["value"].replace("\N{NO-BREAK SPACE}", " ") for button in (end.keep_going, end.larger))

    assert words(ENGLISH, steps=40, size=256) == ("Keep going (+10 steps)", "Larger (512 px)")
    assert words(SPANISH, steps=40, size=1000) == ("Seguir (+10 pasos)", "Más grande (1024 px)")
    assert words(SPANISH, steps=7, size=1024) == ("Seguir (+1 paso)", "Más grande")


def test_what_was_stopped_is_kept_going_to_its_end(photo: FileDataDict, painting: FileDataDict) -> None:
    stopped = Playback([Waiting(0), progress(1, 40), progress(9, 40)])
    first, *_, last = run(stopped, photo, painting, steps=40)
    for request, words in ((ENGLISH, "Keep going (to 40)"), (SPANISH, "Seguir (hasta 40)")):
        assert finished(request, last.painted, first.running).keep_going["value"] == words
    runner = Playback([Waiting(0), progress(1, 31)])
    for go_on in (PaintHandlers(runner, DEFAULTS).keep_going, PaintHandlers(runner, DEFAULTS).larger):
        list(go_on(ENGLISH, last.painted, first.running, 9, dials()))
    assert [job.config.steps for job in runner.jobs] == [31, 10]  # larger, a few are enough


def test_keep_going_begins_with_the_moment_that_is_shown(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting, steps=40)
    runner = Playback([Waiting(0), progress(1, 10), progress(10, 10)])
    _, begin, _, *views = PaintHandlers(runner, DEFAULTS).keep_going(ENGLISH, painted, running, 2, dials())
    (job,) = runner.jobs
    assert job.begin is not None
    assert (job.begin == 20).all()
    assert (job.config.steps, job.config.scales, job.config.size) == (10, 1, 128)
    assert job.key != running.key
    assert "after step 2 of 12" in begin.pane
    assert ["step 3 of 12" in view.status for view in views] == [True, False]
    end = finished(ENGLISH, views[-1].painted, begin.running)
    assert "Finished after 12 steps" in end.status
    recipe = read_recipe(Path(end.download["value"]))
    assert (recipe.config.steps, recipe.config.scales) == (12, 0)  # it takes as many from the beginning
    assert recipe.is_finished


def test_what_went_on_can_be_looked_back_at_from_its_beginning(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting, strength=30)
    runner = Playback([Waiting(0), progress(1, 1, (256, 171))])
    _, begin, _, last = PaintHandlers(runner, DEFAULTS).larger(ENGLISH, painted, running, 3, dials(90))
    assert not shown(begin.plot)  # that of the run so far stays
    assert "after step 4 of 4" in last.plot
    end = finished(ENGLISH, last.painted, begin.running)
    assert (end.timeline["maximum"], end.timeline["value"]) == (4, 4)
    for step, grey, size, strength in ((2, 20, (128, 85), 30), (3, 30, (128, 85), 30), (4, 10, (256, 171), 90)):
        view = handlers.look_back(ENGLISH, last.painted, step)
        with Image.open(view.comparison["value"]["after"]["path"]) as image:
            assert image.size == (256, 171)
            assert abs(image.getpixel((5, 5))[0] - grey) < 3  # type: ignore[index]
        ready = [*handlers.prepare(ENGLISH, last.painted, begin.running, step, "png", "none")][-1].download
        recipe = read_recipe(Path(ready["value"]))
        assert (recipe.config.strength, recipe.steps_done) == (strength, step)
        with Image.open(ready["value"]) as image:
            assert image.size == size
        assert f"{size[0]} × {size[1]} px" in ready["label"]


def test_larger_goes_on_at_twice_the_size_up_to_the_limit(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)

    def grown(size: int) -> Running:
        return replace(
            running, selection=replace(running.selection, config=replace(running.selection.config, size=size))
        )

    for size, expected in ((128, 256), (700, 1024)):
        runner = Playback([Waiting(0)])
        list(PaintHandlers(runner, DEFAULTS).larger(ENGLISH, painted, grown(size), 3, dials()))
        assert runner.jobs[0].config.size == expected
        assert runner.jobs[0].begin is not None
    with pytest.raises(gr.Error, match="as large as this page allows: 1024 px"):
        next(PaintHandlers(runner, DEFAULTS).larger(ENGLISH, painted, grown(1024), 3, dials()))


def test_what_goes_on_goes_on_with_the_dials_as_they_are(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    runner = Playback([Waiting(0), progress(1, 10)])
    views = list(PaintHandlers(runner, DEFAULTS).keep_going(ENGLISH, painted, running, 3, dials(80, 20)))
    config = runner.jobs[0].config
    assert (config.strength, config.colours) == (80, 20)
    recipe = read_recipe(Path(finished(ENGLISH, views[-1].painted, views[1].running).download["value"]))
    assert (recipe.config.strength, recipe.config.colours) == (80, 20)


def test_there_is_nothing_to_go_on_from_before_a_run() -> None:
    with pytest.raises(gr.Error, match="press Paint first"):
        next(PaintHandlers(Playback(WHOLE), DEFAULTS).keep_going(ENGLISH, None, None, 1, dials()))


def test_what_goes_on_and_is_stopped_goes_on_to_its_own_end(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting, steps=40)
    runner = Playback([Waiting(0), progress(1, 10)])
    _, begin, _, last = PaintHandlers(runner, DEFAULTS).keep_going(ENGLISH, painted, running, 2, dials())
    list(PaintHandlers(runner, DEFAULTS).keep_going(ENGLISH, last.painted, begin.running, 3, dials()))
    assert [job.config.steps for job in runner.jobs] == [10, 9]
