"""What the server keeps of a visitor's last run: its pictures, its curves, and how it came to them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from demo.browser.plot import Curves
from demo.files import reserved_folder, unique_name
from demo.form.request import Selection, Submission
from demo.jobs.records import Computation, Deep, Pixels, Progress
from demo.paint.resizing import resized
from demo.paint.running import Running
from demo.paint.snapshots import Snapshots
from nst_core.config import TransferConfig
from nst_core.notes import Note, later
from nst_core.scene.scales import Size


@dataclass(frozen=True, eq=False)
class RunPicture:
    """A picture of a run: after step `index`, of `size`, which may be less than the finished one's."""

    index: int
    size: Size
    image: Pixels
    content_layers: Mapping[str, float]  # the losses of the step, without weights
    style_layers: Mapping[str, float]
    deep: Deep | None = None  # `image` in 16 bits a channel, of the last one only


@dataclass(frozen=True, eq=False)
class Segment:
    """The steps of a run that one job painted: whoever keeps going adds one."""

    key: str  # of its job
    selection: Selection  # as it was last steered
    size: Size  # of its finished picture
    last: int  # step
    went_on: tuple[int, ...] = ()  # the steps after which it went on from the run's picture; () = it began the run
    steered: tuple[tuple[int, TransferConfig], ...] = ()  # as `Progress` has them
    computation: Computation | None = None

    def configs(self, step: int) -> list[tuple[int, TransferConfig]]:
        """What the steps up to `step` went by, with the first step of each; one about as good, where it went on."""
        if self.went_on or self.computation is None:
            return [(1, self.selection.config)]
        return [(1, self.computation.config), *((first, config) for first, config in self.steered if first <= step)]

    def selected(self, step: int) -> Selection:
        """What was asked for when step `step` was done."""
        return replace(self.selection, config=self.configs(step)[-1][1])


@dataclass(frozen=True, eq=False)
class Painted:
    """The last run of a session, kept on the server, so that no stop and no failure loses its picture."""

    key: str  # of its last job
    selection: Selection  # of that job
    before: Pixels
    progress: Progress
    curves: Curves
    snapshots: Snapshots
    files: Path  # a folder for what is made of it; after another job, a step of that number is another picture
    past: tuple[Segment, ...] = ()  # before its last job
    plotted: float = -math.inf  # when the page got its plot of a running job, in seconds of `time.monotonic`
    notes: tuple[Note, ...] = ()  # what was remarked during the run, the last of each kind
    earlier: bool = False  # it comes from a run before the one that began last

    @property
    def size(self) -> Size:
        """The size of the finished picture, which the last step may not have reached."""
        height, width = self.before.shape[:2]
        return width, height

    @property
    def planned(self) -> int:
        """The most steps that were asked for, whoever stopped before."""
        return max(selection.config.steps for selection in (self.selection, *(each.selection for each in self.past)))

    @property
    def is_unfinished(self) -> bool:
        """Whether its last job was ended before its last step."""
        return self.progress.index < self.progress.total

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps of which there is a picture, in ascending order."""
        return tuple(sorted({*(snapshot.index for snapshot in self.snapshots.kept), self.progress.index}))

    def extended(self, progress: Progress) -> Painted:
        """This run with one more record."""
        curves, snapshots = self.curves.extended(progress), self.snapshots.extended(progress)
        return replace(
            self,
            progress=progress,
            curves=curves,
            snapshots=snapshots,
            notes=_renewed(self.notes, later(progress.notes)),
        )

    def continued(self, submission: Submission) -> Painted:
        """This run up to the step that a job goes on from, and ready for that job's records."""
        snapshots, past = (
            self.snapshots.until(submission.done),
            [each for each in self.past if each.last < submission.done],
        )
        if self.progress.index == submission.done != max((snapshot.index for snapshot in snapshots.kept), default=0):
            snapshots = snapshots.including(self.progress)
        return Painted(
            submission.job.key,
            submission.selection,
            submission.before,
            self.progress,
            self.curves.until(submission.done),
            snapshots,
            snapshots.folder / unique_name(),
            (*past, replace(self._segment(submission.done, self.selection), last=submission.done)),
            notes=self.notes,
        )

    def settled(self, running: Running | None) -> Painted:
        """As the one from before, once another run begins; `running`: the last one, which may have been steered."""
        return replace(self, selection=self.steered(running), earlier=True)

    def at(self, step: float | None) -> RunPicture:
        """The moment nearest to `step`; the last one for None, or where the file of another is gone."""
        now = self.progress
        last = RunPicture(now.index, now.size, now.image, now.content_layers, now.style_layers, now.deep)
        snapshot = None if step is None else self.snapshots.at(step)
        if step is None or snapshot is None or abs(last.index - step) <= abs(snapshot.index - step):
            return last
        try:
            image = snapshot.load()
        except OSError:
            return last
        return RunPicture(snapshot.index, snapshot.size, image, snapshot.content_layers, snapshot.style_layers)

    def enlarged(self, picture: RunPicture) -> Pixels:
        """A picture of the run at the finished one's size."""
        return resized(picture.image, self.size)

    def steered(self, running: Running | None) -> Selection:
        """What was asked for, as it was last steered."""
        return running.selection if running and running.key == self.key else self.selection

    def segment(self, picture: RunPicture, running: Running | None = None) -> Segment:
        """The part of the run that a picture is of."""
        return self._segment(picture.index, self.steered(running))

    def _segment(self, step: int, selection: Selection) -> Segment:
        progress, went_on = self.progress, tuple(each.last for each in self.past)
        now = Segment(
            key=self.key,
            selection=selection,
            size=self.size,
            last=progress.index,
            went_on=went_on,
            steered=progress.steered,
            computation=progress.computation,
        )
        return next((each for each in self.past if step <= each.last), now)


def followed(submission: Submission, progress: Progress, last: Painted | None) -> Painted:
    """What is kept after a record of a job; its first one takes the place of the run before, or goes on from there."""
    progress = progress.after(submission.done)
    if last is not None and not last.earlier:
        return last.extended(progress)
    if last is not None and submission.done:
        return last.continued(submission).extended(progress)
    forget(last)
    folder = reserved_folder(submission.job.visitor)
    files = folder / unique_name()
    return Painted(
        submission.job.key, submission.selection, submission.before, progress, Curves(), Snapshots(folder), files
    ).extended(progress)


def _renewed(notes: Sequence[Note], fresh: Sequence[Note]) -> tuple[Note, ...]:
    """The notes with the `fresh` ones in place of those of their kinds."""
    kinds = {note.about for note in fresh}
    return (*(note for note in notes if note.about not in kinds), *fresh)


def forget(painted: Painted | None) -> None:
    """The session has ended: remove its files."""
    if painted is not None:
        painted.snapshots.forget()
