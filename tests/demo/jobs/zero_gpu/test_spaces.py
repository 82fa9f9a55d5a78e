"""What is ZeroGPU's own: processes that are made, used again and killed, seconds that are refused, the page itself.

In a process of its own, see test_worker.py, before which tests/support/on_zero_gpu.py was imported.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from gradio.context import LocalContext
from gradio_client import Client, handle_file
from PIL import Image
from starlette.datastructures import Headers

import app
from demo.jobs import progress
from demo.jobs.records import Job, Waiting
from demo.jobs.registry import RunnerOptions, make_runner
from demo.jobs.runner import Runner
from demo.jobs.zero_gpu import painting
from demo.options.parsing import parse
from nst_core.config import TransferConfig
from nst_core.errors import InputError
from tests.support.jobs import TINY, a_job, last_of, pixels, progress_of
from tests.support.on_zero_gpu import SCHEDULER
from tests.support.scheduler import NOW

PATIENCE = 60.0  # seconds for what takes less than one on an idle machine


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    runner = make_runner("zero_gpu", RunnerOptions(defaults=TINY))
    yield runner
    runner.close()


@pytest.fixture(autouse=True)
def idle(runner: Runner) -> Iterator[None]:
    """Each test leaves all cards free."""
    SCHEDULER.asked.clear()
    yield
    SCHEDULER.left, SCHEDULER.refuse_after, SCHEDULER.free = 120, None, NOW
    for lease in runner._leases:  # type: ignore[attr-defined]
        lease.join(PATIENCE)
    assert not SCHEDULER.lent


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """New processes, in which each piece is over after its first step."""
    end_workers()
    monkeypatch.setattr(painting, "RESERVE", 1000.0)
    monkeypatch.setattr(progress, "RECORD_EVERY", 0.0)
    yield
    end_workers()


def end_workers() -> None:
    for worker in multiprocessing.active_children():
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join(PATIENCE)


def workers() -> set[int | None]:
    return {worker.pid for worker in multiprocessing.active_children()}


def the_job(steps: int = 4, key: str = "", **config: float) -> Job:
    return replace(a_job(steps=steps, key=key, **config), content=pixels(1), styles=(pixels(2),))


def test_a_process_is_used_again_and_two_paint_at_once(runner: Runner) -> None:
    end_workers()
    alone = last_of(runner, the_job())
    (first,) = workers()
    np.testing.assert_array_equal(last_of(runner, the_job()).deep, alone.deep)
    assert workers() == {first}
    one, other = (progress_of(runner.run(the_job(steps=20_000, key=key))) for key in ("one", "other"))
    next(one), next(other)
    assert len(workers()) == 2
    runner.stop("one")
    assert list(one) == []
    assert next(other).index > 1
    runner.stop("other")
    assert list(other) == []


def test_few_seconds_are_asked_for_in_the_visitors_name(runner: Runner) -> None:
    request = LocalContext.request.set(type("Request", (), {"headers": Headers({"x-ip-token": "a.b.c"})})())
    last_of(runner, the_job())
    LocalContext.request.reset(request)
    (asked,) = SCHEDULER.asked
    assert asked["token"] == "a.b.c"
    assert 8 <= int(asked["durationSeconds"]) <= 60


def test_a_run_in_pieces_is_the_run_and_a_piece_that_is_refused_leaves_the_picture(
    runner: Runner, in_pieces: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = list(progress_of(runner.run(the_job())))
    assert (len(SCHEDULER.asked), [part.index for part in parts]) == (4, [1, 2, 3, 4])
    SCHEDULER.asked.clear()
    SCHEDULER.refuse_after = 2
    records = progress_of(runner.run(the_job()))
    assert [next(records).index, next(records).index] == [1, 2]
    with pytest.raises(InputError) as caught:
        next(records)
    assert caught.value.about == "card_time_used_up_amid"
    SCHEDULER.refuse_after = None
    monkeypatch.undo()
    end_workers()
    np.testing.assert_array_equal(last_of(runner, the_job()).deep, parts[-1].deep)


def test_who_has_no_seconds_left_is_told_until_when(runner: Runner) -> None:
    SCHEDULER.left = 3
    with pytest.raises(InputError) as caught:
        list(runner.run(the_job()))
    assert caught.value.about == "card_time_used_up"  # of somebody who isn't signed in the host tells no time
    LocalContext.request.set(type("Request", (), {"headers": Headers({"x-ip-token": "a.b.c"})})())
    with pytest.raises(InputError) as caught:
        list(runner.run(the_job()))
    LocalContext.request.set(None)
    assert (caught.value.about, caught.value.values) == ("card_time_used_up_until", {"hours": 1, "minutes": 2})


def test_stop_while_the_host_lets_wait(runner: Runner) -> None:
    SCHEDULER.free = threading.Event()
    records = runner.run(the_job(key="mine"))
    assert [next(records), next(records)] == [Waiting(0), Waiting(0)]
    runner.stop("mine")
    assert list(records) == []
    SCHEDULER.free.set()


def test_a_killed_process_is_told_of_and_the_next_job_runs(runner: Runner) -> None:
    end_workers()
    records = progress_of(runner.run(the_job(steps=20_000)))
    next(records)
    (worker,) = workers()
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(InputError) as caught:
        list(records)
    assert caught.value.about == "card_taken_away_amid"
    assert last_of(runner, the_job()).index == 4
    assert worker not in workers()


def test_what_goes_wrong_there_arrives_here(runner: Runner, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=r"nowhere.pth"):
        list(runner.run(replace(the_job(), config=replace(the_job().config, weights="nowhere.pth"))))
    broken = replace(the_job(), content=np.zeros((48, 64, 3)))  # no picture's numbers
    with pytest.raises(RuntimeError, match="TypeError"):
        list(runner.run(broken))
    assert last_of(runner, the_job()).index == 4


def test_the_page_reports_its_start_and_paints(runner: Runner, tmp_path: Path) -> None:
    for name in ("photo", "painting"):
        Image.new("RGB", (64, 64), "teal").save(tmp_path / f"{name}.png")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    options = parse(["--port", str(port)])
    assert options.runner == "zero_gpu"
    ui = app.build(options, runner, TransferConfig())
    app.launch(ui, options, app.make_server(options))
    assert SCHEDULER.reports == 1
    client = Client(ui.local_url, verbose=False, headers={"x-ip-token": "a.b.c"}, analytics_enabled=False)
    pictures = {name: handle_file(tmp_path / f"{name}.png") for name in ("photo", "painting")}
    path, numbers = client.predict(**pictures, size=128, steps=1, scales=1, api_name="/stylize")
    assert (Path(path).suffix, numbers["step"]) == (".png", 1)
    assert SCHEDULER.asked[-1]["token"] == "a.b.c"
    with pytest.raises(Exception, match="must be one of embedded"):
        client.predict(**pictures, weights="torchvision", api_name="/stylize")
    client.close()
    ui.close(verbose=False)
