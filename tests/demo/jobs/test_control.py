"""By what jobs are steered and stopped while they wait or run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demo.jobs.control import Control, Controls
from tests.support.jobs import TINY, a_job

STRONG = replace(TINY, strength=90.0)


def test_what_a_job_is_steered_to_is_taken_once() -> None:
    control = Control(a_job())
    assert control.is_steered  # nothing was taken yet
    assert control.next_config() == TINY
    assert not control.is_steered
    control.steer(STRONG)
    assert control.is_steered
    assert control.next_config() == STRONG
    assert not control.is_steered


def test_a_refused_config_changes_nothing() -> None:
    control = Control(a_job())
    control.next_config()
    with pytest.raises(ValueError, match="^size is 64"):
        control.steer(replace(TINY, size=128))
    assert not control.is_steered


def test_a_job_is_found_by_its_key_while_it_lasts() -> None:
    controls = Controls()
    assert not controls.steer("mine", STRONG)
    with controls.of(a_job(key="mine")) as control:
        assert controls.is_under_way("mine")
        assert controls.steer("mine", STRONG)
        assert control.next_config() == STRONG
    assert not controls.is_under_way("mine")
    assert not controls.steer("mine", STRONG)


def test_the_end_of_an_earlier_job_leaves_the_later_one_its_key() -> None:
    controls = Controls()
    with controls.of(a_job(key="mine")):
        later = controls.of(a_job(key="mine"))
        control = later.__enter__()
    controls.stop("mine")
    assert control.is_stopped
    assert not controls.is_under_way("mine")
    later.__exit__(None, None, None)


def test_a_job_without_a_key_is_found_by_none() -> None:
    controls = Controls()
    with controls.of(a_job()):
        assert not controls.is_under_way("")
        assert not controls.steer("", STRONG)
