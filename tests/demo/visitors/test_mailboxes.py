"""Events wait for a listener, for as long as is said, and a listener for events."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from demo.visitors.listeners import Listeners
from demo.visitors.mailboxes import Mailboxes


def mailboxes() -> Mailboxes:
    """Those of nobody yet, on a queue that has nothing to do."""
    messages = cast("Any", type("Messages", (dict,), {})())

    async def nothing(session_hash: str) -> None:
        return

    queue: Any = SimpleNamespace(
        pending_messages_per_session=messages, pending_event_ids_session={}, clean_events=nothing
    )
    return Mailboxes(queue, Listeners(), lambda session: session)


def test_patience_begins_anew_with_each_event() -> None:
    """That for an earlier event, which was over in time, would end the next one too soon."""

    async def expected_twice() -> tuple[bool, bool]:
        boxes = mailboxes()
        boxes.expect_a_listener("session")
        first = boxes._patience["session"]
        boxes.expect_a_listener("session")
        return first.cancelled(), boxes._patience["session"].cancelled()

    assert asyncio.run(expected_twice()) == (True, False)


def test_what_comes_while_a_session_ends_is_kept() -> None:
    async def ended() -> bool:
        boxes = mailboxes()
        boxes.opened("session")

        async def clean_events(session_hash: str) -> None:
            boxes._queue.pending_event_ids_session[session_hash].add("another")

        boxes._queue.clean_events = clean_events  # type: ignore[assignment, method-assign]
        await boxes._end("session")
        return "session" in boxes._queue.pending_messages_per_session

    assert asyncio.run(ended())
