"""The line of those who wait for a place."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from threading import Condition

from demo.jobs.records import Waiting
from demo.visitors.identity import Visitor
from nst_core.errors import InputError

MAX_WAITING = 20  # by default
MOST_OF_A_SESSION = 4  # places: a picture, six small ones, a reconstruction, and one that is about to end
CALL_EVERY = 1.0  # seconds between two records to someone who waits
REMEMBERED = 1000  # networks and sessions whose last turn is known


class Order(StrEnum):
    """Whose turn it is."""

    ROUND_ROBIN = "round-robin"  # of networks, then of the sessions of one
    FIFO = "fifo"  # who came first


class Ticket:
    """A place in the queue."""

    def __init__(self, visitor: Visitor, arrived: int) -> None:
        """`arrived`: how many turns there had been by then."""
        self.visitor, self.arrived = visitor, arrived
        self.is_pushed_out = False
        self._seconds: float | None = None
        self._since = 0.0

    def expect(self, seconds: float | None) -> None:
        """Its job takes so many seconds from now on, or once it is served; None = nobody knows."""
        self._seconds, self._since = seconds, time.monotonic()

    def is_beside(self, other: Ticket) -> bool:
        """Whether `other` is of the same page."""
        return bool(self.visitor.session) and self.visitor == other.visitor

    def seconds_left(self, is_served: bool) -> float | None:
        """The seconds that its job still takes."""
        if self._seconds is None or not is_served:
            return self._seconds
        return max(0.0, self._seconds - (time.monotonic() - self._since))


class Queue:
    """One at a time, or a few, by turns: first of networks, then of the sessions of one, then of who came first.

    Or, by `Order.FIFO`, of who came first alone.

    Where it is full, the network that has most places gives its last one up for one that has less. Gradio's own queue
    counts a cancelled job as gone while its last step still runs.
    """

    def __init__(self, max_waiting: int, at_once: int = 1, order: Order = Order.ROUND_ROBIN) -> None:
        """`at_once`: how many are served at a time."""
        self._max_waiting, self._at_once, self._order = max_waiting, at_once, order
        self._served: list[Ticket] = []
        self._waiting: list[Ticket] = []  # in the order they came
        self._turns = 0  # so far
        self._last_turns: dict[Visitor, int] = {}  # of each session, and of each network by `Visitor(network)`
        self._moved = Condition()

    @contextmanager
    def join(self, visitor: Visitor = Visitor(), seconds: float | None = None) -> Iterator[Ticket]:  # noqa: B008 # frozen
        """A place, handed back after the block; `InputError` where there is none for this visitor.

        `seconds`: how long its job will take; None = nobody knows.
        """
        with self._moved:
            self._make_room(visitor)
            ticket = Ticket(visitor, self._turns)
            ticket.expect(seconds)
            self._waiting.append(ticket)
            self._serve()
        try:
            yield ticket
        finally:
            with self._moved:
                self._leave(ticket)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is being served or waits."""
        with self._moved:
            return not self._places()

    @property
    def is_free(self) -> bool:
        """Whether who joined now would be served at once."""
        with self._moved:
            return not self._waiting and len(self._served) < self._at_once

    def serve_at_once(self, at_once: int) -> None:
        """Serve so many at a time from now on; who is being served stays."""
        with self._moved:
            self._at_once = at_once
            for _ in range(at_once):
                self._serve()
            self._moved.notify_all()

    def wait(self, ticket: Ticket, seconds: float) -> int:
        """How many are ahead of `ticket`, as soon as it is nobody, else after `seconds`.

        Raises `InputError` where its place was given to somebody who has less.
        """
        with self._moved:
            self._moved.wait_for(lambda: ticket in self._served or ticket.is_pushed_out, seconds)
            if ticket.is_pushed_out:
                raise InputError(
                    "many are waiting, and most of them come from where you do; please try again in a few minutes",
                    "many_waiting",
                )
            return 0 if ticket in self._served else 1 + self._in_turn().index(ticket)

    def told(self, ticket: Ticket) -> Waiting:
        """What `ticket` waits for."""
        with self._moved:
            if ticket in self._served:
                return Waiting(0)
            order = self._in_turn()
            before = order[: order.index(ticket)]
            times = [each.seconds_left(each in self._served) for each in (*self._served, *before)]
            known = [seconds for seconds in times if seconds is not None]
            return Waiting(
                1 + len(before),
                all(map(ticket.is_beside, self._served)) + sum(map(ticket.is_beside, before)),
                sum(known) / self._at_once if len(known) == len(times) else None,
            )

    def has_others(self, ticket: Ticket) -> bool:
        """Whether anybody else is served or waits, before `ticket` or behind it."""
        with self._moved:
            return not all(each is ticket or ticket.is_beside(each) for each in self._places())

    def _places(self) -> list[Ticket]:
        return [*self._served, *self._waiting]

    def _make_room(self, visitor: Visitor) -> None:
        """Raise `InputError` for who has places enough, and where it is full and nobody has more."""
        places = self._places()
        if visitor.session and sum(each.visitor == visitor for each in places) >= MOST_OF_A_SESSION:
            raise InputError(
                f"{MOST_OF_A_SESSION} pictures of this session are painted or waiting already; stop one of them first",
                "too_many_of_yours",
                most=MOST_OF_A_SESSION,
            )
        if len(places) < self._at_once + self._max_waiting:
            return
        payer = self._who_has_more(visitor)
        if payer is None:
            raise InputError(
                f"{self._max_waiting} people are waiting already; please try again in a few minutes",
                "queue_full",
                waiting=self._max_waiting,
            )
        payer.is_pushed_out = True
        self._waiting.remove(payer)
        self._moved.notify_all()

    def _who_has_more(self, visitor: Visitor) -> Ticket | None:
        """The last who waits of the network, or of the session within this visitor's own, with most places.

        None unless those are two more than this visitor's, who would else only change places with them.
        """
        networks = Counter(each.visitor.network for each in self._places())
        sessions = Counter(each.visitor for each in self._places() if each.visitor.network == visitor.network)
        latest_first = self._waiting[::-1]
        for ticket in sorted(latest_first, key=lambda each: -networks[each.visitor.network]):
            theirs = ticket.visitor.network
            if theirs != visitor.network and networks[theirs] > networks[visitor.network] + 1:
                return ticket
            if theirs == visitor.network and sessions[ticket.visitor] > sessions[visitor] + 1:
                return ticket
        return None

    def _leave(self, ticket: Ticket) -> None:
        if ticket in self._served:
            self._served.remove(ticket)
            self._serve()
        elif not ticket.is_pushed_out:
            self._waiting.remove(ticket)
        self._moved.notify_all()

    def _serve(self) -> None:
        if len(self._served) >= self._at_once or not self._waiting:
            return
        served = self._in_turn()[0]
        self._served.append(served)
        self._waiting.remove(served)
        served.expect(served.seconds_left(is_served=False))
        self._turns += 1
        self._count_turn(served.visitor, self._last_turns, self._turns)

    def _in_turn(self) -> list[Ticket]:
        """Those who wait in the order in which they will be served, if nobody else comes."""
        if self._order is Order.FIFO:
            return list(self._waiting)
        waiting, last_turns, turn, order = list(self._waiting), dict(self._last_turns), self._turns, list[Ticket]()
        while waiting:
            order.append(min(waiting, key=lambda each: self._rank(each, last_turns)))
            waiting.remove(order[-1])
            turn += 1
            self._count_turn(order[-1].visitor, last_turns, turn)
        return order

    def _rank(self, ticket: Ticket, last_turns: dict[Visitor, int]) -> tuple[int, bool, int, bool]:
        """Whoever waits longest since their last turn, or since they came; who had none yet before who had one then."""
        network = Visitor(ticket.visitor.network)
        arrived = min(each.arrived for each in self._places() if each.visitor.network == network.network)
        return (
            max(last_turns.get(network, 0), arrived),
            network in last_turns,
            max(last_turns.get(ticket.visitor, 0), ticket.arrived),
            ticket.visitor in last_turns,
        )

    @staticmethod
    def _count_turn(visitor: Visitor, last_turns: dict[Visitor, int], turn: int) -> None:
        for each in (Visitor(visitor.network), visitor):
            last_turns.pop(each, None)
            last_turns[each] = turn
        while len(last_turns) > REMEMBERED:
            del last_turns[next(iter(last_turns))]
