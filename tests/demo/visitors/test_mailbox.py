"""A page's stream is told that it is over once nothing has come for a while, and nothing is waited for."""

from __future__ import annotations

import asyncio

import pytest
from gradio.server_messages import EventMessage, HeartbeatMessage

from demo.visitors import mailbox
from demo.visitors.mailbox import LINGERING, Mailbox


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "LINGER", 0.01)


def test_the_end_is_told_once_nothing_is_waited_for() -> None:
    waited_for, ended = [True, True, False], [0]

    def end() -> None:
        ended[0] += 1

    async def read() -> EventMessage:
        return await Mailbox(lambda: waited_for.pop(0), end).get()

    last = asyncio.run(read())
    assert (last.event_id, waited_for, ended) == (LINGERING, [], [1])


def test_what_comes_is_read_whether_or_not_it_is_waited_for() -> None:
    async def read() -> list[EventMessage]:
        box = Mailbox(lambda: False, lambda: None)
        box.put_nowait(HeartbeatMessage())
        late = asyncio.ensure_future(Mailbox.get(waiting := Mailbox(lambda: True, lambda: None)))
        await asyncio.sleep(0.03)
        waiting.put_nowait(HeartbeatMessage())
        return [await box.get(), await late]

    assert asyncio.run(read()) == [HeartbeatMessage(), HeartbeatMessage()]
