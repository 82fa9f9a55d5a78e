"""What crosses between the page's process and a worker: plain records that either can unpickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.jobs.records import Job, Progress
from nst_core.config import TransferConfig
from nst_core.device.memory import is_out_of_memory
from nst_core.errors import InputError

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


@dataclass(frozen=True)
class Failed:
    """An error of the worker, as data: of an `InputError` that is raised there only the name would arrive."""

    sentence: str
    about: str = ""  # of an `InputError`
    values: Mapping[str, Any] = field(default_factory=dict)
    is_refusal: bool = True  # a sentence for a person; else something broke
    is_out_of_memory: bool = False

    @classmethod
    def of(cls, error: Exception) -> Failed:
        """The record of an error."""
        if isinstance(error, InputError):
            return cls(str(error), error.about, error.values)
        if isinstance(error, ValueError):
            return cls(str(error))
        text = f"{type(error).__name__}: {error}"
        return cls(text, is_refusal=False, is_out_of_memory=is_out_of_memory(error))

    def error(self) -> Exception:
        """The error of the record."""
        if self.is_refusal:
            return InputError(self.sentence, self.about, **self.values)
        return MemoryError(self.sentence) if self.is_out_of_memory else RuntimeError(self.sentence)


Told = Begun | Shown | Parked | Finished | Failed
