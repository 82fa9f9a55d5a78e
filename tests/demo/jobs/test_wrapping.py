"""What a runner in front of another hands on."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

import pytest

from demo.jobs.runner import Runner
from demo.jobs.wrapping import WrappedRunner
from nst_core.config import TransferConfig
from tests.support.jobs import a_job
from tests.support.playback import WHOLE, Playback


def test_it_paints_what_the_other_one_does() -> None:
    inner = Playback(WHOLE)
    records = WrappedRunner(inner).run(a_job())
    assert next(records) == WHOLE[0]
    records.close()
    assert inner.closed == 1


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("steer", ("key", TransferConfig())),
        ("stop", ("key",)),
        ("is_under_way", ("key",)),
        ("estimate", ((64, 48), [(64, 48)], TransferConfig())),
        ("is_measuring", ()),
        ("measure", (TransferConfig(),)),
        ("end_jobs", ()),
        ("close", ()),
    ],
)
def test_everything_else_is_asked_of_it(name: str, arguments: tuple[Any, ...]) -> None:
    inner = MagicMock(Runner)
    answer = getattr(WrappedRunner(inner), name)(*arguments)
    getattr(inner, name).assert_called_once_with(*arguments)
    assert answer in (None, getattr(inner, name).return_value)
