"""Runs on the page with a runner that plays back what a test wants."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import gradio as gr
import numpy as np
from gradio.data_classes import FileDataDict

from demo.form.values import EVEN, MOST_PAINTINGS, Dials, FormValues
from demo.jobs.records import LossRecord, Progress, Record, Waiting
from demo.paint.handlers import PaintHandlers
from demo.paint.running import Running
from demo.paint.session import Painted
from demo.paint.views import PaintView
from nst_core.config import TransferConfig
from nst_core.scene.scales import Size
from tests.support import playback
from tests.support.playback import ENGLISH, Playback

DEFAULTS = TransferConfig()


class Steered(Playback):
    """One that can be steered and knows how long it takes."""

    def __init__(self, records: Sequence[Record | Exception] = (), seconds: float | None = 42.0) -> None:
        super().__init__(records)
        self.turns: list[tuple[str, TransferConfig]] = []
        self.running, self.seconds, self.measuring = True, seconds, True
        self.asked: list[tuple[Size, tuple[Size, ...], TransferConfig]] = []

    def steer(self, key: str, config: TransferConfig) -> bool:
        self.turns.append((key, config))
        if config.colours == 13:
            raise ValueError("13 brings <bad> luck")
        return self.running

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        self.asked.append((content, tuple(styles), config))
        return self.seconds

    def is_measuring(self) -> bool:
        return self.measuring


def progress(index: int, total: int = 3, size: Size = (128, 85)) -> Progress:
    image = np.full((size[1], size[0], 3), 10 * index, np.uint8)
    losses = {"content_layers": {"relu4_2": 0.3}, "style_layers": {"relu1_1": (index / 10) ** 2}}
    return Progress(index, total, size, (LossRecord(0.1, 0.2, 2.1),), 4.0, (), image, **losses)


def small_progress(index: int, total: int = 200, size: Size = (24, 16), channels: int = 3) -> Progress:
    """A record of a long run, whose picture is all of one grey, 1 a step."""
    image = np.full((size[1], size[0], channels), index, np.uint8)
    return Progress(index, total, size, (LossRecord(0.1, 0.2, 2.1),), 4.0, (), image)


WHOLE = (Waiting(1), Waiting(0), progress(1, size=(64, 43)), progress(2), progress(3))

SMALL = {"size": 128, "steps": 3}


def settings(**changes: Any) -> dict[str, Any]:
    """Of a small and short run, but for `changes`."""
    return playback.settings(**SMALL | changes)


def form(*pictures: FileDataDict | None, **changes: Any) -> FormValues:
    """Of a small and short run: photo and paintings, `changes` as `playback.form` takes them."""
    photo, *paintings = pictures or (None,)
    return playback.form(photo, *paintings, **SMALL | changes)


def dials(strength: Any = DEFAULTS.strength, colours: Any = DEFAULTS.colours, blends: Sequence[float] = ()) -> Dials:
    """The dials as the page sends them; blends that aren't given are even."""
    return Dials({"strength": strength, "colours": colours}, (*blends, *[EVEN] * MOST_PAINTINGS)[:MOST_PAINTINGS])


def run(
    runner: Playback, *pictures: Any, kept: Painted | None = None, request: gr.Request = ENGLISH, **changes: Any
) -> Generator[PaintView, None, None]:
    views = PaintHandlers(runner, DEFAULTS).run(request, kept, None, form(*pictures, **changes))
    first = next(views)
    assert first == PaintView()
    assert not runner.jobs
    yield from views


def finished(request: gr.Request, painted: Painted | None, running: Running | None) -> PaintView:
    """The view at the end of a run where no other is under way."""
    return PaintHandlers(Playback(()), DEFAULTS).finished(request, painted, running)


def done(photo: FileDataDict, painting: FileDataDict, **changes: Any) -> tuple[Painted, Running]:
    """What the server keeps after a whole run."""
    first, *_, last = run(Playback(WHOLE), photo, painting, **changes)
    return last.painted, first.running
