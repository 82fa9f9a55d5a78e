"""The moments of a run that are kept, so that one can look back and take an earlier picture."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from demo.events import Pixels, Progress
from nst_core.plan import Size

MOST = 40  # of a run: files of at most 3 MB each at the sizes of the page


@dataclass(frozen=True)
class Moment:
    """The picture after step `index`, in a file of its own."""

    index: int
    size: Size
    path: Path

    def load(self) -> Pixels:
        """The picture, (H, W, 3), or (H, W, 4) with its opacity; `OSError` when the file is gone."""
        with Image.open(self.path) as image:
            return np.asarray(image)


@dataclass(frozen=True)
class Moments:
    """At most `MOST` pictures of a run, spread evenly over its records, in `folder`."""

    folder: Path
    kept: tuple[Moment, ...] = ()
    seen: int = 0  # records so far
    stride: int = 1  # every so many of them are kept

    def extended(self, progress: Progress) -> Moments:
        """With one more record, whose file is written if its turn has come; the half are dropped when they are many."""
        kept, stride = self.kept, self.stride
        if self.seen % stride == 0:
            kept = (*kept, self._write(progress))
        if len(kept) > MOST:
            for moment in kept[1::2]:
                moment.path.unlink(missing_ok=True)
            kept, stride = kept[::2], 2 * stride
        return Moments(self.folder, kept, self.seen + 1, stride)

    def at(self, step: float) -> Moment | None:
        """The one nearest to a step."""
        return min(self.kept, key=lambda moment: abs(moment.index - step), default=None)

    def forget(self) -> None:
        """Remove the files."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, progress: Progress) -> Moment:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{progress.index}.png"
        Image.fromarray(progress.image).save(path, compress_level=1)
        return Moment(progress.index, progress.size, path)
