"""An evaluation, and a move of the optimiser, recorded once as lists of kernels and replayed from then on; on CUDA.

Hundreds of small kernels are then started by two calls. Started one by one from Python, they can take longer than they
compute where pictures are small.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from typing import ClassVar, Protocol, TypeVar

import torch
from torch import Tensor

from nst_core.config import TransferConfig
from nst_core.loss.objective import Losses
from nst_core.loss.statistics import statistic_of
from nst_core.optim.descent import RunMove, run_directly

logger = logging.getLogger(__name__)

T = TypeVar("T")
# An image (1, 3, H, W) -> its losses and the gradient of their total.
Evaluate = Callable[[Tensor], tuple[Losses, Tensor]]

# Of the norm of a gradient or a move: kernels that add up in any order, or in TF32, differ by far less.
TOLERANCE = 1e-2
EVALUATION, MOVE = "evaluation", "move"


class RecordingError(RuntimeError):
    """Work was done, but couldn't be recorded."""


class Tape(Protocol):
    """What work on a device is recorded by."""

    def record(self, work: Callable[[], T]) -> T:
        """Do the work, once; what it returns is overwritten by each `replay`. `RecordingError` where that can't be."""
        ...

    def replay(self) -> None:
        """Do it again, on what then lies where it took its numbers from."""
        ...

    def free(self) -> None:
        """Give back what the recording holds; it is replayed no more."""
        ...


class Refusals:
    """What couldn't be recorded in this process: each time that leaves memory behind.

    It is tried once more, as what went wrong may have been another run's doing. What fails twice for the same reason
    isn't tried again.
    """

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}  # the last one, by the kind of work
        self._final: set[str] = set()

    def __contains__(self, kind: str) -> bool:
        return kind in self._final

    def add(self, kind: str, reason: str) -> None:
        """Work of that kind couldn't be recorded; `reason` is what the device said."""
        if self._reasons.get(kind) == reason:
            self._final.add(kind)
        self._reasons[kind] = reason


class CUDATape:
    """`Tape` of a CUDA device: a graph of kernels."""

    refused: ClassVar[Refusals] = Refusals()

    def __init__(self, device: torch.device, kind: str) -> None:
        self._device, self._kind, self._graph = device, kind, torch.cuda.CUDAGraph()

    def record(self, work: Callable[[], T]) -> T:
        """See `Tape`; work that asks the device for a number can't be recorded."""
        # Leaving the block of the current stream leads back to it, even from an error amidst the recording.
        with torch.cuda.device(self._device), torch.cuda.stream(torch.cuda.current_stream()):
            aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):  # what libraries do when they first see a stream is no part of the work
                work()
            torch.cuda.current_stream().wait_stream(aside)
            try:
                # Other threads may ask for memory meanwhile: to show the step before.
                with (
                    nothing_freed(),
                    torch.cuda.graph(self._graph, stream=aside, capture_error_mode="thread_local"),
                ):
                    return work()
            except RuntimeError as error:
                self.refused.add(self._kind, str(error).partition("\n")[0])
                self.free()
                raise RecordingError(str(error)) from error

    def replay(self) -> None:
        """See `Tape`."""
        self._graph.replay()

    def free(self) -> None:
        """See `Tape`."""
        with _recording, suppress(RuntimeError):  # of one that was broken off
            self._graph.reset()


_recording = Lock()  # held while a graph is recorded, or freed


@contextmanager
def nothing_freed() -> Iterator[None]:
    """Within the block no graph is freed: not by `CUDATape.free`, nor by Python's collector.

    CUDA breaks a recording off when the thread that records frees another graph ("function reset"), and the collector
    frees whatever hangs in circles amid any line of it.
    """
    with _recording:
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if was_enabled:
                gc.enable()


