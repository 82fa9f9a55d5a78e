"""A run that another page began: whoever comes back watches it to its end."""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from dataclasses import dataclass, replace

import gradio as gr

from demo.browser import html
from demo.jobs.runner import Runner
from demo.paint import views
from demo.paint.running import Running
from demo.paint.session import Painted
from demo.paint.views import PaintView
from demo.visitors.left import Left, left_by
from demo.words import Language, language, say

LOOK_EVERY = 0.1  # seconds
CALL_EVERY = 1.0  # seconds: Gradio closes a generator only where it yields


@dataclass(frozen=True)
class Following:
    """The handler that shows a run of the page before this one, in front of `runner`."""

    runner: Runner
    painted: gr.State  # where a session keeps its run

    def follow(
        self, request: gr.Request, key: str, painted: Painted | None, running: Running | None
    ) -> Generator[PaintView, None, None]:
        """The views of what the page with that key had begun, and of what it had last; `finished` follows.

        `painted`, `running`: what this page has taken up of it.
        """
        left = left_by(key, request)
        if left is None or running is None:
            yield PaintView()
            return
        left.go_on_for(request.session_hash or "")
        speaks = language(request)
        if self.runner.is_under_way(running.key):
            view = _showing(speaks, painted) if painted else PaintView()
            yield _under_way(speaks, replace(view, status=html.message(say(speaks, "lost.under_way"))))
            yield from self._watch(speaks, left, running)
        last = left.look(self.painted) or painted
        yield _showing(speaks, last) if last else PaintView()

    def _watch(self, speaks: Language, left: Left, running: Running) -> Generator[PaintView, None, None]:
        shown: Painted | None = None
        plotted = -math.inf
        while self.runner.is_under_way(running.key):
            now = self._next(left, running, shown)
            if now is None or now is shown or now.earlier:
                yield PaintView()
                continue
            shown = now
            view = views.progressing(speaks, replace(now, plotted=plotted), time.monotonic())
            plotted = view.painted.plotted
            yield _under_way(speaks, view)

    def _next(self, left: Left, running: Running, shown: Painted | None) -> Painted | None:
        """What the run has come to, as soon as that is more than was `shown`, else after a while."""
        until = time.monotonic() + CALL_EVERY
        while time.monotonic() < until and self.runner.is_under_way(running.key):
            now: Painted | None = left.look(self.painted)
            if now is not shown:
                return now
            time.sleep(LOOK_EVERY)
        return shown


def _under_way(speaks: Language, view: PaintView) -> PaintView:
    """A view of a run, with the buttons for one: of two views that come at once, the page may pass over the first.

    Nothing else is hidden: a view that comes after Stop would take away what that has shown.
    """
    return replace(
        view,
        start=gr.update(visible=False),
        stop=gr.update(value=say(speaks, "paint.stop"), visible=True),
    )


def _showing(speaks: Language, painted: Painted) -> PaintView:
    progress = painted.progress
    words = say(speaks, "picture.step", step=progress.index, steps=progress.total)
    return PaintView(painted=painted, pane=html.pane(progress.image, painted.size, words))
