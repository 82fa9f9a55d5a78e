"""From a job to the engine's run: for every runner whose own process computes."""

from __future__ import annotations

import torch
from PIL import Image

from demo.jobs.progress import RemainingTime
from demo.jobs.records import Job
from nst_core.checkpoint import Checkpoint
from nst_core.config import TransferConfig
from nst_core.forecast.forecast import Forecast, suggest
from nst_core.forecast.machine import Machine
from nst_core.forecast.task import Task
from nst_core.network.vgg import VGG
from nst_core.transfer import Transfer


def transfer_of(
    job: Job, config: TransferConfig, network: VGG, device: torch.device, state: Checkpoint | None = None
) -> Transfer:
    """The run of a job by `config`, its own or as it was steered; `state` is where an earlier run of it stopped."""
    return Transfer(
        Image.fromarray(job.content),
        [Image.fromarray(style) for style in job.styles],
        config,
        masks=[None if mask is None else Image.fromarray(mask) for mask in job.masks],
        strength_map=None if job.strength_map is None else Image.fromarray(job.strength_map),
        begin=None if job.begin is None else Image.fromarray(job.begin),
        extractor=network,
        device=device,
        state=state,
    )


def settle(transfer: Transfer, job: Job, machine: Machine) -> Forecast:
    """Let a run be computed, from now on, as the memory of `machine` allows; returns what is to be expected of it."""
    _, paintings = job.sizes
    forecast = suggest(machine, Task(transfer.network, transfer.config, transfer.plan, paintings), {})
    transfer.execution = forecast.execution
    return forecast


def timed(forecast: Forecast, slowness: float | None) -> RemainingTime:
    """How long a run will take.

    `slowness`: what to multiply the machine's seconds by; None = it is known what takes longer than what, and no more.
    """
    costs = {stage.size: stage.seconds / stage.steps for stage in forecast.stages}
    return RemainingTime(forecast.task.plan, costs, slowness)
