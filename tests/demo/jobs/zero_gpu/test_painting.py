"""What a worker does with a piece."""

from __future__ import annotations

import pickle
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from demo.jobs import progress
from demo.jobs.failures import Failed
from demo.jobs.records import Job
from demo.jobs.zero_gpu.asking import RESERVE
from demo.jobs.zero_gpu.orders import Orders
from demo.jobs.zero_gpu.painting import painted
from demo.jobs.zero_gpu.pieces import Begun, Finished, Parked, Piece, Shown, Told
from nst_core.errors import InputError
from nst_core.reconstruct import content_config, style_config
from tests.support.jobs import TINY, a_job
from tests.support.lending import LONG_AGO, Host


@pytest.fixture
def piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Piece:
    monkeypatch.setattr(progress, "RECORD_EVERY", 0.0)
    return Piece(jobs=(a_job(),), seconds=60, orders=tmp_path / "orders", folders=(tmp_path,), slowness=1.0)


def told(piece: Piece, lent: float = 0.0) -> list[Told]:
    return list(painted(piece, Host().network_of, torch.device("cpu"), time.monotonic() - lent))


def test_it_says_that_it_begins_what_is_to_be_seen_and_how_slow_it_was(piece: Piece) -> None:
    begun, *shown, finished = told(piece, lent=3.0)
    assert isinstance(begun, Begun)
    assert begun.seconds > 3
    assert [each.progress.index for each in shown if isinstance(each, Shown)] == [1, 2, 3, 4]
    assert isinstance(finished, Finished)
    assert finished.slowness is not None


def test_each_record_crosses(piece: Piece) -> None:
    records = [piece, *told(piece), *told(piece, LONG_AGO), Failed.of(InputError("x", "no_memory", width=3))]
    assert {type(each) for each in records} == {Piece, Begun, Shown, Finished, Parked, Failed}
    for each in records:
        assert type(pickle.loads(pickle.dumps(each))) is type(each)


def test_a_piece_whose_time_is_over_does_one_step(piece: Piece) -> None:
    _, shown, parked = told(piece, LONG_AGO)
    assert isinstance(shown, Shown)
    assert isinstance(parked, Parked)
    assert (shown.progress.index, parked.place, parked.steered) == (1, 0, ())
    _, shown, _ = told(replace(piece, parked=parked), LONG_AGO)
    assert isinstance(shown, Shown)
    assert shown.progress.index == 2
    assert not parked.state.exists()


def test_nothing_is_begun_that_nobody_wants(piece: Piece, tmp_path: Path) -> None:
    orders = Orders(tmp_path)
    orders.leave()
    assert told(replace(piece, orders=orders.path)) == []


@pytest.mark.parametrize("of", ["content", "style", "colours"])
def test_other_kinds_of_jobs_are_painted_as_well(piece: Piece, of: str) -> None:
    """See inside, and a picture of which the colours alone are changed."""
    job = a_job()
    jobs: dict[str, Job] = {
        "content": replace(job, styles=(), config=content_config("relu1_1", TINY)),
        "style": replace(job, config=style_config(["relu1_1"], TINY)),
        "colours": replace(job, config=replace(TINY, only_colours=True)),
    }
    *_, shown, finished = told(replace(piece, jobs=(jobs[of],)), LONG_AGO if of == "colours" else 0.0)
    assert isinstance(shown, Shown)
    assert shown.progress.index == shown.progress.total
    assert isinstance(finished, Finished)


def test_the_reserve_is_left_for_the_state(piece: Piece) -> None:
    assert RESERVE >= 1
    just = piece.seconds - RESERVE
    assert isinstance(told(piece, just)[-1], Parked)
