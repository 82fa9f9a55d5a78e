"""The messages for a page's stream, which stays open a little after the last event.

Gradio closes a stream with its last event's end. What a page asks for in that moment is lost: the answer reaches it
before the stream's end does, so that it opens no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gradio.server_messages import EventMessage, ProcessCompletedMessage

LINGER = 1.0  # seconds without an event before the stream is closed
LINGERING = "lingering"  # stands among a page's events for as long as its stream shall stay open


class Mailbox(asyncio.Queue[EventMessage]):
    """The messages of one page; the stream that reads them is told that it is over once nothing more has come."""

    def __init__(self, is_waited_for: Callable[[], bool], on_end: Callable[[], None]) -> None:
        """`is_waited_for`: whether an event of the page's isn't over; `on_end`: called as the stream is closed."""
        super().__init__()
        self._is_waited_for, self._on_end = is_waited_for, on_end

    async def get(self) -> EventMessage:
        """The next message: where none comes, and none is waited for, one by which Gradio closes the stream."""
        while True:
            try:
                return await asyncio.wait_for(super().get(), LINGER)
            except TimeoutError:
                if not self._is_waited_for():
                    self._on_end()
                    return ProcessCompletedMessage(event_id=LINGERING, output={}, success=True)
