"""What can be made of a result: how a run goes on, how long that takes, and which pictures it is of."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

import gradio as gr
import numpy as np

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
from demo.form.uploads import load, uploaded
from demo.form.values import Dials, FormValues
from demo.jobs.records import Pixels
from demo.jobs.runner import Runner
from demo.paint.running import Running
from demo.paint.session import Painted
from demo.paint.views import PaintView
from demo.words import Language, language, say
from nst_core.config import TransferConfig
from nst_core.images import to_rgb
from nst_core.recipe import sha256_of

SMALL = 128  # pixels of the long side
KEPT = 64  # of the pictures that were chosen last


@dataclass(frozen=True)
class NextSteps:
    """What the page says beside a result, in front of `runner`; its widgets started at `defaults`."""

    runner: Runner
    defaults: TransferConfig

    def tell(
        self, request: gr.Request, painted: Painted | None, running: Running | None, form: FormValues
    ) -> PaintView:
        """What Paint would begin now; which pictures the result is of, or why Paint can't make another, and the times
        beside Keep going and Larger.

        `form`: what is chosen now.
        """
        speaks = language(request)
        if running is not None and self.runner.is_under_way(running.key):
            return PaintView(chosen=self._chosen(speaks, running.selection, form, "chosen.next"))
        if painted is None:
            return PaintView()
        return PaintView(
            chosen=self._chosen(speaks, painted.selection, form, "chosen.now"),
            pair=self._pair(speaks, painted, form),
            keep_going_time=self._time(speaks, painted, running, form.dials, 1.0),
            larger_time=self._time(speaks, painted, running, form.dials, LARGER),
        )

    def _chosen(self, speaks: Language, shown: Selection, form: FormValues, words: str) -> str:
        """What Paint would begin now, by `words`; "" where that is the pair that is shown, or nothing."""
        if not form.is_complete or shown.has_same_pictures_as(form):
            return ""
        try:
            selection = make_selection(self.defaults, form, speaks)
            sizes = checked_sizes(selection, speaks)
            paths = [uploaded("photo", each) for each in selection.pictures]
            small, hashes = [_small(str(path)) for path in paths], tuple(map(sha256_of, paths))
        except (ValueError, OSError):  # why is told beside the buttons
            return ""
        seconds = None
        with suppress(ValueError):
            seconds = self.runner.estimate(*sizes, selection.config)
        name = subject(replace(selection, hashes=hashes), speaks)
        return html.chosen(speaks, small, name, say(speaks, words), seconds)

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


@lru_cache(maxsize=KEPT)
def _small(path: str) -> Pixels:
    """An uploaded picture as small as it is shown; raises `ValueError`. Gradio names a file by what is in it."""
    image = to_rgb(load("photo", {"path": path}, "en", SMALL))  # type: ignore[arg-type]
    image.thumbnail((SMALL, SMALL))
    return np.asarray(image)


def next_selection(
    kept: Painted, running: Running | None, done: int, dials: Dials, times: float, speaks: Language
) -> Selection:
    """What going on from step `done` means, at so many times the size, with the dials as they are; `ValueError`.

    At the same size, what was stopped is finished.
    """
    selection = kept.steered(running).with_dials(dials, speaks)
    size = larger_size(selection.config.size, times)
    if times > 1 and size <= selection.config.size:
        raise ValueError(say(speaks, "error.largest", limit=LARGEST))
    is_finished_now = times == 1 and kept.is_unfinished
    steps = kept.progress.total if is_finished_now else done + more_steps(kept.planned)
    return replace(selection, config=replace(selection.config, size=size, steps=steps))


def pair(speaks: Language, selection: Selection, form: FormValues) -> str:
    """HTML: which pictures a result is of; it draws the eye where others are chosen by now."""
    return html.pair(speaks, subject(selection, speaks), selection.has_same_pictures_as(form))
