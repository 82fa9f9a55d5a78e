"""Where strangers wait, a picture may take only so long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from demo.jobs.bounded import BoundedRunner, Bounds
from nst_core.config import TransferConfig
from nst_core.errors import InputError
from nst_core.scene.scales import Size
from tests.support.jobs import a_job
from tests.support.playback import WHOLE, Playback, progress


class Foreseen(Playback):
    """Knows how long everything takes."""

    seconds: float | None | Exception = None

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        assert (content, styles) == ((64, 48), [(64, 48)])
        if isinstance(self.seconds, Exception):
            raise self.seconds
        return self.seconds


def test_what_takes_longer_is_refused_before_it_waits() -> None:
    runner = Foreseen(WHOLE)
    runner.seconds = 7200
    with pytest.raises(InputError, match="about 120 minutes, and a picture may take 60 here") as caught:
        next(BoundedRunner(runner, Bounds(longest=3600)).run(a_job()))
    assert caught.value.values == {"minutes": 120, "most": 60}
    assert not runner.jobs


@pytest.mark.parametrize("seconds", [3599.0, None, ValueError("nobody knows"), InputError("too narrow", "too_narrow")])
def test_what_does_not_or_is_not_known_begins(seconds: float | None | Exception) -> None:
    runner = Foreseen(WHOLE)
    runner.seconds = seconds
    assert list(BoundedRunner(runner, Bounds(longest=3600)).run(a_job())) == list(WHOLE)


def test_nobody_asks_how_long_it_takes_where_it_may_take_as_long_as_it_needs() -> None:
    runner = Foreseen(WHOLE)
    runner.seconds = RuntimeError("asked")
    assert list(BoundedRunner(runner, Bounds()).run(a_job())) == list(WHOLE)


def test_what_turns_out_to_take_far_longer_ends_with_its_first_picture() -> None:
    runner = Foreseen((progress(1), replace(progress(1), seconds_left=10_000.0), progress(2)))
    records = BoundedRunner(runner, Bounds(longest=3600)).run(a_job())
    next(records)
    with pytest.raises(InputError, match="a picture may take 60 here"):
        next(records)
    assert runner.closed == 1


@pytest.mark.parametrize(("asked", "about"), [({"size": 300}, "most_size"), ({"steps": 300}, "most_steps")])
def test_what_asks_for_more_is_refused_before_it_begins_and_before_anybody_presses(
    asked: dict[str, int], about: str
) -> None:
    runner = BoundedRunner(Playback(WHOLE), Bounds(size=256, steps=256))
    job = a_job(**asked)
    for ask in (lambda: next(runner.run(job)), lambda: runner.estimate((64, 48), [(64, 48)], job.config)):
        with pytest.raises(InputError, match="may be 256 here at most, got 300") as caught:
            ask()
        assert (caught.value.about, caught.value.values) == (about, {"most": 256})
    assert list(runner.run(a_job(size=256, steps=256))) == list(WHOLE)


def test_what_nobody_has_chosen_may_be_asked_for() -> None:
    bounds = Bounds(size=200, steps=1000)
    bounds.check(bounds.within(TransferConfig()))
    assert bounds.within(TransferConfig()) == replace(TransferConfig(), size=200)
    assert Bounds().within(TransferConfig()) == TransferConfig()
