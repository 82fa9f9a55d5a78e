"""Many pictures on the machines of a Ray cluster: files travel as bytes, and results are written where the command is.

No disk is shared. `ray` is imported where it is used: only who asks for a cluster needs it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nst_core.cli.console import DONE, OUT_OF_MEMORY, Bar
from nst_core.cli.job import CommandJob, Source
from nst_core.cli.results import Outcome
from nst_core.cli.signals import Stop
from nst_core.cluster import Cluster
from nst_core.device.memory import is_out_of_memory
from nst_core.files import replacing
from nst_core.recipe import Role

MOST_LOST = 3  # painters that a picture may lose: then it is the picture that ends them
HEARD_EVERY = 0.5  # seconds between two looks at whether somebody wants to stop


@dataclass(frozen=True)
class Painted:
    """What came of a pair: its files by their names, how its run ended, and what was said meanwhile."""

    files: dict[str, bytes]
    outcome: Outcome
    said: tuple[str, ...] = ()


class Listener(Bar):
    """Keeps what is said; nobody looks at the bar of one picture."""

    def __init__(self) -> None:
        super().__init__(1.0, quiet=True)
        self.said: list[str] = []

    def say(self, message: str) -> None:
        """Keep a line."""
        self.said.append(message)


class PairPainter:
    """An actor: paints pair after pair on its device."""

    def __init__(self, device: str | None) -> None:
        """`device`: where to compute, the best there is by default."""
        self._device, self._networks = device, dict[Any, Any]()

    def paint(self, job: CommandJob, paths: Sequence[Path], *contents: bytes) -> Painted:
        """The picture of a job, whose files are given beside it; `paths` are what the job calls them."""
        with TemporaryDirectory() as folder:
            here = _brought(Path(folder), paths, contents)
            listener = Listener()
            outcome = self._outcome(_moved(job, here, Path(folder) / "results"), job, listener)
            written = (Path(folder) / "results").iterdir()
            files = {path.name: path.read_bytes() for path in written} if outcome.code == DONE else {}
            return Painted(files, outcome, tuple(listener.said))

    def _outcome(self, job: CommandJob, asked: CommandJob, bar: Bar) -> Outcome:
        from nst_core.cli.run import paint, prepare

        try:
            work = replace(prepare(job, self._network(job, asked)), state=None)
            return paint(work, bar, Stop())
        except Exception as error:  # of this pair, which the others don't mind
            return Outcome(1, what_happened(error))

    def _network(self, job: CommandJob, asked: CommandJob) -> Any:
        from nst_core.device.select import resolve_device
        from nst_core.network.vgg import load_vgg19

        key = asked.config.weights, asked.config.pooling
        if key not in self._networks:
            network = load_vgg19(job.config.weights, job.config.pooling)
            self._networks[key] = network.to(resolve_device(self._device))
        return self._networks[key]


def what_happened(error: Exception) -> str:
    """Why a picture wasn't painted, for a person."""
    if is_out_of_memory(error):
        return OUT_OF_MEMORY
    return str(error) if isinstance(error, ValueError) else repr(error)


def _brought(folder: Path, paths: Sequence[Path], contents: Sequence[bytes]) -> dict[Path, Path]:
    """The files under their own names, each in a folder of its own."""
    here = {}
    for number, (path, content) in enumerate(zip(paths, contents, strict=True)):
        here[path] = folder / str(number) / path.name
        here[path].parent.mkdir()
        here[path].write_bytes(content)
    return here


def _moved(job: CommandJob, here: dict[Path, Path], results: Path) -> CommandJob:
    """The job with its files where they are on this machine; their names in the recipe stay."""

    def moved(source: Source) -> Source:
        return source if source.path is None else replace(source, path=here[source.path])

    results.mkdir()
    weights = next((str(here[path]) for path in job.paths(Role.WEIGHTS)), job.config.weights)
    return replace(
        job,
        sources=tuple(map(moved, job.sources)),
        output=results / job.output.name,
        config=replace(job.config, weights=weights),
        recipe_of=None,
        device=None,
    )


@contextmanager
def spread(address: str) -> Iterator[Spread]:
    """The painters of a cluster, until the block ends; `ValueError` where it can't be reached."""
    cluster = Cluster(address)
    try:
        share, most = cluster.share(), cluster.devices()
        yield Spread(lambda: _hired(share), most)
    finally:
        cluster.disconnect()


def _hired(share: Mapping[str, float]) -> Any:
    import ray

    device = None if share.get("num_gpus") else "cpu"
    options: dict[str, Any] = {"max_restarts": 0, **share}
    return ray.remote(**options)(PairPainter).remote(device)


class Spread:
    """Pairs on as many painters as a cluster has room for."""

    def __init__(self, hire: Callable[[], Any], most: int) -> None:
        """`hire` makes an actor of `PairPainter`, `most` of which work at a time."""
        self._hire, self._room = hire, most
        self._todo = deque[tuple[CommandJob, int]]()  # a pair, and how many painters it has lost
        self._idle: list[Any] = []
        self._under_way: dict[Any, tuple[Any, CommandJob, int]] = {}
        self._put = cache(_put)  # each picture once, whatever the number of its pairs

    def painted(self, jobs: Sequence[CommandJob], stop: Stop) -> Iterator[tuple[CommandJob, Painted] | None]:
        """What comes of each, in the order in which they are done; None now and then, while nothing is.

        Ends early where that is asked for, and so do the painters. A pair whose painter is lost begins once more.
        """
        self._todo.extend((job, 0) for job in jobs)
        try:
            while (self._todo or self._under_way) and not stop.requested:
                self._begin()
                yield self._next()
        finally:
            for painter in [*self._idle, *(painter for painter, _, _ in self._under_way.values())]:
                _end(painter)

    def _begin(self) -> None:
        while self._todo and (self._idle or len(self._under_way) < self._room):
            painter = self._idle.pop() if self._idle else self._hire()
            job, lost = self._todo.popleft()
            paths = list(dict.fromkeys(source.path for source in job.sources if source.path is not None))
            coming = painter.paint.remote(job, paths, *map(self._put, paths))
            self._under_way[coming] = painter, job, lost

    def _next(self) -> tuple[CommandJob, Painted] | None:
        import ray
        from ray.exceptions import RayError

        ready, _ = ray.wait(list(self._under_way), timeout=HEARD_EVERY)
        if not ready:
            return None
        painter, job, lost = self._under_way.pop(ready[0])
        try:
            painted: Painted = ray.get(ready[0])
        except RayError as error:
            _end(painter)
            if lost + 1 < MOST_LOST:
                self._todo.appendleft((job, lost + 1))
                return None
            why = f"{MOST_LOST} painters were lost over it, the last by {type(error).__name__}"
            return job, Painted({}, Outcome(1, why))
        self._idle.append(painter)
        return job, painted


def write(job: CommandJob, painted: Painted) -> None:
    """The files of a pair, each whole or not at all; `OSError` where that can't be."""
    for name, content in painted.files.items():
        with replacing(job.output.parent / name) as temporary:
            temporary.write_bytes(content)


def pace(done: int, began: float) -> str:
    """How many pictures a minute."""
    return f"{60 * done / max(1e-6, time.monotonic() - began):.2g} pictures a minute"


def _put(path: Path) -> Any:
    import ray

    return ray.put(path.read_bytes())


def _end(painter: Any) -> None:
    import ray

    with suppress(Exception):  # it has ended already, or its cluster has
        ray.kill(painter)
