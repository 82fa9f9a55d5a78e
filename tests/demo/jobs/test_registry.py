"""The runners there are."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from demo.jobs.registry import RUNNERS, ZERO_GPU, RunnerOptions, make_runner, usual_runner


@pytest.mark.parametrize("name", RUNNERS)
def test_a_runner_is_a_module_or_a_package_of_that_name(name: str) -> None:
    assert find_spec(f"demo.jobs.{name}") is not None


def test_each_runner_is_where_it_can_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ZERO_GPU, raising=False)
    assert usual_runner() == "local"
    with pytest.raises(ValueError, match="^the runner zero_gpu works where Hugging Face sets SPACES_ZERO_GPU"):
        make_runner("zero_gpu", RunnerOptions())
    monkeypatch.setenv(ZERO_GPU, "true")
    assert usual_runner() == "zero_gpu"


def test_an_unknown_runner_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=rf"^there is no runner 'mars'; those there are: {', '.join(RUNNERS)}$"):
        make_runner("mars", RunnerOptions())
