"""Cards that are lent: a run in pieces is the run, and whatever the host does, the picture so far is kept."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from demo.browser.toasts import message_of
from demo.jobs.queue import CALL_EVERY
from demo.jobs.records import Job, Progress, Record, Waiting
from demo.jobs.zero_gpu.runner import AT_ONCE, ZeroGpuRunner
from nst_core.errors import InputError
from tests.support.jobs import LIVENESS, a_job, last_of, pixels, progress_of
from tests.support.lending import KILLED, USED_UP, Host


def the_job(steps: int = 4, key: str = "", **config: float) -> Job:
    return replace(a_job(steps=steps, key=key, **config), content=pixels(1), styles=(pixels(2),))


def ended(runner: ZeroGpuRunner) -> None:
    """Wait for all leases."""
    for lease in runner._leases:
        lease.join(LIVENESS)
        assert not lease.is_under_way


@pytest.mark.parametrize(
    "special",
    [
        {},
        {"begin": pixels(3)},  # more steps for a picture, or a larger one
        {"masks": (np.eye(48, 64, dtype=np.uint8) * 255,), "strength_map": np.full((48, 64), 90, np.uint8)},
    ],
    ids=["plain", "gone on with", "brushed"],
)
def test_a_run_in_pieces_is_the_run(runner: ZeroGpuRunner, host: Host, special: dict[str, Any]) -> None:
    job = replace(the_job(steps=6), config=replace(the_job().config, steps=6, size=96, scales=2), **special)
    whole = list(progress_of(runner.run(job)))
    assert len(host.pieces) == 1
    host.is_hasty = True
    parts = list(progress_of(runner.run(job)))
    assert len(host.pieces) == 1 + 6
    assert [(part.index, part.total, part.size) for part in parts] == [(w.index, w.total, w.size) for w in whole]
    assert [loss for part in parts for loss in part.trail] == [loss for record in whole for loss in record.trail]
    np.testing.assert_array_equal(parts[-1].deep, whole[-1].deep)
    assert parts[-1].computation == whole[-1].computation
    assert not any(path.suffix == ".state" for folder in runner._folders for path in folder.iterdir())


def test_steered_between_two_pieces_a_run_goes_on_by_that(runner: ZeroGpuRunner, host: Host) -> None:
    job = the_job(steps=6, key="mine")
    first, second = replace(job.config, strength=90.0), replace(job.config, strength=10.0)
    host.is_hasty = True
    shown = []
    for record in progress_of(runner.run(job)):
        shown.append(record)
        if record.index in (2, 4):
            assert runner.steer("mine", first if record.index == 2 else second)
    (turned, one), (again, two) = shown[-1].steered
    assert 2 < turned <= 4 < again <= 6
    assert (one, two) == (first, second)
    assert shown[-1].computation is not None
    assert shown[-1].computation.config == job.config


def test_fewer_steps_than_planned_end_a_run_in_pieces(runner: ZeroGpuRunner, host: Host) -> None:
    job, host.is_hasty = the_job(steps=50, key="mine"), True
    last = None
    for last in progress_of(runner.run(job)):
        if last.index == 2:
            runner.steer("mine", replace(job.config, steps=5))
    assert last is not None
    assert last.index == last.total
    assert last.total < 50


def test_what_was_wished_while_it_waited_counts_from_the_first_step(runner: ZeroGpuRunner) -> None:
    job = the_job(key="mine")
    records, wanted = runner.run(job), replace(job.config, strength=90.0)
    assert next(records) == Waiting(0)
    assert runner.steer("mine", wanted)
    *_, last = progress_of(records)
    assert last.computation is not None
    assert (last.computation.config, last.steered) == (wanted, ())


def test_sketches_share_one_loan(runner: ZeroGpuRunner, host: Host) -> None:
    jobs = [the_job(), the_job(strength=10.0), the_job(strength=90.0)]
    seen = list(runner.run_each(jobs))
    assert len(host.pieces) == 1
    assert [place for place, record in seen if isinstance(record, Progress)] == [0] * 4 + [1] * 4 + [2] * 4
    alone = [last_of(runner, job).image for job in jobs]
    for place, image in enumerate(alone):
        *_, last = (record for at, record in seen if at == place and isinstance(record, Progress))
        np.testing.assert_array_equal(last.image, image)
    host.is_hasty = True
    again = list(runner.run_each(jobs))
    assert [place for place, record in again if isinstance(record, Progress)] == [0] * 4 + [1] * 4 + [2] * 4


def test_whoever_stops_while_it_waits_gets_none(runner: ZeroGpuRunner, host: Host) -> None:
    records = runner.run(the_job(key="mine"))
    assert next(records) == Waiting(0)
    runner.stop("mine")
    assert list(records) == []
    ended(runner)
    assert len(host.pieces) <= 1


@pytest.mark.parametrize("is_hasty", [False, True])
def test_stop_amid_ends_it_after_the_step_at_hand(runner: ZeroGpuRunner, host: Host, is_hasty: bool) -> None:
    host.is_hasty = is_hasty
    records = runner.run(the_job(steps=20_000, key="mine"))
    next(progress_of(records))
    runner.stop("mine")
    assert list(records) == []
    ended(runner)
    assert len(host.pieces) == host.ended
    assert not [path for folder in runner._folders for path in folder.iterdir()]


def test_for_what_nobody_wants_no_further_card_is_asked(runner: ZeroGpuRunner, host: Host) -> None:
    host.is_hasty, host.before_parking = True, lambda: runner.stop("mine")
    list(runner.run(the_job(steps=20_000, key="mine")))
    ended(runner)
    assert len(host.pieces) == 1


def test_who_leaves_waits_for_no_worker(runner: ZeroGpuRunner, host: Host) -> None:
    """The page would stand still meanwhile, for everybody: Gradio closes generators on its one loop."""
    records = runner.run(the_job(steps=20_000))
    next(progress_of(records))
    host.go_on.clear()
    records.close()
    (lease,) = runner._leases
    assert lease.is_under_way
    assert not runner._queue.is_empty  # the place is given back once the card is
    host.go_on.set()
    ended(runner)
    assert runner._queue.is_empty


@pytest.mark.parametrize(
    ("before", "error", "about"),
    [
        (0, USED_UP, "card_time_used_up_until"),
        (2, USED_UP, "card_time_used_up_amid"),
        (0, KILLED, "card_taken_away"),
        (2, KILLED, "card_taken_away_amid"),
        (0, gr.Error("No GPU was available", title="ZeroGPU client error"), "no_card_free"),
        (2, gr.Error("No GPU was available", title="ZeroGPU client error"), "no_card_free_amid"),
    ],
)
def test_what_the_host_refuses_is_told_and_the_picture_stays(
    runner: ZeroGpuRunner, host: Host, before: int, error: gr.Error, about: str
) -> None:
    host.is_hasty, host.refusals = True, {before: error}
    seen: list[Record] = []
    with pytest.raises(InputError) as caught:
        seen.extend(runner.run(the_job(key="mine")))
    assert caught.value.about == about
    assert [record.index for record in seen if isinstance(record, Progress)] == list(range(1, before + 1))
    assert "Hugging Face" in message_of("es", caught.value)
    assert not runner.is_under_way("mine")
    host.refusals = {}
    assert last_of(runner, the_job()).index == 4


def test_a_worker_that_is_killed_amid_a_piece_leaves_the_picture(runner: ZeroGpuRunner, host: Host) -> None:
    host.killed_at = 4
    records = progress_of(runner.run(the_job()))
    assert [next(records).index, next(records).index] == [1, 2]
    with pytest.raises(InputError) as caught:
        list(records)
    assert caught.value.about == "card_taken_away_amid"


def test_who_has_few_seconds_left_gets_those(runner: ZeroGpuRunner, host: Host) -> None:
    runner._asking.slowness = 1e6
    few = gr.Error("exceeded (60s requested vs. 30s left).", title="ZeroGPU quota exceeded")
    host.refusals = {0: few}
    assert last_of(runner, the_job()).index == 4
    assert [piece.seconds for piece in host.pieces] == [60, 30]


@pytest.mark.parametrize(
    ("failure", "kind", "about"),
    [
        (InputError("torchvision's can't be fetched", "no_download"), InputError, "no_download"),
        (ValueError("a sentence"), InputError, ""),
        (RuntimeError("CUDA out of memory"), MemoryError, None),
        (ZeroDivisionError("x"), RuntimeError, None),
    ],
)
def test_an_error_crosses_as_what_it_is(
    runner: ZeroGpuRunner, host: Host, failure: Exception, kind: type[Exception], about: str | None
) -> None:
    host.failure = failure
    with pytest.raises(kind, match=str(failure)) as caught:
        list(runner.run(the_job()))
    assert getattr(caught.value, "about", None) == about


def test_so_many_at_once_and_the_next_waits_in_line(runner: ZeroGpuRunner, host: Host) -> None:
    host.go_on.clear()
    several = [runner.run(the_job(steps=20_000)) for _ in range(AT_ONCE)]
    assert [next(each) for each in several] == [Waiting(0)] * AT_ONCE
    waiting = [runner.run(the_job()) for _ in range(3)]
    assert next(waiting[0]).ahead == 1  # type: ignore[union-attr]
    assert next(waiting[1]).ahead == 2  # type: ignore[union-attr]
    with pytest.raises(InputError) as caught:
        next(waiting[2])
    assert caught.value.about == "queue_full"
    next(several[0])
    several[0].close()
    host.go_on.set()
    last = [record for record in waiting[0] if isinstance(record, Progress)][-1]
    assert last.index == 4
    for records in (*several[1:], waiting[1]):
        records.close()


def test_the_card_is_asked_for_in_the_visitors_context(runner: ZeroGpuRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    token, seen = ContextVar[str]("token"), []
    paint = runner._paint
    monkeypatch.setattr(runner, "_paint", lambda piece: seen.append(token.get()) or paint(piece))
    token.set("of the visitor")
    last_of(runner, the_job())
    assert seen == ["of the visitor"]


def test_an_estimate_is_there_at_once_and_learns(runner: ZeroGpuRunner) -> None:
    assert not runner.is_measuring()
    runner.measure(the_job().config)
    sizes = the_job().sizes
    before = runner.estimate(*sizes, the_job(steps=300).config)
    list(runner.run(the_job(steps=8)))
    ended(runner)
    after = runner.estimate(*sizes, the_job(steps=300).config)
    assert before is not None
    assert after is not None
    assert after != before


def test_nobody_else_may_look_into_its_folders(runner: ZeroGpuRunner, memory: Path) -> None:
    fast, slow = runner._folders
    assert (fast.parent, fast.stat().st_mode & 0o777, slow.stat().st_mode & 0o777) == (memory, 0o700, 0o700)


def test_what_a_killed_worker_left_goes_with_the_next_job(runner: ZeroGpuRunner) -> None:
    left = runner._folders[0] / ".nst-0.tmp.state"
    left.touch()
    last_of(runner, the_job())
    assert not left.exists()


def test_those_who_wait_are_called_every_second() -> None:
    assert CALL_EVERY <= 1
