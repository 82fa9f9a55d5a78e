"""Painters by demand; they are stand-ins, whose answers lie in Ray's object store."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from nst_core.version import __version__

ray = pytest.importorskip("ray", reason="Ray isn't installed: pip install -r tests/requirements.txt")

from demo.jobs.ray.pool import Patience, Pool  # noqa: E402 # it imports ray

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("ray_here")]


class Hired:
    """The actors that were made, each of which answers at once."""

    def __init__(self, version: str = __version__) -> None:
        self.version, self.count = version, 0

    def __call__(self, most: int) -> Any:
        self.count += 1
        answering = {"begin": self.version, "rest": None, "ping": 1}
        return SimpleNamespace(**{name: _method(value) for name, value in answering.items()})


def _method(value: object) -> Any:
    return SimpleNamespace(remote=lambda: ray.put(value))


def looked_at(pool: Pool, times: int = 3) -> list[Any]:
    for _ in range(times):
        pool.look()
    return pool.painters


def test_as_many_as_are_waited_for_and_no_more_than_there_may_be() -> None:
    hired = Hired()
    pool = Pool(hired, 0, 2, Patience(idle=0.0))
    assert looked_at(pool) == []
    for wisher in "abc":
        assert pool.lease(wisher, 0) is None
    assert len(looked_at(pool)) == 2
    leased = [pool.lease(wisher, 0) for wisher in "abc"]
    assert len({id(painter) for painter in leased[:2]}) == 2
    assert leased[2] is None
    pool.give_up("c")
    for painter in leased[:2]:
        pool.give_back(painter)
    assert looked_at(pool) == []  # nobody needs them any more
    assert hired.count == 2


def test_one_is_leased_again_when_its_step_is_over() -> None:
    pool = Pool(Hired(), 1, 1)
    looked_at(pool)
    painter = pool.lease("a", 0)
    assert painter is not None
    pool.give_back(painter)
    assert pool.lease("b", 0) is None  # until it has answered
    pool.look()
    assert pool.lease("b", 0) is painter


def test_who_is_lost_is_replaced() -> None:
    hired = Hired()
    pool = Pool(hired, 1, 1)
    (first,) = looked_at(pool)
    pool.drop(first)
    assert first.is_lost
    (second,) = looked_at(pool)
    assert second is not first


def test_none_is_made_while_there_is_no_cluster_to_make_it_on() -> None:
    hired = Hired()
    pool = Pool(lambda most: hired(most) if hired.count else None, 1, 1)
    assert looked_at(pool) == []
    hired.count = 1
    assert len(looked_at(pool)) == 1


def test_painters_of_another_version_are_refused_and_asked_again_by_the_next_job() -> None:
    hired = Hired("0.0.1")
    pool = Pool(hired, 0, 1)
    pool.lease("a", 0)
    looked_at(pool)
    with pytest.raises(ValueError, match=rf"the painters have nst_core 0.0.1, and the page has {__version__}"):
        pool.lease("a", 0)
    hired.version = __version__
    looked_at(pool)
    assert pool.lease("a", 0) is not None
