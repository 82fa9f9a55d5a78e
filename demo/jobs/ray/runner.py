"""The runner in the page's process: it leases painters, and hands on what comes from them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Any

import ray
from ray.exceptions import RayError

from demo.jobs.control import Control, Controls, stopping
from demo.jobs.failures import Failed
from demo.jobs.journal import entry, told
from demo.jobs.queue import CALL_EVERY, Queue
from demo.jobs.ray.following import Course, LostError, StateLostError
from demo.jobs.ray.painter import ORDERS, PAINTING, Painter
from demo.jobs.ray.pool import Leased, Patience, Pool
from demo.jobs.ray.together import Together
from demo.jobs.records import Job, Record, Waiting
from demo.jobs.registry import RunnerOptions
from demo.visitors.identity import Visitor
from nst_core.cluster import Cluster
from nst_core.config import TransferConfig
from nst_core.errors import InputError
from nst_core.scene.scales import Size, scale_plan

logger = logging.getLogger(__name__)

KEEP_EVERY = 3.0  # seconds
MOST_LOST = 3  # painters in a row that a job may lose without a step between: then it is the job that ends them
ANSWERED_WITHIN = 5.0  # seconds, for a question that costs nothing
LOOK_EVERY = 0.2  # seconds between two looks at the painters
LOOK_AT_CLUSTER_EVERY = 3.0  # seconds
LET_GO = 2 * CALL_EVERY  # seconds within which nobody uses a connection any more that was lost


class RayRunner:
    """As many jobs at once as there are painters."""

    def __init__(
        self,
        cluster: Cluster,
        options: RunnerOptions,
        patience: Patience = Patience(),  # noqa: B008 # frozen
        keep_every: float = KEEP_EVERY,
    ) -> None:
        """`keep_every`: seconds between two states of a run, where another painter could go on."""
        self._cluster, self._painters = cluster, options.painters
        self._most = self._painters or cluster.devices()
        self._queue, self._controls = Queue(options.max_waiting, self._most), Controls()
        self._courses: set[tuple[str, Course]] = set()
        self._defaults, self._keep_every = options.defaults, keep_every
        self._pool = Pool(self._hired, int(cluster.is_own), self._most, patience)
        self._is_lost = False  # the head of the cluster
        self._closed = threading.Event()
        self._caretaker = threading.Thread(target=self._take_care, daemon=True)
        self._caretaker.start()

    def run(self, job: Job) -> Generator[Record, None, None]:
        """See `Runner.run`."""
        return told(job, self._run(job))

    def run_each(self, jobs: Sequence[Job]) -> Generator[tuple[int, Record], None, None]:
        """See `Runner.run_each`: a turn for each, and further painters where nobody waits for them."""
        for job in jobs:
            scale_plan(*job.sizes, job.config)
        with entry(jobs[0]) as note, self._controls.of(jobs[0]) as control:
            together = Together(
                jobs,
                lambda job, is_left: self._in_turn(job, Control(job), is_left),
                lambda job, is_left: self._beside(job, Control(job), is_left),
            )
            with closing(together.records()) as records:
                for place, record in records:
                    if control.is_stopped:
                        return
                    note(record)
                    yield place, record

    def steer(self, key: str, config: TransferConfig) -> bool:
        """See `Runner.steer`."""
        if not self._controls.steer(key, config):
            return False
        for course in [course for owner, course in list(self._courses) if owner == key]:
            course.steer()
        return True

    def stop(self, key: str) -> None:
        """See `Runner.stop`."""
        self._controls.stop(key)

    def is_under_way(self, key: str) -> bool:
        """See `Runner.is_under_way`."""
        return self._controls.is_under_way(key)

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        """See `Runner.estimate`; of the painter that would get the job."""
        scale_plan(content, styles, config)
        seconds: float | Failed | None = self._asked("estimate", content, styles, config)
        if isinstance(seconds, Failed):
            raise seconds.error()
        return seconds

    def is_measuring(self) -> bool:
        """See `Runner.is_measuring`; also while the first painter begins."""
        return self._queue.is_empty and self._asked("is_measuring") in (True, None)

    def measure(self, config: TransferConfig) -> None:
        """See `Runner.measure`; for the defaults, each painter does so when it begins."""
        if (painter := self._pool.anyone()) is not None:
            painter.actor.measure.remote(config)

    def end_jobs(self) -> None:
        """See `Runner.end_jobs`."""
        self._closed.set()

    def close(self) -> None:
        """See `Runner.close`; steps at hand are those of other processes, which can be torn apart."""
        self.end_jobs()
        self._caretaker.join()
        self._pool.drop_all()
        self._cluster.disconnect()

    def _hired(self, most: int) -> Any:
        """A new painter, one of so many; None where the cluster's head is lost, for which Ray would wait a minute."""
        if not self._cluster.is_there:
            return None
        share = self._cluster.share(most)
        device = None if share.get("num_gpus") else "cpu"
        options: dict[str, Any] = {"concurrency_groups": {PAINTING: 1, ORDERS: 1}, "max_restarts": 0, **share}
        return ray.remote(**options)(Painter).remote(self._defaults, device, self._keep_every)

    def _asked(self, question: str, *args: Any) -> Any:
        """What the painter says that would get the next job; None where there is none, or it doesn't answer."""
        painter = None if self._is_lost else self._pool.anyone()
        if painter is None:
            return None
        try:
            return ray.get(getattr(painter.actor, question).remote(*args), timeout=ANSWERED_WITHIN)
        except RayError:
            return None

    def _run(self, job: Job) -> Generator[Record, None, None]:
        scale_plan(*job.sizes, job.config)
        with (
            self._controls.of(job) as control,
            closing(self._in_turn(job, control, lambda: control.is_stopped)) as records,
        ):
            for record in records:
                if control.is_stopped:
                    return
                yield record

    def _in_turn(self, job: Job, control: Control, is_left: Callable[[], bool]) -> Generator[Record, None, None]:
        with self._queue.join(job.visitor) as ticket:
            while self._queue.wait(ticket, CALL_EVERY):
                self._check()
                if is_left():
                    return
                yield self._queue.told(ticket)
            yield Waiting(0)
            with closing(self._records(job, control, is_left)) as records:
                yield from records

    def _beside(self, job: Job, control: Control, is_left: Callable[[], bool]) -> Generator[Record, None, None]:
        """Nothing where there is no room; a place of its visitor's network alone, who has had their turn."""
        if not self._queue.is_free:
            return
        with self._queue.join(Visitor(job.visitor.network)) as ticket:
            if self._queue.wait(ticket, 0) == 0:
                yield Waiting(0)
                with closing(self._records(job, control, is_left)) as records:
                    yield from records

    def _records(self, job: Job, control: Control, is_left: Callable[[], bool]) -> Generator[Record, None, None]:
        """What painters make of a job whose turn it is, until it is done or left."""
        course, lost = Course(job, control), 0
        self._courses.add((job.key, course))
        try:
            while (painter := (yield from self._leased(course, is_left))) is not None:
                before = course.joined.last
                try:
                    yield from self._part(course, painter, is_left)
                    return
                except StateLostError:
                    logger.warning("where a run stood was lost with its painter; going on from before that")
                except MemoryError:
                    if not course.takes_memory():
                        raise
                except LostError as error:
                    logger.warning("a painter was lost amid a job: %s", error)
                    self._pool.drop(painter)
                    self._check(course)
                    lost = 1 if course.joined.last is not before else lost + 1
                    if lost == MOST_LOST:
                        raise _lost(course) from error
        finally:
            self._courses.discard((job.key, course))
            self._pool.give_up(course)

    def _leased(self, course: Course, is_left: Callable[[], bool]) -> Generator[Record, None, Leased | None]:
        """A painter for the next part; None where nobody wants it any more."""
        while not is_left():
            self._check(course)
            if (painter := self._pool.lease(course, CALL_EVERY)) is not None:
                return painter
            yield Waiting(0)
        return None

    def _part(self, course: Course, painter: Leased, is_left: Callable[[], bool]) -> Generator[Record, None, None]:
        is_lost = False
        try:
            with closing(course.part(painter)) as records:
                for record in records:
                    if is_left():
                        return
                    self._check(course)
                    if record is not None:
                        yield record
                    elif course.joined.last is None:
                        yield Waiting(0)
        except LostError:
            is_lost = True
            raise
        finally:
            if not is_lost:
                self._pool.give_back(painter)

    def _check(self, course: Course | None = None) -> None:
        """Raise `InputError` where no job can go on."""
        if course is not None and course.joined.is_over:
            return
        is_amid = course is not None and course.joined.last is not None
        if self._closed.is_set():
            raise stopping(is_amid)
        if self._is_lost:
            raise _out_of_reach(is_amid)

    def _take_care(self) -> None:
        """On a thread of its own, until the runner is closed."""
        looked = time.monotonic()
        while not self._closed.wait(LOOK_EVERY):
            try:
                if time.monotonic() - looked > LOOK_AT_CLUSTER_EVERY:
                    self._look_at_cluster()
                    looked = time.monotonic()
                if not self._is_lost:
                    self._pool.look()
            except Exception:  # whatever it is, the painters must be looked after
                logger.exception("the painters couldn't be looked after")

    def _look_at_cluster(self) -> None:
        self._look_at_head()
        if not self._is_lost:
            self._most = self._painters or self._cluster.devices()
            self._pool.most = self._most
            self._queue.serve_at_once(self._most)

    def _look_at_head(self) -> None:
        if not self._is_lost and not self._cluster.is_there:
            logger.warning("the head of the Ray cluster doesn't answer")
            self._is_lost = True
            self._pool.forget_all()
            time.sleep(LET_GO)
        if self._is_lost and self._cluster.reconnect():
            logger.warning("the Ray cluster is there again")
            self._is_lost = False


def _lost(course: Course) -> InputError:
    if course.joined.last is not None:
        return InputError(
            "the machines that painted this were lost one after the other; the picture is kept as far as it got, and "
            "can be gone on with",
            "painters_lost_amid",
        )
    return InputError("the machines that painted this were lost before there was a picture; try again", "painters_lost")


def _out_of_reach(is_amid: bool) -> InputError:
    if is_amid:
        return InputError(
            "the machines that paint can't be reached just now; the picture is kept as far as it got, and can be gone "
            "on with in a minute",
            "cluster_lost_amid",
        )
    return InputError("the machines that paint can't be reached just now; try again in a minute", "cluster_lost")
