"""A piece in the worker: its steps, until it is done, left, or its seconds are over."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from demo.jobs.progress import paced
from demo.jobs.records import Computation, Job, Progress
from demo.jobs.transfers import settle, timed, transfer_of
from demo.jobs.zero_gpu.asking import ASSUMED, RESERVE
from demo.jobs.zero_gpu.orders import Reader
from demo.jobs.zero_gpu.pieces import Begun, Finished, Parked, Piece, Shown, Told
from demo.jobs.zero_gpu.states import kept, taken
from nst_core.config import TransferConfig
from nst_core.forecast.machine import as_it_is
from nst_core.network.vgg import VGG
from nst_core.recipe import versions
from nst_core.transfer import Step

Networks = Callable[[TransferConfig], VGG]


def painted(piece: Piece, networks: Networks, device: torch.device, lent: float) -> Generator[Told, None, None]:
    """What comes of a piece; `lent`: when its card was, by `time.monotonic`."""
    orders, ends = Reader(piece.orders), lent + piece.seconds - RESERVE
    parked, slowness, has_begun = piece.parked, piece.slowness, False
    for place in range(parked.place if parked else 0, len(piece.jobs)):
        steered = orders.look()
        if orders.is_left:
            return
        run = Run(piece.jobs[place], networks, device, parked, steered, slowness)
        if not has_begun:
            yield Begun(time.monotonic() - lent)
            has_begun = True
        for progress in run.records(orders, ends):
            yield Shown(place, progress)
        if run.is_left:
            return
        slowness = run.remaining.pace or slowness
        if run.is_cut:
            yield run.park(place, piece.folders)
            return
        parked = None
    yield Finished(slowness)


class Run:
    """One job, or the rest of it."""

    def __init__(
        self,
        job: Job,
        networks: Networks,
        device: torch.device,
        parked: Parked | None,
        steered: TransferConfig | None,
        slowness: float,
    ) -> None:
        """`parked`: where it stopped, None for one that begins; `steered`: what it was steered to meanwhile."""
        first = steered or job.config
        config, state = (first, None) if parked is None else (parked.config, taken(parked.state, device))
        self._begun, self._steered = (config, ()) if parked is None else (parked.begun, parked.steered)
        self._transfer = transfer_of(job, config, networks(config), device, state)
        if parked is not None and steered is not None:
            self._transfer.steer(steered)
        self.remaining = timed(settle(self._transfer, job, as_it_is(self._transfer.network, ASSUMED)), slowness)
        self._versions = versions(device.type)
        self.is_left = self.is_cut = False  # whether it was stopped, and whether its seconds were over

    def records(self, orders: Reader, ends: float) -> Iterator[Progress]:
        """What is worth showing, until the run is done, left, or a next step might not be over at `ends`."""
        for progress in paced(self._steps(orders, ends), self.remaining):
            computation = Computation(config=self._begun, execution=self._transfer.execution, versions=self._versions)
            yield replace(progress, steered=self._all_steered(), computation=computation)

    def park(self, place: int, folders: Sequence[Path]) -> Parked:
        """Write down where it stands."""
        return Parked(
            place=place,
            state=kept(self._transfer.state(), folders),
            config=self._transfer.config,
            begun=self._begun,
            steered=self._all_steered(),
            slowness=self.remaining.pace,
        )

    def _steps(self, orders: Reader, ends: float) -> Iterator[Step]:
        before = time.monotonic()
        for step in self._transfer:
            self.remaining.plan = self._transfer.plan
            yield step
            steered = orders.look()
            if orders.is_left:
                self.is_left = True
                return
            if steered is not None:
                self._transfer.steer(steered)
            now = time.monotonic()
            if step.index < step.total and now + 2 * (now - before) > ends:
                self.is_cut = True
                return
            before = now

    def _all_steered(self) -> tuple[tuple[int, TransferConfig], ...]:
        return (*self._steered, *self._transfer.steered)
