"""What crosses between the page's process and a worker: plain records that either can unpickle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from demo.jobs.failures import Failed
from demo.jobs.records import Job, Progress
from nst_core.config import TransferConfig

Steered = tuple[tuple[int, TransferConfig], ...]  # the first step of each later config, and it


@dataclass(frozen=True, kw_only=True)
class Parked:
    """Where a piece stopped, since its seconds were over: the next one goes on from there."""

    place: int  # of the job at hand, 0 ..
    state: Path  # a file, see `nst_core.checkpoint`
    config: TransferConfig  # that its next step goes by
    begun: TransferConfig  # that its first step went by
    steered: Steered
    slowness: float | None  # as of `Finished`


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """As much of some jobs as one loan of a card takes."""

    jobs: tuple[Job, ...]  # one after the other
    seconds: int  # that the card is lent for
    orders: Path  # see `demo.jobs.zero_gpu.orders`
    folders: tuple[Path, ...]  # for a state: the first that has room takes it
    slowness: float  # of the pieces before this one, anybody's
    parked: Parked | None = None  # where the piece before it stopped; None = this is the first


@dataclass(frozen=True)
class Begun:
    """The first step comes next."""

    seconds: float  # since the loan: making the process, getting the network onto the card


@dataclass(frozen=True, eq=False)
class Shown:
    """A record for whoever watches the job at `place`, 0 .."""

    place: int
    progress: Progress


@dataclass(frozen=True)
class Finished:
    """All jobs of the piece are done."""

    slowness: float | None  # how many times the seconds that were assumed the steps took; None = too few to tell


Told = Begun | Shown | Parked | Finished | Failed
