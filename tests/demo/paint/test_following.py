"""A run that the page before this one began is watched to its end."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
import pytest
from gradio.data_classes import FileDataDict

from demo.paint import following
from demo.paint.following import Following
from demo.paint.running import Running
from demo.paint.session import Painted
from tests.support.painting import done, progress
from tests.support.playback import ENGLISH, SPANISH, Playback, shown

pytestmark = pytest.mark.usefixtures("cache")


class Before:
    """The session of the page before, whose run comes further with each look at it, and is over in the end."""

    def __init__(self, runner: Playback, running: Running, *moments: Painted | None) -> None:
        self.runner, self.running, self.moments = runner, running, list(moments)
        self.heir = ""
        runner.under_way.add(running.key)

    def look(self, state: gr.State) -> Painted | None:
        if len(self.moments) > 1:
            return self.moments.pop(0)
        self.runner.stop(self.running.key)
        return self.moments[0]

    def go_on_for(self, heir: str) -> None:
        self.heir = heir


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch) -> Following:
    monkeypatch.setattr(following, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(following, "CALL_EVERY", 0.05)
    return Following(Playback(()), gr.State(render=False))


def leave(monkeypatch: pytest.MonkeyPatch, before: Before | None) -> None:
    monkeypatch.setattr(following, "left_by", lambda key, request: before)


def test_the_newest_pictures_of_the_run_are_shown_and_it_can_be_stopped(
    follow: Following, photo: FileDataDict, painting: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted, running = done(photo, painting)
    moments = [replace(painted, progress=progress(step, 3)) for step in (1, 2, 2, 3)]
    before = Before(follow.runner, running, None, moments[0], moments[0], *moments[1:])
    leave(monkeypatch, before)
    views = [view for view in follow.follow(ENGLISH, "before", None, running) if shown(view)]
    assert "You are back" in views[0].status
    assert ["step 1 of 3" in views[1].status, "step 2 of 3" in views[2].status] == [True, True]
    assert "step 3" in views[-1].pane
    assert views[-1].painted is moments[-1]
    for view in views[:-1]:
        assert view.stop["visible"]
        assert not view.start["visible"]
        assert not shown(view.comparison)  # which Stop has shown, if this view comes late


def test_who_waits_in_line_is_told_and_whoever_closes_the_page_is_let_go(
    follow: Following, photo: FileDataDict, painting: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted, running = done(photo, painting)
    last = replace(painted, earlier=True)
    leave(monkeypatch, Before(follow.runner, running, *[last] * 100))
    watching = follow.follow(SPANISH, "before", last, running)
    assert "Has vuelto" in next(watching).status
    assert not shown(next(watching))  # the picture before isn't this run's; but here Gradio can end it
    watching.close()


def test_a_run_that_ended_meanwhile_is_shown_as_it_ended(
    follow: Following, photo: FileDataDict, painting: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted, running = done(photo, painting)
    before = Before(follow.runner, running, painted)
    follow.runner.stop(running.key)
    leave(monkeypatch, before)
    (view,) = follow.follow(ENGLISH, "before", painted, running)
    assert view.painted is painted
    assert not shown(view.stop)


@pytest.mark.parametrize("was_there", [True, False])
def test_where_nothing_was_left_nothing_is_shown(
    follow: Following, photo: FileDataDict, painting: FileDataDict, monkeypatch: pytest.MonkeyPatch, was_there: bool
) -> None:
    _, running = done(photo, painting)
    leave(monkeypatch, Before(follow.runner, running, None) if was_there else None)
    assert not any(map(shown, follow.follow(ENGLISH, "before", None, None if was_there else running)))
