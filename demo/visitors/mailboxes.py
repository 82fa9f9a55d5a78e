"""What Gradio keeps for whoever listens to a session's events, and for whoever never comes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial

from gradio.queueing import Event, Queue

from demo.visitors.listeners import Listeners
from demo.visitors.mailbox import LINGERING, Mailbox

PATIENCE = 10.0  # seconds for the one who asks to listen
ON_ITS_WAY = 0.5  # seconds in which a page may not know yet that its stream is closed
LOOK_EVERY = 0.05  # seconds until an event that is waited for is looked for again
MOST_WORKERS = 0.75  # of all, for a network
MOST_EVENTS = 300  # of a network, whose end nobody has heard yet
MOST_WAITING = 40_000_000  # bytes of what they were called with
MOST_MAILBOXES = 1_000_000  # of more than Gradio's 2000 the first would be cut off


class Mailboxes:
    """The messages of all sessions. Gradio's own stay for ever where nobody asks for them."""

    def __init__(self, queue: Queue, listeners: Listeners, network_of: Callable[[str], str]) -> None:
        """`network_of`: whose a session is."""
        self._queue, self._listeners, self._network_of = queue, listeners, network_of
        self._patience: dict[str, asyncio.TimerHandle] = {}  # with sessions that somebody should come to listen to
        self._closed: dict[str, float] = {}  # when a page's stream was, a moment ago
        self._ending: set[asyncio.Future[None]] = set()  # of sessions that nobody has listened to
        queue.pending_messages_per_session.max_size = MOST_MAILBOXES
        queue.get_events = self.heard_events  # type: ignore[method-assign]
        # After each event pandas would sum up the last ones, for a page of Gradio's own that isn't shown.
        queue.compute_analytics_summary = lambda records: {}  # type: ignore[method-assign]

    def heard_events(self) -> tuple[list[Event], bool, str] | None:
        """The next event to begin, as `Queue.get_events` returns it: one that somebody listens to.

        No network gets more than a part of Gradio's workers at once.
        """
        active = Counter(self._network_of(job.session_hash) for jobs in self._queue.active_jobs for job in jobs or ())
        most = MOST_WORKERS * len(self._queue.active_jobs)
        for concurrency_id, waiting in self._queue.event_queue_per_concurrency_id.items():
            limit = waiting.concurrency_limit
            if limit is not None and waiting.current_concurrency >= limit:
                continue
            for event in waiting.queue:
                session = event.session_hash
                if self._listeners.hears(session) and active[self._network_of(session)] < most:
                    waiting.queue.remove(event)
                    return [event], False, concurrency_id
        return None

    def is_known(self, event_index: object) -> bool:
        """Whether an event of this number is the server's to answer, as Gradio takes for granted; a name has none."""
        try:
            event = self._queue.blocks.fns.get(int(event_index))  # type: ignore[call-overload]
        except (TypeError, ValueError, OverflowError):  # Gradio says what is wrong with it
            return True
        return event is not None and event.fn is not None

    def is_mine(self, session: str, event_id: str) -> bool:
        """Whether an event that isn't over is of the session."""
        event = self._queue.event_ids_to_events.get(event_id)
        return event is None or event.session_hash == session

    async def last_event(self, session: str, event_index: int) -> str:
        """The id of the last event of this number that a session has begun; "" where there is none.

        A page that stops one before it was told its id knows no more of it, and it may still be on its way.
        """
        events, functions, tries = self._queue.event_ids_to_events, self._queue.blocks.fns, ON_ITS_WAY / LOOK_EVERY
        while True:
            mine = [(name, event.fn) for name, event in events.items() if event.session_hash == session]
            begun = [name for name, function in mine if function is functions.get(event_index)]
            if begun or tries <= 0:
                return begun[-1] if begun else ""
            await asyncio.sleep(LOOK_EVERY)
            tries -= 1

    def session_of(self, event_id: str | None) -> str | None:
        """The session of an event that isn't over, or that nobody has heard the end of; None where there is none."""
        event = self._queue.event_ids_to_events.get(event_id or "")
        if event is not None:
            return event.session_hash
        return next((name for name, ids in self._queue.pending_event_ids_session.items() if event_id in ids), None)

    def has_room(self, network: str) -> bool:
        """Whether a visitor may begin one more event."""
        sessions = [name for name in self._queue.pending_event_ids_session if self._network_of(name) == network]
        events = [event_id for name in sessions for event_id in self._pending(name)]
        return len(events) < MOST_EVENTS and sum(map(self._size, events)) < MOST_WAITING

    def _size(self, event_id: str) -> int:
        """The bytes of the call that began an event; 0 once it is over."""
        event = self._queue.event_ids_to_events.get(event_id)
        return int(event.request.headers["content-length"]) if event else 0  # as the gate has it

    async def asked_by_a_page(self, session: str) -> None:
        """Before each event of a page: its stream lingers, and one that was closed just now is known to be so."""
        if session in self._closed:
            await asyncio.sleep(self._closed[session] + ON_ITS_WAY - asyncio.get_running_loop().time())
        self._linger(session)

    def expect_a_listener(self, session: str) -> None:
        """What a session has begun ends, if nobody comes to listen."""
        if self._listeners.hears(session):
            return
        if session in self._patience:  # it begins anew: an earlier event's would end this one too soon
            self._patience[session].cancel()
        self._patience[session] = asyncio.get_running_loop().call_later(PATIENCE, self._give_up, session)

    def has_begun(self, session: str) -> bool:
        """Whether an event of a page's isn't over; a program's doesn't count."""
        return isinstance(self._queue.pending_messages_per_session.get(session), Mailbox) and bool(
            self._pending(session)
        )

    def opened(self, session: str) -> None:
        """Somebody listens, perhaps to what another stream has told already: Gradio would call the session unknown."""
        if session not in self._queue.pending_messages_per_session:
            self._linger(session)

    def left(self, session: str) -> None:
        """A stream has ended: without one, events go on only if another comes soon."""
        if self._pending(session):
            self.expect_a_listener(session)
        elif not self._listeners.hears(session):
            self._empty(session)

    def _pending(self, session: str) -> set[str]:
        return self._queue.pending_event_ids_session.get(session, set()) - {LINGERING}

    def _linger(self, session: str) -> None:
        boxes = self._queue.pending_messages_per_session
        if session not in boxes:
            boxes[session] = Mailbox(lambda: bool(self._pending(session)), partial(self._ends, session))
        if isinstance(boxes[session], Mailbox):  # a program's has none of it
            self._queue.pending_event_ids_session.setdefault(session, set()).add(LINGERING)

    def _ends(self, session: str) -> None:
        loop = asyncio.get_running_loop()
        self._closed[session] = loop.time()
        loop.call_later(ON_ITS_WAY, self._closed.pop, session, None)

    def _give_up(self, session: str) -> None:
        del self._patience[session]
        if not self._listeners.hears(session):
            ending = asyncio.ensure_future(self._end(session))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def _end(self, session: str) -> None:
        given_up = self._pending(session)
        await self._queue.clean_events(session_hash=session)
        came = self._pending(session) - given_up
        if not came and not self._listeners.hears(session):
            self._empty(session)

    def _empty(self, session: str) -> None:
        self._queue.pending_messages_per_session.pop(session, None)
        self._queue.pending_event_ids_session.pop(session, None)
