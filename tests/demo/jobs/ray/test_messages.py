"""The records of a job over several painters."""

from __future__ import annotations

from dataclasses import replace

from demo.jobs.ray.messages import Joined, Kept
from demo.jobs.records import Computation
from nst_core.execution import Execution
from tests.support.jobs import TINY, progress


def test_no_step_is_shown_twice_and_none_is_missing() -> None:
    joined = Joined()
    parts = ([progress(3, 3), progress(8, 5)], [progress(6, 2), progress(8, 2), progress(11, 3), progress(20, 9)])
    shown = []
    for number, part in enumerate(parts):
        joined.goes_on(Kept(index=4, config=TINY, begun=TINY, steered=()) if number else None)
        shown += [record for record in map(joined.add, part) if record is not None]
    assert [record.index for record in shown] == [3, 8, 11, 20]
    assert [loss.content for record in shown for loss in record.trail] == list(range(1, 21))
    assert joined.is_over


def test_a_job_that_begins_anew_goes_on_amid_a_record() -> None:
    joined = Joined()
    joined.add(progress(5, 5))
    joined.goes_on(None)
    record = joined.add(progress(7, 7))
    assert record is not None
    assert [loss.content for loss in record.trail] == [6, 7]


def test_the_recipe_tells_of_all_parts() -> None:
    first, second, third = (replace(TINY, strength=strength) for strength in (10.0, 20.0, 30.0))
    joined = Joined()
    joined.goes_on(Kept(index=4, config=second, begun=first, steered=((3, second),)))
    computation = Computation(config=second, execution=Execution(), versions={})
    record = joined.add(replace(progress(6), steered=((6, third),), computation=computation))
    assert record is not None
    assert record.steered == ((3, second), (6, third))
    assert record.computation == replace(computation, config=first)
