"""Painters that are killed, that hang, that are steered: actors of a real Ray, with the real network."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from demo.jobs.records import Job, Progress, QuickLook
from demo.jobs.registry import RunnerOptions
from nst_core.errors import InputError
from tests.support.jobs import TINY, pixels, progress_of
from tests.support.paths import ROOT

ray = pytest.importorskip("ray", reason="Ray isn't installed: pip install -r tests/requirements.txt")

from demo.jobs.ray.following import Course, LostError  # noqa: E402
from demo.jobs.ray.pool import Leased, Patience  # noqa: E402
from demo.jobs.ray.runner import RayRunner  # noqa: E402
from nst_core.cluster import Cluster  # noqa: E402 # they import ray

pytestmark = [pytest.mark.slow, pytest.mark.weights]

PATIENCE = 60.0  # seconds


@pytest.fixture(scope="module")
def runner(ray_here: None) -> Iterator[RayRunner]:
    """Two painters, which keep their states often, and are soon taken for lost."""
    options = RunnerOptions(defaults=TINY, max_waiting=2, painters=2)
    runner = RayRunner(Cluster(), options, Patience(ping=10.0), keep_every=0.2)
    yield runner
    runner.close()


def a_job(steps: int, key: str = "") -> Job:
    return Job(pixels(1), (pixels(2),), replace(TINY, steps=steps), key=key)


def busy(runner: RayRunner) -> list[Leased]:
    return [painter for painter in runner._pool.painters if painter.is_busy]


def send(painter: Leased, number: int) -> None:
    os.kill(ray.get(painter.actor.ping.remote()), number)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hangs"])
def test_a_lost_painter_is_no_more_than_a_pause(runner: RayRunner, number: signal.Signals) -> None:
    steps = 300
    *_, wanted = progress_of(runner.run(a_job(steps)))
    shown, victim = list[Progress](), None
    for record in progress_of(runner.run(a_job(steps))):
        shown.append(record)
        (_, course), *_ = runner._courses
        if victim is None and course.is_kept:
            (victim,) = busy(runner)
            send(victim, number)
    assert victim is not None
    assert victim.is_lost
    assert all(one.index < other.index for one, other in pairwise(shown))
    assert sum(len(record.trail) for record in shown) == steps
    np.testing.assert_array_equal(shown[-1].image, wanted.image)


def test_a_job_that_ends_its_painters_is_given_up(runner: RayRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[Leased] = []

    def part(course: Course, painter: Leased) -> Iterator[None]:
        lost.append(painter)
        yield None
        raise LostError("as a test wants it")

    monkeypatch.setattr(runner._pool, "drop", runner._pool.give_back)  # it isn't really: a new one takes its time
    monkeypatch.setattr(Course, "part", part)
    with pytest.raises(InputError) as caught:
        list(runner.run(a_job(4)))
    assert (caught.value.about, len(lost)) == ("painters_lost", 3)


def test_where_memory_gives_out_it_is_tried_once_more_in_blocks(
    runner: RayRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, tries = Course.part, list[Leased]()

    def part(course: Course, painter: Leased) -> Iterator[QuickLook | Progress | None]:
        tries.append(painter)
        if len(tries) == 1:
            raise MemoryError("out of memory")
        yield from whole(course, painter)

    monkeypatch.setattr(Course, "part", part)
    job = Job(pixels(1, 192, 144), (pixels(2),), replace(TINY, size=192, steps=2))
    *_, last = progress_of(runner.run(job))
    assert last.computation is not None
    assert last.computation.execution.block == 128
    assert len(tries) == 2


def test_six_that_belong_together_are_painted_two_at_a_time(runner: RayRunner) -> None:
    deadline, leased = time.monotonic() + PATIENCE, list[Leased]()
    while len(leased) < 2 and time.monotonic() < deadline:  # both have begun
        if (painter := runner._pool.lease("a test", 1.0)) is not None:
            leased.append(painter)
    for painter in leased:
        runner._pool.give_back(painter)
    most, finished = 0, set[int]()
    for place, record in runner.run_each([a_job(60, "six") for _ in range(6)]):
        most = max(most, len(busy(runner)))
        if isinstance(record, Progress) and record.index == record.total:
            finished.add(place)
    assert finished == set(range(6))
    assert most == 2


def test_the_page_loads_no_torch_and_outlives_the_head_of_its_cluster() -> None:
    """In a process of its own: a second cluster, which is killed."""
    ray_s = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32), "RAY_worker_niceness": "0"}
    environment = {**os.environ, **ray_s, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"}
    program = [sys.executable, "-m", "tests.support.losing_a_cluster"]
    run = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=150)
    assert run.stdout.splitlines() == [
        "painted, torch in the page: False",
        "cluster_lost_amid",
        "cluster_lost",
        "painted again",
    ], run.stderr
