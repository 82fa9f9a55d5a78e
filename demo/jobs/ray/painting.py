"""What a painter computes: a `LocalRunner` that can go on where another one's run was kept."""

from __future__ import annotations

import time
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace

import torch

from demo.jobs.control import Control
from demo.jobs.local import LocalRunner
from demo.jobs.progress import RemainingTime
from demo.jobs.ray.messages import Kept, Part, Told
from demo.jobs.ray.states import packed, steps_done, unpacked
from demo.jobs.records import Job, Progress
from demo.jobs.transfers import transfer_of
from nst_core.checkpoint import Checkpoint
from nst_core.config import TransferConfig
from nst_core.execution import half_block
from nst_core.transfer import Step, Transfer

RARELY = 20  # times what a state takes: as long goes by at least until the next one


class PaintingRunner(LocalRunner):
    """One part at a time."""

    def __init__(self, device: torch.device | str | None, keep_every: float) -> None:
        """`device` as of `LocalRunner`; `keep_every`: seconds between two states."""
        super().__init__(device)
        self._keep_every = keep_every
        self._part: Part
        self._state: Checkpoint | None = None
        self._keeping: Future[tuple[Kept, Checkpoint]] | None = None
        self._next_state = 0.0

    def painted(self, part: Part, state: Checkpoint | None) -> Generator[Told | Checkpoint, None, None]:
        """The records of a part, and between them, now and then, a `Kept` and its state; `state` is of `part.kept`."""
        self._part, self._state, self._keeping = part, state, None
        self._next_state = time.monotonic() + self._keep_every
        with closing(self._run(replace(part.job, key=part.token))) as records:
            for record in records:
                yield record
                if isinstance(record, Progress) and record.index < record.total:
                    yield from self._kept(record)

    def _kept(self, shown: Progress) -> Generator[Kept | Checkpoint, None, None]:
        """Where the run stood, if that isn't beyond what was shown: no step may be missing from the losses."""
        if self._keeping is None or not self._keeping.done():
            return
        kept, state = self._keeping.result()
        if kept.index <= shown.index:
            self._keeping = None
            yield kept
            yield state

    def _begin(self, job: Job, control: Control) -> tuple[Transfer, RemainingTime, Transfer | None]:
        is_begun = self._part.kept is not None
        transfer, remaining, look = super()._begin(replace(job, wants_quick_look=False) if is_begun else job, control)
        if self._part.in_blocks:
            execution = transfer.execution
            block = half_block(execution.block, transfer.plan[-1][0]) or execution.block
            transfer.execution = replace(execution, block=block)
        return transfer, remaining, look

    def _transfer(self, job: Job, config: TransferConfig) -> Transfer:
        kept, state = self._part.kept, self._state
        if kept is None or state is None:
            return super()._transfer(job, config)
        self._state = None  # megabytes
        network = self._extractor(config)
        transfer = transfer_of(job, kept.config, network, self._device, unpacked(state, self._device))
        if config != kept.config:
            transfer.steer(config)
        return transfer

    def _one_by_one(
        self, transfer: Transfer, control: Control, remaining: RemainingTime
    ) -> Generator[Step, None, None]:
        begun = self._part.kept.begun if self._part.kept else transfer.config
        with closing(super()._one_by_one(transfer, control, remaining)) as steps:
            for step in steps:
                is_due = self._keeping is None and time.monotonic() >= self._next_state
                if is_due and step.index < step.total:
                    self._keeping = self._submit(self._keep, transfer, begun)
                yield step

    def _keep(self, transfer: Transfer, begun: TransferConfig) -> tuple[Kept, Checkpoint]:
        """Between two steps, on the thread that makes them."""
        began = time.monotonic()
        state = packed(transfer.state())
        earlier = self._part.kept.steered if self._part.kept else ()
        kept = Kept(
            index=steps_done(state),
            config=transfer.config,
            begun=begun,
            steered=(*earlier, *transfer.steered),
        )
        took = time.monotonic() - began
        self._next_state = time.monotonic() + max(self._keep_every, RARELY * took)
        return kept, state
