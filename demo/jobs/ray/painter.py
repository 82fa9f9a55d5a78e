"""The actor: one process on one device of the cluster."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import ray

from demo.jobs.failures import Failed
from demo.jobs.ray.messages import Part
from nst_core.config import TransferConfig
from nst_core.scene.scales import Size
from nst_core.version import __version__

if TYPE_CHECKING:
    from demo.jobs.ray.painting import PaintingRunner

logger = logging.getLogger(__name__)

# A thread for what takes long, in the order in which it was asked for, and one for what must be heard meanwhile.
PAINTING, ORDERS = "painting", "orders"
LEFT = 100  # parts that were left before they began, which are remembered


class Painter:
    """What the page's process asks of a painter; each method is called from there, by Ray."""

    def __init__(self, defaults: TransferConfig, device: str | None, keep_every: float) -> None:
        """`defaults`: the config that its pace is measured for first; the others as of `PaintingRunner`."""
        self._defaults, self._device, self._keep_every = defaults, device, keep_every
        self._runner: PaintingRunner | None = None
        self._left = deque[str](maxlen=LEFT)

    @ray.method(concurrency_group=PAINTING)
    def begin(self) -> str:
        """Load what every job needs; returns the version of the engine."""
        from demo.jobs.ray.painting import PaintingRunner
        from nst_core.device.memory import keep_freed_memory
        from nst_core.network.weights import load_parameters

        keep_freed_memory()
        load_parameters(self._defaults.weights)
        self._runner = PaintingRunner(self._device, self._keep_every)
        self._runner.measure(self._defaults)
        return __version__

    @ray.method(concurrency_group=PAINTING)
    def paint(self, part: Part, state: Any = None) -> Generator[Any, None, None]:
        """`PaintingRunner.painted`; whatever goes wrong is told by a `Failed`."""
        assert self._runner is not None
        if part.token in self._left:
            return
        try:
            yield from self._runner.painted(part, state)
        except Exception as error:
            if not isinstance(error, ValueError):
                logger.exception("a part failed")
            yield Failed.of(error)

    @ray.method(concurrency_group=PAINTING)
    def rest(self) -> None:
        """Answered once the step at hand is over."""

    @ray.method(concurrency_group=ORDERS)
    def steer(self, token: str, config: TransferConfig) -> None:
        """Go on with another config."""
        if self._runner is not None:
            self._runner.steer(token, config)

    @ray.method(concurrency_group=ORDERS)
    def leave(self, token: str) -> None:
        """Nobody wants the rest of that part."""
        self._left.append(token)
        if self._runner is not None:
            self._runner.stop(token)

    @ray.method(concurrency_group=ORDERS)
    def ping(self) -> int:
        """Answered as long as the process is well; its number."""
        return os.getpid()

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | Failed | None:
        """See `Runner.estimate`; a refusal comes as data."""
        assert self._runner is not None
        try:
            return self._runner.estimate(content, styles, config)
        except ValueError as error:
            return Failed.of(error)

    def is_measuring(self) -> bool:
        """See `Runner.is_measuring`."""
        assert self._runner is not None
        return self._runner.is_measuring()

    def measure(self, config: TransferConfig) -> None:
        """See `Runner.measure`."""
        assert self._runner is not None
        self._runner.measure(config)
