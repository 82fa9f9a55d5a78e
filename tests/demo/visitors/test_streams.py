"""A stream that nobody reads has an end."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from starlette.types import Message

from demo.visitors import streams
from demo.visitors.streams import NotReadStream, replayed

LIVENESS = 10.0  # seconds


def test_a_body_that_was_read_is_there_again() -> None:
    async def later() -> Message:
        return {"type": "http.disconnect"}

    async def read() -> list[Message]:
        receive = replayed(b"body", later)
        return [await receive(), await receive()]

    first, second = asyncio.run(read())
    assert (first["body"], first["more_body"], second["type"]) == (b"body", False, "http.disconnect")


def test_whoever_takes_nothing_counts_as_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SLOW", 0.01)

    async def never(message: Message | None = None) -> Message:
        return await asyncio.Future()

    async def told() -> Message:
        stream = NotReadStream(never, never)
        sending = asyncio.create_task(stream.send({}))
        message = await asyncio.wait_for(stream.receive(), LIVENESS)
        assert not sending.done()  # nothing after it is sent, either
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        return message

    assert asyncio.run(told())["type"] == "http.disconnect"


def test_a_stream_that_is_read_goes_on() -> None:
    sent: list[Message] = []

    async def take(message: Message) -> None:
        sent.append(message)

    async def gone() -> Message:
        return {"type": "http.disconnect", "by": "its reader"}

    async def stream() -> Message:
        both = NotReadStream(gone, take)
        await both.send({"type": "http.response.body"})
        return await both.receive()

    assert asyncio.run(stream())["by"] == "its reader"
    assert len(sent) == 1


def test_whoever_has_gone_is_waited_for_before_that_is_told() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def told() -> bool:
        is_over = asyncio.Event()

        async def waiting() -> None:
            await is_over.wait()

        coming = asyncio.create_task(NotReadStream(gone, lambda message: asyncio.sleep(0), waiting).receive())
        for _ in range(10):
            await asyncio.sleep(0)
        was_held = not coming.done()
        is_over.set()
        await asyncio.wait_for(coming, LIVENESS)
        return was_held

    assert asyncio.run(told())
