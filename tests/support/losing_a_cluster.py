"""A program: a page's runner in front of two nodes of a Ray cluster, whose head is killed amid a job and comes back."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil

from demo.jobs.ray.runner import RayRunner
from demo.jobs.records import Job, Progress
from demo.jobs.registry import RunnerOptions
from nst_core.cluster import Cluster, is_reached
from nst_core.config import TransferConfig
from nst_core.errors import InputError

LOOPBACK = "127.0.0.1"
PATIENCE = 60.0  # seconds
TINY = TransferConfig(size=64, steps=4, scales=1, content_layers=("relu2_2",), style_layers=("relu1_1",))


@contextmanager
def node(*options: str) -> Iterator[None]:
    """A node of a cluster on this machine, with one processor, until the block ends."""
    start = Path(sys.executable).with_name("ray"), "start", "--block", "--num-cpus=1", f"--node-ip-address={LOOPBACK}"
    memory = f"--object-store-memory={100 * 2**20}"
    process = subprocess.Popen([*start, memory, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        for part in psutil.Process(process.pid).children(recursive=True):
            part.kill()
        process.kill()
        process.wait()


def main() -> None:
    """Say on stdout what happens, a line each."""
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    address = f"{LOOPBACK}:{port}"
    head = ("--head", f"--port={port}", "--include-dashboard=false")
    with node(*head):
        until(lambda: is_reached(address))
        with node(f"--address={address}"):
            runner = RayRunner(Cluster(address), RunnerOptions(defaults=TINY))
            until(lambda: runner._most == 2)
            list(runner.run(a_job(4)))
            told("painted, torch in the page:", "torch" in sys.modules)
            records = runner.run(a_job(100_000))
            next(record for record in records if isinstance(record, Progress))
    try:
        list(records)
    except InputError as error:
        told(error.about)
    told(refusal_of(runner))
    with node(*head):
        until(lambda: not refusal_of(runner))
        told("painted again")
        runner.close()


def told(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def refusal_of(runner: RayRunner) -> str:
    try:
        list(runner.run(a_job(4)))
    except InputError as error:
        return error.about
    return ""


def a_job(steps: int) -> Job:
    picture = np.full((48, 64, 3), 128, np.uint8)
    return Job(picture, (picture,), replace(TINY, steps=steps))


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.1)


if __name__ == "__main__":
    main()
