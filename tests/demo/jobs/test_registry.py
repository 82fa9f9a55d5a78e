"""The runners there are."""

from __future__ import annotations

import pytest

from demo.jobs.registry import RUNNERS, RunnerOptions, make_runner
from tests.support.paths import ROOT


@pytest.mark.parametrize("name", RUNNERS)
def test_a_runner_is_a_module_of_that_name(name: str) -> None:
    assert (ROOT / "demo/jobs" / f"{name}.py").is_file()


def test_an_unknown_runner_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=rf"^there is no runner 'mars'; those there are: {', '.join(RUNNERS)}$"):
        make_runner("mars", RunnerOptions())
