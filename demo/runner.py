"""Where jobs run. Every runner turns a `Job` into the same stream of records; this one uses the machine it is on."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from statistics import median
from threading import Condition, Lock
from typing import ParamSpec, Protocol, TypeVar

import torch
from PIL import Image

from demo.events import Job, Losses, Pixels, Progress, Record, Waiting
from nst_core.config import Pooling, TransferConfig
from nst_core.images import to_array
from nst_core.plan import Size, scale_plan, step_cost
from nst_core.transfer import Step, resolve_device, stylize
from nst_core.vgg import VGG, load_vgg19

P = ParamSpec("P")
T = TypeVar("T")

RECORD_EVERY = 0.5  # seconds; a step that takes longer makes a record of its own
CALL_EVERY = 1.0  # seconds between two records to someone who waits
MAX_WAITING = 20


class Runner(Protocol):
    """Runs jobs somewhere."""

    def run(self, job: Job) -> Generator[Record, None, None]:
        """The records of `job`, at least one a second while it waits; closing the generator gives the place up.

        Raises `ValueError`, a sentence for a person, for a job that can't be run, if possible before the first record.
        """
        ...


class LocalRunner:
    """One job at a time on one device of this machine; the others wait in the order they came."""

    def __init__(self, device: torch.device | str | None = None, max_waiting: int = MAX_WAITING) -> None:
        """`device`: where to compute, the best there is by default; `max_waiting`: how many may stand in the queue."""
        self._device = resolve_device(device)
        self._queue = Queue(max_waiting)
        # Each thread that computes keeps buffers of its own (120 MB at 192 px), and Gradio's pool has dozens.
        self._painter = ThreadPoolExecutor(1)
        self._submitting = Lock()
        self._closed = False
        self._extractors: dict[tuple[str, Pooling], VGG] = {}

    def run(self, job: Job) -> Generator[Record, None, None]:
        """See `Runner.run`."""
        plan = scale_plan(_size(job.content), [_size(style) for style in job.styles], job.config)
        with self._queue.join() as ticket:
            while ahead := self._queue.wait(ticket, CALL_EVERY):
                yield Waiting(ahead)
            yield Waiting(0)
            loading = self._submit(self._extractor, job.config)
            if loading is None:
                return
            while not wait([loading], CALL_EVERY).done:
                yield Waiting(0)
            content, styles = Image.fromarray(job.content), [Image.fromarray(style) for style in job.styles]
            steps = stylize(content, styles, job.config, extractor=loading.result(), device=self._device)
            with closing(self._one_by_one(steps)) as steps:
                yield from paced(steps, Forecast([(step_cost(size, job.config), count) for size, count in plan]))

    def close(self) -> None:
        """Wait for the step at hand and let no other begin: torch aborts a process that ends amidst its work."""
        with self._submitting:
            self._closed = True
        self._painter.shutdown()

    def _submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T] | None:
        """Call on the one thread that computes; None once the runner is closed."""
        with self._submitting:
            return None if self._closed else self._painter.submit(function, *args, **kwargs)

    def _one_by_one(self, steps: Iterator[Step]) -> Generator[Step, None, None]:
        while (coming := self._submit(lambda: next(steps, None))) is not None:
            step = coming.result()
            if step is None:
                return
            yield step

    def _extractor(self, config: TransferConfig) -> VGG:
        key = config.weights, config.pooling
        if key not in self._extractors:
            self._extractors[key] = load_vgg19(*key)
        return self._extractors[key]


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
                raise ValueError(f"{self._max_waiting} people are waiting already; please try again in a few minutes")
            self._tickets.append(ticket)
        try:
            yield ticket
        finally:
            with self._moved:
                self._tickets.remove(ticket)
                self._moved.notify_all()

    def wait(self, ticket: object, seconds: float) -> int:
        """How many are ahead of `ticket`, as soon as it is nobody, else after `seconds`."""
        with self._moved:
            self._moved.wait_for(lambda: self._tickets[0] is ticket, seconds)
            return self._tickets.index(ticket)


class Forecast:
    """Tells the seconds left."""

    def __init__(self, plan: Sequence[tuple[int, int]]) -> None:
        """`plan`: what a step of each scale costs, in any unit, and how many steps it has."""
        self._costs = [cost for cost, steps in plan for _ in range(steps)]
        # Of the last steps: the median passes over a scale's first step, which also measures the targets.
        self._seconds_per_cost: deque[float] = deque(maxlen=7)

    def add(self, index: int, seconds: float) -> None:
        """Step `index` (1 ..) took so long."""
        self._seconds_per_cost.append(seconds / self._costs[index - 1])

    def seconds_left(self, index: int) -> float | None:
        """After step `index`; None while fewer than three steps are known and more are to come."""
        remaining = sum(self._costs[index:])
        if remaining and len(self._seconds_per_cost) < 3:
            return None
        return remaining * median(self._seconds_per_cost)


def _size(picture: Pixels) -> Size:
    height, width = picture.shape[:2]
    return width, height


def paced(steps: Iterator[Step], forecast: Forecast) -> Generator[Progress, None, None]:
    """A record at most every `RECORD_EVERY` seconds, but always of a size's first step, of a note, of the last."""
    trail: list[Losses] = []
    size = None
    shown = began = time.monotonic()
    for step in steps:
        now = time.monotonic()
        forecast.add(step.index, now - began)
        trail.append(Losses(step.losses.content, step.losses.style, step.losses.total))
        if step.size != size or step.index == step.total or step.note or now - shown >= RECORD_EVERY:
            size = step.size
            left = forecast.seconds_left(step.index)
            image = to_array(step.image)
            yield Progress(step.index, step.total, step.size, tuple(trail), left, step.note, image)
            trail.clear()
            shown = time.monotonic()
        began = time.monotonic()
