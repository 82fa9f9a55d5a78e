"""Whether a job is taken: of whom, while the server is open, until it is about to end."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from limits.storage import MemoryStorage

from demo.browser.toasts import message_of
from demo.jobs import admission
from demo.jobs.admission import AdmittingRunner
from demo.jobs.records import Job, Waiting
from demo.visitors.identity import Visitor
from demo.visitors.quotas import Quota, Quotas
from demo.visitors.switches import Switches
from nst_core.config import TransferConfig
from nst_core.errors import InputError
from nst_core.scene.scales import Size
from tests.support.jobs import a_job
from tests.support.playback import WHOLE, Playback, progress

MINE, THEIRS = Visitor("203.0.113.1", "mine"), Visitor("198.51.100.1", "theirs")


class Known(Playback):
    """Takes a known time."""

    seconds: float | None = 110.0

    def estimate(self, content: Size, styles: Sequence[Size], config: TransferConfig) -> float | None:
        return self.seconds


def taking(
    runner: Playback, switches: Switches | None = None, ending: threading.Event | None = None, **quota: int
) -> AdmittingRunner:
    quotas = Quotas(Quota(**quota), MemoryStorage())
    names = str.upper
    return AdmittingRunner(runner, quotas, switches or Switches(), ending or threading.Event(), names)


def of(visitor: Visitor) -> Job:
    return replace(a_job(), visitor=visitor)


def refused(runner: AdmittingRunner, visitor: Visitor) -> InputError:
    with pytest.raises(InputError) as caught:
        list(runner.run(of(visitor)))
    return caught.value


def test_a_job_gets_its_visitors_name_and_is_painted_as_it_is() -> None:
    inner = Playback(WHOLE)
    assert list(taking(inner).run(of(MINE))) == list(WHOLE)
    (job,) = inner.jobs
    assert (job.visitor, job.visitor.name) == (MINE, "203.0.113.1")


def test_a_visitor_has_only_so_many_at_once_and_others_have_theirs() -> None:
    runner = taking(Playback(WHOLE), at_once=2)
    first, second = runner.run(of(MINE)), runner.run(of(MINE))
    next(first), next(second)
    assert runner.under_way == 2
    assert refused(runner, MINE).values == {"most": 2}
    assert next(runner.run(of(THEIRS)))
    second.close()
    assert next(runner.run(of(MINE)))


def test_six_sketches_are_one_job() -> None:
    runner = taking(Playback(WHOLE), at_once=1, jobs=1)
    assert len(list(runner.run_each([of(MINE)] * 6))) == 6 * len(WHOLE)
    assert "1 pictures an hour" in str(refused(runner, MINE))


def test_what_nobody_asked_for_is_no_job_of_theirs() -> None:
    runner = taking(Playback(WHOLE), jobs=1)
    for _ in range(3):
        assert list(runner.run(replace(of(MINE), gives_way=True)))
    assert list(runner.run(of(MINE)))


def test_what_is_refused_further_on_costs_nothing() -> None:
    runner = taking(Playback([InputError("full", "queue_full")]), jobs=1)
    for _ in range(3):
        assert refused(runner, MINE).about == "queue_full"


def test_an_hour_has_only_so_many_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first picture until its reader comes back for the last time, whose place it is until then."""
    now = [0.0]
    monkeypatch.setattr(admission, "time", type("Clock", (), {"monotonic": lambda: now[0]}))
    inner = Known((Waiting(0), progress(1), progress(2)))
    runner = taking(inner, seconds=600)
    for _ in range(2):
        for _ in runner.run(of(MINE)):
            now[0] += 125
    error = refused(runner, MINE)
    assert (error.about, error.values["left"]) == ("seconds_an_hour", 600 - 2 * 250)
    inner.seconds = 100.0
    assert list(runner.run(of(MINE)))
    assert list(runner.run(of(THEIRS)))


def test_what_takes_more_than_an_hour_has_is_told_so() -> None:
    inner = Known(WHOLE)
    inner.seconds = 601.0
    error = refused(taking(inner, seconds=600), MINE)
    assert error.values == {"seconds": 601, "most": 600}
    assert "elige menos pasos" in message_of("es", error)


def test_nobody_asks_how_long_it_takes_where_seconds_are_not_counted() -> None:
    class Asked(Playback):
        def estimate(self, *_: Any) -> float | None:
            raise AssertionError

    assert list(taking(Asked(WHOLE), jobs=5).run(of(MINE)))


def test_while_it_is_closed_whoever_asks_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.visitors.switches.LOOK_EVERY", 0.0)
    closed = tmp_path / "closed"
    runner = taking(Playback(WHOLE), Switches(closed=str(closed)))
    assert list(runner.run(of(MINE)))
    closed.write_text("We move house until Monday.\n", "utf-8")
    assert message_of("es", refused(runner, MINE)) == "We move house until Monday."
    closed.write_text("")
    assert "vuelve más tarde" in message_of("es", refused(runner, MINE))
    closed.unlink()
    assert list(runner.run(of(MINE)))


def test_once_it_is_about_to_end_what_was_begun_goes_on_and_nothing_begins() -> None:
    ending = threading.Event()
    runner = taking(Playback(WHOLE), ending=ending)
    begun = runner.run(of(MINE))
    next(begun)
    ending.set()
    assert refused(runner, THEIRS).about == "stopping_before"
    runner.wait_until_idle(0.05)
    assert runner.under_way == 1
    waiting = threading.Thread(target=runner.wait_until_idle, args=(30.0,))
    waiting.start()
    assert len(list(begun)) == len(WHOLE) - 1
    waiting.join(5.0)
    assert not waiting.is_alive()
