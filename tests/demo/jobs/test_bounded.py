"""Where strangers wait, a picture may take only so long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from demo.jobs.bounded import BoundedRunner
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
        next(BoundedRunner(runner, 3600).run(a_job()))
    assert caught.value.values == {"minutes": 120, "most": 60}
    assert not runner.jobs


@pytest.mark.parametrize("seconds", [3599.0, None, ValueError("nobody knows"), InputError("too narrow", "too_narrow")])
def test_what_does_not_or_is_not_known_begins(seconds: float | None | Exception) -> None:
    runner = Foreseen(WHOLE)
    runner.seconds = seconds
    assert list(BoundedRunner(runner, 3600).run(a_job())) == list(WHOLE)


def test_what_turns_out_to_take_far_longer_ends_with_its_first_picture() -> None:
    runner = Foreseen((progress(1), replace(progress(1), seconds_left=10_000.0), progress(2)))
    records = BoundedRunner(runner, 3600).run(a_job())
    next(records)
    with pytest.raises(InputError, match="a picture may take 60 here"):
        next(records)
    assert runner.closed == 1
