"""A dial that is moved while a run is under way steers it, and no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from gradio.data_classes import FileDataDict

from demo.form.values import Dials
from demo.paint.handlers import PaintHandlers
from demo.paint.running import Running
from demo.paint.views import PaintView
from nst_core.recipe import read_recipe
from tests.support.painting import DEFAULTS, WHOLE, Steered, dials, done, finished, form, run
from tests.support.playback import ENGLISH, Playback, shown

pytestmark = pytest.mark.usefixtures("cache")


def steer(runner: Playback, running: Running | None, moved: Dials) -> PaintView:
    return PaintHandlers(runner, DEFAULTS).steer(ENGLISH, running, moved)


def test_a_dial_steers_the_run_at_hand_and_no_other(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Steered(WHOLE)
    running = next(run(runner, photo, painting, painting)).running
    view = steer(runner, running, dials(80, 30, (10.0, 90.0)))
    ((key, config),) = runner.turns
    assert key == runner.jobs[0].key
    assert config == replace(runner.jobs[0].config, strength=80, colours=30, style_blend=(10.0, 90.0))
    assert "follows" in view.hint
    assert (view.running.key, view.running.selection.config.strength) == (key, 80)
    assert view == PaintView(hint=view.hint, running=view.running)


def test_a_dial_that_steers_nothing_says_nothing(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Steered(WHOLE)
    assert not shown(steer(runner, None, dials(80)))
    running = next(run(runner, photo, painting)).running
    assert not shown(steer(runner, running, dials()))
    assert not runner.turns  # it is where it was
    runner.running = False
    assert not shown(steer(runner, running, dials(80)))


def test_who_chose_a_sketch_does_not_steer_the_run_that_is_left(photo: FileDataDict, painting: FileDataDict) -> None:
    runner = Steered(WHOLE)
    _, view, *_ = PaintHandlers(runner, DEFAULTS).run(ENGLISH, None, None, form(photo, painting))
    left = PaintHandlers(runner, DEFAULTS).leave(view.running)
    assert not shown(steer(runner, left, dials(80)))
    assert not runner.turns


def test_a_blend_of_nothing_steers_nothing_and_is_told(
    photo: FileDataDict, painting: FileDataDict, said: list[str]
) -> None:
    runner = Steered(WHOLE)
    running = next(run(runner, photo, painting, painting)).running
    assert not shown(steer(runner, running, dials(80, blends=(0.0,) * 4)))
    assert not runner.turns
    assert said == ["All the paintings are at 0: give at least one of them more than that."]


def test_what_a_run_cannot_be_steered_to_is_told(photo: FileDataDict, painting: FileDataDict, said: list[str]) -> None:
    runner = Steered(WHOLE)
    running = next(run(runner, photo, painting)).running
    for colours in (13, None):
        assert not shown(steer(runner, running, dials(80, colours)))
    assert said == ["13 brings &lt;bad&gt; luck", "“Whose colours?” is empty: give it a number."]


def test_a_steered_run_is_remembered_as_it_was_steered(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    after = steer(Steered(), running, dials(80)).running
    end = finished(ENGLISH, painted, after)
    assert read_recipe(Path(end.download["value"])).config.strength == 80


def test_the_run_before_is_kept_as_it_was_steered(photo: FileDataDict, painting: FileDataDict) -> None:
    painted, running = done(photo, painting)
    after = steer(Steered(), running, dials(80)).running
    _, begin, *_ = PaintHandlers(Playback(WHOLE), DEFAULTS).run(ENGLISH, painted, after, form(photo, painting))
    end = finished(ENGLISH, begin.painted, begin.running)
    assert read_recipe(Path(end.download["value"])).config.strength == 80
