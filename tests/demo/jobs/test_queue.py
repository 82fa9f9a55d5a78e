"""The line of those who wait for one place: by turns, and nobody takes it all."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from demo.jobs.queue import MOST_OF_A_SESSION, Order, Queue, Ticket
from demo.jobs.records import Waiting
from demo.visitors.identity import Visitor
from nst_core.errors import InputError

ME = Visitor("203.0.113.1", "me")


def evil(place: int) -> Visitor:
    """A new session of one and the same network."""
    return Visitor("198.51.100.1", f"evil {place}")


class Line:
    """Tickets that come and go."""

    def __init__(self, queue: Queue) -> None:
        self.queue, self.places = queue, dict[Ticket, ExitStack]()

    def join(self, visitor: Visitor) -> Ticket:
        stack = ExitStack()
        ticket = stack.enter_context(self.queue.join(visitor))
        self.places[ticket] = stack
        return ticket

    def leave(self, ticket: Ticket) -> None:
        self.places.pop(ticket).close()

    def served(self) -> list[Visitor]:
        """All who are served until the line is empty, in that order."""
        order = []
        while self.places:
            (now,) = (ticket for ticket in self.places if self.queue.wait(ticket, 0) == 0)
            order.append(now.visitor)
            self.leave(now)
        return order


def test_the_queue_forgets_nobody_when_a_block_fails() -> None:
    queue = Queue(1)
    with pytest.raises(KeyError), queue.join():
        raise KeyError
    with queue.join() as ticket:
        assert queue.wait(ticket, 0) == 0
    assert queue.is_empty


def test_a_few_are_served_at_once_and_one_who_leaves_lets_the_next_in() -> None:
    line = Line(Queue(2, at_once=2))
    first, second, third, fourth = (line.join(evil(place)) for place in range(4))
    assert [line.queue.wait(each, 0) for each in (first, second, third, fourth)] == [0, 0, 1, 2]
    with pytest.raises(InputError, match="2 people are waiting"):
        line.join(evil(5))
    line.leave(first)
    assert [line.queue.wait(each, 0) for each in (second, third, fourth)] == [0, 0, 1]


def test_one_network_with_many_sessions_gets_one_turn_in_two() -> None:
    line = Line(Queue(20))
    for place in range(6):
        line.join(evil(place))
    mine = line.join(ME)
    assert line.queue.wait(mine, 0) == 1  # the one who is served, whoever came before
    assert line.served()[:2] == [evil(0), ME]


def test_where_turns_are_not_wanted_whoever_came_first_is_next() -> None:
    line = Line(Queue(20, order=Order.FIFO))
    came = [evil(0), evil(1), ME, evil(0)]
    *_, mine, _ = [line.join(visitor) for visitor in came]
    assert line.queue.wait(mine, 0) == 2
    assert line.served() == came


def test_whoever_comes_back_at_once_does_not_get_all_turns() -> None:
    """Being new again after each job is no way to be the first always."""
    line = Line(Queue(20))
    for _ in range(3):
        line.join(ME)
    order = []
    other = line.join(evil(0))
    for place in range(1, 7):
        (now,) = (ticket for ticket in line.places if line.queue.wait(ticket, 0) == 0)
        order.append(now.visitor)
        line.leave(now)
        if now is other:
            other = line.join(evil(place))
    assert [visitor == ME for visitor in order] == [True, False, True, False, True, False]


def test_within_a_network_sessions_take_turns() -> None:
    """A class behind one router isn't held up by whoever of them asks most."""
    line, busy, other = Line(Queue(20)), Visitor("a", "busy"), Visitor("a", "other")
    for visitor in (busy, busy, busy, other):
        line.join(visitor)
    assert line.served() == [busy, other, busy, busy]


def test_places_are_told_as_they_will_be_served() -> None:
    line = Line(Queue(20))
    tickets = [line.join(each) for each in (evil(0), evil(1), evil(2), ME)]
    assert [line.queue.wait(ticket, 0) for ticket in tickets] == [0, 2, 3, 1]


def test_a_full_queue_takes_a_place_from_the_network_that_has_most() -> None:
    line = Line(Queue(5))
    *_, last = [line.join(evil(place)) for place in range(6)]
    mine = line.join(ME)
    assert line.queue.wait(mine, 0) == 1
    with pytest.raises(InputError) as caught:
        line.queue.wait(last, 0)
    assert caught.value.about == "many_waiting"
    line.leave(last)
    with pytest.raises(InputError, match="5 people are waiting already"):
        line.join(evil(7))
    assert len(line.served()) == 6


def test_nobody_s_place_goes_to_somebody_who_has_as_much() -> None:
    line = Line(Queue(3))
    for place in range(4):
        line.join(Visitor(f"198.51.100.{place}", "one"))
    with pytest.raises(InputError) as caught:
        line.join(ME)
    assert caught.value.about == "queue_full"


def test_a_session_has_few_places() -> None:
    line = Line(Queue(20))
    for _ in range(MOST_OF_A_SESSION):
        line.join(ME)
    with pytest.raises(InputError) as caught:
        line.join(ME)
    assert caught.value.about == "too_many_of_yours"
    line.join(Visitor(ME.network, "another page"))


def test_more_are_served_at_once_as_soon_as_there_is_room() -> None:
    queue = Queue(5)
    line = Line(queue)
    assert queue.is_free
    tickets = [line.join(evil(place)) for place in range(4)]
    assert not queue.is_free
    queue.serve_at_once(3)
    assert [queue.wait(ticket, 0) for ticket in tickets] == [0, 0, 0, 1]
    queue.serve_at_once(1)  # who is being served stays
    line.leave(tickets[0])
    assert [queue.wait(ticket, 0) for ticket in tickets[1:]] == [0, 0, 1]


def test_who_waits_is_told_for_how_long() -> None:
    """The job that is served, and those that will be served before."""
    queue = Queue(20)
    with (
        queue.join(evil(0), 100.0) as served,
        queue.join(ME, 10.0) as mine,
        queue.join(ME, 20.0) as second,
        queue.join(evil(1), 40.0) as other,
    ):
        told = queue.told(mine)
        assert (told.ahead, told.own) == (1, 0)
        assert told.seconds == pytest.approx(100, abs=1)
        served.expect(30.0)
        assert queue.told(mine).seconds == pytest.approx(30, abs=1)
        told = queue.told(second)  # by turns
        assert (told.ahead, told.own) == (3, 1)
        assert told.seconds == pytest.approx(30 + 10 + 40, abs=1)
        other.expect(None)
        assert queue.told(second).seconds is None
        assert queue.told(served) == Waiting(0)


def test_the_time_of_a_job_runs_once_it_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    line = Line(Queue(20))
    first = line.join(evil(0))
    first.expect(100.0)
    second, mine = line.join(ME), line.join(evil(1))
    second.expect(50.0)
    now = 30.0
    assert line.queue.told(mine).seconds == 70 + 50
    line.leave(first)
    assert line.queue.told(mine).seconds == 50
    now = 40.0
    assert line.queue.told(mine).seconds == 40
    now = 1000.0
    assert line.queue.told(mine).seconds == 0


def test_several_places_shorten_the_wait() -> None:
    queue = Queue(20, at_once=2)
    with queue.join(evil(0), 100.0), queue.join(evil(1), 60.0), queue.join(ME) as mine:
        assert queue.told(mine).seconds == pytest.approx(80, abs=1)