class RecordedEvaluation:
    """`Evaluate` of images of one size that records another one at its first call.

    The gradient that it returns is overwritten by the next call. Where recording fails, or what is replayed isn't what
    was recorded, it keeps calling the other one.
    """

    def __init__(self, evaluate: Evaluate, tape: Tape) -> None:
        self._evaluate = evaluate
        self._blank: Tape | None = tape
        self._recorded: tuple[Tape, Tensor, Losses, Tensor] | None = None

    def __call__(self, image: Tensor) -> tuple[Losses, Tensor]:
        """The losses of `image` (1, 3, H, W) and the gradient of their total."""
        if self._recorded is not None:
            tape, taken, losses, gradient = self._recorded
            taken.copy_(image)
            tape.replay()
            return losses.copied(), gradient
        losses, gradient = self._evaluate(image)
        if self._blank is not None:
            tape, self._blank = self._blank, None  # one that isn't used shall not keep its memory
            self._record(tape, image, gradient)
        return losses, gradient

    def free(self) -> None:
        """Give back what is recorded: from now on the other one is called."""
        recorded, self._recorded, self._blank = self._recorded, None, None
        if recorded is not None:
            recorded[0].free()

    def _record(self, tape: Tape, image: Tensor, expected: Tensor) -> None:
        taken = image.clone()
        try:
            losses, gradient = tape.record(lambda: self._evaluate(taken))
            tape.replay()
            error = ((gradient - expected).norm() / expected.norm()).item()
        except RuntimeError as reason:  # among others: an error that is known only once it is asked for
            logger.warning("an evaluation can't be recorded, so its kernels are started one by one (%s)", reason)
            return
        if error <= TOLERANCE or not expected.any():  # NaN isn't
            self._recorded = tape, taken, losses, gradient
        else:
            tape.free()
            logger.warning("a replayed evaluation differs by %.2g of the gradient, so none is replayed", error)


class RecordedMove:
    """`descent.RunMove` of always the same work with tensors of the same shapes, recorded as it is first done.

    Where recording fails, or what is replayed isn't what was recorded, it keeps doing the work itself.
    """

    def __init__(self, tape: Tape) -> None:
        self._blank: Tape | None = tape
        self._recorded: tuple[Tape, list[Tensor]] | None = None

    def __call__(self, work: Callable[..., None], given: Sequence[Tensor], changed: Sequence[Tensor]) -> None:
        """Do the work, or replay it: see `descent.RunMove`."""
        if self._recorded is not None:
            tape, taken = self._recorded
            _put(given, taken)
            tape.replay()
        elif self._blank is None or not self._record(work, given, changed):
            work(*given)

    def free(self) -> None:
        """Give back what is recorded: from now on the work itself is done."""
        recorded, self._recorded, self._blank = self._recorded, None, None
        if recorded is not None:
            recorded[0].free()

    def _record(self, work: Callable[..., None], given: Sequence[Tensor], changed: Sequence[Tensor]) -> bool:
        """Whether the work is done, and recorded; if not, all is as it was before."""
        assert self._blank is not None
        tape, self._blank = self._blank, None  # one that isn't used shall not keep its memory
        before: list[Tensor] = []
        try:
            taken, before = _copies(given), _copies(changed)
            tape.record(lambda: work(*taken))
            expected = changed[0].clone()
            _put(before, changed)
            _put(given, taken)
            tape.replay()
            error = ((changed[0] - expected).norm() / (expected - before[0]).norm()).item()
            if error <= TOLERANCE or torch.equal(changed[0], expected):  # NaN isn't
                self._recorded = tape, taken
                return True
            problem = f"replayed, it differs by {error:.2g} of it"
        except RuntimeError as reason:  # among others: no room for copies, or an error known once it is asked for
            problem = str(reason)
        tape.free()
        logger.warning("a move can't be recorded, so its kernels are started one by one (%s)", problem)
        if before:
            _put(before, changed)
        return False


def _copies(tensors: Sequence[Tensor]) -> list[Tensor]:
    return [each.clone() for each in tensors]


def _put(values: Iterable[Tensor], places: Iterable[Tensor]) -> None:
    for value, place in zip(values, places, strict=True):
        place.copy_(value)


def recorded_move(device: torch.device) -> RunMove:
    """What does the moves of a run, recorded where the `device` allows it."""
    if device.type != "cuda" or MOVE in CUDATape.refused:
        return run_directly
    return RecordedMove(CUDATape(device, MOVE))


def recorded_evaluation(evaluate: Evaluate, device: torch.device, config: TransferConfig) -> Evaluate:
    """`evaluate`, recorded where the `device` and the losses allow it."""
    recordable = statistic_of(config.style_loss).recordable
    if device.type != "cuda" or EVALUATION in CUDATape.refused or not recordable:
        return evaluate
    return RecordedEvaluation(evaluate, CUDATape(device, EVALUATION))


def free(work: Evaluate | RunMove | None) -> None:
    """Give back what is recorded of `work`, if anything is."""
    if isinstance(work, RecordedEvaluation | RecordedMove):
        work.free()
