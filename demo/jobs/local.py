"""Where jobs run. Every runner turns a `Job` into the same stream of records; this one uses the machine it is on."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import replace
from statistics import median
from threading import Condition, Lock
from typing import Any, ParamSpec, Protocol, TypeVar

import numpy as np
import torch
from PIL import Image

from demo.jobs.control import Control, Controls
from demo.jobs.records import Job, LossRecord, Pixels, Progress, Record, Waiting
from nst_core.cli.notes import in_english
from nst_core.config import Pooling, TransferConfig
from nst_core.device.memory import give_back_freed_memory
from nst_core.device.select import resolve_device
from nst_core.errors import InputError
from nst_core.forecast.forecast import suggest
from nst_core.forecast.machine import Machine, Pace, as_it_is, probing, recalled, speed
from nst_core.forecast.task import Task
from nst_core.images import to_array
from nst_core.network.vgg import VGG, load_vgg19
from nst_core.scene.scales import Plan, Size, scale_plan
from nst_core.transfer import Step, Transfer

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

RECORD_EVERY = 0.5  # seconds; a step that takes longer makes a record of its own
CALL_EVERY = 1.0  # seconds between two records to someone who waits
MAX_WAITING = 20
ENOUGH = 3  # steps that were timed: they then tell more than a forecast
UNKNOWN = Pace(start=0, pixel=1)  # of a machine: no more than what takes longer than what


class Runner(Protocol):
    """Runs jobs somewhere."""

    def run(self, job: Job) -> Generator[Record, None, None]:
        """The records of `job`, at least one a second while it waits; closing the generator gives the place up.

        Raises `ValueError`, a sentence for a person, for a job that can't be run, if possible before the first record.
        """
        ...

    def steer(self, key: str, config: TransferConfig) -> bool:
        """Let the job with that key go on with `config` from its next step; False if none is running or waiting.

        `nst_core.config.STEERABLE` may differ from what it has; `ValueError` for anything else.
        """
        ...

    def stop(self, key: str) -> None:
        """Let the job with that key end after the step at hand, without another record; nothing where there is none."""
        ...

    def is_under_way(self, key: str) -> bool:
        """Whether a job with that key waits or runs, and was not told to stop."""
        ...

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        """The seconds that a job takes once it has begun, by the sizes (width, height) of its pictures.

        None while it isn't known yet how fast the machine is. Raises `ValueError` for a job that can't be run, and
        where it will never be known.
        """
        ...

    def is_measuring(self) -> bool:
        """Whether it is being found out how fast the machine is; that waits while somebody paints."""
        ...


class LocalRunner:
    """One job at a time on one device of this machine; the others wait in the order they came."""

    def __init__(self, device: torch.device | str | None = None, max_waiting: int = MAX_WAITING) -> None:
        """`device`: where to compute, the best there is by default; `max_waiting`: how many may stand in the queue."""
        self._device = resolve_device(device)
        # An accelerator computes the next step while the processor shows this one; else both would take its time.
        self._looks_ahead = self._device.type != "cpu"
        self._queue = Queue(max_waiting)
        self._controls = Controls()
        # Each thread that computes keeps buffers of its own (120 MB at 192 px), and Gradio's pool has dozens.
        self._painter = ThreadPoolExecutor(1)
        self._submitting = Lock()
        self._closed = False
        self._extractors: dict[tuple[str, Pooling], VGG] = {}
        # By what the time of a step depends on, as it was when nobody painted; None = it can't be measured.
        self._machines: dict[Hashable, Machine | None] = {}
        self._measuring: Future[None] | None = None
        self._slowness = 1.0  # the seconds of a step of the last run, shown to somebody, beside those of a forecast

    def run(self, job: Job) -> Generator[Record, None, None]:
        """See `Runner.run`."""
        scale_plan(_size(job.content), [_size(style) for style in job.styles], job.config)
        try:
            with (
                self._queue.join() as ticket,
                self._controls.at(job) as control,
                closing(self._records(job, ticket, control)) as records,
            ):
                for record in records:
                    if control.is_left:
                        return
                    yield record
        finally:
            self._rest()

    def steer(self, key: str, config: TransferConfig) -> bool:
        """See `Runner.steer`."""
        return self._controls.turn(key, config)

    def stop(self, key: str) -> None:
        """See `Runner.stop`."""
        self._controls.leave(key)

    def is_under_way(self, key: str) -> bool:
        """See `Runner.is_under_way`."""
        return self._controls.is_manned(key)

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        """See `Runner.estimate`."""
        plan = scale_plan(content, styles, config)
        if _kind(config) not in self._machines:
            self.measure(config)
            return None
        machine = self._machines[_kind(config)]
        if machine is None:
            raise ValueError("how long a step takes can't be measured here; begin, and the first steps will tell")
        return self._slowness * suggest(machine, Task(self._any_extractor(config), config, plan, styles), {}).seconds

    def is_measuring(self) -> bool:
        """See `Runner.is_measuring`."""
        return self._measuring is not None and not self._measuring.done() and self._queue.is_empty

    def measure(self, config: TransferConfig) -> None:
        """Find out in the background how long the steps of a config take, unless it is known or somebody paints.

        For a runner that has just been made it is the time to do so: nobody is there yet.
        """
        is_busy = not self._queue.is_empty or (self._measuring is not None and not self._measuring.done())
        if not is_busy and _kind(config) not in self._machines:
            self._measuring = self._submit(self._measure, config)

    def close(self) -> None:
        """Wait for the step at hand and let no other begin: torch aborts a process that ends amidst its work."""
        with self._submitting:
            self._closed = True
        self._painter.shutdown()

    def _records(self, job: Job, ticket: object, control: Control) -> Generator[Record, None, None]:
        while ahead := self._queue.wait(ticket, CALL_EVERY):
            yield Waiting(ahead)
        yield Waiting(0)
        beginning = self._submit(self._begin, job, control)
        if beginning is None:
            return
        while not wait([beginning], CALL_EVERY).done:
            yield Waiting(0)
        transfer, remaining = beginning.result()
        with closing(self._one_by_one(transfer, control, remaining)) as steps:
            for progress in paced(steps, remaining):
                self._slowness = remaining.pace or self._slowness
                yield replace(progress, steered=tuple(transfer.steered))

    def _rest(self) -> None:
        """Hand back the memory that steps left for the next ones (0.7 GB at 512 px), unless there is a next one."""
        if self._queue.is_empty:
            self._submit(give_back_freed_memory)

    def _submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T] | None:
        """Call on the one thread that computes; None once the runner is closed."""
        with self._submitting:
            return None if self._closed else self._painter.submit(function, *args, **kwargs)

    def _begin(self, job: Job, control: Control) -> tuple[Transfer, RemainingTime]:
        """A run that is ready for its first step, to be computed as the memory allows, and how long it will take."""
        config = control.take()
        transfer = Transfer(
            Image.fromarray(job.content),
            [Image.fromarray(style) for style in job.styles],
            config,
            masks=[None if mask is None else Image.fromarray(mask) for mask in job.masks],
            begin=None if job.begin is None else Image.fromarray(job.begin),
            extractor=self._extractor(config),
            device=self._device,
        )
        machine = self._machine(transfer.network, config)
        task = Task(transfer.network, config, transfer.plan, [_size(style) for style in job.styles])
        try:
            forecast = suggest(machine or as_it_is(transfer.network, UNKNOWN), task, {})
        except ValueError as error:  # there is but one reason
            raise InputError(str(error), "no_memory") from error
        transfer.execution = forecast.execution
        costs = {stage.size: stage.seconds / stage.steps for stage in forecast.stages}
        return transfer, RemainingTime(transfer.plan, costs, self._slowness if machine else None)

    def _machine(self, network: VGG, config: TransferConfig) -> Machine | None:
        """With the memory of this moment; None while its pace isn't known."""
        known = self._machines.get(_kind(config))
        pace = known.pace if known else recalled(network, config)
        if pace is None:
            return None
        machine = self._machines[_kind(config)] = as_it_is(network, pace)
        return machine

    def _measure(self, config: TransferConfig) -> None:
        """A step at a time: who comes to paint doesn't have to wait for the rest."""
        try:
            for machine in probing(self._any_extractor(config), config):
                if machine is not None:
                    self._machines[_kind(config)] = machine
                elif self._closed or not self._queue.is_empty:
                    return
        except Exception:  # whatever it is, one can paint without knowing how long it will take
            logger.exception("how long a step takes can't be measured")
            self._machines[_kind(config)] = None

    def _one_by_one(
        self, transfer: Transfer, control: Control, remaining: RemainingTime
    ) -> Generator[Step, None, None]:
        steps = iter(transfer)

        def advance() -> Step | None:
            if control.is_left:
                return None
            if control.was_turned:
                transfer.steer(control.take())
            return next(steps, None)

        coming = self._submit(advance)
        while coming is not None and (step := coming.result()) is not None:
            if self._looks_ahead:
                coming = self._submit(advance)
            remaining.plan = transfer.plan
            yield step
            if not self._looks_ahead:
                coming = self._submit(advance)

    def _extractor(self, config: TransferConfig) -> VGG:
        key = config.weights, config.pooling
        if key not in self._extractors:
            self._extractors[key] = load_vgg19(*key).to(self._device)
        return self._extractors[key]

    def _any_extractor(self, config: TransferConfig) -> VGG:
        """Whatever its weights, which all take the same time: one that is there, and needn't be fetched or found."""
        known = (network for (_, pooling), network in list(self._extractors.items()) if pooling is config.pooling)
        return next(known, None) or self._extractor(replace(config, weights=TransferConfig().weights))


