"""A runner that plays back what a test wants, and files as the browser uploads them."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form.settings import BY_NAME, widget_values
from demo.form.values import EVEN, FormValues, in_slots
from demo.jobs.records import Job, LossRecord, Progress, Record, Waiting
from demo.jobs.runner import one_by_one
from nst_core.config import TransferConfig
from nst_core.scene.scales import Size

DEFAULTS = TransferConfig()
ENGLISH = gr.Request(headers={"accept-language": "en"})
SPANISH = gr.Request(headers={"accept-language": "es-ES,es;q=0.9"})


class Playback:
    """Yields the records for every job, and raises where an exception stands among them."""

    def __init__(self, records: Sequence[Record | Exception]) -> None:
        self.records = records
        self.jobs: list[Job] = []
        self.under_way: set[str] = set()  # keys
        self.closed = 0

    def run(self, job: Job) -> Generator[Record, None, None]:
        self.jobs.append(job)
        self.under_way.add(job.key)
        try:
            for record in self.records:
                if isinstance(record, Exception):
                    raise record
                yield record
        finally:
            self.under_way.discard(job.key)
            self.closed += 1

    def run_each(self, jobs: Sequence[Job]) -> Generator[tuple[int, Record], None, None]:
        return one_by_one(self, jobs)

    def steer(self, key: str, config: TransferConfig) -> bool:
        return False

    def stop(self, key: str) -> None:
        self.under_way.discard(key)

    def is_under_way(self, key: str) -> bool:
        return key in self.under_way

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        return None

    def is_measuring(self) -> bool:
        return False

    def measure(self, config: TransferConfig) -> None:
        """It takes no time at all."""

    def end_jobs(self) -> None:
        """Whatever stands among the records comes."""

    def close(self) -> None:
        """Nothing is under way."""


def settings(**changes: Any) -> dict[str, Any]:
    """The defaults as the page sends them, but for the changes."""
    assert changes.keys() <= BY_NAME.keys()
    return widget_values(DEFAULTS) | changes


def form(
    photo: FileDataDict | None,
    *paintings: FileDataDict | None,
    blends: tuple[float, ...] = (),
    regions: Any = None,
    strength_map: Any = None,
    **changes: Any,
) -> FormValues:
    """What the page sends: the photo, all slots, their blends, the regions, and the settings."""
    return FormValues(
        photo=photo,
        paintings=in_slots(paintings, None),
        blends=in_slots(blends, EVEN),
        regions=regions,
        strength_map=strength_map,
        settings=settings(**changes),
    )


def progress(index: int, total: int = 2, size: Size = (64, 48), **layers: dict[str, float]) -> Progress:
    """A record whose picture is all of one grey, 10 a step."""
    image = np.full((size[1], size[0], 3), 10 * index, np.uint8)
    return Progress(index, total, size, (LossRecord(0.1, 0.2, 2.1),), 4.0, (), image, **layers)


WHOLE = (Waiting(1), Waiting(0), progress(1), progress(2))


def upload(path: Path, size: Size | None = None, colour: str = "teal") -> FileDataDict:
    """What an event hands on of a chosen file, which is made where a size is given."""
    if size is not None:
        Image.new("RGB", size, colour).save(path)
    return {"path": str(path), "orig_name": path.name, "is_stream": False}


def clicked(index: int, act: str = "") -> gr.EventData:
    """The event of a button or box with that `data-index` and `data-act`."""
    return gr.EventData(None, {"index": index, "act": act})


def shown(value: Any) -> bool:
    """Whether a value, or one within a record of values, changes an output at all."""
    if is_dataclass(value):
        return any(shown(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, tuple):
        return any(map(shown, value))
    if isinstance(value, Mapping) and "__type__" not in value:
        return any(map(shown, value.values()))
    return not (isinstance(value, Mapping) and set(value) == {"__type__"})
