"""The runners there are, by the names that `app.py --runner` knows."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module

from demo.jobs.queue import MAX_WAITING, Order
from demo.jobs.runner import Runner
from nst_core.config import TransferConfig

# Modules of this package, each with a function `make_runner(options: RunnerOptions) -> Runner`.
RUNNERS = ("local", "ray", "zero_gpu")
ZERO_GPU = "SPACES_ZERO_GPU"  # which Hugging Face sets on Spaces whose card is lent by the second


@dataclass(frozen=True, kw_only=True)
class RunnerOptions:
    """What a server tells its runner; what a single one of them needs beside, it reads from the environment."""

    defaults: TransferConfig = TransferConfig()  # which most jobs will differ little from
    max_waiting: int = MAX_WAITING  # how many jobs may stand in the queue
    queue_order: Order = Order.ROUND_ROBIN
    device: str = ""  # where to compute, as PyTorch names it; "" = the best there is
    ray_address: str = "local"  # of a Ray cluster, HOST:PORT or "auto"; "local" = Ray is started on this machine
    painters: int | None = None  # how many paint on the cluster at most; None = as many as it has cards, or nodes


def is_zero_gpu() -> bool:
    """Whether this is a Space with ZeroGPU."""
    return os.environ.get(ZERO_GPU, "").lower() in ("1", "t", "true")  # as the package `spaces` reads it


def usual_runner() -> str:
    """The name of the runner for where this is."""
    return "zero_gpu" if is_zero_gpu() else "local"


def make_runner(name: str, options: RunnerOptions) -> Runner:
    """The runner of that name; raises `ValueError` where there is none, or where it can't work here."""
    if name not in RUNNERS:
        raise ValueError(f"there is no runner {name!r}; those there are: {', '.join(RUNNERS)}")
    runner: Runner = import_module(f"demo.jobs.{name}").make_runner(options)
    return runner
