"""The moments of a run that are kept, so that one can look back and take an earlier picture."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from demo.files import check_room
from demo.jobs.records import Pixels, Progress
from nst_core.scene.scales import Size

logger = logging.getLogger(__name__)

MOST = 40  # of a run: files of at most 3 MB each at the sizes of the page
MOST_OF_THE_DISK = 0.5  # of what a visitor may take: the rest is for downloads


@dataclass(frozen=True)
class Snapshot:
    """The picture after step `index`, in a file of its own."""

    index: int
    size: Size
    path: Path
    content_layers: Mapping[str, float]  # the losses of the step, without weights
    style_layers: Mapping[str, float]

    def load(self) -> Pixels:
        """The picture, (H, W, 3), or (H, W, 4) with its opacity; `OSError` when the file is gone, or isn't whole."""
        try:
            picture: Pixels = np.load(self.path, allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise OSError(f"{self.path} is damaged") from error
        return picture


@dataclass(frozen=True)
class Snapshots:
    """At most `MOST` pictures of a run, spread evenly over its records, in `folder`."""

    folder: Path
    kept: tuple[Snapshot, ...] = ()
    seen: int = 0  # records so far
    stride: int = 1  # every so many of them are kept
    is_refused: bool = False  # the disk took no file

    def extended(self, progress: Progress) -> Snapshots:
        """These snapshots with one more record, whose picture is kept if its turn has come and the disk takes it."""
        snapshots = replace(self, seen=self.seen + 1)
        return snapshots if self.seen % self.stride else snapshots.including(progress)

    def including(self, progress: Progress) -> Snapshots:
        """These snapshots with the picture of a record, if the disk takes it; of too many every second one goes."""
        try:
            kept = (*self.kept, self._write(progress))
        except OSError as error:
            if not self.is_refused:
                logger.warning("moments of a run can't be kept: %s", error)
            return replace(self, is_refused=True)
        if len(kept) <= MOST:
            return replace(self, kept=kept)
        _remove(kept[1::2])
        return replace(self, kept=kept[::2], stride=2 * self.stride)

    def until(self, step: int) -> Snapshots:
        """These snapshots without those after `step`, whose files go."""
        _remove(snapshot for snapshot in self.kept if snapshot.index > step)
        return replace(self, kept=tuple(snapshot for snapshot in self.kept if snapshot.index <= step))

    def at(self, step: float) -> Snapshot | None:
        """The snapshot nearest to a step."""
        return min(self.kept, key=lambda snapshot: abs(snapshot.index - step), default=None)

    def forget(self) -> None:
        """Remove the files."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, progress: Progress) -> Snapshot:
        check_room(self.folder, MOST_OF_THE_DISK)
        self.folder.mkdir(parents=True, exist_ok=True)
        # As it is: as a PNG, which is little smaller, it would take a tenth of a step, and few are looked back at.
        path = self.folder / f"{progress.index}.npy"
        np.save(path, progress.image)
        return Snapshot(progress.index, progress.size, path, progress.content_layers, progress.style_layers)


def _remove(snapshots: Iterable[Snapshot]) -> None:
    for snapshot in snapshots:
        snapshot.path.unlink(missing_ok=True)
