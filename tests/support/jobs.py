"""Jobs that are small, and an engine that costs nothing in place of all transfers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from demo.jobs.local import LocalRunner
from demo.jobs.records import Job, LossRecord, Progress, Record
from demo.jobs.runner import Runner
from nst_core.config import TransferConfig
from nst_core.loss.objective import Losses
from nst_core.notes import Note
from nst_core.transfer import Step
from tests.support.pictures import smooth_picture

LIVENESS = 5.0  # seconds after which a thread that should have gone on counts as stuck
SIZE, LARGE = (64, 48), (128, 96)
TINY = TransferConfig(
    size=64, steps=4, scales=1, content_layers=("relu2_2",), style_layers=("relu1_1", "relu2_1"), tv_weight=0.0
)


def a_job(size: int = 64, steps: int = 4, shape: tuple[int, int] = (48, 64), key: str = "", **config: Any) -> Job:
    picture = np.zeros((*shape, 3), np.uint8)
    return Job(picture, (picture,), replace(TINY, size=size, steps=steps, **config), key=key)


def progress(index: int, steps: int = 1) -> Progress:
    """After step `index`, with the losses of so many steps, each its number."""
    trail = tuple(LossRecord(step, 0.0, 0.0) for step in range(index - steps + 1, index + 1))
    return Progress(index=index, total=20, size=SIZE, trail=trail, seconds_left=None, notes=(), image=pixels(1))


def a_step(index: int, total: int, *notes: Note) -> Step:
    scalars = torch.tensor([index / 10, index / 20, 0.0, index / 5], dtype=torch.float64)
    content, style, variation, total_loss = scalars.unbind()
    losses = Losses(
        content=content,
        style=style,
        total_variation=variation,
        total=total_loss,
        content_layers={"relu2_2": content},
        style_layers={"relu1_1": style},
    )
    return Step(index, total, SIZE, losses.values, partial(torch.full, (1, 3, 48, 64), index / total), notes)


class Painter:
    """Stands in for all transfers: steps on command, and tells whether it is at work."""

    def __init__(self) -> None:
        self.started: list[Run] = []
        self.threads: set[int] = set()
        self.stopped = 0
        self.fail_at = 0

    def __call__(self, content: Any, styles: Any, config: TransferConfig, **options: Any) -> Run:
        self.started.append(Run(self, config, options))
        return self.started[-1]


class Run:
    """One of them."""

    def __init__(self, painter: Painter, config: TransferConfig, options: dict[str, Any]) -> None:
        self.painter, self.config, self.options = painter, config, options
        self.network, self.execution = options["extractor"], None
        self.changes_over = False
        self.plan = [(SIZE, config.steps)]
        self.steered: list[tuple[int, TransferConfig]] = []
        self.index = 0

    def steer(self, config: TransferConfig) -> None:
        self.config, self.plan = config, [(SIZE, config.steps)]
        self.steered.append((self.index + 1, config))

    def __iter__(self) -> Iterator[Step]:
        try:
            while self.index < self.config.steps:
                self.index += 1
                if self.index == self.painter.fail_at:
                    raise RuntimeError("no memory left")
                self.painter.threads.add(threading.get_ident())
                yield a_step(self.index, self.config.steps)
        finally:
            self.painter.stopped += 1


def progress_of(records: Iterator[Record]) -> Iterator[Progress]:
    return (record for record in records if isinstance(record, Progress))


def pixels(seed: int, width: int = 64, height: int = 48) -> Any:
    return np.asarray(smooth_picture(width, height, seed))


def last_of(runner: Runner, job: Job) -> Progress:
    *_, last = progress_of(runner.run(job))
    return last


def settled(runner: LocalRunner) -> None:
    """Wait for all that was submitted to the thread that paints."""
    waited = runner._submit(lambda: None)
    assert waited is not None
    waited.result(LIVENESS)
