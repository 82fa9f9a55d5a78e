"""A state goes where there is room, is taken once, and what killed workers leave of one goes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from demo.jobs.zero_gpu.states import kept, remove_states, taken
from nst_core.checkpoint import Checkpoint
from nst_core.files import temporary_beside
from nst_core.transfer import Transfer
from tests.support.networks import tiny_network
from tests.support.pictures import smooth_picture
from tests.support.runs import TINY


@pytest.fixture
def state() -> Checkpoint:
    run = Transfer(smooth_picture(64, 48, 1), smooth_picture(64, 48, 2), TINY, extractor=tiny_network())
    next(iter(run))
    return run.state()


def test_it_is_taken_once(state: Checkpoint, tmp_path: Path) -> None:
    path = kept(state, (tmp_path, tmp_path / "other"))
    assert path.parent == tmp_path
    again = taken(path, torch.device("cpu"))
    assert (again.plan, again.done) == (state.plan, state.done)
    assert not path.exists()


def test_where_memory_is_full_it_goes_onto_the_disk(state: Checkpoint, tmp_path: Path) -> None:
    roomy = tmp_path / "roomy"
    roomy.mkdir()
    assert kept(state, (tmp_path / "none", roomy)).parent == roomy
    with pytest.raises(OSError, match="none"):
        kept(state, (tmp_path / "none", tmp_path / "none"))


def test_what_killed_workers_leave_goes_and_nothing_else(state: Checkpoint, tmp_path: Path) -> None:
    orders = tmp_path / "0123456789abcdef"
    orders.touch()
    kept(state, (tmp_path,))
    with temporary_beside(tmp_path / "x.state") as half:
        half.touch()
        remove_states((tmp_path,))
        assert list(tmp_path.iterdir()) == [orders]
