"""Jobs on the machine that the page is on, one after the other."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Generator, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, suppress
from dataclasses import replace
from threading import Lock
from typing import ParamSpec, TypeVar

import torch

from demo.jobs.control import Control, Controls, stopping
from demo.jobs.journal import told
from demo.jobs.progress import RECORD_EVERY, RemainingTime, paced, pixels
from demo.jobs.queue import CALL_EVERY, MAX_WAITING, Order, Queue, Ticket
from demo.jobs.quick_look import quick_look
from demo.jobs.records import Computation, Job, QuickLook, Record, Waiting
from demo.jobs.registry import RunnerOptions
from demo.jobs.runner import one_by_one
from demo.jobs.transfers import settle, timed, transfer_of
from nst_core.config import Pooling, TransferConfig
from nst_core.cpu.choice import loops_are_coming
from nst_core.cpu.kernels import compile_beside
from nst_core.device.memory import forget_peak, give_back_freed_memory, keep_freed_memory, peak_memory
from nst_core.device.select import resolve_device
from nst_core.errors import InputError
from nst_core.forecast.forecast import suggest
from nst_core.forecast.machine import UNKNOWN, Machine, as_it_is, recalled, speed
from nst_core.forecast.measuring import probing
from nst_core.forecast.task import Task
from nst_core.network.vgg import VGG, load_vgg19
from nst_core.network.weights import load_parameters
from nst_core.recipe import versions
from nst_core.scene.scales import Size, scale_plan
from nst_core.transfer import Step, Transfer

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class LocalRunner:
    """One job at a time on one device of this machine; the others wait for their turn."""

    def __init__(
        self,
        device: torch.device | str | None = None,
        max_waiting: int = MAX_WAITING,
        order: Order = Order.ROUND_ROBIN,
    ) -> None:
        """`device`: where to compute, the best there is by default; `max_waiting`: how many may stand in the queue."""
        self._device = resolve_device(device)
        # An accelerator computes the next step while the processor shows this one; else both would take its time.
        self._looks_ahead = self._device.type != "cpu"
        self._versions = versions(self._device.type)
        self._queue = Queue(max_waiting, order=order)
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
        return told(job, self._run(job))

    def _run(self, job: Job) -> Generator[Record, None, None]:
        scale_plan(*job.sizes, job.config)
        try:
            with (
                self._queue.join(job.visitor, self._seconds_of(job)) as ticket,
                self._controls.of(job) as control,
                closing(self._records(job, ticket, control)) as records,
            ):
                for record in records:
                    if control.is_stopped:
                        return
                    yield record
        finally:
            self._rest()

    def run_each(self, jobs: Sequence[Job]) -> Generator[tuple[int, Record], None, None]:
        """See `Runner.run_each`."""
        return one_by_one(self, jobs)

    def steer(self, key: str, config: TransferConfig) -> bool:
        """See `Runner.steer`."""
        return self._controls.steer(key, config)

    def stop(self, key: str) -> None:
        """See `Runner.stop`."""
        self._controls.stop(key)

    def is_under_way(self, key: str) -> bool:
        """See `Runner.is_under_way`."""
        return self._controls.is_under_way(key)

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

    def _seconds_of(self, job: Job) -> float | None:
        """How long a job will take, where that is known already."""
        with suppress(InputError):  # it doesn't fit now, and may when its turn comes
            return self.estimate(*job.sizes, job.config) if self._machines.get(_kind(job.config)) else None
        return None

    def is_measuring(self) -> bool:
        """See `Runner.is_measuring`."""
        return self._measuring is not None and not self._measuring.done() and self._queue.is_empty

    def measure(self, config: TransferConfig) -> None:
        """See `Runner.measure`; nothing either while somebody paints."""
        is_busy = not self._queue.is_empty or (self._measuring is not None and not self._measuring.done())
        if not is_busy and _kind(config) not in self._machines:
            self._measuring = self._submit(self._measure, config)

    def end_jobs(self) -> None:
        """See `Runner.end_jobs`."""
        with self._submitting:
            self._closed = True

    def close(self) -> None:
        """See `Runner.close`: torch aborts a process that ends amidst its work."""
        self.end_jobs()
        self._painter.shutdown()

    def _records(self, job: Job, ticket: Ticket, control: Control) -> Generator[Record, None, None]:
        while not self._gives_way(job, ticket) and self._queue.wait(ticket, CALL_EVERY):
            self._check_open()
            yield self._queue.told(ticket)
        if self._gives_way(job, ticket):
            return
        yield Waiting(0)
        beginning = self._submit(self._begin, job, control)
        if beginning is None:
            raise stopping(is_amid=False)
        while not wait([beginning], CALL_EVERY).done:
            self._check_open()
            yield Waiting(0)
        transfer, remaining, look = beginning.result()
        begun = transfer.config
        if look is not None:
            with closing(self._quick_looks(look, control)) as looks:
                yield from looks
        with closing(self._one_by_one(transfer, control, remaining)) as steps:
            for progress in paced(steps, remaining):
                self._slowness = remaining.pace or self._slowness
                ticket.expect(progress.seconds_left)
                computation = Computation(
                    config=begun,
                    execution=transfer.execution,
                    versions=self._versions,
                    peak_memory=peak_memory(self._device),
                )
                yield replace(progress, steered=tuple(transfer.steered), computation=computation)

    def _gives_way(self, job: Job, ticket: Ticket) -> bool:
        """Whether a job that nobody asked for ends here."""
        return job.gives_way and self._queue.has_others(ticket)

    def _rest(self) -> None:
        """Hand back the memory that steps left for the next ones (0.7 GB at 512 px), unless there is a next one."""
        if self._queue.is_empty:
            self._submit(give_back_freed_memory)

    def _submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T] | None:
        """Call on the one thread that computes; None once the runner is closed."""
        with self._submitting:
            return None if self._closed else self._painter.submit(function, *args, **kwargs)

    def _begin(self, job: Job, control: Control) -> tuple[Transfer, RemainingTime, Transfer | None]:
        """A run that is ready for its first step, to be computed as the memory allows, and how long it will take.

        Beside them the run of the quick look that comes first, if one does.
        """
        forget_peak(self._device)
        config = control.next_config()
        transfer = self._transfer(job, config)
        machine = self._machine(transfer.network, config)
        slowness = self._slowness if machine else None
        forecast = settle(transfer, job, machine or as_it_is(transfer.network, UNKNOWN))
        small = quick_look(job, forecast, slowness)
        look = transfer_of(job, small, transfer.network, self._device) if small else None
        for run in filter(None, (transfer, look)):  # whoever comes first needn't wait until the loops are compiled
            run.changes_over = loops_are_coming()
        return transfer, timed(forecast, slowness), look

    def _quick_looks(self, transfer: Transfer, control: Control) -> Generator[QuickLook, None, None]:
        """The pictures of a quick look, of its full size alone; none any more once the run was steered or stopped."""
        steps, last = iter(transfer), transfer.plan[-1][0]

        def advance() -> Step | None:
            return None if control.is_stopped or control.is_steered else next(steps, None)

        shown = -math.inf
        while (coming := self._submit(advance)) is not None and (step := coming.result()) is not None:
            now = time.monotonic()
            if step.size == last and (_is_over(step) or now - shown >= RECORD_EVERY):
                yield QuickLook(pixels(step, 8))
                shown = now

    def _transfer(self, job: Job, config: TransferConfig) -> Transfer:
        return transfer_of(job, config, self._extractor(config), self._device)

    def _machine(self, network: VGG, config: TransferConfig) -> Machine | None:
        """The machine with the memory of this moment; None while its pace isn't known."""
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
            if control.is_stopped:
                return None
            if control.is_steered:
                transfer.steer(control.next_config())
            return next(steps, None)

        coming, last = self._submit(advance), None
        while coming is not None and (step := self._result(coming, last)) is not None:
            last = step
            if self._looks_ahead:
                coming = self._submit(advance)
            remaining.plan = transfer.plan
            yield step
            if not self._looks_ahead:
                coming = self._submit(advance)
        if coming is None and not _is_over(last):
            raise stopping(is_amid=last is not None)

    def _result(self, coming: Future[Step | None], last: Step | None) -> Step | None:
        """The step after the last one; nobody waits for a large one, which takes minutes, once the runner is closed."""
        while not _is_over(last) and not wait([coming], CALL_EVERY).done:
            self._check_open(last)
        return coming.result()

    def _check_open(self, last: Step | None = None) -> None:
        """Raise `InputError` once the runner is closed; `last`: the step of which there is a picture."""
        if self._closed:
            raise stopping(is_amid=last is not None)

    def _extractor(self, config: TransferConfig) -> VGG:
        key = config.weights, config.pooling
        if key not in self._extractors:
            self._extractors[key] = load_vgg19(*key).to(self._device)
        return self._extractors[key]

    def _any_extractor(self, config: TransferConfig) -> VGG:
        """Whatever its weights, which all take the same time: one that is there, and needn't be fetched or found."""
        known = (network for (_, pooling), network in list(self._extractors.items()) if pooling is config.pooling)
        return next(known, None) or self._extractor(replace(config, weights=TransferConfig().weights))


def make_runner(options: RunnerOptions) -> LocalRunner:
    """For a program that does little else; raises `ValueError` for weights, or a device, that aren't there."""
    device = resolve_device(options.device or None)
    if device.type == "cpu":
        compile_beside()  # while the page is built
    load_parameters(options.defaults.weights)
    keep_freed_memory()
    return LocalRunner(device, options.max_waiting, options.queue_order)


def _is_over(last: Step | None) -> bool:
    return last is not None and last.index == last.total


def _kind(config: TransferConfig) -> Hashable:
    """What the time of a step depends on."""
    return tuple(speed(config).items())
