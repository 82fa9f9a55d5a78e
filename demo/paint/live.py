"""The page follows what is chosen without Paint, where a run takes so little that one may."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
import numpy as np

from demo.form import example_pairs
from demo.form.example_pairs import Pair
from demo.form.request import Selection, checked_sizes, make_selection, make_submission, new_key
from demo.form.uploads import uploaded
from demo.form.values import FormValues
from demo.paint.handlers import PaintHandlers
from demo.paint.running import Running
from demo.paint.session import Painted
from demo.paint.views import PaintView
from demo.visitors.identity import visitor_of
from demo.words import Language, language

LONGEST = 2.0  # seconds of a run


@dataclass(frozen=True)
class Live:
    """What begins runs by itself, on a page that opens on the first of the `examples`."""

    painting: PaintHandlers
    examples: Sequence[Pair]

    def follow(
        self, request: gr.Request, kept: Painted | None, running: Running | None, form: FormValues
    ) -> Generator[PaintView, None, None]:
        """Something was chosen: it is painted at once, unless that takes long, is there already, or others wait."""
        speaks = language(request)
        selection = self._new(speaks, kept, running, form)
        if selection is None:
            yield PaintView()
            return
        submission = make_submission(selection, speaks, new_key(), visitor_of(request))
        job = replace(submission.job, gives_way=True)
        yield from self.painting.show(speaks, replace(submission, job=job), kept, running)

    def _new(
        self, speaks: Language, kept: Painted | None, running: Running | None, form: FormValues
    ) -> Selection | None:
        """What the form stands for, if that is to be painted."""
        runner = self.painting.runner
        if running is not None and runner.is_under_way(running.key):  # the dials steer it
            return None
        with suppress(ValueError):  # what is wrong is told beside the button
            selection = make_selection(self.painting.defaults, form, speaks)
            seconds = runner.estimate(*checked_sizes(selection, speaks), selection.config)
            is_new = (
                not self._is_first(selection) if kept is None else not _is_same(kept.steered(running), selection, form)
            )
            if is_new and seconds is not None and seconds <= LONGEST:
                return selection
        return None

    def _is_first(self, selection: Selection) -> bool:
        """Whether it is what the page opens on: nobody has asked for anything yet."""
        photo, painting = (uploaded("photo", each) for each in (selection.photo, selection.paintings[0]))
        is_untouched = selection.config == self.painting.defaults and len(selection.paintings) == 1
        return is_untouched and example_pairs.loaded(self.examples, photo, painting) == 0


def _is_same(shown: Selection, chosen: Selection, form: FormValues) -> bool:
    """Whether a picture that is `shown` is what is `chosen` in the form."""
    config = replace(chosen.config, keep_alpha=shown.config.keep_alpha)  # which the photo decides
    brushed: Any = zip((*shown.masks, shown.strength_map), (*chosen.masks, chosen.strength_map), strict=False)
    return (
        shown.config == config
        and shown.has_same_pictures_as(form)
        and len(shown.masks) == len(chosen.masks)
        and all(np.array_equal(was, is_) for was, is_ in brushed)
    )
