"""What can be made of a result: how a run goes on, how long that takes, and which pictures it is of."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from gradio.data_classes import FileDataDict

from demo.browser import html
from demo.browser.toasts import told
from demo.form.library import subject
from demo.form.request import (
    LARGER,
    LIMITS,
    MOST_PAINTINGS,
    Selection,
    are_the_same,
    checked_sizes,
    larger_size,
    make_selection,
    more_steps,
    number,
    sizes_of,
    the_rest,
)
from demo.form.widgets import Form
from demo.jobs.runner import Runner
from demo.paint.session import Painted, Running
from demo.words import Language, language, say
from nst_core.config import TransferConfig


@dataclass(frozen=True)
class NextSteps:
    """What the page says beside a result, in front of `runner`; its widgets started at `defaults`."""

    runner: Runner
    defaults: TransferConfig

    def tell(self, request: gr.Request, painted: Painted | None, running: Running | None, *form: Any) -> list[Any]:
        """Which pictures the result is of, or why Paint can't make another, and the times beside Keep going and Larger.

        `form`: what is chosen now.
        """
        if painted is None or (running is not None and self.runner.is_under_way(running.key)):
            return [gr.skip()] * 3
        speaks, dials = language(request), Form(*form).dials
        times = [self._time(speaks, painted, running, dials, factor) for factor in (1.0, LARGER)]
        return [self._pair(speaks, painted, form), *times]

    def _pair(self, speaks: Language, painted: Painted, form: Sequence[Any]) -> str:
        try:
            checked_sizes(make_selection(self.defaults, form, speaks), speaks)
        except ValueError as error:
            return html.aside(told(speaks, error))
        return pair(speaks, painted.selection, form[: 1 + MOST_PAINTINGS])

    def _time(
        self, speaks: Language, painted: Painted, running: Running | None, dials: Sequence[Any], times: float
    ) -> str:
        """Nothing where it isn't known, and where a click tells why it can't be."""
        done = painted.progress.index
        with suppress(ValueError):
            selection = wished(painted, running, done, dials, times, speaks)
            seconds = self.runner.estimate(*sizes_of(selection), the_rest(selection.config, done))
            if seconds is not None:
                return html.estimate(speaks, seconds)
        return ""


def wished(
    kept: Painted, running: Running | None, done: int, dials: Sequence[Any], times: float, speaks: Language
) -> Selection:
    """What going on from step `done` means, at so many times the size, with the dials as they are; `ValueError`."""
    selection = turned(kept.steered(running), dials, speaks)
    size = larger_size(selection.config.size, times)
    if times > 1 and size <= selection.config.size:
        raise ValueError(say(speaks, "error.largest", limit=int(LIMITS["size"][1])))
    return replace(selection, config=replace(selection.config, size=size, steps=done + more_steps(kept.planned)))


def turned(selection: Selection, dials: Sequence[Any], speaks: Language) -> Selection:
    """A selection with the dials (strength, colours, blends) where they are now; `ValueError` for what is no number."""
    strength, colours, *blends = dials
    values: dict[str, Any] = {
        name: number(name, value, speaks) for name, value in (("strength", strength), ("colours", colours))
    }
    return replace(selection, config=replace(selection.config, **values)).blended(blends, speaks)


def pair(speaks: Language, selection: Selection, chosen: Sequence[FileDataDict | None]) -> str:
    """HTML: which pictures a result is of; it draws the eye where others are chosen by now."""
    photo, *paintings = chosen
    is_of_these = are_the_same(selection, photo, [painting for painting in paintings if painting])
    return html.pair(speaks, subject(selection, speaks), is_of_these)
