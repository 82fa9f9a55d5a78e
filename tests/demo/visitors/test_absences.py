"""Who lost the connection is waited for, and who said goodbye only for a moment."""

from __future__ import annotations

import asyncio

import pytest

from demo.visitors import absences, recent
from demo.visitors.absences import AFTER_GOODBYE, GRACE, JUST_OPENED, Absences
from demo.visitors.identity import Visitor
from demo.visitors.listeners import Listeners, Stream
from demo.visitors.owners import Caller

ME, OTHER = Caller("198.51.100.1", "a" * 20), Caller("198.51.100.2", "b" * 20)
LIVENESS = 10.0  # seconds


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(absences, "time", clock)
    monkeypatch.setattr(absences, "LOOK_EVERY", 0.0)
    return clock


def waited(clock: Clock, known: Absences, session: str = "mine") -> float:
    """The seconds until nobody is expected any more."""

    async def wait() -> float:
        began, waiting = clock.now, asyncio.create_task(known.wait(session))
        while not waiting.done():
            clock.now += 0.5
            for _ in range(3):
                await asyncio.sleep(0)
        return clock.now - began

    return asyncio.run(asyncio.wait_for(wait(), LIVENESS))


def test_a_broken_connection_is_waited_for(clock: Clock) -> None:
    assert GRACE <= waited(clock, Absences(Listeners())) <= GRACE + 1


def test_who_closed_the_page_is_hardly_waited_for(clock: Clock) -> None:
    known = Absences(Listeners())
    known.said_goodbye("mine", ME)
    known.said_goodbye("another", OTHER)
    assert AFTER_GOODBYE <= waited(clock, known) <= AFTER_GOODBYE + 1


@pytest.mark.parametrize(("caller", "expected"), [(ME, GRACE), (OTHER, AFTER_GOODBYE)])
def test_a_page_that_is_loaded_anew_is_one_whose_browser_asks_for_another(
    clock: Clock, caller: Caller, expected: float
) -> None:
    known = Absences(Listeners())
    known.opened(caller)
    clock.now += JUST_OPENED / 2
    known.said_goodbye("mine", ME)
    assert expected <= waited(clock, known) <= expected + 1


def test_a_page_that_was_opened_long_before_is_none_in_its_place(clock: Clock) -> None:
    known = Absences(Listeners())
    known.opened(ME)
    clock.now += 2 * JUST_OPENED
    known.said_goodbye("mine", ME)
    assert waited(clock, known) <= AFTER_GOODBYE + 1


def test_what_another_page_goes_on_with_lasts_as_long_as_that_listens(clock: Clock) -> None:
    listeners = Listeners()
    known = Absences(listeners)

    async def follow() -> None:
        waiting = asyncio.create_task(known.wait("mine"))
        with listeners.open(Visitor(ME.network, "heir"), Stream.RECORDS):
            known.taken_up("mine", "heir")
            for _ in range(5):
                clock.now += 2 * GRACE
                await asyncio.sleep(0)
            assert not waiting.done()
        await asyncio.wait_for(waiting, LIVENESS)

    asyncio.run(follow())


def test_no_number_of_farewells_fills_the_memory(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absences, "MOST_HEIRS", 3)
    monkeypatch.setattr(recent, "MOST_OF_A_NETWORK", 3)
    known = Absences(Listeners())
    for place in range(10):
        known.said_goodbye(f"session {place}", ME)
        known.opened(Caller(ME.network, f"browser {place}"))
        known.taken_up(f"session {place}", "heir")
    assert len(known._goodbyes) == len(known._opened) == len(known._heirs) == 3


def test_a_stranger_s_visits_end_nobody_s_run(clock: Clock) -> None:
    """Ten thousand of them made the server forget that I came back."""
    known = Absences(Listeners())
    known.said_goodbye("mine", ME)
    known.opened(ME)
    for place in range(10_001):
        known.opened(Caller(OTHER.network, f"another browser {place}"))
    assert GRACE <= waited(clock, known) <= GRACE + 1
