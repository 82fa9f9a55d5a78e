"""Who takes part, by name: each gets ready for a task, and then streams its images, one an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from nst_core.config import Border, TransferConfig
from nst_core.device.memory import keep_freed_memory
from nst_core.execution import Execution, Precision
from nst_core.transfer import Transfer
from tests.benchmarks.peers import run_pastiche, run_pystiche
from tests.benchmarks.plain_loop import plain_loop
from tests.benchmarks.task import Task

ENDLESS = 100_000  # steps: nobody waits for the last

Contestant = Callable[[Task], Iterator[Tensor]]  # yields images (1, 3, H, W), at a coarse scale smaller ones


def engine(task: Task, border: Border, precision: Precision = Precision.FLOAT32) -> Iterator[Tensor]:
    """At one scale, as the plain loop works. The mirrored border is the engine's default, zeros are the loop's."""
    config = replace(task.config, border=border, steps=ENDLESS)
    return _images(_transfer(task, config, Execution(precision=precision)))


def coarse_to_fine(task: Task) -> Iterator[Tensor]:
    """The engine's own plan for as many steps as the plain loop makes, its last scale without an end; zeros around."""
    transfer = _transfer(task, replace(task.config, scales=0, steps=task.steps))
    size, _ = transfer.plan[-1]
    transfer.plan[-1] = size, ENDLESS
    return _images(transfer)


def _transfer(task: Task, config: TransferConfig, execution: Execution | None = None) -> Transfer:
    keep_freed_memory()  # as the command line does
    network = task.load()
    return Transfer(task.photo, task.painting, config, extractor=network, device=task.device, execution=execution)


def _images(transfer: Transfer) -> Iterator[Tensor]:
    for step in transfer:
        yield step.image


PLAIN = ("plain", "plain channels-last")  # the faster of them is what ratios are to

CONTESTANTS: dict[str, Contestant] = {
    "plain": plain_loop,
    "plain channels-last": partial(plain_loop, layout=torch.channels_last),
    "ours": partial(engine, border=Border.MIRROR),
    "ours zero-border": partial(engine, border=Border.ZERO),
    "ours coarse-to-fine": coarse_to_fine,
    "pastiche": run_pastiche,
    "pystiche": run_pystiche,
}

# What a graphics card can do beside float32.
ON_CUDA: dict[str, Contestant] = {
    "plain tf32": partial(plain_loop, layout=torch.channels_last, precision=Precision.TF32),
    "plain bfloat16": partial(plain_loop, layout=torch.channels_last, precision=Precision.BFLOAT16),
    "ours tf32": partial(engine, border=Border.MIRROR, precision=Precision.TF32),
    "ours bfloat16": partial(engine, border=Border.MIRROR, precision=Precision.BFLOAT16),
}


def contestants(device: str) -> dict[str, Contestant]:
    """Those that make sense on a device, the plain loops first: they say what loss is to be reached."""
    return CONTESTANTS | (ON_CUDA if device.startswith("cuda") else {})
