"""What crosses between the page and a runner: plain records that any process can unpickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from demo.visitors.identity import Visitor
from nst_core.config import TransferConfig
from nst_core.execution import Execution
from nst_core.notes import Note
from nst_core.scene.scales import Size

Pixels = NDArray[np.uint8]  # (H, W, 3), RGB, or (H, W, 4) with the opacity where `config.keep_alpha`
Deep = NDArray[np.uint16]  # as `Pixels`, in 16 bits a channel
Mask = NDArray[np.uint8]  # (H, W) of any size: of a mask 255 = here, 0 = not here

NEARLY = 0.75  # times the size of a quick look: a run's own picture, of more steps, shows as much


class Kind(StrEnum):
    """What a job is for."""

    PICTURE = "picture"
    SKETCH = "sketch"  # one of six
    RECONSTRUCTION = "reconstruction"


@dataclass(frozen=True, eq=False)
class Job:
    """What to paint: a photo, the paintings, and how."""

    content: Pixels
    styles: tuple[Pixels, ...]  # none where the config looks at the photo alone
    config: TransferConfig
    masks: tuple[Mask | None, ...] = ()  # one a painting, which are used there on the photo; () = no masks
    begin: Pixels | None = None  # the picture to go on from, at full size only; None = `config.initial`
    strength_map: Mask | None = None  # how much painting where, as `nst_core.scene.strength` reads it
    key: str = ""  # by which `Runner.steer` finds the job; "" = it can't be steered
    visitor: Visitor = Visitor()  # who asks for it
    kind: Kind = Kind.PICTURE
    gives_way: bool = False  # nobody asked for it: it ends without a record where others paint or wait
    wants_quick_look: bool = False  # a runner may begin with small pictures of what the run will come to

    @property
    def sizes(self) -> tuple[Size, list[Size]]:
        """(width, height) of the photo, and of each painting."""
        photo, *paintings = ((picture.shape[1], picture.shape[0]) for picture in (self.content, *self.styles))
        return photo, paintings


@dataclass(frozen=True)
class LossRecord:
    """The losses of one step: content and style without their weights, and the weighted total."""

    content: float
    style: float
    total: float


@dataclass(frozen=True)
class Waiting:
    """A place in the queue."""

    ahead: int  # jobs to be finished first; 0 = this one begins
    own: int = 0  # of those the visitor's own
    seconds: float | None = None  # until it begins; None = nobody knows


@dataclass(frozen=True, eq=False)
class QuickLook:
    """A small picture of what a run will come to; it is none of its steps."""

    image: Pixels

    def shows_more_than(self, progress: Progress) -> bool:
        """Whether it is still the better picture of the two; not of a run that was steered since."""
        return not progress.steered and not shows_as_much(progress.size, max(self.image.shape[:2]))


@dataclass(frozen=True, kw_only=True)
class Computation:
    """How a runner computes a job, and with what: what of a picture's recipe the page can't know."""

    config: TransferConfig  # of the first step: the job's own, unless it was steered while it waited
    execution: Execution  # of the last step
    versions: Mapping[str, str]  # of packages, and the kind of device; see `nst_core.recipe.versions`
    peak_memory: int | None = None  # bytes that the device, or the whole process, had most since the job began


@dataclass(frozen=True, eq=False)
class Progress:
    """How far a job is: `image` is after step `index`, at the size that is being worked at."""

    index: int  # 1 .. total
    total: int
    size: tuple[int, int]  # (width, height), grows during the run
    trail: tuple[LossRecord, ...]  # of every step since the record before this one; the last is of step `index`
    seconds_left: float | None  # None until enough steps were timed
    notes: tuple[Note, ...]  # what a person should know about these steps
    image: Pixels  # with an opacity if the photo's is kept and isn't 1 everywhere
    content_layers: Mapping[str, float] = field(default_factory=dict)  # the losses of step `index`, without weights
    style_layers: Mapping[str, float] = field(default_factory=dict)
    steered: tuple[tuple[int, TransferConfig], ...] = ()  # the first step of each later config, and it
    computation: Computation | None = None  # None where it isn't told
    deep: Deep | None = None  # `image` before it was rounded to 8 bits
    share: float | None = None  # of the job's time that is over, 0 .. 1; None where it isn't told

    @property
    def losses(self) -> LossRecord:
        """The losses that step `index` measured, of the picture before it."""
        return self.trail[-1]

    def after(self, done: int) -> Progress:
        """This record as one of a run that had done so many steps before its job began."""
        return replace(self, index=done + self.index, total=done + self.total)


def shows_as_much(size: Size, side: int) -> bool:
    """Whether a picture of a run, (width, height), shows as much as a quick look with that long side, in pixels."""
    return max(size) >= NEARLY * side


Record = Waiting | QuickLook | Progress
