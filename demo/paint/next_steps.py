"""What can be made of a result: how a run goes on, how long that takes, and which pictures it is of."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import gradio as gr

from demo.browser import html
from demo.browser.toasts import message_of
from demo.form.library import subject
from demo.form.request import (
    LARGER,
    LARGEST,
    Selection,
    checked_sizes,
    larger_size,
    make_selection,
    more_steps,
    remaining,
    sizes_of,
)
from demo.form.values import Dials, FormValues
from demo.jobs.runner import Runner
from demo.paint.running import Running
from demo.paint.session import Painted
from demo.paint.views import PaintView
from demo.words import Language, language, say
from nst_core.config import TransferConfig


@dataclass(frozen=True)
class NextSteps:
    """What the page says beside a result, in front of `runner`; its widgets started at `defaults`."""

    runner: Runner
    defaults: TransferConfig

    def tell(
        self, request: gr.Request, painted: Painted | None, running: Running | None, form: FormValues
    ) -> PaintView:
        """Which pictures the result is of, or why Paint can't make another, and the times beside Keep going and Larger.

        `form`: what is chosen now.
        """
        if painted is None or (running is not None and self.runner.is_under_way(running.key)):
            return PaintView()
        speaks = language(request)
        return PaintView(
            pair=self._pair(speaks, painted, form),
            keep_going_time=self._time(speaks, painted, running, form.dials, 1.0),
            larger_time=self._time(speaks, painted, running, form.dials, LARGER),
        )

    def _pair(self, speaks: Language, painted: Painted, form: FormValues) -> str:
        try:
            checked_sizes(make_selection(self.defaults, form, speaks), speaks)
        except ValueError as error:
            return html.aside(message_of(speaks, error))
        return pair(speaks, painted.selection, form)

    def _time(self, speaks: Language, painted: Painted, running: Running | None, dials: Dials, times: float) -> str:
        """Nothing where it isn't known, and where a click tells why it can't be."""
        done = painted.progress.index
        with suppress(ValueError):
            selection = next_selection(painted, running, done, dials, times, speaks)
            seconds = self.runner.estimate(*sizes_of(selection), remaining(selection.config, done))
            if seconds is not None:
                return html.estimate(speaks, seconds)
        return ""


def next_selection(
    kept: Painted, running: Running | None, done: int, dials: Dials, times: float, speaks: Language
) -> Selection:
    """What going on from step `done` means, at so many times the size, with the dials as they are; `ValueError`."""
    selection = kept.steered(running).with_dials(dials, speaks)
    size = larger_size(selection.config.size, times)
    if times > 1 and size <= selection.config.size:
        raise ValueError(say(speaks, "error.largest", limit=LARGEST))
    return replace(selection, config=replace(selection.config, size=size, steps=done + more_steps(kept.planned)))


def pair(speaks: Language, selection: Selection, form: FormValues) -> str:
    """HTML: which pictures a result is of; it draws the eye where others are chosen by now."""
    return html.pair(speaks, subject(selection, speaks), selection.has_same_pictures_as(form))