class Queue:
    """First come, first served. Gradio's own counts a cancelled job as gone while its last step still runs."""

    def __init__(self, max_waiting: int) -> None:
        self._max_waiting = max_waiting
        self._tickets: deque[object] = deque()
        self._moved = Condition()

    @contextmanager
    def join(self) -> Iterator[object]:
        """A ticket at the end of the queue, handed back after the block; `ValueError` when the queue is full."""
        ticket = object()
        with self._moved:
            if len(self._tickets) > self._max_waiting:
                raise InputError(
                    f"{self._max_waiting} people are waiting already; please try again in a few minutes",
                    "queue_full",
                    waiting=self._max_waiting,
                )
            self._tickets.append(ticket)
        try:
            yield ticket
        finally:
            with self._moved:
                self._tickets.remove(ticket)
                self._moved.notify_all()

    @property
    def is_empty(self) -> bool:
        """Whether nobody is being served or waits."""
        with self._moved:
            return not self._tickets

    def wait(self, ticket: object, seconds: float) -> int:
        """How many are ahead of `ticket`, as soon as it is nobody, else after `seconds`."""
        with self._moved:
            self._moved.wait_for(lambda: self._tickets[0] is ticket, seconds)
            return self._tickets.index(ticket)


class RemainingTime:
    """Tells the seconds left of a run; `plan` may be replaced on the way by one with other numbers of steps."""

    def __init__(self, plan: Plan, costs: Mapping[Size, float], slowness: float | None = None) -> None:
        """`costs`: what a step takes at each size, in seconds with a `slowness` to multiply them by, or in any unit."""
        self.plan = plan
        self._costs, self._slowness = costs, slowness
        # Of the last steps: the median passes over a scale's first step, which also measures the targets.
        self._seconds_per_cost: deque[float] = deque(maxlen=7)

    def add(self, index: int, seconds: float) -> None:
        """Step `index` (1 ..) took so long."""
        self._seconds_per_cost.append(seconds / self._steps()[index - 1])

    def seconds_left(self, index: int) -> float | None:
        """After step `index`; None while fewer than three steps are known, more are to come and there's no forecast."""
        remaining = sum(self._steps()[index:])
        if remaining and len(self._seconds_per_cost) < ENOUGH:
            return None if self._slowness is None else self._slowness * remaining
        return remaining * median(self._seconds_per_cost)

    @property
    def pace(self) -> float | None:
        """How slow the steps have turned out, beside a forecast in seconds; None where that can't be told (yet)."""
        if self._slowness is None or len(self._seconds_per_cost) < ENOUGH:
            return None
        return median(self._seconds_per_cost)

    def _steps(self) -> list[float]:
        return [self._costs[size] for size, steps in self.plan for _ in range(steps)]


