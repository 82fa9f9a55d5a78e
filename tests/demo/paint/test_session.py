"""What is kept of a run goes on, is looked back at, and makes way for the next one; nothing when the session ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demo.form.request import Selection, Submission
from demo.jobs.records import Job
from demo.paint import session
from demo.paint.running import Running
from demo.paint.session import Painted, followed
from nst_core.config import TransferConfig
from nst_core.notes import Note
from tests.support.painting import small_progress as progress

pytestmark = pytest.mark.usefixtures("cache")


def submission(key: str = "k", **changes: object) -> Submission:
    grey = np.full((32, 48, 3), 128, np.uint8)
    config = TransferConfig(size=48, steps=200)
    return Submission(Selection(None, (), config), Job(grey, (grey,), config, key=key), (48, 32))


def painted(steps: int) -> Painted:
    made: Painted | None = None
    for index in range(1, steps + 1):
        made = followed(submission(), progress(index), made)
    assert made is not None
    return made


def test_a_run_that_goes_on_keeps_what_was_before(cache: Path) -> None:
    first = replace(painted(60), selection=Selection(None, (), TransferConfig(strength=10)), earlier=True)
    assert [first.snapshots.kept[-1].index, first.progress.index] == [59, 60]
    more = followed(replace(submission("more"), done=60), progress(1, 50), first)
    assert (more.progress.index, more.progress.total) == (61, 110)
    assert (len(more.curves.losses), more.curves.total) == (61, 110)
    assert [more.at(step).index for step in (1, 60, 61)] == [1, 60, 61]  # the end of the first part among them
    assert [more.segment(more.at(step)).key for step in (1, 60, 61)] == ["k", "k", "more"]
    assert more.segment(more.at(1)).selection.config.strength == 10
    assert not more.earlier


def test_a_run_that_goes_on_from_an_earlier_moment_forgets_what_came_after_it(cache: Path) -> None:
    twice = followed(replace(submission("b"), done=60), progress(1, 50), replace(painted(60), earlier=True))
    back = followed(replace(submission("c"), done=31), progress(1, 10), replace(twice, earlier=True))
    assert (back.progress.index, len(back.curves.losses)) == (32, 32)
    assert max(snapshot.index for snapshot in back.snapshots.kept) <= 32
    assert [(segment.key, segment.last) for segment in back.past] == [("k", 31)]
    assert back.files != twice.files  # a step of the same number may be another picture


def test_a_run_can_be_looked_back_at(cache: Path) -> None:
    run = painted(100)
    assert run.at(None).index == 100
    assert run.at(99.6).index == 100  # the last one, though it isn't among those that are kept
    early = run.at(2)
    assert early.index in (1, 3)
    assert run.enlarged(early).shape == (32, 48, 3)
    run.snapshots.forget()
    assert run.at(2).index == 100  # whose file is gone


def test_what_was_remarked_stays_and_what_the_pictures_told_before_does_not() -> None:
    astray, worse, memory = Note("astray", {"times": 4}), Note("astray", {"times": 16}), Note("memory", {"block": 144})
    run = followed(submission(), replace(progress(1), notes=(Note("even_photo"), astray, memory)), None)
    assert run.notes == (astray, memory)
    run = followed(submission(), progress(2), run)
    assert run.notes == (astray, memory)
    run = followed(submission(), replace(progress(3), notes=(worse,)), run)
    assert run.notes == (memory, worse)
    more = followed(replace(submission("more"), done=3), progress(1), replace(run, earlier=True))
    assert more.notes == (memory, worse)
    assert followed(submission("other"), progress(1), replace(more, earlier=True)).notes == ()


def test_the_next_runs_first_picture_takes_the_place_of_the_last_run(cache: Path) -> None:
    first = painted(3)
    second = followed(submission("other"), progress(1), replace(first, earlier=True))
    assert not first.snapshots.folder.exists()
    assert second.snapshots.folder.exists()
    assert (second.key, len(second.curves.losses)) == ("other", 1)


def test_the_end_of_a_session_leaves_no_files(cache: Path) -> None:
    session.forget(None)
    made = painted(3)
    (folder,) = cache.glob("made/*/*")
    assert list(folder.iterdir())
    session.forget(made)
    assert not list(cache.glob("made/*/*"))


def test_what_was_asked_for_is_what_the_run_was_steered_to_if_it_is_that_run() -> None:
    run, strong = painted(1), Selection(None, (), TransferConfig(strength=90))
    steered = replace(Running.of(submission()), selection=strong)
    assert run.steered(steered) == strong
    assert run.steered(replace(steered, key="other")) == run.selection
    assert run.steered(None) == run.selection
