"""The runner in the page's process: it has no card, asks for one, and hands on what comes back."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from demo.jobs.control import Controls, stopping
from demo.jobs.journal import entry, told
from demo.jobs.queue import CALL_EVERY, MAX_WAITING, Order, Queue
from demo.jobs.records import Job, Progress, Record, Waiting
from demo.jobs.registry import ZERO_GPU, RunnerOptions, is_zero_gpu
from demo.jobs.zero_gpu.asking import CARD, Asking
from demo.jobs.zero_gpu.lease import Lease, Paint
from demo.jobs.zero_gpu.orders import Orders
from demo.jobs.zero_gpu.states import remove_states
from nst_core.config import TransferConfig
from nst_core.forecast.forecast import suggest
from nst_core.forecast.task import Task
from nst_core.network.vgg import VGG
from nst_core.scene.scales import Size, scale_plan

# Jobs that ask for a card, or have one: the host has a queue of its own, where each holds a thread for up to a minute.
AT_ONCE = 8
SHARED_MEMORY = Path("/dev/shm")  # fast, where there is one; of a container often no more than 64 MB
FAREWELL = 5.0  # seconds for the steps at hand, when the page's process is about to end


class ZeroGpuRunner:
    """Several jobs at once, each on a card that is lent for it."""

    def __init__(
        self, paint: Paint, network: VGG, max_waiting: int = MAX_WAITING, order: Order = Order.ROUND_ROBIN
    ) -> None:
        """`paint`: what runs where the card is; `network`: any, for forecasts; `max_waiting`: who may wait in line."""
        self._paint, self._network = paint, network
        self._queue, self._controls = Queue(max_waiting, AT_ONCE, order), Controls()
        self._orders: dict[str, Orders] = {}
        self._leases: set[Lease] = set()
        self._asking = Asking()
        self._folders = tuple(_own_folders())
        self._closed = False

    def run(self, job: Job) -> Generator[Record, None, None]:
        """See `Runner.run`."""
        return told(job, self._run(job))

    def run_each(self, jobs: Sequence[Job]) -> Generator[tuple[int, Record], None, None]:
        """See `Runner.run_each`: one loan is for all of them, if its seconds are enough."""
        with entry(jobs[0]) as note, closing(self._records(jobs)) as records:
            for place, record in records:
                note(record)
                yield place, record

    def steer(self, key: str, config: TransferConfig) -> bool:
        """See `Runner.steer`."""
        if not self._controls.steer(key, config):
            return False
        self._orders[key].steer(config)
        return True

    def stop(self, key: str) -> None:
        """See `Runner.stop`."""
        self._controls.stop(key)
        if (orders := self._orders.get(key)) is not None:
            orders.leave()

    def is_under_way(self, key: str) -> bool:
        """See `Runner.is_under_way`."""
        return self._controls.is_under_way(key)

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        """See `Runner.estimate`; known from the beginning, by what a step is assumed to take."""
        plan = scale_plan(content, styles, config)
        return self._asking.slowness * suggest(CARD, Task(self._network, config, plan, styles), {}).seconds

    def is_measuring(self) -> bool:
        """See `Runner.is_measuring`: that would take seconds of a visitor's."""
        return False

    def measure(self, config: TransferConfig) -> None:
        """See `Runner.measure`: nothing."""

    def end_jobs(self) -> None:
        """See `Runner.end_jobs`."""
        self._closed = True

    def close(self) -> None:
        """See `Runner.close`."""
        self.end_jobs()
        for orders in list(self._orders.values()):
            orders.leave()
        for lease in list(self._leases):
            lease.join(FAREWELL)
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)

    def _run(self, job: Job) -> Generator[Record, None, None]:
        with closing(self._records([job])) as records:
            for _, record in records:
                yield record

    def _records(self, jobs: Sequence[Job]) -> Generator[tuple[int, Record], None, None]:
        for job in jobs:
            scale_plan(*job.sizes, job.config)
        first, last = jobs[0], None
        with ExitStack() as held, self._controls.of(first) as control, self._orders_of(first) as orders:
            held.callback(orders.remove)
            estimates = [self.estimate(*job.sizes, job.config) or 0.0 for job in jobs]
            ticket = held.enter_context(self._queue.join(first.visitor, sum(estimates)))
            while self._queue.wait(ticket, CALL_EVERY):
                self._check_open()
                yield 0, self._queue.told(ticket)
            yield 0, Waiting(0)
            self._check_open()
            lease = self._lease(jobs, estimates, orders, held)
            for shown in lease.shown():
                if control.is_stopped:
                    return
                self._check_open(last)
                if shown is not None:
                    last = shown.progress
                    yield shown.place, last
                elif lease.is_waiting:
                    yield 0, Waiting(0)

    def _check_open(self, last: Progress | None = None) -> None:
        """Raise `InputError` once the runner is closed; `last`: what was shown last."""
        if self._closed and not (last and last.index == last.total):
            raise stopping(is_amid=last is not None)

    def _lease(self, jobs: Sequence[Job], estimates: Sequence[float], orders: Orders, held: ExitStack) -> Lease:
        """The cards for some jobs, begun; it gives the place in the queue back when it ends, and not before."""
        self._leases = {lease for lease in self._leases if lease.is_under_way}
        if not self._leases:
            remove_states(self._folders)
        lease = Lease(self._paint, jobs, estimates, self._asking, orders, self._folders, held.pop_all())
        self._leases.add(lease)
        lease.start()
        return lease

    @contextmanager
    def _orders_of(self, job: Job) -> Iterator[Orders]:
        """Where to say what is wanted of a job, until the block ends and nobody wants it any more."""
        orders = Orders(self._folders[0])
        if job.key:
            self._orders[job.key] = orders
        try:
            yield orders
        finally:
            orders.leave()
            if self._orders.get(job.key) is orders:
                del self._orders[job.key]


def _own_folders() -> Iterator[Path]:
    """New folders that nobody else may look into: in memory where that is possible, and on the disk."""
    for parent in (SHARED_MEMORY, Path(tempfile.gettempdir())):
        with suppress(OSError):
            yield Path(tempfile.mkdtemp(prefix="nst-", dir=parent))


def make_runner(options: RunnerOptions) -> ZeroGpuRunner:
    """For a Space with ZeroGPU; raises `ValueError` anywhere else, and for weights that aren't there."""
    if not is_zero_gpu():
        raise ValueError(f"the runner zero_gpu works where Hugging Face sets {ZERO_GPU}, and it isn't set here")
    if options.device:
        raise ValueError(
            f"the runner zero_gpu is lent its device, and can't use {options.device!r}: leave --device out"
        )
    from demo.jobs.zero_gpu import worker  # here: the package `spaces` is there alone

    worker.prepare(options.defaults)
    return ZeroGpuRunner(worker.paint, worker.network_of(options.defaults), options.max_waiting, options.queue_order)
