"""What the server keeps of a visitor: the run that can be steered, and the last pictures."""

from __future__ import annotations

import math
import secrets
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from gradio.utils import get_upload_folder
from PIL import Image

from demo.events import Deep, Pixels, Progress
from demo.moments import Moments
from demo.orders import Order, Wish
from demo.plot import Curves
from nst_core.config import TransferConfig
from nst_core.plan import Size

KEPT_FOR = 24 * 3600  # seconds: what was uploaded and what was made


@dataclass(frozen=True, eq=False)
class Running:
    """The run that began last; whoever knows its key may steer it. Without the pictures, which take megabytes."""

    key: str
    wish: Wish
    config: TransferConfig  # of its job

    @classmethod
    def of(cls, order: Order) -> Running:
        """As it begins."""
        return cls(order.job.key, order.wish, order.job.config)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a run: after step `index`, of `size`, which may be less than the finished one's."""

    index: int
    size: Size
    image: Pixels
    deep: Deep | None = None  # the same in 16 bits a channel, of the last one only


@dataclass(frozen=True, eq=False)
class Painted:
    """The last run of a session, kept on the server, so that no stop and no failure loses its picture."""

    key: str  # of its job
    wish: Wish
    before: Pixels
    progress: Progress
    curves: Curves
    moments: Moments
    plotted: float = -math.inf  # when the page got its plot of a running job, in seconds of `time.monotonic`
    earlier: bool = False  # it comes from a run before the one that began last

    @property
    def size(self) -> Size:
        """Of the finished picture, which the last step may not have reached."""
        height, width = self.before.shape[:2]
        return width, height

    @property
    def folder(self) -> Path:
        """For files made of it."""
        return self.moments.folder

    def extended(self, progress: Progress) -> Painted:
        """With one more record."""
        curves, moments = self.curves.extended(progress), self.moments.extended(progress)
        return replace(self, progress=progress, curves=curves, moments=moments)

    def at(self, step: float | None) -> Picture:
        """The moment nearest to `step`; the last one for None, or where the file of another is gone."""
        now = self.progress
        last = Picture(now.index, now.size, now.image, now.deep)
        moment = None if step is None else self.moments.at(step)
        if step is None or moment is None or abs(last.index - step) <= abs(moment.index - step):
            return last
        try:
            return Picture(moment.index, moment.size, moment.load())
        except OSError:
            return last

    def enlarged(self, picture: Picture) -> Pixels:
        """A picture of the run at the finished one's size."""
        return resized(picture.image, self.size)

    def steered(self, running: Running | None) -> Wish:
        """What was wished, as it was last steered."""
        return running.wish if running and running.key == self.key else self.wish


def followed(order: Order, progress: Progress, last: Painted | None) -> Painted:
    """What is kept after a record of a run; after its first one, the files of the run before go."""
    if last is not None and not last.earlier:
        return last.extended(progress)
    forget(last)
    empty = Painted(order.job.key, order.wish, order.before, progress, Curves(), Moments(new_folder()))
    return empty.extended(progress)


def forget(painted: Painted | None) -> None:
    """The session has ended: remove its files."""
    if painted is not None:
        painted.moments.forget()


def new_folder() -> Path:
    """Within Gradio's cache, which may be served; nobody can guess its name. It stays for `KEPT_FOR`."""
    home = Path(get_upload_folder()) / "made"
    folder = home / secrets.token_hex(16)
    folder.mkdir(parents=True)
    _tidy(home)
    return folder


def _tidy(home: Path) -> None:
    """Remove what nobody did: Gradio knows of no file that it hasn't sent, and tells of no session that it drops."""
    for folder in home.iterdir():
        try:
            if time.time() - folder.stat().st_mtime > KEPT_FOR:
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:  # its session has ended meanwhile
            continue


def resized(image: Pixels, size: Size) -> Pixels:
    """A picture at `size` (width, height)."""
    if image.shape[1::-1] == size:
        return image
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS))


def resized_deep(image: Deep, size: Size) -> Deep:
    """The same in 16 bits a channel, of which Pillow resizes one at a time, and as numbers."""
    if image.shape[1::-1] == size:
        return image
    channels = [Image.fromarray(channel.astype(np.float32)) for channel in np.moveaxis(image, 2, 0)]
    numbers = np.dstack([np.asarray(channel.resize(size, Image.Resampling.LANCZOS)) for channel in channels])
    return numbers.round().clip(0, 65535).astype(np.uint16)
