"""What a Ray cluster costs and gives, with painters of one thread each on this machine.

    python -m tests.benchmarks.cluster

Prints a table in Markdown. Whatever else runs on the machine is in the numbers.
"""

from __future__ import annotations

import argparse
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from statistics import median

import torch

from demo.jobs.local import LocalRunner
from demo.jobs.records import Job, Progress
from demo.jobs.registry import RunnerOptions
from demo.jobs.runner import Runner
from nst_core.cluster import Cluster, set_environment
from nst_core.config import TransferConfig
from tests.support.jobs import pixels, progress_of

set_environment(is_own=True)

import ray  # noqa: E402 # it reads the environment

from demo.jobs.ray.runner import RayRunner  # noqa: E402

SMALL = 12  # jobs


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=256, help="long side of the pictures (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=40, help="of the long runs (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of what is compared (default: %(default)s)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    began = time.monotonic()
    ray.init(address="local", num_cpus=2, object_store_memory=500 * 2**20, include_dashboard=False, log_to_driver=False)
    print(f"| Ray starts | {time.monotonic() - began:.1f} s |", flush=True)
    job = a_job(options.size, options.steps)
    with runner_of(1) as one:
        overhead(LocalRunner("cpu"), one, job, options.rounds)
        steering(one, replace(job, config=replace(job.config, steps=10_000), key="steered"))
        killed(one, job, "a new process")
        rate(one, 1, options.size // 2)
    with runner_of(2) as two:
        rate(two, 2, options.size // 2)
        killed(two, job, "the other painter")


@contextmanager
def runner_of(painters: int) -> Iterator[RayRunner]:
    """One whose painters are all there."""
    began = time.monotonic()
    runner = RayRunner(Cluster(), RunnerOptions(defaults=TransferConfig(size=64), painters=painters))
    wishers = [object() for _ in range(painters)]
    while sum(painter.is_ready for painter in runner._pool.painters) < painters:
        for wisher in wishers:
            if (leased := runner._pool.lease(wisher, 0)) is not None:
                runner._pool.give_back(leased)
        time.sleep(0.1)
    print(f"| {painters} painters begin | {time.monotonic() - began:.1f} s |", flush=True)
    runner.is_measuring()
    try:
        yield runner
    finally:
        runner.close()


def a_job(size: int, steps: int) -> Job:
    config = TransferConfig(size=size, steps=steps, scales=1)
    return Job(pixels(1, size, 3 * size // 4), (pixels(2, size, 3 * size // 4),), config)


def timed(runner: Runner, job: Job) -> tuple[float, float, int]:
    """Seconds from the first record to the last, those of this process's own, and the records."""
    records = progress_of(runner.run(job))
    next(records)
    began, own = time.monotonic(), time.process_time()
    count = sum(1 for _ in records)
    return time.monotonic() - began, time.process_time() - own, count


def overhead(local: LocalRunner, cluster: RayRunner, job: Job, rounds: int) -> None:
    """Of a run on a painter beside one in this process, turn by turn."""
    times: dict[str, list[float]] = {"local": [], "ray": []}
    own = []
    for each in (local, cluster):
        timed(each, replace(job, config=replace(job.config, steps=3)))
    for _ in range(rounds):
        times["local"].append(timed(local, job)[0])
        seconds, mine, records = timed(cluster, job)
        times["ray"].append(seconds)
        own.append(1000 * mine / max(1, records))
    local.close()
    here, there = median(times["local"]), median(times["ray"])
    print(f"| a run in this process, {job.config.steps} steps, {job.config.size} px | {here:.2f} s |")
    print(f"| the same on a painter | {there:.2f} s, {100 * (there / here - 1):+.1f} % |")
    print(f"| the page's own processor time a record | {median(own):.1f} ms |", flush=True)


def steering(runner: RayRunner, job: Job) -> None:
    """From the order to the first record that follows it."""
    latencies, steps = [], []
    records = progress_of(runner.run(job))
    last = next(records)
    for strength in (20.0, 40.0, 60.0, 80.0, 90.0):
        began = time.monotonic()
        runner.steer("steered", replace(job.config, strength=strength))
        for record in records:
            if record.steered and record.steered[-1][1].strength == strength:
                latencies.append(time.monotonic() - began)
                steps.append(record.steered[-1][0] - last.index)
                last = record
                break
            last = record
    runner.stop("steered")
    list(records)
    print(f"| steering: until it shows | {median(latencies):.2f} s, {median(steps):g} steps later |", flush=True)


def killed(runner: RayRunner, job: Job, where: str) -> None:
    """From SIGKILL to the next new record."""
    job = replace(job, config=replace(job.config, steps=10_000), key="killed")
    began, gap = time.monotonic(), 0.0
    victim, before = None, 0
    for record in progress_of(runner.run(job)):
        if victim is not None:
            gap = time.monotonic() - began
            lost = record.index - before
            runner.stop("killed")
            continue
        (_, course), *_ = runner._courses
        if course.is_kept:
            victim = next(painter for painter in runner._pool.painters if painter.is_busy)
            before, began = record.index, time.monotonic()
            os.kill(ray.get(victim.actor.ping.remote()), signal.SIGKILL)
    print(f"| SIGKILL: until the next step, on {where} | {gap:.1f} s, {lost} steps further |", flush=True)


def rate(runner: RayRunner, painters: int, size: int) -> None:
    """Small jobs, all at once."""
    began = time.monotonic()
    threads = [threading.Thread(target=_all_of(runner, a_job(size, 10))) for _ in range(SMALL)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    print(
        f"| {SMALL} jobs of {size} px and 10 steps on {painters} painters | "
        f"{seconds:.1f} s, {60 * SMALL / seconds:.0f} a minute |",
        flush=True,
    )


def _all_of(runner: Runner, job: Job) -> Callable[[], None]:
    def consume() -> None:
        *_, last = runner.run(job)
        assert isinstance(last, Progress)

    return consume


if __name__ == "__main__":
    main()