def _kind(config: TransferConfig) -> Hashable:
    """What the time of a step depends on."""
    return tuple(speed(config).items())


def _size(picture: Pixels) -> Size:
    height, width = picture.shape[:2]
    return width, height


def _pixels(step: Step, depth: int) -> Any:
    """(H, W, 3), or (H, W, 4) with an opacity, of 8 or 16 bits a channel."""
    image = to_array(step.image, depth)
    if step.alpha is None:
        return image
    opacity = to_array(step.alpha.expand_as(step.image), depth)
    return np.dstack([image, opacity[..., :1]])


def paced(steps: Iterator[Step], remaining: RemainingTime) -> Generator[Progress, None, None]:
    """A record at most every `RECORD_EVERY` seconds, but always of a size's first step, of a note, of the last."""
    trail: list[LossRecord] = []
    size = None
    shown = began = time.monotonic()
    for step in steps:
        now = time.monotonic()
        remaining.add(step.index, now - began)
        began = now
        trail.append(LossRecord(step.losses.content, step.losses.style, step.losses.total))
        if step.size != size or step.index == step.total or step.notes or now - shown >= RECORD_EVERY:
            size = step.size
            yield Progress(
                index=step.index,
                total=step.total,
                size=step.size,
                trail=tuple(trail),
                seconds_left=remaining.seconds_left(step.index),
                note=in_english(step.notes),
                image=_pixels(step, 8),
                content_layers=step.losses.content_layers,
                style_layers=step.losses.style_layers,
                deep=_pixels(step, 16),
            )
            trail.clear()
            shown = time.monotonic()
